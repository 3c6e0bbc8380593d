"""What becomes of an exception on each way through the handler that caught it.

Names alone decide only towards silence: what is called `exception` or `capture_exception` records, whatever it is, and
a call that is not known may tell of the exception.
"""

import libcst as cst

from sadpath.analysis.failure.effects import called, is_sleep, reports, words_of
from sadpath.analysis.failure.places import calls_in, own
from sadpath.analysis.failure.telling import records
from sadpath.analysis.syntax.flow import truth_of
from sadpath.rule import Catcher, Class, Exit, Function, Handling, Outcome, Path, Unit, last_name, name_of

CLOSING = frozenset(
    {
        "aclose", "cancel", "cleanup", "clear", "close", "closed", "deregister", "detach", "disconnect", "dispose",
        "flush", "join", "logout", "quit", "release", "remove", "rmdir", "rmtree", "rollback", "shutdown",
        "stop", "teardown", "unlink", "unlock", "unregister", "unsubscribe",
    }
)  # fmt: skip
"""What the names of calls that release something begin with."""

LEVELS = frozenset(
    {"trace", "debug", "info", "success", "notice", "warn", "warning", "error", "critical", "fatal", "log", "print"}
)
"""What calls are called that log or print a message."""


def releases(call: cst.Call) -> bool:
    """Whether a call's name says that it only releases something."""
    return _verb(call) in CLOSING


def _verb(call: cst.Call) -> str:
    """What a call's name begins with, in lower case: `close` of `_force_close_all`."""
    words = last_name(call.func).lower().strip("_").split("_")
    return next((word for word in words if word not in _MANNERS), "")


def later(unit: Unit, node: cst.CSTNode) -> list[cst.BaseStatement]:
    """The statements that run after one that falls through, up to the end of the loop or function around it."""
    found: list[cst.BaseStatement] = []
    below: cst.CSTNode = node
    for above in unit.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.While | cst.For):
            break
        if isinstance(above, cst.IndentedBlock):
            after = list(above.body)
            found.extend(after[next(index for index, item in enumerate(after) if item is below) + 1 :])
        below = above
    return found


def handlings(unit: Unit, node: Catcher) -> tuple[Handling, ...]:
    """Each way through a handler with what becomes of the exception; one way where nothing is known to leave it.

    Where the code asks whether it is shutting down, or whether there is a logger or user to tell, only what it does
    otherwise counts.
    """
    if isinstance(node, cst.With):
        return (Handling(Path((), Exit.FALLS), Outcome.NOTHING),)
    bound = node.name.name if node.name else None
    reader = _Reader(unit, bound.value if isinstance(bound, cst.Name) else "")
    ways = tuple(reader.handling(path) for path in unit.paths(node.body))
    if not ways:
        return (Handling(Path((), Exit.FALLS), Outcome.ANSWERED),)
    ways = tuple(_settled(unit, node, way) for way in ways)
    asked = _asked(unit, ways)
    asking = [way for way in ways if not asked.isdisjoint(way.path.steps)]
    otherwise = max((way.outcome for way in asking), default=Outcome.NOTHING)
    return tuple(way for way in ways if way not in asking or way.outcome is otherwise)


def _settled(unit: Unit, node: Catcher, way: Handling) -> Handling:
    """The way with what follows it, where that raises another exception, or ends the process, in any case."""
    if way.outcome >= Outcome.ANSWERED or way.path.exit not in _GOES_ON:
        return way
    exits = {path.exit for path in unit.paths(later(unit, node))} if way.path.exit is Exit.FALLS else _GOES_ON
    if exits and exits <= _GOES_ON:
        exits = {path.exit for path in unit.paths(_after_attempts(unit, node))}
    if not exits or not exits <= {Exit.RAISES, Exit.ENDS}:
        return way
    return Handling(way.path, Outcome.CONVERTED if Exit.RAISES in exits else Outcome.ENDED, way.told)


