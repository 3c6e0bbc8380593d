"""Guarded code of whose failure there is nothing to tell: a look at what is at hand, or a question that is asked again.

Names alone decide only towards silence: what has the name of a look-up or a readiness probe counts as one.
"""

import re
from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.failure.effects import called, words_of
from sadpath.analysis.failure.harm import leaves_loop, loop_around
from sadpath.analysis.failure.places import own
from sadpath.analysis.syntax.flow import truth_of
from sadpath.rule import Catcher, Handling, Outcome, Unit, last_name


def only_looks_up(unit: Unit, body: cst.BaseSuite, calls: Sequence[cst.Call]) -> bool:
    """Whether code only asks mappings, texts and paths for what they have, so that next to nothing of it can fail."""
    guarded = list(own(body))
    if any(isinstance(node, cst.Await | cst.Raise | cst.With | cst.Yield) for node in guarded):
        return False
    looks_first = any(isinstance(node, cst.ComparisonTarget) and isinstance(node.operator, cst.In) for node in guarded)
    takes_parts = any(_takes_part(unit, node) or (not looks_first and _unpacks(node)) for node in guarded)
    return bool(calls) and not takes_parts and all(looks_up(called(unit, call), call) for call in calls)


def looks_up(name: str, call: cst.Call) -> bool:
    """Whether a call only asks a mapping, text or path for what it has, by its dotted name or, if "", its last one."""
    method = last_name(call.func)
    if name in _LOOK_UPS or name.startswith(_LOCAL):
        return name not in _TOUCHING
    if name == "builtins.getattr":
        return len(call.args) > len(("object", "name"))
    if not isinstance(call.func, cst.Attribute) or (name and not name.startswith(_MAPPINGS)):
        return False
    if method == "get":
        has_default = len(call.args) == len(("key", "default")) and not any(arg.keyword for arg in call.args)
        return bool(name) or has_default or last_name(call.func.value).lower().strip("_") in _NAMED_MAPPINGS
    return method in _OF_TEXTS


def takes_by_word(call: cst.Call) -> bool:
    """Whether a call is `get("word")` of what is not named as something remote."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "get" or len(call.args) != 1:
        return False
    key = call.args[0].value
    is_word = isinstance(key, cst.SimpleString) and str(key.evaluated_value).isidentifier()
    return is_word and not words_of(last_name(call.func.value)) & _REMOTE


def is_probe(unit: Unit, node: Catcher, body: cst.BaseSuite, ways: Sequence[Handling]) -> bool:
    """Whether a loop with an end asks until something is ready, where a failure only means "not yet"."""
    loop = loop_around(unit, node)
    if loop is None or (isinstance(loop, cst.While) and truth_of(loop.test) is not None):
        return False
    waits = all(way.outcome is Outcome.NOTHING for way in ways)
    return waits and leaves_loop(unit, node) and not _gives_result(body) and _asks_whether_ready(unit, node, body)


def is_own_module(unit: Unit, statement: cst.CSTNode) -> bool:
    """Whether an import is of the package that the file is part of, judged by the file's path."""
    match statement:
        case cst.ImportFrom(module=module, relative=relative):
            names = ["" if relative or module is None else unit.code(module)]
        case cst.Import():
            names = [unit.code(alias.name) for alias in statement.names]
        case _:
            return False
    return any(name.partition(".")[0] in ("", *unit.path.split("/")) for name in names)


def is_suppressor(function: cst.FunctionDef) -> bool:
    """Whether a context manager does nothing but suppress exceptions, and says so."""
    lines = function.body.body
    docstring = function.get_docstring() or ""
    if len(lines) != (2 if docstring else 1) or not isinstance(lines[-1], cst.Try):
        return False
    block = lines[-1].body.body
    yields = [inner for line in block for inner in own(line) if isinstance(inner, cst.Yield)]
    is_empty = len(block) == 1 and len(yields) == 1 and yields[0].value is None
    return is_empty and bool(_SUPPRESSING.search(f"{function.name.value} {docstring}"))


def _takes_part(unit: Unit, node: cst.CSTNode) -> bool:
    """Whether an item is read that may be missing; the first part of a text that was split never is."""
    if not isinstance(node, cst.Subscript) or isinstance(unit.parent(node), cst.AssignTarget):
        return False
    is_first = [unit.code(element) for element in node.slice] == ["0"]
    return not (is_first and isinstance(node.value, cst.Call) and last_name(node.value.func) in ("split", "rsplit"))


def _unpacks(node: cst.CSTNode) -> bool:
    """Whether an assignment needs a certain number of parts."""
    return isinstance(node, cst.AssignTarget) and isinstance(node.target, cst.Tuple | cst.List)


def _gives_result(body: cst.BaseSuite) -> bool:
    """Whether success returns more than that it was one."""
    returned = [node.value for node in own(body) if isinstance(node, cst.Return)]
    return any(value is not None and truth_of(value) is None for value in returned)


def _asks_whether_ready(unit: Unit, node: Catcher, body: cst.BaseSuite) -> bool:
    function = unit.scope(node)
    names = [function.name.value] if isinstance(function, cst.FunctionDef) else []
    for inner in own(body):
        if isinstance(inner, cst.Call):
            names.append(last_name(inner.func))
        elif isinstance(inner, cst.SimpleString | cst.FormattedStringText):
            names.append(inner.value)
    return any(words_of(name) & _READINESS for name in names)


_SUPPRESSING = re.compile(r"suppress|ignor|swallow|silenc|no_?raise", re.IGNORECASE)
_LOOK_UPS = frozenset(
    {
        "builtins.bool", "builtins.hasattr", "builtins.isinstance", "builtins.len", "builtins.type",
        "pathlib.Path", "pathlib.Path.absolute", "pathlib.Path.resolve", "pathlib.PurePath",
    }
)  # fmt: skip
_LOCAL = ("os.path.", "posixpath.", "ntpath.", "genericpath.", "contextvars.ContextVar.", "_contextvars.ContextVar.")
_TOUCHING = frozenset({"os.path.getatime", "os.path.getctime", "os.path.getmtime", "os.path.getsize"})
"""What fails for a file that is not there."""
_MAPPINGS = ("builtins.", "collections.", "os.environ", "typing.")
_REMOTE = frozenset({"api", "cache", "client", "conn", "connection", "db", "http", "redis", "session", "store"})
_NAMED_MAPPINGS = frozenset({"args", "cookies", "environ", "headers", "params", "query_params"})
_OF_TEXTS = frozenset(
    {
        "casefold", "endswith", "isdigit", "items", "keys", "lower", "lstrip", "partition", "removeprefix",
        "removesuffix", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "title",
        "upper", "values",
    }
)  # fmt: skip
_READINESS = frozenset(
    {"alive", "health", "healthy", "healthz", "live", "livez", "ping", "probe", "reachable", "readiness", "ready"}
    | {"readyz", "startup"}
)
