"""The rule `swallowed-cancellation`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Handler,
    Loss,
    Severity,
    Unit,
    rule,
)


@rule(
    family="except",
    summary="stops the cancellation of a task, which then goes on",
    visits=(cst.ExceptHandler, cst.ExceptStarHandler, cst.With),
    severity=Severity.WARNING,
    words=("except", "suppress"),
)
def swallowed_cancellation(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds handlers in `async def` that stop `CancelledError`, by name or with everything else, and go on.

    ```python
    import asyncio
    from contextlib import suppress

    async def poll(feed):
        while True:
            try:
                await feed.fetch()
            except (asyncio.CancelledError, OSError):  # expect: swallowed-cancellation "the loop goes on"
                await asyncio.sleep(1)

    async def load(client):
        with suppress(BaseException):  # expect: swallowed-cancellation "`load` goes on"
            await client.refresh()
        return await client.read()

    async def ask(client):
        try:
            return await client.ask()
        except:  # expect: swallowed-cancellation "ordinary result"
            return None
    ```

    No findings: raising again after cleaning up, ending the main body of a task, waiting for what was cancelled just
    before, code that shuts down, and `except Exception`, which does not catch `CancelledError` since Python 3.8.

    ```python
    import asyncio

    async def consume(queue):
        try:
            while True:
                await (await queue.get()).run()
        except asyncio.CancelledError:
            print("stopped")

    async def restart(task, job):
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        await job.start()
    ```

    ## What happens in production

    `task.cancel()`, `asyncio.timeout()`, a failing `TaskGroup` and the shutdown of `asyncio.run` all work by throwing
    `CancelledError` into the coroutine once. A handler that stops it cancels the cancelling: the coroutine goes on, and
    whoever cancelled it waits for its end. Timeouts do not fire, shutdown hangs.

    ## What you will see

    A service that hangs on SIGTERM until it is killed; `asyncio.timeout()` blocks that take minutes; requests that keep
    working after the client has gone.

    ## How to bound it

    Catch `Exception` instead. To clean up, do it in `finally`, or end the handler with `raise`. Code that has to stop a
    cancellation on purpose must call `asyncio.current_task().uncancel()`.

    ## When to accept it

    Where the cancellation is known to come from this code itself, as with a child task that it has just cancelled.
    """
    handler = unit.handler(node)
    if handler is None or handler.loss is None:
        return
    yield Diagnostic(
        handler.place,
        _message(handler, handler.loss, unit),
        Confidence.LIKELY,
        severity=Severity.HINT if handler.remark or handler.loss is Loss.ANSWERS else Severity.WARNING,
        evidence=handler.reason,
        fixes=tuple(_fixes(node)),
    )


def _message(handler: Handler, loss: Loss, unit: Unit) -> str:
    if loss is Loss.LOOPS:
        return f"{handler.clause} swallows cancellation and the loop goes on: the task cannot be cancelled"
    function = unit.scope(handler.node)
    name = f"`{function.name.value}`" if isinstance(function, cst.FunctionDef) else "the coroutine"
    if loss is Loss.CONTINUES:
        return f"{handler.clause} swallows cancellation: {name} goes on after it was cancelled"
    return f"{handler.clause} swallows cancellation: who awaits {name} gets an ordinary result and goes on"


def _fixes(node: cst.CSTNode) -> Iterator[Fix]:
    """Only where nothing else is done: what a handler with a body wants to do after a cancellation is not known."""
    match node:
        case cst.ExceptHandler(body=cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Pass() as nothing])])):
            yield Fix("Raise it again", (Edit(nothing, "raise"),))
        case _:
            pass
