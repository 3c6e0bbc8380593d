"""The rule `bare-except`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Catcher,
    Confidence,
    Diagnostic,
    Edit,
    Exit,
    Fix,
    Handler,
    Head,
    Outcome,
    Related,
    Severity,
    Unit,
    Width,
    Work,
    rule,
)


@rule(
    family="except",
    summary="stops Ctrl-C and `sys.exit` along with errors",
    visits=(cst.ExceptHandler, cst.ExceptStarHandler),
    severity=Severity.WARNING,
    words=("except",),
)
def bare_except(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds `except:` and `except BaseException:` that do not let go of what they catch on every way through.

    ```python
    def load(path, default):
        try:
            return parse(path)
        except:  # expect: bare-except "along with every error"
            return default

    def serve(queue):
        while True:
            try:
                queue.get().run()
            except BaseException as error:  # expect: bare-except "the loop goes on"
                print(error)
    ```

    Raising again, telling the reason and ending the process, handing the exception on, or a handler for
    `KeyboardInterrupt` make it right.

    ```python
    import os

    def run(job, result):
        try:
            result.set_result(job())
        except BaseException as error:
            result.set_exception(error)

    def store(job, connection):
        try:
            job(connection)
        except:
            connection.rollback()
            raise
    ```

    ## What happens in production

    `KeyboardInterrupt`, `SystemExit` and `GeneratorExit` are no errors but orders to stop. A handler that catches them
    too ignores the order: the worker survives Ctrl-C and `sys.exit`, the orchestrator waits out its grace period and
    kills the process in the middle of its work. A misspelt name inside the `try` is swallowed just as quietly.

    ## What you will see

    A process that needs `kill -9`; deployments that take exactly as long as the grace period; a feature that does
    nothing, without any error in the log.

    ## How to bound it

    Name the errors that you expect. Where any error may come, catch `Exception` and log it with its traceback. To
    clean up whatever happened, use `finally`, or end the handler with `raise`.

    ## When to accept it

    At the outermost edge of a thread or a foreign callback, where nothing may escape and the exception is passed on or
    recorded.
    """
    handler = unit.handler(node)
    if handler is None or handler.width is not Width.EVERYTHING or handler.loss or handler.excused or handler.final:
        return
    if handler.worst.outcome in (Outcome.KEPT, Outcome.RAISED) or _is_edge(handler, unit):
        return
    if handler.worst.outcome is Outcome.ENDED and not _ends_in_silence(handler):
        return
    yield Diagnostic(
        handler.place,
        _message(handler, unit),
        Confidence.CERTAIN,
        severity=Severity.HINT if _is_minor(handler) else Severity.WARNING,
        evidence=handler.reason,
        related=(Related(handler.turn, "this way nothing is raised again"),) if handler.turn else (),
        fixes=tuple(_fixes(handler.node)),
    )


def _message(handler: Handler, unit: Unit) -> str:
    worst = handler.worst
    if _raises_elsewhere(handler):
        return f"{handler.clause} does not raise Ctrl-C and `sys.exit` again on every way through"
    if worst.outcome is Outcome.ENDED:
        return f"{handler.clause} ends the process on Ctrl-C as on any error, and nothing tells which one it was"
    if worst.outcome is Outcome.CONVERTED:
        return f"{handler.clause} turns Ctrl-C and `sys.exit` into an ordinary error"
    if _goes_round(handler, unit):
        return f"{handler.clause} stops Ctrl-C and `sys.exit` too: the loop goes on"
    if worst.outcome <= Outcome.TIDIED:
        return f"{handler.clause} swallows Ctrl-C and `sys.exit` along with every error, without a trace"
    return f"{handler.clause} stops Ctrl-C and `sys.exit` too, and treats them like any error"


def _is_edge(handler: Handler, unit: Unit) -> bool:
    """Whether all that was done ends here, as at the edge of a thread, and is recorded on purpose."""
    deliberate = handler.worst.outcome is Outcome.RECORDED and not _is_bare(handler.node)
    return deliberate and not _goes_round(handler, unit)


def _ends_in_silence(handler: Handler) -> bool:
    """Whether the process ends in the handler without a word about why."""
    silent = handler.worst.path.exit is Exit.ENDS and handler.worst.told <= Outcome.MENTIONED
    return silent and _is_bare(handler.node)


def _goes_round(handler: Handler, unit: Unit) -> bool:
    """Whether a `while` around goes on after the worst way."""
    loops = (above for above in unit.ancestors(handler.node) if isinstance(above, cst.While | cst.FunctionDef))
    leaves = handler.worst.path.exit
    if leaves not in (Exit.FALLS, Exit.CONTINUES) or not isinstance(next(loops, None), cst.While):
        return False
    return leaves is Exit.CONTINUES or not _leaves_after(handler, unit)


def _leaves_after(handler: Handler, unit: Unit) -> bool:
    """Whether what follows the `try`, up to the end of the loop, leaves it in any case."""
    below: cst.CSTNode = handler.node
    for above in unit.ancestors(handler.node):
        if isinstance(above, cst.While | cst.FunctionDef):
            return False
        if isinstance(above, cst.IndentedBlock) and isinstance(below, cst.BaseStatement):
            after = above.body[above.body.index(below) + 1 :]
            if after and all(path.exit not in (Exit.FALLS, Exit.CONTINUES) for path in unit.paths(after)):
                return True
        below = above
    return False


def _raises_elsewhere(handler: Handler) -> bool:
    return any(way.outcome is Outcome.RAISED for way in handler.ways)


def _is_minor(handler: Handler) -> bool:
    """Whether little is lost: the author meant it, the time in which it can happen is short, or an error remains."""
    converted = handler.worst.outcome in (Outcome.CONVERTED, Outcome.ENDED)
    return (
        converted
        or _raises_elsewhere(handler)
        or handler.tidying
        or handler.work is not Work.OTHER
        or bool(handler.remark)
    )


def _is_bare(node: Catcher) -> bool:
    return not isinstance(node, cst.With) and node.type is None


def _fixes(node: Catcher) -> Iterator[Fix]:
    """Not safe: what relied on stopping everything stops less, though seldom anything that was meant."""
    title = "Catch `Exception` only"
    if isinstance(node, cst.With):
        return
    if node.type is None:
        yield Fix(title, (Edit(Head(node), "except Exception"),))
    elif isinstance(node.type, cst.Name | cst.Attribute):
        yield Fix(title, (Edit(node.type, "Exception"),))
