"""What a caught exception says about the failed attempt, as far as retries are concerned."""

import re
from enum import Enum

import libcst as cst

from sadpath.analysis.syntax.tree import walk
from sadpath.rule import Catcher, Display, Unit, Value, last_name, members, name_of


class Cause(Enum):
    """Why an attempt failed."""

    CONTROL = "the loop is steered by it: the end of something, bad input, not ready yet, a cancellation"
    RACE = "another writer was faster"
    TIMEOUT = "time ran out"
    CONNECTION = "the other side is not there"
    REFUSED = "the other side does not accept who asks"
    ANY = "anything"
    OTHER = "something else"


def causes(unit: Unit, catcher: Catcher) -> frozenset[Cause]:
    """The causes for which the handler, or `with suppress(...)`, stops exceptions."""
    if isinstance(catcher, cst.With):
        return frozenset(
            cause
            for item in suppressing_items(unit, catcher)
            for arg in item.args
            for cause in _causes(unit, arg.value)
        )
    return _causes(unit, catcher.type) if catcher.type else frozenset({Cause.ANY})


def suppressing_items(unit: Unit, statement: cst.With) -> list[cst.Call]:
    """The calls of `contextlib.suppress` that a `with` statement enters."""
    return [item.item for item in statement.items if isinstance(item.item, cst.Call) and _is_suppress(unit, item.item)]


def caught_name(catcher: Catcher) -> str:
    """The name that a handler gives the exception, or ""."""
    if isinstance(catcher, cst.With) or catcher.name is None:
        return ""
    return last_name(catcher.name.name)


def catches(unit: Unit, catcher: Catcher, raised: cst.BaseExpression) -> bool:
    """Whether the handler stops an exception of a class for certain."""
    if isinstance(catcher, cst.With) or Cause.ANY in causes(unit, catcher) or catcher.type is None:
        return not isinstance(catcher, cst.With)
    types = (
        [element.value for element in catcher.type.elements] if isinstance(catcher.type, cst.Tuple) else [catcher.type]
    )
    names = [name_of(unit.denotes(one).value) for one in types]
    value = unit.denotes(raised).value
    same = any(last_name(one) == last_name(raised) for one in types)
    return same or unit.is_exception(value, *(name for name in names if name))


def catches_network(catcher: Catcher) -> bool:
    """Whether a handler names a common base of what goes wrong on a network, which is raised for much else, too."""
    if isinstance(catcher, cst.With) or catcher.type is None:
        return False
    types = (
        [element.value for element in catcher.type.elements] if isinstance(catcher.type, cst.Tuple) else [catcher.type]
    )
    return any(last_name(one) in _NETWORK for one in types)


def is_not_ready(expression: cst.BaseExpression) -> bool:
    """Whether a test asks if the failure only means "not yet": `EINTR`, `EAGAIN`, an SSL want, a name that is taken."""
    return any(isinstance(node, cst.Name) and node.value in _NOT_READY for node in walk(expression))


def asks_for_race(expression: cst.BaseExpression) -> bool:
    """Whether a test asks if the failure is that another writer was faster."""
    return any(isinstance(node, cst.Name) and _RACE.search(node.value) for node in walk(expression))


def _is_suppress(unit: Unit, call: cst.Call) -> bool:
    values = members(unit.denotes(call.func).value)
    return any(getattr(value, "name", "") in ("contextlib.suppress", "suppress") for value in values)


def _causes(unit: Unit, expression: cst.BaseExpression) -> frozenset[Cause]:
    if isinstance(expression, cst.Tuple):
        return frozenset(cause for element in expression.elements for cause in _causes(unit, element.value))
    named = _named_cause(last_name(expression), unit.code(expression))
    value = unit.denotes(expression).value
    if isinstance(value, Display):
        return frozenset(_cause(unit, item) or named or Cause.OTHER for item in value.items)
    return frozenset(_cause(unit, item) or named or Cause.OTHER for item in members(value))