def _after_attempts(unit: Unit, node: Catcher) -> list[cst.BaseStatement]:
    """What runs after the last round of the loop around a catcher, if each round is one more attempt."""
    below: cst.CSTNode = node
    for above in unit.ancestors(node):
        if isinstance(above, cst.For | cst.While) and below is not above.orelse:
            ends = isinstance(above, cst.For) or truth_of(above.test) is None
            succeeds = ends and any(isinstance(inner, cst.Break | cst.Return) for inner in own(above.body))
            otherwise = list(above.orelse.body.body) if above.orelse else []
            kept = [line for line in otherwise if isinstance(line, cst.BaseStatement)]
            return [*kept, *later(unit, above)] if succeeds else []
        if isinstance(above, cst.FunctionDef):
            return []
        below = above
    return []


def _asked(unit: Unit, ways: tuple[Handling, ...]) -> frozenset[cst.CSTNode]:
    """The tests on the ways that ask if all this is about to end anyway, or if there is anyone to tell."""
    steps = {step for way in ways for step in way.path.steps}
    tests = [step for step in steps if isinstance(step, cst.BaseExpression)]
    if not tests:
        return frozenset()
    called = [call.func for call in calls_in(*steps)]
    used = {unit.code(func.value if isinstance(func, cst.Attribute) else func) for func in called}
    return frozenset(test for test in tests if _is_about(test, _ENDING | _TELLING) or unit.code(_subject(test)) in used)


def _is_about(test: cst.BaseExpression, words: frozenset[str]) -> bool:
    return any(isinstance(inner, cst.Name) and words_of(inner.value) & words for inner in own(test))


def _subject(test: cst.BaseExpression) -> cst.BaseExpression:
    """What a test asks about: `x` in `x`, `not x` and `x is not None`."""
    if isinstance(test, cst.UnaryOperation):
        return _subject(test.expression)
    return test.left if isinstance(test, cst.Comparison) else test


class _Reader:
    """Reads the steps of one handler. `name` is what the exception is bound to, or ""."""

    def __init__(self, unit: Unit, name: str) -> None:
        self._unit = unit
        self._name = name

    def handling(self, path: Path) -> Handling:
        """The way with the best thing that happens to the exception on it."""
        told = max((self._message(step) for step in path.steps if step is not path.end), default=Outcome.NOTHING)
        if path.exit is Exit.ENDS:
            return Handling(path, Outcome.ENDED, told)
        if path.exit is Exit.RAISES:
            return Handling(path, Outcome.RAISED if self._raises_again(path.end) else Outcome.CONVERTED, told)
        return Handling(path, max((self._step(step) for step in path.steps), default=Outcome.NOTHING), told)

    def _message(self, step: cst.CSTNode) -> Outcome:
        """What a step tells, where a method that is named for logging counts for no more than that."""
        call = step.value if isinstance(step, cst.Expr) else None
        found = self._step(step)
        is_message = found is Outcome.ANSWERED and isinstance(call, cst.Call) and reports(self._unit, call)
        return Outcome.MENTIONED if is_message else found

    def _raises_again(self, end: cst.CSTNode | None) -> bool:
        if not isinstance(end, cst.Raise):
            return False
        return end.exc is None or self._unit.code(end.exc).partition(".with_traceback(")[0] == self._name

    def _step(self, step: cst.CSTNode) -> Outcome:
        match step:
            case cst.Pass() | cst.Break() | cst.Continue() | cst.Global() | cst.Nonlocal():
                return Outcome.NOTHING
            case cst.Expr():
                return self._done(step.value)
            case cst.Return():
                return self._value(step.value)
            case cst.Assign() | cst.AnnAssign():
                return Outcome.ANSWERED if _is_flag(step.value) else max(self._value(step.value), self._targets(step))
            case cst.Del():
                return Outcome.TIDIED
            case cst.BaseExpression():
                return Outcome.KEPT if self._mentions(step) else Outcome.NOTHING
            case _:
                return Outcome.KEPT if self._mentions(step) else Outcome.ANSWERED

    def _targets(self, step: cst.Assign | cst.AnnAssign) -> Outcome:
        return Outcome.KEPT if self._mentions(step) else Outcome.REPLACED

    def _done(self, expression: cst.BaseExpression) -> Outcome:
        """What an expression does whose value nobody uses."""
        call = expression.expression if isinstance(expression, cst.Await) else expression
        if not isinstance(call, cst.Call):
            return Outcome.NOTHING if isinstance(call, cst.BaseString | cst.Ellipsis) else Outcome.ANSWERED
        if any(self._records(inner) for inner in own(call)):
            return Outcome.RECORDED
        told = self._told(call)
        if told is not None:
            return told
        if self._mentions(call):
            return Outcome.KEPT
        if is_sleep(called(self._unit, call)):
            return Outcome.NOTHING
        return Outcome.TIDIED if _verb(call) in _TIDYING else Outcome.ANSWERED

    def _told(self, call: cst.Call) -> Outcome | None:
        """What a call tells that writes a message for people; None where it is not known to do that."""
        level = last_name(call.func)
        if level not in LEVELS or not called(self._unit, call).startswith(_LOGGING):
            return None
        if level in ("debug", "trace"):
            return Outcome.WHISPERED
        return Outcome.LOGGED if self._mentions(call) or level == "log" else Outcome.MENTIONED

    def _value(self, expression: cst.BaseExpression | None) -> Outcome:
        """What a value that takes the place of the result amounts to."""
        if expression is None:
            return Outcome.NOTHING
        nodes = list(own(expression))
        if any(self._records(node) for node in nodes):
            return Outcome.RECORDED
        if self._mentions(expression):
            return Outcome.KEPT
        plain = all(self._is_plain(node) for node in nodes) and not any(_says_failure(node) for node in nodes)
        return Outcome.REPLACED if plain else Outcome.ANSWERED

    def _is_plain(self, node: cst.CSTNode) -> bool:
        """Whether a part of an expression computes nothing; an empty `dict()` or a `float("nan")` does not either."""
        if isinstance(node, cst.Call):
            constant = all(isinstance(arg.value, cst.BaseString | cst.BaseNumber) for arg in node.args)
            cls = self._unit.denotes(node.func).value
            return constant and isinstance(cls, Class) and cls.name.startswith("builtins.")
        return isinstance(node, _PLAIN)

    def _mentions(self, node: cst.CSTNode) -> bool:
        """Whether the exception is read, by its name or through `sys.exc_info`."""
        return any(
            (isinstance(inner, cst.Name) and inner.value == self._name)
            or (isinstance(inner, cst.Call) and last_name(inner.func) in ("exc_info", "exception"))
            for inner in own(node)
        )

    def _records(self, node: cst.CSTNode) -> bool:
        """Whether a call keeps the traceback, or is of a function of the project that does."""
        if not isinstance(node, cst.Call):
            return False
        function = self._unit.denotes(node.func).value
        return records(node, name_of(function)) or (
            isinstance(function, Function) and self._unit.records_failures(function)
        )


