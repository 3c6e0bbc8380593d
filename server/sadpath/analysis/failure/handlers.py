"""What code that stops exceptions catches, guards, and does with what it caught."""

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from sadpath.analysis.failure.cancellation import is_wait, loss
from sadpath.analysis.failure.effects import called, computes, reaches_outside, reports, words_of
from sadpath.analysis.failure.harm import attempt, harm, instead, leaves_loop, loop_around
from sadpath.analysis.failure.harmless import is_own_module, is_probe, is_suppressor, looks_up, only_looks_up
from sadpath.analysis.failure.outcomes import LEVELS, handlings, later, releases
from sadpath.analysis.failure.places import own, stored
from sadpath.rule import Catcher, Display, Function, Handler, Unit, Value, Width, Work, last_name, members, name_of


def handler(unit: Unit, node: cst.CSTNode) -> Handler | None:
    """All that rules want to know of a handler, or of a `with suppress(...)`, that stops all errors or cancellation."""
    if not isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler | cst.With):
        return None
    types = _types(unit, node)
    if types is None:
        return None
    caught = tuple(value for expression in types for value in _classes(unit, expression))
    width = _width(unit, node, caught)
    cancellation = _stops_cancellation(unit, node, caught)
    return _judged(unit, node, caught, width, cancellation) if cancellation or width is not Width.NARROW else None


def _judged(unit: Unit, node: Catcher, caught: tuple[Value, ...], width: Width, cancellation: bool) -> Handler:
    body = node.body if isinstance(node, cst.With) else _try(unit, node).body
    guarded = list(own(body))
    calls = tuple(inner for inner in guarded if isinstance(inner, cst.Call))
    doubtful = tuple(call for call in calls if reaches_outside(unit, call))
    ways = handlings(unit, node)
    waits = any(is_wait(inner) for inner in guarded)
    on_purpose = any(_is_cancellation(unit, value) for value in caught)
    return Handler(
        node=node,
        clause=_clause(unit, node),
        attempt=attempt(unit, body, doubtful or calls),
        instead=instead(unit, min(ways, key=lambda way: way.outcome)),
        body=body,
        width=width,
        ways=ways,
        work=Work.PROBE if is_probe(unit, node, body, ways) else _work(unit, node, body, calls),
        calls=doubtful,
        waits=waits,
        harm=harm(unit, node, body, ways),
        remark="" if isinstance(node, cst.With) else _remark(unit.comments(node)),
        excused=_excused(unit, node, guarded),
        final=_is_final(unit, node),
        tidying=_tidying(unit, node),
        announced=_announced(unit, node),
        loss=loss(unit, node, body, ways, on_purpose) if waits and cancellation else None,
    )


def _types(unit: Unit, node: Catcher) -> Sequence[cst.BaseExpression] | None:
    """The expressions that say what is caught; none for a bare `except`. None for a `with` without `suppress`."""
    if not isinstance(node, cst.With):
        return () if node.type is None else (node.type,)
    suppressing = [
        item.item for item in node.items if isinstance(item.item, cst.Call) and _is_suppress(unit, item.item)
    ]
    return [arg.value for call in suppressing for arg in call.args if not arg.star] or None


def _is_suppress(unit: Unit, manager: cst.BaseExpression) -> bool:
    return isinstance(manager, cst.Call) and called(unit, manager) == "contextlib.suppress"


def _classes(unit: Unit, expression: cst.BaseExpression) -> Iterator[Value]:
    """The classes that an expression stands for: one, or those of a tuple, written here or elsewhere."""
    if isinstance(expression, cst.Tuple):
        for element in expression.elements:
            yield from _classes(unit, element.value)
        return
    if _is_given(unit, expression):
        return
    for value in members(unit.denotes(expression).value):
        if isinstance(value, Display):
            yield from value.items
        elif name_of(value) not in _ROOTS or last_name(expression) in name_of(value):
            yield value


