"""What calls do, as far as retries are concerned: reach outside, only compute, report, pause or perhaps raise.

Names alone decide only towards silence: a call that is not known counts as one that reaches outside, unless its name
says that it computes, reports or pauses.
"""

import re
from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.failure.places import calls_in, own
from sadpath.analysis.syntax.tree import walk
from sadpath.rule import Class, Unit, last_name, members, name_of


def words_of(name: str) -> frozenset[str]:
    """The words of an identifier in lower case: `wait_for`, `waitFor` and `WaitFor` have `wait` and `for`."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def function_name(call: cst.Call) -> str:
    """The last name of what is called; "" where that is computed."""
    return last_name(call.func) if isinstance(call.func, cst.Name | cst.Attribute) else ""


def called(unit: Unit, call: cst.Call) -> str:
    """The dotted name of what is called; "" where it is not known or may be several things."""
    return name_of(unit.denotes(call.func).value)


def attempt(unit: Unit, body: Sequence[cst.BaseStatement]) -> cst.Call | None:
    """The call that an attempt is about: of those that reach outside the first, if possible one that is always made."""
    calls = [call for call in calls_in(*body) if reaches_outside(unit, call)]
    certain = {*calls_in(*(line for line in body if not isinstance(line, cst.If)))}
    branches = {*calls_in(*(node.body for node in own(*body) if isinstance(node, cst.If)))}

    def rank(call: cst.Call) -> tuple[bool, ...]:
        known = unit.libraries.timeout(called(unit, call)) is not None and not pauses(unit, call)
        awaited = isinstance(unit.parent(call), cst.Await)
        is_tool = bool(words_of(function_name(call)) & _TOOL_WORDS) or _makes_object(unit, call)
        return (call not in certain, call not in branches, not known, is_tool, not awaited)

    chosen = min(calls, key=rank, default=None)
    return _wrapped(unit, chosen) if chosen else None


def _wrapped(unit: Unit, call: cst.Call) -> cst.Call:
    """What a wrapper such as `asyncio.shield` or `wait_for` is given to run, where it is called there."""
    given = call.args[0].value if call.args else None
    return given if isinstance(given, cst.Call) and called(unit, call).startswith("asyncio.") else call


def reaches_outside(unit: Unit, call: cst.Call) -> bool:
    """Whether the call may do something that fails for reasons outside of this code."""
    name = called(unit, call)
    if unit.libraries.timeout(name) or name in _OUTSIDE:
        return True
    if reports(unit, call) or pauses(unit, call) or asks_user(call):
        return False
    if computes(unit, call) or function_name(call) in _COMPUTING_METHODS:
        return False
    return not _makes_exception(unit, call) and not words_of(function_name(call)) & _COMPUTING_WORDS


def computes(unit: Unit, call: cst.Call) -> bool:
    """Whether the call is of a function, or named as a method of plain values, that reaches nothing outside."""
    return only_computes(called(unit, call), function_name(call))


def only_computes(name: str, function: str) -> bool:
    """The same for the dotted name of what is called, "" where that is not known, and its last name."""
    module = name.partition(".")[0] in _COMPUTING_MODULES and name not in _OUTSIDE
    return module or name in _OF_THE_INSTALLATION or function in _METHODS_OF_VALUES


def reports(unit: Unit, call: cst.Call) -> bool:
    """Whether the call only tells someone: logging, printing, warning, counting for statistics."""
    name = called(unit, call)
    if name in _REPORTING or name.startswith(("logging.", "traceback.", "warnings.")):
        return True
    function = function_name(call)
    if isinstance(call.func, cst.Attribute):
        receiver = words_of(last_name(call.func.value))
        told = function in _LOGGING_METHODS or bool(receiver & _LOGGERS and function in _LOUD_METHODS)
        return told or bool(_LOGGING_PREFIX.match(function))
    return bool(words_of(function) & _REPORTING_WORDS)


def pauses(unit: Unit, call: cst.Call) -> bool:
    """Whether the call may let time pass before it returns, judged by its name where no more is known."""
    return sleeps(unit, call) or bool(words_of(function_name(call)) & _PAUSING_WORDS)


def does_nothing(unit: Unit, call: cst.Call) -> bool:
    """Whether the call only tells someone, or lets time pass."""
    return reports(unit, call) or pauses(unit, call)


def is_sleep(name: str) -> bool:
    """Whether a dotted name is a function that does nothing but let the time pass that it is given."""
    return name in _SLEEPS


def sleeps(unit: Unit, call: cst.Call) -> bool:
    """Whether the call is a sleep, or is named as one."""
    return is_sleep(called(unit, call)) or "sleep" in words_of(function_name(call))


def may_give_up(unit: Unit, call: cst.Call, exception: str) -> bool:
    """Whether a helper that a handler calls may end the retries: it is given the exception, or its name says so."""
    if reports(unit, call) or function_name(call) in _COMPUTING_METHODS:
        return False
    if words_of(function_name(call)) & _RAISING_WORDS:
        return True
    if sleeps(unit, call) or called(unit, call).startswith("builtins.") or _makes_exception(unit, call):
        return False
    return any(_mentions(argument, exception) for argument in call.args)


def is_fresh(call: cst.Call) -> bool:
    """Whether the call gives something else each time: the next candidate, or a random one."""
    name = function_name(call)
    if name in ("pop", "popleft", "popitem"):
        return not any(isinstance(argument.value, cst.SimpleString) for argument in call.args)
    return bool(words_of(name) & _FRESH_WORDS)


def takes_next(call: cst.Call) -> bool:
    """Whether the call takes, by its name, the next thing from outside: after a failure it is another one."""
    return bool(words_of(function_name(call)) & _STREAM_WORDS)


def takes_turns(call: cst.Call) -> bool:
    """Whether the call does, by its name, one step of a lasting job: it waits for the next thing, or handles one."""
    return bool(words_of(function_name(call)) & _TURN_WORDS)


def connects(expression: cst.BaseExpression) -> bool:
    """Whether an expression is a call that, by its name, opens a connection."""
    return isinstance(expression, cst.Call) and bool(words_of(last_name(expression)) & {"connect", "connection"})


def closes(call: cst.Call) -> bool:
    """Whether a call, by its name, closes something: that takes no time to speak of, and makes nothing better."""
    return bool(words_of(function_name(call)) & {"close", "aclose", "disconnect"})


def lasts(call: cst.Call) -> bool:
    """Whether a call, by its name, goes on as long as a connection stands."""
    return bool(
        words_of(function_name(call)) & {"listen", "consume", "consuming", "forever", "serve", "receive", "run"}
    )


def returns_value(unit: Unit, step: cst.CSTNode) -> bool:
    """Whether a step is a call of Twisted's `returnValue`, which leaves a generator as `return` leaves a function."""
    if not isinstance(step, cst.Expr) or not isinstance(step.value, cst.Call):
        return False
    return called(unit, step.value).endswith("defer.returnValue")


