"""The ways through a block of statements, found without running or evaluating any of it."""

import builtins
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import libcst as cst

from sadpath.rule import Exit, Path

LIMIT = 64
"""How many ways are told apart. Where there are more, those that leave at the same statement become one."""


def paths(
    block: cst.BaseSuite | Sequence[cst.BaseStatement], never_returns: Callable[[cst.Call], bool]
) -> tuple[Path, ...]:
    """The ways through a block, at most 64; none where every way goes round an endless loop.

    Steps are small statements and test, iterated, matched and `with` expressions, in the order in which they run; one
    that fails and the `end` are among them. Loops run once or not at all. The body of a `try` fails at the first step
    that can, or at its last. Nested functions and classes are no steps. A merged path has the steps of all its parts.
    """
    flow = _Flow(never_returns)
    return tuple(
        Path(
            tuple(node for number, node in enumerate(flow.nodes) if way.steps >> number & 1),
            way.exit,
            flow.nodes[way.end] if way.end >= 0 else None,
        )
        for way in flow.block(block)
    )


def truth_of(test: cst.BaseExpression) -> bool | None:
    """Whether a test is always true or always false; None where that depends."""
    match test:
        case cst.Name(value="True" | "False" | "None" as name):
            return name == "True"
        case cst.Integer():
            return test.evaluated_value != 0
        case cst.UnaryOperation(operator=cst.Not()):
            truth = truth_of(test.expression)
            return None if truth is None else not truth
        case _:
            return None


class _Way(NamedTuple):
    """A path in the making: `steps` is a bit set of step numbers, `end` a step number or -1.

    Steps are numbered in source order. Where loops run at most once that is the order in which they run, so that the
    set tells the sequence.
    """

    steps: int = 0
    exit: Exit = Exit.FALLS
    end: int = -1


_Ways: TypeAlias = list[_Way]


class _Catcher(NamedTuple):
    """What stops exceptions: their dotted class names ("" for what is no name), None for all; and what follows."""

    classes: tuple[str, ...] | None
    ways: _Ways