def _is_given(unit: Unit, expression: cst.BaseExpression) -> bool:
    """Whether the classes come from a parameter, or from `self`: an annotation there is only their common base."""
    root = expression
    while isinstance(root, cst.Attribute):
        root = root.value
    functions = [above for above in unit.ancestors(expression) if isinstance(above, cst.FunctionDef)]
    return isinstance(root, cst.Name) and any(_has_parameter(function, root.value) for function in functions)


def _has_parameter(function: cst.FunctionDef, name: str) -> bool:
    given = function.params
    return any(param.name.value == name for param in (*given.posonly_params, *given.params, *given.kwonly_params))


def _try(unit: Unit, node: cst.ExceptHandler | cst.ExceptStarHandler) -> cst.Try | cst.TryStar:
    statement = unit.parent(node)
    assert isinstance(statement, cst.Try | cst.TryStar), "a handler stands directly in its `try`"
    return statement


def _earlier(unit: Unit, node: Catcher) -> tuple[Value, ...]:
    """The classes that earlier handlers of the same `try` take."""
    if isinstance(node, cst.With):
        return ()
    handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = _try(unit, node).handlers
    before = handlers[: next(number for number, other in enumerate(handlers) if other is node)]
    return tuple(value for other in before if other.type for value in _classes(unit, other.type))


def _width(unit: Unit, node: Catcher, caught: tuple[Value, ...]) -> Width:
    names = {name_of(value) for value in caught}
    if "builtins.BaseException" in names or _is_bare(node):
        taken = {name_of(value) for value in _earlier(unit, node)}
        return Width.ERRORS if taken & _ORDERS else Width.EVERYTHING
    return Width.ERRORS if "builtins.Exception" in names else Width.NARROW


def _is_bare(node: Catcher) -> bool:
    return not isinstance(node, cst.With) and node.type is None


def _stops_cancellation(unit: Unit, node: Catcher, caught: tuple[Value, ...]) -> bool:
    stops = _is_bare(node) or any(
        name_of(value) == "builtins.BaseException" or _is_cancellation(unit, value) for value in caught
    )
    return stops and not any(_is_cancellation(unit, value) for value in _earlier(unit, node))


def _is_cancellation(unit: Unit, value: Value) -> bool:
    return name_of(value) in _CANCELLATIONS or unit.is_exception(value, *_CANCELLATIONS)


def _work(unit: Unit, node: Catcher, body: cst.BaseSuite, calls: tuple[cst.Call, ...]) -> Work:
    statements = [
        inner for line in body.body for inner in (line.body if isinstance(line, cst.SimpleStatementLine) else [line])
    ]
    imports = [statement for statement in statements if isinstance(statement, cst.Import | cst.ImportFrom)]
    if imports and not calls:
        is_all = all(statement in imports or _is_constant(statement) for statement in statements)
        is_own = any(is_own_module(unit, statement) for statement in imports)
        return Work.OPTIONAL if is_all and not is_own else Work.IMPORT
    if only_looks_up(unit, body, calls):
        return Work.LOOKUP
    if calls and all(releases(call) for call in calls):
        return Work.CLOSE
    if calls and (all(_makes_text(unit, call) for call in calls) or _only_tells(unit, body)):
        return Work.TEXT
    if _measures(unit, calls):
        return Work.COURTESY
    loop = loop_around(unit, node)
    if isinstance(loop, cst.For) and not _counts(unit, loop) and leaves_loop(unit, node):
        return Work.SEARCH
    return Work.COMPUTE if calls and all(_computes(unit, call) for call in calls) else Work.OTHER


def _is_constant(statement: cst.CSTNode) -> bool:
    """Whether a statement sets a flag."""
    return isinstance(statement, cst.Assign) and isinstance(statement.value, cst.Name | cst.BaseNumber)


def _computes(unit: Unit, call: cst.Call) -> bool:
    """Whether the call only computes, also where that is what a function of the project does."""
    function = unit.denotes(call.func).value
    return (
        computes(unit, call)
        or looks_up(called(unit, call), call)
        or (isinstance(function, Function) and unit.only_computes(function))
    )


def _makes_text(unit: Unit, call: cst.Call) -> bool:
    name = last_name(call.func)
    return (name in _TEXT and called(unit, call) == f"builtins.{name}") or (name in LEVELS and reports(unit, call))