def _cause(unit: Unit, value: Value) -> Cause | None:
    if unit.is_exception(value, *_CONTROL):
        return Cause.CONTROL
    if unit.is_exception(value, "builtins.TimeoutError", "asyncio.TimeoutError", "concurrent.futures.TimeoutError"):
        return Cause.TIMEOUT
    if unit.is_exception(value, "builtins.ConnectionError"):
        return Cause.CONNECTION
    return None


def _named_cause(name: str, code: str) -> Cause | None:
    if (
        name.lstrip("_") in _CONTROL_NAMES
        or _READINESS.search(name)
        or code in ("curses.error", "locale.Error", "re.error")
    ):
        return Cause.CONTROL
    if name in ("Exception", "BaseException", "StandardError"):
        return Cause.ANY
    if _RACE.search(name):
        return Cause.RACE
    if _TIMEOUT.search(name) or code == "socket.timeout":
        return Cause.TIMEOUT
    if _CONNECTION.search(name):
        return Cause.CONNECTION
    return Cause.REFUSED if _REFUSED.search(name) else None


_CONTROL = (
    *("asyncio.CancelledError", "queue.Empty", "queue.Full", "ssl.SSLWantReadError", "ssl.SSLWantWriteError"),
    *("builtins.LookupError", "builtins.ValueError", "builtins.TypeError", "builtins.AttributeError"),
    *("builtins.NameError", "builtins.ImportError", "builtins.EOFError", "builtins.StopIteration"),
    *("builtins.StopAsyncIteration", "builtins.KeyboardInterrupt", "builtins.SystemExit", "builtins.GeneratorExit"),
    *("builtins.SyntaxError", "builtins.BlockingIOError", "builtins.InterruptedError", "builtins.FileExistsError"),
    *("builtins.ArithmeticError", "builtins.NotImplementedError", "builtins.RecursionError", "builtins.MemoryError"),
)
_CONTROL_NAMES = frozenset(
    {
        *(name.rpartition(".")[2] for name in _CONTROL),
        *("IndexError", "KeyError", "ZeroDivisionError", "UnicodeDecodeError", "UnicodeError", "JSONDecodeError"),
        *("QueueEmpty", "QueueFull", "WouldBlock", "WantReadError", "WantWriteError", "ValidationError", "Abort"),
        *("ParseError", "ParserError", "SyntaxError", "LinAlgError", "ArgumentError", "Cancelled", "EndOfStream"),
        *("Restart", "Retry", "TryAgain", "Again", "Redo", "Skip", "Continue", "Stop", "Break", "Exit", "Quit"),
        *("EEXIST", "ENOENT", "EBUSY", "UnsatisfiedAssumption"),
        *("CancelledError", "SkipTest", "NoSuchElementException", "ParsingError", "DecodeError", "IncompleteReadError"),
    }
)
_READINESS = re.compile(r"interrupt|would_?block|select_?error", re.IGNORECASE)
_RACE = re.compile(
    r"watch_?error|integrity|stale_?data|optimistic|conflict|serializ|deadlock|concurren|unique_?violation|duplicate"
    r"|already_?exists|not_?unique|collision|locked|version_?mismatch|transaction_?aborted|revision_?mismatch",
    re.IGNORECASE,
)
_TIMEOUT = re.compile(r"tim(e|ed)_?out", re.IGNORECASE)
_CONNECTION = re.compile(
    r"[Cc]onnect|Network(?!X)|Broker|Unreachable|Unavailable|Operational|Disconnect|Transport|WebSocket|Socket"
)
_REFUSED = re.compile(r"Unauthori[sz]ed|Forbidden|Auth(?!or)|Token|Credential|Session(Expired|Invalid)|LoginRequired")
_NETWORK = frozenset({"OSError", "IOError", "ClientError", "RequestException", "RequestError", "HTTPError"})
_NOT_READY = frozenset(
    {
        *("EINTR", "EAGAIN", "EWOULDBLOCK", "EINPROGRESS", "EALREADY", "EEXIST", "SSL_ERROR_WANT_READ"),
        *("SSL_ERROR_WANT_WRITE", "ENOTCONN", "WSAEWOULDBLOCK", "ENOENT", "EADDRINUSE"),
    }
)