def makes_unique(call: cst.Call) -> bool:
    """Whether the call makes up a name or key that is hoped to be free."""
    return bool(words_of(function_name(call)) & _UNIQUE_WORDS)


def asks_user(call: cst.Call) -> bool:
    """Whether the call waits for someone to type something."""
    return function_name(call) in _ASKING


def is_wait_in_slices(call: cst.Call) -> bool:
    """Whether the call waits, for the time that it is given, for something that goes on meanwhile."""
    timed = any(argument.keyword is None or "timeout" in argument.keyword.value for argument in call.args)
    return timed and bool(words_of(function_name(call)) & _WAITING_WORDS)


def _mentions(node: cst.CSTNode, name: str) -> bool:
    return bool(name) and any(isinstance(inner, cst.Name) and inner.value == name for inner in walk(node))


def _makes_object(unit: Unit, call: cst.Call) -> bool:
    return isinstance(unit.denotes(call.func).value, Class)


def _makes_exception(unit: Unit, call: cst.Call) -> bool:
    values = members(unit.denotes(call.func).value)
    return any(isinstance(value, Class) and unit.is_exception(value, "builtins.BaseException") for value in values)


_TOOL_WORDS = frozenset({"client", "session", "cursor", "headers", "config", "time", "timer"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SLEEPS = frozenset(
    {
        "anyio.sleep", "asyncio.sleep", "asyncio.tasks.sleep", "curio.sleep", "eventlet.greenthread.sleep",
        "eventlet.sleep", "gevent.sleep", "time.sleep", "tornado.gen.sleep", "trio.sleep",
    }
)  # fmt: skip
_OUTSIDE = frozenset({"builtins.open", "io.open", "os.open"})
_OF_THE_INSTALLATION = frozenset(
    {
        "importlib.metadata.metadata", "importlib.metadata.version", "importlib_metadata.metadata",
        "importlib_metadata.version", "pkg_resources.get_distribution", "pkgutil.get_data",
    }
)  # fmt: skip
_REPORTING = frozenset({"builtins.print", "click.echo", "click.secho", "typer.echo", "rich.print"})
_LOGGING_METHODS = frozenset({"debug", "info", "warning", "warn", "exception", "print", "print_exc", "format_exc"})
_LOUD_METHODS = frozenset({"error", "critical", "fatal", "log", "msg", "trace", "success", "notice", "emit", "write"})
_LOGGERS = frozenset({"log", "logger", "logging", "stderr", "stdout", "console", "loguru", "metrics", "statsd"})
_LOGGING_PREFIX = re.compile(r"_*(log|warn|debug)(_|$|[A-Z])")
_REPORTING_WORDS = frozenset(
    {"log", "logger", "print", "echo", "warn", "warning", "debug", "info", "str", "repr", "format"}
)
_PAUSING_WORDS = frozenset(
    {"sleep", "sleeper", "wait", "waits", "backoff", "delay", "pause", "throttle", "cooldown", "cool", "nap"}
)
_WAITING_WORDS = frozenset(
    {
        "accept", "acquire", "communicate", "consume", "drain", "events", "exception", "expect", "fetch", "get",
        "join", "next", "poll", "read", "readline", "receive", "recv", "recvfrom", "result", "results", "select",
        "wait",
    }
)  # fmt: skip
_STREAM_WORDS = frozenset({"recv", "receive", "recvfrom", "recvmsg", "accept", "readline", "select", "poll", "waitpid"})
_TURN_WORDS = frozenset(
    {
        "accept", "acquire", "beat", "check", "dequeue", "dispatch", "drain", "flush", "get", "handle", "heartbeat",
        "iterate", "iteration", "join", "listen", "next", "once", "one", "ping", "poll", "pop", "process", "publish",
        "read", "readline", "receive", "recv", "recvfrom", "refresh", "select", "send", "serve", "step", "sync",
        "tick", "turn", "update", "write",
    }
)  # fmt: skip
_RAISING_WORDS = frozenset(
    {
        *("raise", "raises", "reraise", "abort", "fail", "give", "exit", "die", "check", "ensure"),
        *("limit", "budget", "attempt", "attempts", "retry", "retries", "breaker", "expire", "expired", "bail"),
    }
)
_FRESH_WORDS = frozenset(
    {
        *("next", "random", "choice", "choices", "randint", "randrange", "randbits", "shuffle", "sample", "draw"),
        *("numbered", "unique", "nowait", "dequeue"),
    }
)
_UNIQUE_WORDS = frozenset(
    {
        *_FRESH_WORDS, "generate", "generator", "hex", "id", "mktemp", "slug", "token", "unique", "urlsafe", "uuid",
        "uuid4",
    }
)  # fmt: skip
_ASKING = frozenset(
    {
        "ask", "choose", "cmdloop", "confirm", "get_input", "get_wch", "getch", "getche", "getkey", "getpass",
        "getstr", "input", "interact", "prompt", "raw_input", "read_key", "readkey", "unsafe_ask",
    }
)  # fmt: skip
_COMPUTING_MODULES = frozenset(
    {
        "abc", "ast", "base64", "binascii", "bisect", "builtins", "calendar", "collections", "contextlib", "copy",
        "dataclasses", "datetime", "decimal", "enum", "errno", "fractions", "functools", "hashlib", "heapq", "hmac",
        "html", "inspect", "itertools", "json", "math", "numbers", "operator", "random", "re", "secrets",
        "statistics", "string", "struct", "textwrap", "time", "types", "typing", "uuid", "weakref",
    }
)  # fmt: skip
_METHODS_OF_VALUES = frozenset(
    {
        "capitalize", "casefold", "decode", "dumps", "encode", "endswith", "format", "fromisoformat", "fromtimestamp",
        "hexdigest", "isdigit", "isoformat", "items", "json", "keys", "ljust", "loads", "lower", "lstrip",
        "partition", "removeprefix", "removesuffix", "replace", "rjust", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strftime", "strip", "strptime", "title", "total_seconds", "upper", "urlparse",
        "urlsplit", "values", "zfill",
    }
)  # fmt: skip
_COMPUTING_METHODS = frozenset(
    {
        "add", "append", "cast", "clear", "copy", "count", "decode", "discard", "done", "dumps", "encode", "endswith",
        "extend", "float", "format", "getattr", "group", "hexdigest", "index", "insert", "int", "is_set",
        "isinstance", "isoformat", "items", "json", "keys", "len", "loads", "lower", "makedirs", "match", "mkdir",
        "partial", "pop", "popleft", "raise_for_status", "remove", "replace", "search", "set", "set_exception",
        "set_result", "setdefault", "sort", "split", "startswith", "strip", "throw", "update", "upper", "values",
    }
)  # fmt: skip
_COMPUTING_WORDS = frozenset(
    {
        "calculate", "choice", "cholesky", "coerce", "compile", "compute", "convert", "eval", "format", "match",
        "normalize", "parse", "parsed", "parser", "random", "render", "sample", "shuffle", "solve", "tokenize",
        "validate",
    }
)  # fmt: skip