def _measures(unit: Unit, calls: Sequence[cst.Call]) -> bool:
    """Whether code only counts or measures, for people who look at the whole: by its names, or those of its module."""
    if words_of("/".join(unit.path.split("/")[-2:])) & _OBSERVING:
        return True
    doubtful = [call for call in calls if reaches_outside(unit, call)]
    return bool(doubtful) and all(words_of(unit.code(call.func)) & _MEASURING for call in doubtful)


def _only_tells(unit: Unit, body: cst.BaseSuite) -> bool:
    """Whether all that code does is to log or print: the rest prepares what is told, under names of its own."""
    done = [node for node in own(body) if isinstance(node, cst.BaseSmallStatement)]
    told = [node for node in done if isinstance(node, cst.Expr)]
    prepared = [node for node in done if isinstance(node, cst.Assign) and "." not in "".join(stored([*own(node)]))]
    return bool(told) and len(told) + len(prepared) == len(done) and all(_tells(unit, node.value) for node in told)


def _tells(unit: Unit, call: cst.BaseExpression) -> bool:
    return isinstance(call, cst.Call) and reports(unit, call)


def _counts(unit: Unit, loop: cst.For) -> bool:
    """Whether the loop goes through numbers: then it makes attempts."""
    return isinstance(loop.iter, cst.Call) and called(unit, loop.iter) in ("builtins.range", "itertools.count")


def _clause(unit: Unit, node: Catcher) -> str:
    if isinstance(node, cst.With):
        call = next(item.item for item in node.items if _is_suppress(unit, item.item))
        return f"`{unit.code(call)}`"
    if node.type is None:
        return "bare `except`"
    return f"`except{'*' if isinstance(node, cst.ExceptStarHandler) else ''} {unit.code(node.type)}`"


def _remark(comments: Sequence[str]) -> str:
    """What comments say in words; directives for tools and notes of work to do are no reasons."""
    words = [comment.lstrip("# ").strip() for comment in comments if not _DIRECTIVE.match(comment)]
    return " ".join(word for word in words if word)


def _excused(unit: Unit, node: Catcher, guarded: Sequence[cst.CSTNode]) -> bool:
    function = unit.scope(node)
    if not isinstance(function, cst.FunctionDef):
        return False
    if _is_final(unit, node):
        return not any(_acts(unit, inner) for inner in guarded)
    return function.name.value in _TEXTS or _runs_at_exit(unit, function) or _takes_signals(function)


def _acts(unit: Unit, step: cst.CSTNode) -> bool:
    """Whether a statement in a destructor does more than to give back what its object holds."""
    call = step.value if isinstance(step, cst.Expr) else None
    if not isinstance(call, cst.Call) or not reaches_outside(unit, call):
        return False
    return not releases(call) and not words_of(last_name(call.func)) & _FREEING


def _is_final(unit: Unit, node: Catcher) -> bool:
    function = unit.scope(node)
    return isinstance(function, cst.FunctionDef) and function.name.value == "__del__"


def _tidying(unit: Unit, node: Catcher) -> bool:
    function = unit.scope(node)
    if isinstance(function, cst.FunctionDef) and words_of(function.name.value) & _CLOSERS:
        return True
    for above in unit.ancestors(node):
        if above is function:
            return False
        if isinstance(above, cst.Finally | cst.ExceptHandler | cst.ExceptStarHandler):
            return True
    return False


def _announced(unit: Unit, node: Catcher) -> bool:
    function = unit.scope(node)
    name = function.name.value if isinstance(function, cst.FunctionDef) else ""
    if name.lstrip("_").startswith(_PREDICATES) and (_answers_no(unit, node) or _fails_closed(unit, node)):
        return True
    if isinstance(function, cst.FunctionDef) and is_suppressor(function):
        return True
    return bool(words_of(name) & _QUIET) or name.endswith(("_or_none", "_or_default", "_or_empty"))


