"""What a function does about failures: keeps its own to itself, or records the one that it is called for."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.failure.effects import only_computes
from sadpath.analysis.failure.harmless import looks_up, takes_by_word
from sadpath.analysis.failure.telling import records
from sadpath.analysis.meaning.binding import SCOPE_TYPES
from sadpath.analysis.meaning.definitions import functions_named
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import query
from sadpath.analysis.syntax.tree import children, walk
from sadpath.rule import Function, last_name, name_of

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_ALL = frozenset({"builtins.Exception", "builtins.BaseException"})


@query(cycle=False)
def contains_failures(program: Program, path: str, qualname: str) -> bool:
    """Whether all that can fail in a function stands in a `try` that stops every exception."""
    found = functions_named(program, path, qualname)
    return bool(found) and all(_contained(evaluator, node.body.body) for evaluator, node in found)


@query(cycle=False)
def records_failures(program: Program, path: str, qualname: str) -> bool:
    """Whether a function that a handler calls keeps the traceback itself; not in handlers of its own failures."""
    found = functions_named(program, path, qualname)
    return bool(found) and all(
        any(records(call, name_of(evaluator.value(call.func))) for call in _calls_outside_handlers(node.body))
        for evaluator, node in found
    )


@query(cycle=False)
def computes_only(program: Program, path: str, qualname: str) -> bool:
    """Whether a function only computes: it awaits nothing, and so do the functions that it calls.

    Stubs do not show what their functions do.
    """
    if path.endswith(".pyi"):
        return False
    found = functions_named(program, path, qualname)
    return bool(found) and all(
        node.asynchronous is None
        and all(_computes(evaluator, call) for call in walk(node.body) if isinstance(call, cst.Call))
        for evaluator, node in found
    )


def _computes(evaluator: "Evaluator", call: cst.Call) -> bool:
    value = evaluator.value(call.func)
    name = name_of(value)
    if only_computes(name, last_name(call.func)) or looks_up(name, call) or (not name and takes_by_word(call)):
        return True
    return isinstance(value, Function) and evaluator.program.queries.ask(computes_only, value.path, value.qualname)


@query(cycle=False)
def waits_for_future(program: Program, path: str, qualname: str) -> bool:
    """Whether a coroutine function awaits a future that it made, and that others can cancel."""
    found = functions_named(program, path, qualname)
    return bool(found) and all(_awaits_own_future(node) for _, node in found)


def _awaits_own_future(function: cst.FunctionDef) -> bool:
    nodes = list(walk(function.body))
    makes = any(isinstance(node, cst.Call) and last_name(node.func) in ("Future", "create_future") for node in nodes)
    return makes and any(isinstance(node, cst.Await) and isinstance(node.expression, cst.Name) for node in nodes)


def _calls_outside_handlers(block: cst.BaseSuite) -> Iterator[cst.Call]:
    stack: list[cst.CSTNode] = [block]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Call):
            yield node
        if type(node) not in SCOPE_TYPES and not isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
            stack.extend(children(node))


def _contained(evaluator: "Evaluator", statements: Iterable[cst.CSTNode]) -> bool:
    return all(_cannot_fail(evaluator, statement) for statement in statements)


def _cannot_fail(evaluator: "Evaluator", statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.Try):
        rest = [*(statement.orelse.body.body if statement.orelse else ())]
        return any(_stops_all(evaluator, handler) for handler in statement.handlers) and _contained(evaluator, rest)
    if isinstance(statement, cst.While):
        return not _calls(statement.test) and _contained(evaluator, statement.body.body)
    if isinstance(statement, cst.SimpleStatementLine):
        return not _calls(statement) and not any(isinstance(small, cst.Raise | cst.Assert) for small in statement.body)
    return isinstance(statement, cst.FunctionDef)


def _stops_all(evaluator: "Evaluator", handler: cst.ExceptHandler) -> bool:
    stops = handler.type is None or name_of(evaluator.value(handler.type)) in _ALL
    return stops and not any(isinstance(node, cst.Raise) for node in walk(handler.body))


def _calls(node: cst.CSTNode) -> bool:
    return any(isinstance(inner, cst.Call | cst.Await) for inner in walk(node))