class _Flow:
    def __init__(self, never_returns: Callable[[cst.Call], bool]) -> None:
        self.nodes: list[cst.CSTNode] = []
        self._never_returns = never_returns

    def block(self, block: cst.BaseSuite | Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> _Ways:
        ways = [_Way()]
        for statement in block.body if isinstance(block, cst.BaseSuite) else block:
            if all(way.exit is not Exit.FALLS for way in ways):
                break
            ways = _then(ways, self._statement(statement))
        return ways

    def _statement(self, statement: cst.CSTNode) -> _Ways:
        match statement:
            case cst.SimpleStatementLine():
                return self.block(statement.body)
            case cst.If():
                return self._if(statement)
            case cst.While() | cst.For():
                return self._loop(statement)
            case cst.Try() | cst.TryStar():
                return self._try(statement)
            case cst.With():
                return self._with(statement)
            case cst.Match():
                return self._match(statement)
            case cst.FunctionDef() | cst.ClassDef():
                return [_Way()]
            case _:
                return [self._small(statement)]

    def _step(self, node: cst.CSTNode) -> _Way:
        self.nodes.append(node)
        return _Way(1 << len(self.nodes) - 1)

    def _small(self, statement: cst.CSTNode) -> _Way:
        step, exit_ = self._step(statement), self._exit(statement)
        return step if exit_ is Exit.FALLS else _Way(step.steps, exit_, len(self.nodes) - 1)

    def _exit(self, statement: cst.CSTNode) -> Exit:
        match statement:
            case cst.Raise():
                return Exit.ENDS if _raised(statement) == "SystemExit" else Exit.RAISES
            case cst.Break():
                return Exit.BREAKS
            case cst.Continue():
                return Exit.CONTINUES
            case cst.Assert() if truth_of(statement.test) is False:
                return Exit.RAISES
            case cst.Expr():
                return self._exit_of_call(statement.value, Exit.FALLS)
            case cst.Return():
                return self._exit_of_call(statement.value, Exit.RETURNS)
            case _:
                return Exit.FALLS

    def _exit_of_call(self, value: cst.BaseExpression | None, otherwise: Exit) -> Exit:
        call = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(call, cst.Call):
            return otherwise
        name = _last_name(call.func)
        if name not in ("assert_never", "_exit") and not self._never_returns(call):
            return otherwise
        return Exit.ENDS if name in _ENDING_CALLS else Exit.RAISES

    def _if(self, statement: cst.If) -> _Ways:
        """The ways through each branch; a chain of `elif` is walked, not recursed into, for it may be long."""
        ways: _Ways = []
        tests = [_Way()]
        branch: cst.If | cst.Else | None = statement
        while isinstance(branch, cst.If):
            tests = _then(tests, [self._step(branch.test)])
            truth = truth_of(branch.test)
            if truth is not False:
                ways = _bounded([*ways, *_then(tests, self.block(branch.body))])
            if truth is True:
                return ways
            branch = branch.orelse
        return _bounded([*ways, *_then(tests, self._else(branch))])

    def _else(self, clause: cst.Else | None) -> _Ways:
        return self.block(clause.body) if clause else [_Way()]

    def _loop(self, loop: cst.While | cst.For) -> _Ways:
        test = self._step(loop.test if isinstance(loop, cst.While) else loop.iter)
        truth = truth_of(loop.test) if isinstance(loop, cst.While) else None
        body = [] if truth is False else _then([test], self.block(loop.body))
        done = [] if truth is True else [test]
        left: _Ways = []
        for way in body:
            if way.exit is Exit.BREAKS:
                left.append(_Way(way.steps))
            elif way.exit not in (Exit.FALLS, Exit.CONTINUES):
                left.append(way)
            elif truth is None:
                done.append(_Way(way.steps))
        return _bounded([*left, *_then(done, self._else(loop.orelse))])

    def _match(self, statement: cst.Match) -> _Ways:
        subject = self._step(statement.subject)
        ways: _Ways = []
        for case in statement.cases:
            guard = self._step(case.guard) if case.guard else _Way()
            ways = _bounded([*ways, *_then(_then([subject], [guard]), self.block(case.body))])
            if case.guard is None and _irrefutable(case.pattern):
                return ways
        return _bounded([*ways, subject])

    def _with(self, statement: cst.With) -> _Ways:
        """As a `try` whose handlers do nothing, where a context manager is known by name to stop exceptions."""
        items = [_Way()]
        for item in statement.items:
            items = _then(items, [self._step(item.item)])
        first = len(self.nodes)
        body = self.block(statement.body)
        suppressed = (_suppressed(item.item) for item in statement.items)
        catchers = [_Catcher(classes, [_Way()]) for classes in suppressed if classes is not None]
        uncaught, caught = self._guard(body, self._first_failure(first), catchers)
        return _then(items, _bounded([*uncaught, *caught]))

    def _try(self, statement: cst.Try | cst.TryStar) -> _Ways:
        first = len(self.nodes)
        body = self.block(statement.body)
        failure = self._first_failure(first)
        catchers = [_Catcher(_caught(handler.type), self.block(handler.body)) for handler in statement.handlers]
        uncaught, caught = self._guard(body, failure, catchers)
        ways = _bounded([*_then(uncaught, self._else(statement.orelse)), *caught])
        if statement.finalbody is None:
            return ways
        final = self.block(statement.finalbody.body)
        return _bounded(
            _Way(way.steps | last.steps, *(way if last.exit is Exit.FALLS else last)[1:])
            for way in ways
            for last in final
        )

    def _first_failure(self, first: int) -> _Way:
        """The steps from a number on, up to and including the first that can raise an exception."""
        steps = 0
        for number in range(first, len(self.nodes)):
            steps |= 1 << number
            if _can_raise(self.nodes[number]):
                return _Way(steps)
        return _Way(steps)

    def _guard(self, body: _Ways, failure: _Way, catchers: list[_Catcher]) -> tuple[_Ways, _Ways]:
        """The ways of a body that no catcher stops for certain, and those that go on in a catcher."""
        caught: _Ways = []
        for catcher in catchers:
            caught = _bounded([*caught, *_then([failure, *(_Way(way.steps) for way in body)], catcher.ways)])
        uncaught = [way for way in body if not any(self._stops(catcher, way) for catcher in catchers)]
        return uncaught, caught

    def _stops(self, catcher: _Catcher, way: _Way) -> bool:
        if way.exit not in (Exit.RAISES, Exit.ENDS):
            return False
        raised = "SystemExit" if way.exit is Exit.ENDS else _raised(self.nodes[way.end])
        return catcher.classes is None or any(_is_kind_of(raised, name) for name in catcher.classes)


_ENDING_CALLS = frozenset({"exit", "_exit", "quit", "abort"})
_NOT_EXCEPTION = frozenset(
    {"BaseException", "CancelledError", "Cancelled", "GeneratorExit", "KeyboardInterrupt", "SystemExit"}
)


def _then(ways: _Ways, after: _Ways) -> _Ways:
    """Each way that falls through goes on in each of `after`."""
    return _bounded(
        longer
        for way in ways
        for longer in (
            [_Way(way.steps | next_.steps, *next_[1:]) for next_ in after] if way.exit is Exit.FALLS else [way]
        )
    )


def _bounded(ways: Iterable[_Way]) -> _Ways:
    distinct = list(dict.fromkeys(ways))
    if len(distinct) > LIMIT:
        distinct = _merged(distinct, lambda way: (way.exit, way.end))
    if len(distinct) > LIMIT:
        distinct = _merged(distinct, lambda way: way.exit)
    return distinct


def _merged(ways: _Ways, key: Callable[[_Way], object]) -> _Ways:
    merged: dict[object, _Way] = {}
    for way in ways:
        known = merged.setdefault(key(way), way)
        merged[key(way)] = known._replace(steps=known.steps | way.steps)
    return list(merged.values())


def _irrefutable(pattern: cst.MatchPattern) -> bool:
    if isinstance(pattern, cst.MatchOr):
        return any(_irrefutable(element.pattern) for element in pattern.patterns)
    return isinstance(pattern, cst.MatchAs) and (pattern.pattern is None or _irrefutable(pattern.pattern))


def _can_raise(step: cst.CSTNode) -> bool:
    """Whether a step may fail; only names and literals, and what does no more than bind them, may not."""
    match step:
        case cst.Pass() | cst.Break() | cst.Continue() | cst.Global() | cst.Nonlocal():
            return False
        case cst.Expr() | cst.Return(value=cst.BaseExpression()):
            return _can_raise(step.value) if step.value else False
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name())]):
            return _can_raise(step.value)
        case cst.Name() | cst.BaseString() | cst.BaseNumber() | cst.Ellipsis() | cst.Return():
            return isinstance(step, cst.FormattedString)
        case _:
            return True


