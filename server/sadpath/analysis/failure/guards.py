"""What decides whether a loop goes on: its condition, the tests before its exits, and time limits around it."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

import libcst as cst

from sadpath.analysis.failure.effects import called, function_name, words_of
from sadpath.analysis.failure.places import Loop, loaded, own, place_name, stored
from sadpath.rule import Class, Constant, External, Function, LimitFact, Module, Unit, last_name


class Condition(Enum):
    """Until when a loop goes on by itself."""

    ENDLESS = "for ever"
    UNTIL_SUCCESS = "until its body says that it worked"
    STOPPED = "until someone else stops it"
    BOUNDED = "until something runs out, or perhaps so"


class Flag(NamedTuple):
    """A place that a loop looks at: it goes on while the place is true (or, if not `goes_on`, while it is false)."""

    place: str
    goes_on: bool


def condition(unit: Unit, loop: Loop) -> Condition:
    """Until when a loop goes on, judged by its head and by what its body stores."""
    if isinstance(loop, cst.For):
        return Condition.ENDLESS if _is_endless_iterable(unit, loop.iter) else Condition.BOUNDED
    if is_true(loop.test):
        return Condition.ENDLESS
    flag = flag_of(loop) if _is_alone(loop.test) else None
    if flag is None:
        return Condition.STOPPED if _asks_elsewhere(unit, loop.test, loop) else Condition.BOUNDED
    body = tuple(own(loop.body))
    if any(isinstance(node, cst.AugAssign) and place_name(node.target) == flag.place for node in body):
        return Condition.BOUNDED
    if sets(loop.body, flag):
        return Condition.UNTIL_SUCCESS
    return Condition.STOPPED if flag.place not in stored(body) else Condition.BOUNDED


def most(unit: Unit, loop: Loop) -> int | None:
    """How often a loop over a `range` runs at most; None where that is not known."""
    if not isinstance(loop, cst.For) or not isinstance(loop.iter, cst.Call):
        return None
    if not ranges(unit, loop) or len(loop.iter.args) != 1:
        return None
    value = unit.denotes(loop.iter.args[0].value).value
    return value.value if isinstance(value, Constant) and isinstance(value.value, int) else None


def ranges(unit: Unit, loop: cst.For) -> bool:
    """Whether a loop runs over a `range`."""
    iterable = loop.iter
    return (
        isinstance(iterable, cst.Call) and last_name(iterable) == "range" and called(unit, iterable) == "builtins.range"
    )


def flag_of(loop: Loop) -> Flag | None:
    """The flag that a `while` loop tests: all of its test, or one of the parts that must all be true."""
    if isinstance(loop, cst.For):
        return None
    found = [flag for part in _parts(loop.test) if (flag := _flag(part))]
    return next((flag for flag in found if sets(loop.body, flag)), found[0] if _is_alone(loop.test) and found else None)


def _parts(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _parts(test.left)
        yield from _parts(test.right)
    else:
        yield test


def _is_alone(test: cst.BaseExpression) -> bool:
    return not isinstance(test, cst.BooleanOperation)


def _flag(test: cst.BaseExpression) -> Flag | None:
    match test:
        case cst.Name() | cst.Attribute():
            flag = Flag(place_name(test), goes_on=True)
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Call(func=asked, args=[])):
            flag = Flag(place_name(asked), goes_on=False)
        case cst.UnaryOperation(operator=cst.Not(), expression=expression):
            flag = Flag(place_name(expression), goes_on=False)
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=cst.Is(), comparator=cst.Name(value="None"))]
        ):
            flag = Flag(place_name(left), goes_on=False)
        case _:
            return None
    return flag if flag.place else None


def sets(node: cst.CSTNode, flag: Flag) -> bool:
    """Whether a node gives the flag a value that ends the loop (or that is computed, and may)."""
    return any(_assigns(inner, flag) or _achieves(inner, flag) for inner in own(node))


def is_true(test: cst.BaseExpression) -> bool:
    """Whether a test is a literal that is true."""
    return isinstance(test, cst.Name | cst.BaseNumber | cst.SimpleString) and truth_of(test) is True


def truth_of(expression: cst.BaseExpression) -> bool | None:
    """Whether a literal or an empty display is true; None for all else."""
    match expression:
        case cst.Name(value="True"):
            return True
        case cst.Name(value="False" | "None"):
            return False
        case cst.Integer() | cst.Float():
            return expression.evaluated_value != 0
        case cst.SimpleString():
            return bool(expression.evaluated_value)
        case cst.List(elements=[]) | cst.Tuple(elements=[]) | cst.Dict(elements=[]):
            return False
        case _:
            return None


def literals(nodes: Iterable[cst.CSTNode], exception: str) -> dict[str, bool]:
    """Whether what nodes (each given alone) store is true, by place: literals and the caught exception, which is."""
    found: dict[str, bool] = {}
    for node in nodes:
        if isinstance(node, cst.Assign):
            truth = True if place_name(node.value) == exception != "" else truth_of(node.value)
            for target in node.targets:
                found.pop(place_name(target.target), None)
                if truth is not None:
                    found[place_name(target.target)] = truth
    return found


def truth_given(test: cst.BaseExpression, known: dict[str, bool]) -> bool | None:
    """What a test gives where the truth of some places is known; None where that does not tell."""
    match test:
        case cst.Name() | cst.Attribute():
            return known.get(place_name(test))
        case cst.UnaryOperation(operator=cst.Not(), expression=expression):
            truth = truth_given(expression, known)
            return None if truth is None else not truth
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=cst.Name(value="None"))]
        ):
            # A place that holds a false literal may hold another one than None, but a test asks for the one it stores.
            truth = known.get(place_name(left))
            return None if truth is None else truth is isinstance(operator, cst.IsNot | cst.NotEqual)
        case _:
            return None


def tests_before(unit: Unit, exit_: cst.CSTNode, region: cst.CSTNode) -> tuple[cst.If, ...]:
    """The `if` statements inside a region that stand around an exit."""
    found: list[cst.If] = []
    for outer in unit.ancestors(exit_):
        if outer is region:
            break
        if isinstance(outer, cst.If):
            found.append(outer)
    return tuple(found)


def decides(statement: cst.If, flag: Flag | None) -> bool:
    """Whether an `if` leads to an exit, or past one."""
    leaving = (cst.Return, cst.Raise, cst.Break, cst.Continue)
    return any(
        isinstance(node, leaving) or (flag is not None and sets(node, flag))
        for branch in (statement.body, statement.orelse)
        if branch is not None
        for node in own(branch)
    )


def asks_only_about(unit: Unit, test: cst.BaseExpression, exception: str) -> bool:
    """Whether a test reads nothing but the caught exception, and constants that it is compared with."""
    nodes = tuple(own(test))
    names = [node for node in nodes if isinstance(node, cst.Name) and _is_root(unit, node)]
    if not exception or all(name.value != exception for name in names):
        return False
    calls = [node for node in nodes if isinstance(node, cst.Call)]
    return all(name.value == exception or _is_fixed(unit, name) for name in names) and all(
        called(unit, call).startswith("builtins.") or _root(call.func) in (exception, "str", "repr") for call in calls
    )


def is_limited(unit: Unit, node: cst.CSTNode, *, awaits: bool = True) -> bool:
    """Whether something around a node of the same function may limit its time: a scope, an alarm, a decorator.

    What never `awaits` is not ended by what ends awaited calls only.
    """
    for outer in unit.ancestors(node):
        if isinstance(outer, cst.With) and any(_limits(unit, item.item, awaits) for item in outer.items):
            return True
        if isinstance(outer, cst.FunctionDef):
            decorators = (decorator.decorator for decorator in outer.decorators)
            return any(_limits(unit, decorator, awaits) for decorator in decorators) or any(
                isinstance(call, cst.Call) and called(unit, call) in _ALARMS for call in own(outer.body)
            )
    return False


_ALARMS = frozenset({"signal.alarm", "signal.setitimer"})
_LIMITING_WORDS = frozenset({"timeout", "timeouts", "deadline", "after", "limit", "limiter", "cancel", "until"})
_INFINITE = frozenset({"itertools.count", "itertools.cycle"})


def _limits(unit: Unit, expression: cst.BaseExpression, awaits: bool) -> bool:
    fact = unit.libraries.limit(called(unit, expression)) if isinstance(expression, cst.Call) else None
    if fact is not None:
        return (awaits or not fact.awaits) and _is_given_time(expression, fact)
    return bool(words_of(last_name(expression)) & _LIMITING_WORDS)


def _is_given_time(expression: cst.BaseExpression, fact: LimitFact) -> bool:
    """Whether one of the parameters that take the time is given, if there are such."""
    arguments = expression.args if isinstance(expression, cst.Call) else ()
    named = {argument.keyword.value for argument in arguments if argument.keyword is not None}
    count = sum(argument.keyword is None for argument in arguments)
    unpacked = any(argument.star for argument in arguments)
    given = any(one.name in named or 0 < one.position <= count for one in fact.parameters)
    return given or unpacked or not fact.parameters


def _is_endless_iterable(unit: Unit, iterable: cst.BaseExpression) -> bool:
    if not isinstance(iterable, cst.Call) or last_name(iterable) not in ("count", "cycle", "repeat", "iter"):
        return False
    name = called(unit, iterable)
    if name == "itertools.repeat":
        return len(iterable.args) == 1
    if name == "builtins.iter" and len(iterable.args) == 2:
        return last_name(iterable.args[0].value) in ("int", "bool", "float", "str", "list", "dict", "object")
    return name in _INFINITE


def _asks_elsewhere(unit: Unit, test: cst.BaseExpression, loop: Loop) -> bool:
    """Whether a test looks at something that the loop does not store: an event, a state, several flags."""
    nodes = tuple(own(test))
    ordered = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual, cst.In, cst.NotIn)
    return not any(isinstance(node, ordered) for node in nodes) and not stored(own(loop)) & loaded(nodes, unit)


def _assigns(node: cst.CSTNode, flag: Flag) -> bool:
    if not isinstance(node, cst.Assign) or all(place_name(one.target) != flag.place for one in node.targets):
        return False
    truth = truth_of(node.value)
    return truth is not flag.goes_on if truth is not None else not flag.goes_on


def _achieves(node: cst.CSTNode, flag: Flag) -> bool:
    """Whether a call is of the method whose effect the flag names: `connect` for `connected`."""
    if flag.goes_on or not isinstance(node, cst.Call):
        return False
    effect = flag.place.rpartition(".")[2].lstrip("_").removeprefix("is_")
    verb = function_name(node).lstrip("_")
    return len(verb) > 3 and effect != verb and effect.startswith(verb)


def _is_root(unit: Unit, name: cst.Name) -> bool:
    parent = unit.parent(name)
    return not (isinstance(parent, cst.Attribute) and parent.attr is name) and not (
        isinstance(parent, cst.Arg) and parent.keyword is name
    )


def _root(expression: cst.BaseExpression) -> str:
    while isinstance(expression, cst.Attribute | cst.Call | cst.Subscript):
        expression = expression.func if isinstance(expression, cst.Call) else expression.value
    return expression.value if isinstance(expression, cst.Name) else ""


def _is_fixed(unit: Unit, name: cst.Name) -> bool:
    """Whether a name is a module, a class, a function or a constant of the module: nothing that counts attempts."""
    if isinstance(unit.denotes(name).value, Module | Class | External | Function):
        return True
    chain: cst.CSTNode = name
    while isinstance(above := unit.parent(chain), cst.Attribute):
        chain = above
    if isinstance(chain, cst.Attribute) and chain.attr.value.isupper():
        return True
    scope = unit.scope(name)
    return scope is not None and name.value not in ("self", "cls") and not _is_local(unit, name, scope)


def _is_local(unit: Unit, name: cst.Name, scope: cst.FunctionDef | cst.Lambda) -> bool:
    scopes: Iterable[cst.CSTNode] = (scope, *unit.ancestors(scope))
    return any(unit.stores(name.value, one) for one in scopes if isinstance(one, cst.FunctionDef | cst.Lambda))