_MANNERS = frozenset({"force", "maybe", "safe", "safely", "try", "wait"})
_GOES_ON = {Exit.FALLS, Exit.CONTINUES}
_LOGGING = ("builtins.print", "logging.", "loguru.", "structlog.")
_FAILURES = frozenset(
    {"error", "errored", "errors", "fail", "failed", "failure", "invalid", "unavailable", "unhealthy"}
)
_ENDING = frozenset(
    {
        "alive", "cancelled", "close", "closed", "closing", "disposed", "exit", "exiting", "finalizing", "running",
        "shutdown", "shutting", "stop", "stopped", "stopping", "terminated",
    }
)  # fmt: skip
_TELLING = frozenset({"quiet", "silent"})
_TIDYING = (CLOSING | {"reset"}) - {
    "cancel",
    "deregister",
    "disconnect",
    "logout",
    "quit",
    "shutdown",
    "stop",
    "unregister",
    "unsubscribe",
}
"""What changes nothing for others; to stop or to disconnect is an answer."""
_PLAIN = (
    cst.Name, cst.Attribute, cst.BaseNumber, cst.BaseString, cst.Ellipsis, cst.UnaryOperation, cst.BaseElement,
    cst.Tuple, cst.List, cst.Set, cst.Dict, cst.BaseDictElement, cst.Arg, cst.FormattedStringText,
    cst.FormattedStringExpression,
)  # fmt: skip


def _is_flag(value: cst.BaseExpression | None) -> bool:
    """Whether what is assigned tells later code that something failed."""
    return isinstance(value, cst.Name) and value.value in ("True", "False")


def _says_failure(node: cst.CSTNode) -> bool:
    """Whether a name or text says that something went wrong, as in `Status.FAILED` and `{"status": "error"}`."""
    text = node.value if isinstance(node, cst.Name | cst.SimpleString) else ""
    return bool(words_of(text) & _FAILURES)