def _raised(statement: cst.CSTNode) -> str:
    """The dotted name of the class that a `raise` statement raises; "" where it names none."""
    if not isinstance(statement, cst.Raise) or statement.exc is None:
        return "AssertionError" if isinstance(statement, cst.Assert) else ""
    return _dotted(statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc)


def _caught(expression: cst.BaseExpression | None) -> tuple[str, ...] | None:
    """The dotted names of the classes that a handler names; None for a bare `except`."""
    if expression is None:
        return None
    if isinstance(expression, cst.Tuple):
        return tuple(_dotted(element.value) for element in expression.elements)
    return (_dotted(expression),)


def _suppressed(manager: cst.BaseExpression) -> tuple[str, ...] | None:
    """The dotted names of the classes that a context manager stops; None where it is not known to stop any."""
    if not isinstance(manager, cst.Call):
        return None
    match _last_name(manager.func):
        case "suppress" | "raises" | "assertRaises" | "assertRaisesRegex":
            return tuple(_dotted(argument.value) for argument in manager.args)
        case "move_on_after" | "move_on_at":
            return ("",)
        case _:
            return None


def _is_kind_of(raised: str, caught: str) -> bool:
    """Whether an exception of the one class is for certain one of the other, judged by the names alone."""
    raised, caught = raised.rpartition(".")[2], caught.rpartition(".")[2]
    if caught == "BaseException" or raised == caught != "":
        return True
    if caught == "Exception":
        return raised not in _NOT_EXCEPTION
    cls, base = getattr(builtins, raised, None), getattr(builtins, caught, None)
    return isinstance(cls, type) and isinstance(base, type) and issubclass(cls, base)


def _last_name(expression: cst.BaseExpression) -> str:
    return _dotted(expression).rpartition(".")[2]


def _dotted(expression: cst.BaseExpression) -> str:
    """The names of an attribute chain; what the chain starts from is left out where it is no name."""
    names: list[str] = []
    while isinstance(expression, cst.Attribute):
        names.append(expression.attr.value)
        expression = expression.value
    if isinstance(expression, cst.Name):
        names.append(expression.value)
    return ".".join(reversed(names))