def _answers_no(unit: Unit, node: Catcher) -> bool:
    """Whether a failure is the answer "no", where success is the answer "yes"."""
    if isinstance(node, cst.With) or _returned(node.body) != {"False"}:
        return False
    statement = _try(unit, node)
    success = _returned(statement.body, *([statement.orelse] if statement.orelse else ()))
    return (success or _returned(*later(unit, node)[:1])) == {"True"}


def _fails_closed(unit: Unit, node: Catcher) -> bool:
    """Whether a failure is the answer "no", and what is asked is at hand."""
    if isinstance(node, cst.With) or _returned(node.body) != {"False"}:
        return False
    guarded = list(own(_try(unit, node).body))
    calls = [inner for inner in guarded if isinstance(inner, cst.Call)]
    return not any(is_wait(inner) for inner in guarded) and all(_is_at_hand(unit, call) for call in calls)


def _is_at_hand(unit: Unit, call: cst.Call) -> bool:
    """Whether a call is of a function of the project, or of one that reaches no further than the file system."""
    values = members(unit.denotes(call.func).value)
    names = [name_of(value) for value in values if not _is_own_function(value)]
    return all(looks_up(name, call) or name.partition(".")[0] in _AT_HAND for name in names)


def _is_own_function(value: Value) -> bool:
    """Whether a value is a function that a module defines, seen with its body."""
    return isinstance(value, Function) and "." not in value.qualname and not value.path.endswith(".pyi")


def _returned(*nodes: cst.CSTNode) -> set[str]:
    """What code returns: the names, and "" for all else."""
    values = [inner.value for inner in own(*nodes) if isinstance(inner, cst.Return)]
    return {value.value if isinstance(value, cst.Name) else "" for value in values}


def _runs_at_exit(unit: Unit, function: cst.FunctionDef) -> bool:
    return any(
        name_of(unit.denotes(decorator.decorator).value) == "atexit.register" for decorator in function.decorators
    )


def _takes_signals(function: cst.FunctionDef) -> bool:
    """Whether a function, by its parameters, is called for signals: where an exception would come out of any line."""
    names = [param.name.value.lstrip("_") for param in function.params.params]
    return names[-2:-1] in (["signum"], ["sig"], ["signal"]) and names[-1] in ("frame", "stack")


_CANCELLATIONS = ("asyncio.CancelledError", "asyncio.exceptions.CancelledError", "trio.Cancelled")
_ROOTS = ("builtins.Exception", "builtins.BaseException")
"""Classes that annotations use as a common base: they are meant themselves only where they are named."""
_ORDERS = {"builtins.KeyboardInterrupt", "builtins.SystemExit"}
"""Where one of them is looked after, the author knows of the other, too."""
_TEXT = frozenset({"ascii", "format", "len", "repr", "str"})
_TEXTS = frozenset({"__repr__", "__str__"})
_FREEING = frozenset({"deinit", "delete", "destroy", "finalize", "free", "terminate", "unload"})
"""What functions are called that give back what a destructor's object holds, among others those of C libraries."""
_OBSERVING = frozenset({"analytics", "telemetry"})
_MEASURING = frozenset(
    {*_OBSERVING, "counter", "gauge", "histogram", "metric", "metrics", "milestone", "prometheus", "statsd"}
)
_PREDICATES = ("is_", "has_", "can_", "attempt_")
_AT_HAND = frozenset(
    {"builtins", "datetime", "functools", "genericpath", "json", "ntpath", "os", "pathlib", "posixpath", "re", "sys"}
)
_QUIET = frozenset({"maybe", "quietly", "safe", "safely", "silently", "try", "valid"})
_CLOSERS = frozenset(
    {"aclose", "aexit", "cleanup", "close", "disconnect", "dispose", "drain", "exit", "finalizer", "finalizers", "kill"}
    | {"shutdown", "stop", "teardown"}
)
_DIRECTIVE = re.compile(
    r"#+\s*(noqa|nosec|pragma|pylint|pyright|mypy|type:|ty:|pyrefly|pyre-|fmt|isort|ruff|sadpath|expect:|NOSONAR|TODO|FIXME|XXX|HACK|BUG)\b|#\W*$"
)
