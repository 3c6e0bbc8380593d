"""Whether a handler in a coroutine function swallows the cancellation of the task that runs it.

Facts: since Python 3.8 `asyncio.CancelledError` derives from `BaseException`, not from `Exception`. A coroutine that
catches it and goes on makes `Task.cancel()`, `asyncio.timeout()` and `TaskGroup` wait for what will not happen.
"""

from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.failure.effects import words_of
from sadpath.analysis.failure.harm import loop_around
from sadpath.analysis.failure.outcomes import CLOSING, later, releases
from sadpath.analysis.failure.places import own
from sadpath.analysis.syntax.flow import truth_of
from sadpath.analysis.syntax.tree import children
from sadpath.rule import Catcher, Exit, Function, Handling, Loss, Outcome, Unit, last_name


def is_wait(node: cst.CSTNode) -> bool:
    """Whether a node suspends the coroutine, which is where cancellation arrives."""
    match node:
        case cst.Await():
            return True
        case cst.For() | cst.With() | cst.CompFor():
            return node.asynchronous is not None
        case _:
            return False


def loss(unit: Unit, node: Catcher, body: cst.BaseSuite, ways: Sequence[Handling], on_purpose: bool) -> Loss | None:
    """What happens after the catcher stopped a cancellation that arrived in `body`; None where none is lost.

    `on_purpose` tells that the catcher names cancellation. Then the usual reasons to end one are accepted: the
    coroutine cancelled what it waits for, sets a flag, or is the main body of a task that ends now.
    """
    coroutine = unit.scope(node)
    if not isinstance(coroutine, cst.FunctionDef) or coroutine.asynchronous is None:
        return None
    if _shuts_down(unit, node, coroutine) or _counts_cancellations(coroutine):
        return None
    if on_purpose and (_cancels(coroutine, node) or _waits_for_tasks(unit, body)):
        return None
    swallowing = [way for way in ways if way.outcome < Outcome.KEPT and not (on_purpose and _sets_flag(way))]
    found = {_after(unit, node, body, way, on_purpose) for way in swallowing}
    return next((kind for kind in Loss if kind in found), None)


def _after(unit: Unit, node: Catcher, body: cst.BaseSuite, way: Handling, on_purpose: bool) -> Loss | None:
    """Where one way leads."""
    leaves = way.path.exit
    if leaves in (Exit.FALLS, Exit.CONTINUES):
        following = later(unit, node) if leaves is Exit.FALLS else []
        exits = {path.exit for path in unit.paths(following)}
        loop = loop_around(unit, node)
        if loop and exits & {Exit.FALLS, Exit.CONTINUES} and not (on_purpose and (_may_end(loop) or len(exits) > 1)):
            return Loss.LOOPS
        if any(_works_on(inner) for statement in following for inner in own(statement)):
            return Loss.CONTINUES
    is_main = any(isinstance(inner, cst.While | cst.For) for inner in own(body))
    if is_main or leaves is Exit.BREAKS or (on_purpose and not _returns_value(way)):
        return None
    return Loss.ANSWERS


def _shuts_down(unit: Unit, node: Catcher, coroutine: cst.FunctionDef) -> bool:
    """Whether the code only cleans up: by the coroutine's name, or because it runs while an exception passes."""
    if words_of(coroutine.name.value) & _SHUTDOWN:
        return True
    for above in unit.ancestors(node):
        if above is coroutine:
            return False
        if isinstance(above, cst.Finally | cst.ExceptHandler | cst.ExceptStarHandler):
            return True
    return False


def _counts_cancellations(coroutine: cst.FunctionDef) -> bool:
    """Whether the coroutine tells its own cancellation from that of others by asking its task."""
    return any(
        isinstance(inner, cst.Name) and inner.value in ("cancelling", "uncancel") for inner in own(coroutine.body)
    )


def _cancels(coroutine: cst.FunctionDef, node: Catcher) -> bool:
    """Whether the coroutine cancels something itself, outside of the handler."""
    stack: list[cst.CSTNode] = [coroutine.body]
    while stack:
        inner = stack.pop()
        if isinstance(inner, cst.Call) and "cancel" in words_of(last_name(inner.func)):
            return True
        if inner is not node or isinstance(inner, cst.With):
            stack.extend(children(inner))
    return False


def _waits_for_tasks(unit: Unit, body: cst.BaseSuite) -> bool:
    """Whether the body waits only for what runs elsewhere, so that the cancellation may be that of the other side."""
    waits = [inner for inner in own(body) if is_wait(inner)]
    return all(isinstance(wait, cst.Await) and _is_task(unit, wait.expression) for wait in waits)


def _is_task(unit: Unit, awaited: cst.BaseExpression) -> bool:
    if isinstance(awaited, cst.Call) and last_name(awaited.func) in ("gather", "shield", "wait", "wait_for"):
        return all(_is_task(unit, argument.value) for argument in awaited.args[:1])
    if isinstance(awaited, cst.Call):
        function = unit.denotes(awaited.func).value
        return isinstance(function, Function) and unit.waits_for_future(function)
    return isinstance(awaited, cst.Name | cst.Attribute | cst.Subscript)


def _works_on(node: cst.CSTNode) -> bool:
    """Whether a node waits for something other than the end of what was begun."""
    if not is_wait(node):
        return False
    call = node.expression if isinstance(node, cst.Await) else None
    return not isinstance(node, cst.Await) or (isinstance(call, cst.Call) and not releases(call))


def _may_end(loop: cst.While | cst.For) -> bool:
    """Whether whoever cancels may also have told the loop to end, by what it tests."""
    return isinstance(loop, cst.While) and truth_of(loop.test) is None


def _sets_flag(way: Handling) -> bool:
    return any(
        isinstance(step, cst.Assign) and isinstance(step.value, cst.Name) and step.value.value in ("True", "False")
        for step in way.path.steps
    )


def _returns_value(way: Handling) -> bool:
    end = way.path.end
    return isinstance(end, cst.Return) and end.value is not None


_SHUTDOWN = CLOSING | {"aexit", "cancelled", "drain", "exit", "finish", "kill", "stopped", "stopping", "terminate"}
