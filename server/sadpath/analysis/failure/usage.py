"""Where the value of an expression goes, followed through conditions, displays and local names of one function."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

import libcst as cst

from sadpath.analysis.failure.expected import refuses_argument, refuses_attribute, refuses_result
from sadpath.analysis.meaning.evaluator import Evaluator
from sadpath.rule import Constant, Display, External, Unit, Unknown, Usage, Use, last_name, name_of

_PLACES: dict[tuple[type[cst.CSTNode], str], Usage] = {
    (cst.Expr, "value"): Usage.DROPPED,
    (cst.Await, "expression"): Usage.AWAITED,
    (cst.From, "item"): Usage.AWAITED,
    (cst.If, "test"): Usage.TESTED,
    (cst.While, "test"): Usage.TESTED,
    (cst.Assert, "test"): Usage.TESTED,
    (cst.IfExp, "test"): Usage.TESTED,
    (cst.CompIf, "test"): Usage.TESTED,
    (cst.MatchCase, "guard"): Usage.TESTED,
    (cst.BooleanOperation, "left"): Usage.TESTED,
    (cst.Match, "subject"): Usage.COMPARED,
    (cst.Comparison, "left"): Usage.COMPARED,
    (cst.Assert, "msg"): Usage.FORMATTED,
    (cst.FormattedStringExpression, "expression"): Usage.FORMATTED,
    (cst.Attribute, "value"): Usage.ATTRIBUTE,
    (cst.Call, "func"): Usage.CALLED,
    (cst.Subscript, "value"): Usage.INDEXED,
    (cst.Index, "value"): Usage.INDEX,
    (cst.For, "iter"): Usage.ITERATED,
    (cst.CompFor, "iter"): Usage.ITERATED,
    (cst.StarredElement, "value"): Usage.ITERATED,
    (cst.StarredDictElement, "value"): Usage.ITERATED,
    (cst.WithItem, "item"): Usage.ENTERED,
    (cst.Raise, "exc"): Usage.RAISED,
}
_PLAIN_OPERATORS = (
    *(cst.Add, cst.Subtract, cst.Multiply, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power),
    *(cst.AddAssign, cst.SubtractAssign, cst.MultiplyAssign, cst.DivideAssign, cst.FloorDivideAssign),
)
_PASSES_ON = {(cst.IfExp, "body"), (cst.IfExp, "orelse"), (cst.BooleanOperation, "right")}
_HOLDS: tuple[type[cst.CSTNode], ...] = (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp)
_ELEMENTS: tuple[type[cst.CSTNode], ...] = (cst.Element, cst.DictElement)

_TESTERS = frozenset({"builtins.bool", "builtins.any", "builtins.all"})
_FORMATTERS = frozenset({"builtins.str", "builtins.repr", "builtins.ascii", "builtins.format", "builtins.print"})
_COPIERS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"})
_CONVERTERS = _COPIERS | {
    *("builtins.len", "builtins.int", "builtins.float", "builtins.dict", "builtins.sorted", "builtins.sum"),
    *("builtins.min", "builtins.max", "builtins.enumerate", "builtins.abs", "builtins.round", "builtins.iter"),
    *("json.dumps", "json.dump", "json.loads"),
}
_COUNTERS = ("builtins.len", "builtins.sum", "json.")
"""The converters that give nothing back of what a container holds."""
_LOG_CALLS = frozenset({"debug", "info", "warning", "warn", "error", "critical", "exception", "fatal", "log"})
_LOGGERS = frozenset({"log", "logger", "logging"})
_AWAITERS = ("asyncio.", "anyio.", "trio.", "inspect.", "types.", "contextlib.")
_STARTERS = frozenset(
    {"create_task", "ensure_future", "gather", "run", "run_until_complete", "run_coroutine_threadsafe", "shield"}
    | {"start_soon", "spawn", "wait", "wait_for", "as_completed", "isawaitable", "iscoroutine", "add_task"}
)
"""By these names one hands over a coroutine, also where it is not known what has the name."""
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})
"""They give back what they are given."""
_INSPECTORS = frozenset({"builtins.isinstance", "builtins.hasattr", "builtins.type", "builtins.callable"})
_FILLERS = frozenset({"append", "add", "appendleft", "insert"})
_CHANGERS = _FILLERS | {"extend", "update", "clear", "sort", "reverse", "remove", "discard"}
_FRESH: tuple[type[cst.CSTNode], ...] = (cst.List, cst.Set, cst.Dict, cst.ListComp, cst.SetComp, cst.DictComp)
_FRESH_CALLS = frozenset({"builtins.list", "builtins.set", "builtins.dict", "collections.deque"})

_Function: TypeAlias = cst.FunctionDef | cst.Lambda


def uses(unit: Unit, evaluator: Evaluator, expression: cst.BaseExpression) -> tuple[Use, ...]:
    """What is done with the value of an expression: one use, or one for each way that its local name is read.

    A local name is followed to the reads that may see this value. Where a read may also see another one, nothing but an
    `AWAITED` is told of it: the rest is `STORED`, as are names of the module, of enclosing functions and class bodies.
    """
    return tuple(_Follower(unit, evaluator).follow(_Carrier(expression)))


@dataclass(frozen=True)
class _Carrier:
    """An expression that has the value, or holds it in a container; `name` once the value was read from a name."""

    node: cst.CSTNode
    name: str = ""
    collected: bool = False

    def use(self, kind: Usage, node: cst.CSTNode) -> Use:
        return Use(kind, node, self.name, self.collected)


class _Follower:
    def __init__(self, unit: Unit, evaluator: Evaluator) -> None:
        self._unit = unit
        self._evaluator = evaluator

    def follow(self, carrier: _Carrier) -> Iterator[Use]:
        """The uses of what the carrier has."""
        above = self._unit.parent(carrier.node)
        if above is None:
            return
        place = (type(above), _field(above, carrier.node))
        if place in _PASSES_ON or (carrier.collected and place == (cst.Subscript, "value")):
            yield from self.follow(replace(carrier, node=above))
        elif isinstance(above, cst.Return | cst.Yield):
            yield carrier.use(self._handed_out(carrier, above), above)
        elif place in _PLACES:
            yield carrier.use(_PLACES[place], above)
        elif isinstance(above, _ELEMENTS):
            yield from self._element(carrier, above)
        elif isinstance(above, _HOLDS):
            yield from self.follow(replace(carrier, node=above, collected=True))
        else:
            yield from self._elsewhere(carrier, above)

    def _elsewhere(self, carrier: _Carrier, above: cst.CSTNode) -> Iterator[Use]:
        match above:
            case cst.Arg():
                yield from self._argument(carrier, above)
            case cst.Assign():
                for target in above.targets:
                    yield from self._assigned(carrier, target.target, above)
            case cst.AnnAssign():
                refused = not carrier.collected and refuses_attribute(self._evaluator, above)
                found = self._assigned(carrier, above.target, above)
                yield from [carrier.use(Usage.REFUSED, above)] if refused else found
            case cst.NamedExpr():
                yield from self._named(carrier, above)
            case cst.Lambda():
                yield from self._lambda(carrier, above)
            case _:
                yield carrier.use(self._operation(carrier, above), above)

    def _handed_out(self, carrier: _Carrier, statement: cst.Return | cst.Yield) -> Usage:
        function = self._unit.scope(statement)
        if carrier.collected or not isinstance(function, cst.FunctionDef):
            return Usage.RETURNED
        refused = refuses_result(self._evaluator, function, yielded=isinstance(statement, cst.Yield))
        return Usage.REFUSED if refused else Usage.RETURNED

    def _operation(self, carrier: _Carrier, above: cst.CSTNode) -> Usage:
        match above:
            case cst.UnaryOperation():
                return Usage.TESTED if isinstance(above.operator, cst.Not) else Usage.OPERAND
            case cst.ComparisonTarget():
                return Usage.SEARCHED if isinstance(above.operator, cst.In | cst.NotIn) else Usage.COMPARED
            case cst.BinaryOperation():
                return self._arithmetic(carrier, above)
            case cst.AugAssign() if not carrier.collected:
                plain = isinstance(above.operator, _PLAIN_OPERATORS) or self._is_plain(above.target)
                return Usage.OPERAND if plain else Usage.STORED
            case _:
                return Usage.STORED

    def _arithmetic(self, carrier: _Carrier, operation: cst.BinaryOperation) -> Usage:
        """Arithmetic fails on a value without operators, unless the other side brings one, as with `|` in pipelines."""
        if isinstance(operation.operator, cst.Modulo) and self._is_text(operation.left):
            return Usage.FORMATTED
        if carrier.collected:
            return Usage.STORED
        other = operation.left if operation.right is carrier.node else operation.right
        plain = isinstance(operation.operator, _PLAIN_OPERATORS) or self._is_plain(other)
        return Usage.OPERAND if plain else Usage.STORED

    def _is_plain(self, expression: cst.BaseExpression) -> bool:
        """Whether an operand is a number, text or other built-in value."""
        value = self._unit.denotes(expression).value
        return isinstance(value, Constant | Display) or name_of(value).startswith("builtins.")

    def _is_text(self, expression: cst.BaseExpression) -> bool:
        """Whether an expression is a `str`."""
        value = self._unit.denotes(expression).value
        return name_of(value) == "builtins.str" or (isinstance(value, Constant) and isinstance(value.value, str))

    def _element(self, carrier: _Carrier, element: cst.CSTNode) -> Iterator[Use]:
        display = self._unit.parent(element)
        if display is not None:
            matched = self._unpacked_at_once(display, element)
            if matched is None:
                yield from self.follow(replace(carrier, node=display, collected=True))
            else:
                yield from self._assigned(carrier, matched[0], matched[1])

    def _unpacked_at_once(
        self, display: cst.CSTNode, element: cst.CSTNode
    ) -> tuple[cst.BaseExpression, cst.Assign] | None:
        """The target that gets one element of `a, b = x, y`, and the assignment."""
        above = self._unit.parent(display)
        if not isinstance(above, cst.Assign) or not isinstance(display, cst.Tuple | cst.List):
            return None
        target = above.targets[0].target
        if len(above.targets) > 1 or not isinstance(target, cst.Tuple | cst.List):
            return None
        parts = [*target.elements, *display.elements]
        if len(target.elements) != len(display.elements) or any(isinstance(part, cst.StarredElement) for part in parts):
            return None
        return next(t.value for t, e in zip(target.elements, display.elements, strict=True) if e is element), above

    def _argument(self, carrier: _Carrier, argument: cst.Arg) -> Iterator[Use]:
        call = self._unit.parent(argument)
        if not isinstance(call, cst.Call):
            yield carrier.use(Usage.STORED, argument)
        elif argument.star and not carrier.collected:
            yield carrier.use(Usage.ITERATED, call)
        elif self._fills(call):
            yield from self._collected_in(carrier, call)
        elif self._name(call) in _CASTS:
            yield from self.follow(replace(carrier, node=call))
        elif self._holds(call, argument, carrier.collected):
            yield from self.follow(replace(carrier, node=call, collected=True))
        else:
            kind = self._argument_kind(call)
            named = argument.keyword is not None and kind in (Usage.CONVERTED, Usage.TESTED)
            keeps = carrier.collected and kind is Usage.CONVERTED and not self._name(call).startswith(_COUNTERS)
            kind = Usage.PASSED if named or keeps else kind
            refused = kind is Usage.PASSED and not carrier.collected
            refused = refused and refuses_argument(self._evaluator, call, argument)
            yield carrier.use(Usage.REFUSED if refused else kind, call)

    def _argument_kind(self, call: cst.Call) -> Usage:
        name = self._name(call)
        last = last_name(call.func)
        if name in _TESTERS:
            return Usage.TESTED
        if name in _FORMATTERS or self._is_format(call) or self._logs(call):
            return Usage.FORMATTED
        if name in _CONVERTERS:
            return Usage.CONVERTED
        if self._unit.libraries.takes_values(name):
            return Usage.REFUSED
        runs = name.startswith(_AWAITERS) or name in _INSPECTORS or last in _STARTERS
        return Usage.AWAITED if runs else Usage.PASSED

    def _name(self, call: cst.Call) -> str:
        return name_of(self._unit.denotes(call.func).value)

    def _is_format(self, call: cst.Call) -> bool:
        function = call.func
        return isinstance(function, cst.Attribute) and function.attr.value == "format" and self._is_text(function.value)

    def _logs(self, call: cst.Call) -> bool:
        """Whether a method of a logger is called; where it is not known what is called, by names that say so."""
        function = call.func
        if last_name(function) not in _LOG_CALLS or not isinstance(function, cst.Attribute):
            return False
        if self._name(call).startswith("logging."):
            return True
        unknown = isinstance(self._unit.denotes(function).value, Unknown | External)
        return unknown and last_name(function.value).lower().strip("_") in _LOGGERS

    def _holds(self, call: cst.Call, argument: cst.Arg, collected: bool) -> bool:
        """Whether the call gives a container with the argument, or the argument's items, in it."""
        name = self._name(call)
        return name == "builtins.dict" if argument.keyword else collected and name in _COPIERS

    def _fills(self, call: cst.Call) -> bool:
        """Whether the call is `name.append(...)` or the like on a container that this function made."""
        function = call.func
        if not isinstance(function, cst.Attribute) or function.attr.value not in _FILLERS:
            return False
        return isinstance(function.value, cst.Name) and self._is_own_container(function.value)

    def _is_own_container(self, name: cst.Name) -> bool:
        scope = self._unit.scope(name)
        stores = self._unit.stores(name.value, scope) if scope is not None else ()
        return bool(stores) and not self._is_shared(name.value, scope) and all(map(self._makes_container, stores))

    def _makes_container(self, store: cst.CSTNode) -> bool:
        value = store.value if isinstance(store, cst.Assign | cst.AnnAssign) else None
        if isinstance(value, cst.Call):
            return name_of(self._unit.denotes(value.func).value) in _FRESH_CALLS
        return isinstance(value, _FRESH)

    def _collected_in(self, carrier: _Carrier, call: cst.Call) -> Iterator[Use]:
        function = cst.ensure_type(call.func, cst.Attribute)
        container = cst.ensure_type(function.value, cst.Name)
        found = replace(carrier, collected=True)
        yield from self._reads(found, container.value, self._unit.scope(container), call)

    def _named(self, carrier: _Carrier, named: cst.NamedExpr) -> Iterator[Use]:
        here = tuple(self.follow(replace(carrier, node=named)))
        there = tuple(self._assigned(carrier, named.target, named))
        if all(use.kind is Usage.DROPPED for use in here):
            yield from there
        else:
            yield from here
            yield from (use for use in there if use.kind is not Usage.DROPPED)

    def _lambda(self, carrier: _Carrier, function: cst.Lambda) -> Iterator[Use]:
        call = self._unit.parent(function)
        if isinstance(call, cst.Call) and call.func is function:
            yield from self.follow(replace(carrier, node=call))
        else:
            yield carrier.use(Usage.RETURNED, function)

    def _assigned(self, carrier: _Carrier, target: cst.BaseExpression, statement: cst.CSTNode) -> Iterator[Use]:
        if isinstance(target, cst.Tuple | cst.List):
            yield carrier.use(Usage.STORED if carrier.collected else Usage.ITERATED, statement)
        elif not isinstance(target, cst.Name) or carrier.name:
            yield carrier.use(Usage.STORED, statement)
        else:
            yield from self._bound(carrier, target, statement)

    def _bound(self, carrier: _Carrier, target: cst.Name, statement: cst.CSTNode) -> Iterator[Use]:
        name, scope = target.value, self._unit.scope(statement)
        if scope is None and name == "_" and not self._unit.loads(name, None):
            yield replace(carrier, name=name).use(Usage.DROPPED, statement)
        elif scope is None or self._is_shared(name, scope):
            yield carrier.use(Usage.STORED, statement)
        else:
            yield from self._reads(carrier, name, scope, statement)

    def _reads(self, carrier: _Carrier, name: str, scope: _Function | None, statement: cst.CSTNode) -> Iterator[Use]:
        held = replace(carrier, name=name)
        reads = [r for r in self._reads_of(name, scope, statement) if not (held.collected and self._only_changes(r[0]))]
        stores = self._unit.stores(name, scope)
        if any(isinstance(store, cst.Del) for store in stores):
            yield held.use(Usage.STORED, statement)
        elif not reads:
            yield held.use(Usage.DROPPED, statement)
        for read, certain in reads:
            for use in self.follow(replace(held, node=read)):
                yield use if certain or use.kind is Usage.AWAITED else replace(use, kind=Usage.STORED)

    def _reads_of(self, name: str, scope: _Function | None, statement: cst.CSTNode) -> Iterator[tuple[cst.Name, bool]]:
        """The reads that may see what the statement binds to the name, and whether they can see nothing else."""
        fills_container = all(map(self._makes_container, self._unit.stores(name, scope)))
        for load in self._unit.loads(name, scope):
            bound = self._unit.bound_by(load)
            if fills_container or statement in bound:
                yield load, fills_container or len(bound) == 1

    def _only_changes(self, read: cst.CSTNode) -> bool:
        """Whether a container is read only to put something in or take it out, as in `tasks.append(task)`."""
        attribute = self._unit.parent(read)
        call = self._unit.parent(attribute) if attribute is not None else None
        if not isinstance(attribute, cst.Attribute) or not isinstance(call, cst.Call):
            return False
        return attribute.attr.value in _CHANGERS and isinstance(self._unit.parent(call), cst.Expr)

    def _is_shared(self, name: str, scope: _Function | None) -> bool:
        """Whether the function declares the name `global` or `nonlocal`."""
        nodes = self._unit.walk(scope) if scope is not None else ()
        declarations = [node for node in nodes if isinstance(node, cst.Global | cst.Nonlocal)]
        return any(item.name.value == name for declaration in declarations for item in declaration.names)


def _field(above: cst.CSTNode, node: cst.CSTNode) -> str:
    """The field of a node that holds its child."""
    return next((field for field in above.__dataclass_fields__ if getattr(above, field) is node), "")
