"""The rule `requeued-failure`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Confidence, Diagnostic, Exit, Handler, Related, Severity, Unit, Width, last_name, rule


@rule(
    family="retry",
    summary="work that fails for any reason goes back into its queue, for ever",
    visits=(cst.ExceptHandler, cst.ExceptStarHandler),
    severity=Severity.WARNING,
    words=("except",),
)
def requeued_failure(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds handlers of all errors that put what failed back where it came from, without counting.

    ```python
    def on_message(channel, method, properties, body):
        try:
            store(body)
            channel.basic_ack(method.delivery_tag)
        except Exception:
            logging.exception("not stored")
            channel.basic_nack(method.delivery_tag, requeue=True)  # expect: requeued-failure "comes back at once"

    def work(jobs):
        while True:
            job = jobs.get()
            try:
                job.run()
            except Exception:
                logging.exception("again")
                jobs.put(job)  # expect: requeued-failure "`job` goes back into `jobs`"
    ```

    Handlers of particular errors, those that look at how often the work was tried, and those that wait are no findings.

    ```python
    def on_message(channel, method, properties, body):
        try:
            store(body)
            channel.basic_ack(method.delivery_tag)
        except Exception:
            logging.exception("not stored")
            channel.basic_nack(method.delivery_tag, requeue=not method.redelivered)
    ```

    ## What happens in production

    One message is malformed, or meets a bug: it fails each time. It goes back to the head of the queue, is delivered
    again within a millisecond, fails, goes back. The consumer is busy with that one message at full speed; where all
    consumers have met theirs, nothing else is consumed any more.

    ## What you will see

    The same traceback thousands of times a minute; a queue whose length does not change while every consumer works; a
    broker whose delivery rate is far above what is published.

    ## How to bound it

    Count the attempts (`x-delivery-count` of quorum queues, a header, a field of the job), and after some let the work
    go to a dead-letter queue: `nack(requeue=False)` where the queue has a dead-letter exchange. Put back at once only
    what failed for a reason that passes, such as a lost connection.

    ## When to accept it

    Where the broker itself counts the deliveries and gives up.
    """
    handler = unit.handler(node)
    if handler is None or handler.width is Width.NARROW or _has_other_ways(handler):
        return
    for step in handler.ways[0].path.steps:
        call = _call(step)
        message = _message(call, handler, unit) if call else ""
        if call and message:
            yield Diagnostic(
                call,
                message,
                Confidence.LIKELY,
                related=(Related(handler.place, "any error leads from here to the next attempt"),),
            )


def _has_other_ways(handler: Handler) -> bool:
    """Whether something is asked in the handler, and perhaps the number of attempts, or anything counted."""
    steps = [step for way in handler.ways for step in way.path.steps]
    counts = any(isinstance(step, cst.AugAssign) for step in steps)
    waits = any("sleep" in last_name(call.func) for step in steps if (call := _call(step)))
    return len(handler.ways) != 1 or handler.worst.path.exit is Exit.RAISES or counts or waits


def _call(step: cst.CSTNode) -> cst.Call | None:
    """What a statement calls, awaited or not."""
    value = step.value if isinstance(step, cst.Expr) else None
    call = value.expression if isinstance(value, cst.Await) else value
    return call if isinstance(call, cst.Call) else None


def _message(call: cst.Call, handler: Handler, unit: Unit) -> str:
    if not isinstance(call.func, cst.Attribute):
        return ""
    if _refuses(call):
        return f"a message for which {handler.attempt} always fails comes back at once, for ever"
    receiver = unit.code(call.func.value)
    if (item := _put(call)) and _took(item, receiver, handler, unit):
        return f"`{item}` goes back into `{receiver}` when {handler.attempt} fails: if it always fails, it never leaves"
    return ""


def _refuses(call: cst.Call) -> bool:
    """Whether a call gives a message back to its broker, which is to deliver it again."""
    if last_name(call.func) not in ("nack", "basic_nack", "reject", "basic_reject"):
        return False
    given = [arg.value for arg in call.args if arg.keyword and arg.keyword.value == "requeue"]
    return any(isinstance(value, cst.Name) and value.value == "True" for value in given)


def _put(call: cst.Call) -> str:
    """The name that a call puts into a queue, unchanged; ""."""
    if last_name(call.func) not in _PUTS or len(call.args) != 1:
        return ""
    item = call.args[0].value
    return item.value if isinstance(item, cst.Name) else ""


def _took(item: str, receiver: str, handler: Handler, unit: Unit) -> bool:
    """Whether each round of the loop around takes the item out of the same queue, and nothing else makes it."""
    loop = next((above for above in unit.ancestors(handler.node) if isinstance(above, _LOOPS_AND_FUNCTIONS)), None)
    if not isinstance(loop, cst.While):
        return False
    made = [node for node in unit.walk(loop.body) if isinstance(node, cst.Assign) and _assigns(node, item)]
    return len(made) == 1 and _takes(made[0].value, receiver, unit)


def _assigns(node: cst.Assign, item: str) -> bool:
    """Whether an assignment makes the item, or changes a part of it."""
    return any(_root(target.target) == item for target in node.targets)


def _root(target: cst.BaseExpression) -> str:
    while isinstance(target, cst.Attribute | cst.Subscript):
        target = target.value
    return target.value if isinstance(target, cst.Name) else ""


def _takes(value: cst.BaseExpression, receiver: str, unit: Unit) -> bool:
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return False
    return last_name(call.func) in _GETS and unit.code(call.func.value) == receiver


_LOOPS_AND_FUNCTIONS = (cst.While, cst.For, cst.FunctionDef)
_GETS = ("get", "get_nowait", "pop", "popleft")
_PUTS = ("put", "put_nowait", "append", "appendleft")
