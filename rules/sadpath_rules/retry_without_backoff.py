"""The rule `retry-without-backoff`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Evidence,
    Failure,
    Head,
    Related,
    RetryLoop,
    Severity,
    Unit,
    Words,
    rule,
)


@rule(
    family="retry",
    summary="a failed attempt is repeated at once, without a delay",
    visits=(cst.While, cst.For, cst.Try, cst.TryStar, cst.Call, cst.Decorator),
    severity=Severity.HINT,
    words=("except", "suppress", Words.RETRY_CALLS),
)
def retry_without_backoff(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds code that tries again after a failure without waiting in between.

    ```python
    def upload(bucket, part):
        for attempt in range(5):  # expect: retry-without-backoff "`bucket.put` is tried again at once"
            try:
                return bucket.put(part)
            except ConnectionError:
                continue
        raise RuntimeError("gave up")
    ```

    It looks at each handler by itself, as one may wait and another not, at loops that restart a lost connection, and at
    retry libraries whose default is not to wait. Where a loop never ends either, `unbounded-retry` reports it.

    ## What happens in production

    A server that restarts, or sheds load, is away for a few seconds. All attempts are used up within milliseconds: the
    retry does not help when it is needed; and every client does the same, so that each request becomes five just
    when the server can serve none. Without a limit the loop takes a core and fills the disk with its log.

    ## What you will see

    Bursts of the same error within one second; a load that multiplies during an outage and keeps the server from
    coming back; "max retries exceeded" a moment after the first failure.

    ## How to bound it

    Wait longer after each failure, up to a limit, and not all clients equally long:

    ```python
    def upload(bucket, part):
        for attempt in range(5):
            try:
                return bucket.put(part)
            except ConnectionError:
                time.sleep(random.uniform(0, min(30, 2**attempt)))
        raise RuntimeError("gave up")
    ```

    With tenacity `wait=wait_random_exponential(max=60)`, with urllib3 `Retry(3, backoff_factor=0.5)`.

    ## When to accept it

    One immediate second attempt on a fresh connection is fine, and not reported; nor is the repetition of a transaction
    that lost a race, or of a call that had already waited until its time-out.
    """
    if isinstance(node, cst.Call | cst.Decorator):
        yield from _library(node, unit)
    if not isinstance(node, cst.While | cst.For | cst.Try | cst.TryStar):
        return
    loop = unit.retry_loop(node)
    if loop is None or loop.endless or (loop.most is not None and loop.most <= 2):
        return
    failures = tuple(failure for failure in loop.immediate if _counts(loop, failure))
    if failures:
        yield _diagnostic(loop, failures, unit)


def _counts(loop: RetryLoop, failure: Failure) -> bool:
    """A handler that mends something may wait there, and may try at once; a service is started again either way."""
    return not failure.race and (loop.kind == "restart" or not failure.mends)


def _diagnostic(loop: RetryLoop, failures: tuple[Failure, ...], unit: Unit) -> Diagnostic:
    attempt = unit.code(loop.attempt.func)
    if loop.kind == "restart":
        message = f"`{attempt}` is started again at once when it fails: while it keeps failing, this loop spins"
    else:
        message = f"`{attempt}` is tried again at once when it fails: all attempts are over before a short outage is"
    return Diagnostic(
        Head(failures[0].catcher) if loop.kind == "recursion" else Head(loop.node),
        message,
        Confidence.REVIEW if loop.kind == "restart" else Confidence.LIKELY,
        evidence=(Evidence("nothing waits on the way from the failure to the next attempt"),),
        related=tuple(
            Related(Head(failure.catcher), "the next attempt follows from here at once") for failure in failures
        ),
    )


def _library(node: cst.Call | cst.Decorator, unit: Unit) -> Iterator[Diagnostic]:
    policy = unit.retry_policy(node)
    if policy is None or not policy.immediate or policy.endless:
        return
    name = unit.code(node.func if isinstance(node, cst.Call) else node.decorator)
    yield Diagnostic(
        node.decorator if isinstance(node, cst.Decorator) else node,
        f"`{name}` tries again at once: all attempts are over before a short outage is",
        evidence=(Evidence(f"`{policy.fact.name}` waits only if it is told to: `{policy.fact.delay_with}`"),),
    )
