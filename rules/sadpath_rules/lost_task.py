"""The rule `lost-task`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Function,
    Severity,
    Unit,
    Usage,
    Use,
    is_coroutine,
    last_name,
    name_of,
    rule,
)

_TASK_MAKERS = frozenset({"create_task", "ensure_future"})
_FUTURE_MAKERS = {"run_coroutine_threadsafe": "asyncio.", "submit": "concurrent.futures."}


@rule(
    family="await",
    summary="nothing keeps a background task, so it can vanish half-way and its errors are lost",
    visits=cst.Call,
    severity=Severity.WARNING,
    words=("create_task", "ensure_future", "run_coroutine_threadsafe", "submit"),
)
def lost_task(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds background work that nothing keeps: tasks that may vanish, and futures whose errors nobody ever sees.

    ```python
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def start(feed, items):
        asyncio.create_task(feed.poll())  # expect: lost-task "the task running `poll` can vanish"
        with ThreadPoolExecutor() as pool:
            for item in items:
                pool.submit(feed.store, item)  # expect: lost-task "errors in `store` are lost"
    ```

    Kept on an object, awaited, handed on, owned by a `TaskGroup` or watched by a callback, they are no findings.

    ```python
    import asyncio

    class Feed:
        async def start(self):
            self._polling = asyncio.create_task(self.poll())
            asyncio.create_task(self.watch()).add_done_callback(self.stopped)
            async with asyncio.TaskGroup() as group:
                group.create_task(self.refresh())
    ```

    ## What happens in production

    The event loop holds tasks by weak references only. A task that nothing else refers to can be garbage-collected
    while it waits: polling stops at a random moment under load. A task that fails takes its exception with it: the
    feed is dead, the process is healthy. Futures of executors and of `run_coroutine_threadsafe` keep even quieter.

    ## What you will see

    `Task was destroyed but it is pending!` or `Task exception was never retrieved`, long after the fact and without
    the place that started it. For a dropped executor future: nothing at all.

    ## How to bound it

    Keep the task where it lives as long as its work (`self._tasks.add(task)`, removed by
    `task.add_done_callback(self._tasks.discard)`) and look at how it ended, or own it with `asyncio.TaskGroup`.
    Keep the futures of an executor and ask each for its `result()`.

    ## When to accept it

    Where the work is a courtesy that may get lost, such as warming a cache, and logs its own errors.
    """
    name = name_of(unit.denotes(call.func).value)
    last = name.rpartition(".")[2]
    uses = unit.uses(call)
    if not call.args or not uses or any(use.kind is not Usage.DROPPED for use in uses):
        return
    work = call.args[0].value
    evidence = unit.denotes(call.func).because
    if _makes_task(name):
        if _is_fresh(work, unit) and not any(_is_held(use, unit) for use in uses):
            message = f"the task running {_called(work)} can vanish: nothing keeps a reference to it"
            yield Diagnostic(call, message, evidence=evidence)
    elif last in _FUTURE_MAKERS and name.startswith(_FUTURE_MAKERS[last]) and not _contains_failures(work, unit):
        message = f"errors in {_called(work)} are lost: nothing keeps the future of `{last}`"
        yield Diagnostic(call, message, Confidence.LIKELY, evidence, severity=Severity.HINT)


def _makes_task(name: str) -> bool:
    """Whether this is asyncio's own function or loop method; task groups keep their tasks."""
    return name.startswith("asyncio.") and name.rpartition(".")[2] in _TASK_MAKERS and ".TaskGroup." not in name


def _is_fresh(work: cst.BaseExpression, unit: Unit) -> bool:
    """Whether the task is made here: `ensure_future` gives back what already is one."""
    return isinstance(work, cst.Call) or is_coroutine(unit.denotes(work).value)


def _is_held(use: Use, unit: Unit) -> bool:
    """Whether a local name that has the task lives on: its function waits for something after the task was made."""
    scope = unit.scope(use.node)
    if not use.name or scope is None:
        return False
    inside = unit.walk(scope)
    later = inside[inside.index(use.node) :]
    in_loop = any(isinstance(above, cst.For | cst.While) for above in unit.ancestors(use.node))
    overwritten = in_loop and not use.collected
    return not overwritten and any(_waits(node) and unit.scope(node) is scope for node in later)


def _waits(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Await) or (isinstance(node, cst.For | cst.With) and node.asynchronous is not None)


def _contains_failures(work: cst.BaseExpression, unit: Unit) -> bool:
    """Whether what runs stops all exceptions by itself."""
    value = unit.denotes(work.func if isinstance(work, cst.Call) else work).value
    return isinstance(value, Function) and unit.contains_failures(value)


def _called(work: cst.BaseExpression) -> str:
    """The name of what the task or the executor runs."""
    return f"`{last_name(work)}`" if last_name(work) else "the work"
