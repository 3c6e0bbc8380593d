"""What becomes of an exception on each way through the handler that caught it.

Names alone decide only towards silence: what is called `exception` or `capture_exception` records, whatever it is, and
a call that is not known may tell of the exception.
"""

import libcst as cst

from sadpath.analysis.effects import called, is_sleep, last_name, words_of
from sadpath.analysis.places import own
from sadpath.rule import Catcher, Class, Exit, Handling, Outcome, Path, Unit

CLOSING = frozenset(
    {
        "aclose", "cancel", "cleanup", "clear", "close", "closed", "deregister", "detach", "disconnect", "dispose",
        "flush", "join", "logout", "quit", "release", "remove", "reset", "rmdir", "rmtree", "rollback", "shutdown",
        "stop", "teardown", "unlink", "unlock", "unregister", "unsubscribe",
    }
)  # fmt: skip
"""Words in the names of calls that release something."""


def handlings(unit: Unit, node: Catcher) -> tuple[Handling, ...]:
    """Each way through a handler with what becomes of the exception; one way where nothing is known to leave it.

    Where the code asks whether it is shutting down, only what it does otherwise counts.
    """
    if isinstance(node, cst.With):
        return (Handling(Path((), Exit.FALLS), Outcome.NOTHING),)
    bound = node.name.name if node.name else None
    reader = _Reader(unit, bound.value if isinstance(bound, cst.Name) else "")
    ways = tuple(Handling(path, reader.outcome(path)) for path in unit.paths(node.body))
    if not ways:
        return (Handling(Path((), Exit.FALLS), Outcome.ANSWERED),)
    asking = [way for way in ways if _asks_for_end(way.path)]
    otherwise = max((way.outcome for way in asking), default=Outcome.NOTHING)
    return tuple(way for way in ways if way not in asking or way.outcome is otherwise)


class _Reader:
    """Reads the steps of one handler. `name` is what the exception is bound to, or ""."""

    def __init__(self, unit: Unit, name: str) -> None:
        self._unit = unit
        self._name = name

    def outcome(self, path: Path) -> Outcome:
        """The best thing that happens to the exception on the way."""
        if path.exit is Exit.ENDS:
            return Outcome.ENDED
        if path.exit is Exit.RAISES:
            return Outcome.RAISED if self._raises_again(path.end) else Outcome.CONVERTED
        return max((self._step(step) for step in path.steps), default=Outcome.NOTHING)

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
        return Outcome.TIDIED if words_of(last_name(call.func)) & CLOSING else Outcome.ANSWERED

    def _told(self, call: cst.Call) -> Outcome | None:
        """What a call tells that writes a message for people; None where it is not known to do that."""
        name = called(self._unit, call)
        level = last_name(call.func)
        if name != "builtins.print" and not (name.startswith(_LOGGING) and level in _LEVELS):
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
        return Outcome.REPLACED if all(self._is_plain(node) for node in nodes) else Outcome.ANSWERED

    def _is_plain(self, node: cst.CSTNode) -> bool:
        """Whether a part of an expression computes nothing; an empty `dict()` or a `float("nan")` does not either."""
        if isinstance(node, cst.Call):
            return isinstance(value := self._unit.denotes(node.func).value, Class) and value.name.startswith(
                "builtins."
            )
        return isinstance(node, _PLAIN)

    def _mentions(self, node: cst.CSTNode) -> bool:
        """Whether the exception is read, by its name or through `sys.exc_info`."""
        return any(
            (isinstance(inner, cst.Name) and inner.value == self._name)
            or (isinstance(inner, cst.Call) and last_name(inner.func) in ("exc_info", "exception"))
            for inner in own(node)
        )

    def _records(self, node: cst.CSTNode) -> bool:
        """Whether a call keeps the traceback: in a log, on a stream, in an error tracker, in a string."""
        if not isinstance(node, cst.Call):
            return False
        if last_name(node.func) in _RECORDERS or called(self._unit, node).startswith("traceback."):
            return True
        return any(
            arg.keyword and arg.keyword.value in _TRACEBACK_ARGUMENTS and not _is_off(arg.value) for arg in node.args
        )


_LOGGING = ("logging.", "loguru.", "structlog.")
_LEVELS = frozenset(
    {"trace", "debug", "info", "success", "notice", "warn", "warning", "error", "critical", "fatal", "log"}
)
_RECORDERS = frozenset(
    {
        "capture_exception", "captureException", "exception", "excepthook", "format_exc", "format_exception",
        "handleError", "log_exception", "notice_error", "print_exc", "print_exception", "record_exception",
        "report_exc_info",
        "showtraceback", "call_exception_handler",
    }
)  # fmt: skip
_ENDING = frozenset(
    {
        "alive", "cancelled", "closed", "closing", "disposed", "exiting", "finalizing", "running", "shutdown", "stop",
        "stopped", "stopping", "terminated",
    }
)  # fmt: skip
_TRACEBACK_ARGUMENTS = frozenset({"exc_info", "exception", "stack_info", "with_traceback"})
_PLAIN = (
    cst.Name, cst.Attribute, cst.BaseNumber, cst.BaseString, cst.Ellipsis, cst.UnaryOperation, cst.BaseElement,
    cst.Tuple, cst.List, cst.Set, cst.Dict, cst.BaseDictElement, cst.Arg, cst.FormattedStringText,
    cst.FormattedStringExpression,
)  # fmt: skip


def _asks_for_end(path: Path) -> bool:
    """Whether a test on the way asks if all this is about to end anyway."""
    tests = (step for step in path.steps if isinstance(step, cst.BaseExpression))
    return any(isinstance(inner, cst.Name) and words_of(inner.value) & _ENDING for test in tests for inner in own(test))


def _is_flag(value: cst.BaseExpression | None) -> bool:
    """Whether what is assigned tells later code that something failed."""
    return isinstance(value, cst.Name) and value.value in ("True", "False")


def _is_off(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value in ("False", "None")
