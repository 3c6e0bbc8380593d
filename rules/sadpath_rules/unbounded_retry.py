"""The rule `unbounded-retry`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Evidence,
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
    summary="an attempt that keeps failing is repeated for ever",
    visits=(cst.While, cst.For, cst.Try, cst.TryStar, cst.If, cst.Call, cst.Decorator),
    words=("except", "suppress", "status", "status_code", "ok", "is_success", Words.RETRY_CALLS),
)
def unbounded_retry(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds code that tries the same thing again after each failure, and that no counter, deadline or flag ends.

    ```python
    def load(client, key):
        while True:  # expect: unbounded-retry "this loop retries `client.fetch` for ever"
            try:
                return client.fetch(key)
            except OSError:
                time.sleep(1)
    ```

    It looks at loops that success leaves, at loops that ask a server until its status is good, at functions that call
    themselves from a handler or for a better answer, and at retry libraries whose default is never to stop
    (`tenacity.retry`, `backoff.on_exception`, `retrying`, `retry` and others):

    ```python
    from tenacity import retry

    @retry  # expect: unbounded-retry "`charge` is retried for ever"
    def charge(card): ...
    ```

    ## What happens in production

    The other side goes away for longer than anyone had in mind, or answers "no" for good: a revoked key, a deleted
    table, a request that can never be right. The loop cannot tell. Its caller waits, and so do its own callers; the
    workers fill up with requests that nobody waits for any more, and when the other side comes back, all of them fall
    upon it at once.

    ## What you will see

    A process that is alive, healthy by its own account, and does nothing; the same line in the log every second, or a
    core at 100 % where nothing waits between attempts; a `RecursionError` where a function calls itself.

    ## How to bound it

    Count the attempts, or look at the clock, and let the last failure out:

    ```python
    def load(client, key):
        for attempt in range(5):
            try:
                return client.fetch(key)
            except OSError:
                if attempt == 4:
                    raise
                time.sleep(2**attempt)
    ```

    With tenacity `stop=stop_after_attempt(5)`, with backoff `max_tries=5`.

    ## When to accept it

    A daemon that is of no use without its server may wait for ever. A loop whose waits grow from attempt to attempt,
    one that looks at a stop flag, and loops that serve, read or consume are not reported.
    """
    if isinstance(node, cst.Call | cst.Decorator):
        yield from _library(node, unit)
    elif isinstance(node, cst.While | cst.For | cst.Try | cst.TryStar | cst.If):
        loop = unit.retry_loop(node)
        if loop is not None and loop.endless:
            yield _diagnostic(loop, unit)


def _diagnostic(loop: RetryLoop, unit: Unit) -> Diagnostic:
    failures = loop.endless
    unsure = any(failure.race or failure.mends for failure in failures)
    return Diagnostic(
        Head(failures[0].catcher) if loop.kind == "recursion" else Head(loop.node),
        _message(loop, unit),
        Confidence.REVIEW if unsure else Confidence.LIKELY,
        evidence=(Evidence("nothing here counts the attempts, looks at a deadline or at a stop flag"),),
        related=tuple(
            Related(Head(failure.catcher), "a failure leads from here to the next attempt") for failure in failures
        ),
        severity=Severity.HINT if all(failure.race for failure in failures) else None,
    )


def _message(loop: RetryLoop, unit: Unit) -> str:
    attempt = unit.code(loop.attempt.func)
    at_once = [failure for failure in loop.endless if failure in loop.immediate]
    if isinstance(loop.node, cst.FunctionDef):
        name = loop.node.name.value
        return (
            f"`{name}` calls itself again when `{attempt}` fails: while that keeps failing, it ends in `RecursionError`"
        )
    if loop.kind == "poll":
        return f"this loop asks `{attempt}` for ever: while the answer stays bad, nothing gets out of here"
    if not at_once:
        return f"this loop retries `{attempt}` for ever: while it keeps failing, nothing gets out of here"
    if len(at_once) == len(loop.endless):
        return f"this loop retries `{attempt}` for ever and without a delay: while it keeps failing, it spins here"
    return f"this loop retries `{attempt}` for ever, and after some failures at once: while it keeps failing, it spins"


def _library(node: cst.Call | cst.Decorator, unit: Unit) -> Iterator[Diagnostic]:
    policy = unit.retry_policy(node)
    if policy is None or not policy.endless:
        return
    at_once = ", at once each time" if policy.immediate else ""
    fact = policy.fact
    function = _decorated(node, unit)
    what = (
        f"`{function}` is retried for ever{at_once}" if function else f"`{_name(node, unit)}` retries for ever{at_once}"
    )
    yield Diagnostic(
        node.decorator if isinstance(node, cst.Decorator) else node,
        f"{what}: while it keeps failing, its caller never gets an answer",
        evidence=(Evidence(f"`{fact.name}` stops only if it is told to: `{fact.bound_with}`"),),
    )


def _decorated(node: cst.Call | cst.Decorator, unit: Unit) -> str:
    """The name of the function that the node decorates, or ""."""
    decorator = node if isinstance(node, cst.Decorator) else unit.parent(node)
    function = unit.parent(decorator) if isinstance(decorator, cst.Decorator) else None
    return function.name.value if isinstance(function, cst.FunctionDef) else ""


def _name(node: cst.Call | cst.Decorator, unit: Unit) -> str:
    return unit.code(node.func if isinstance(node, cst.Call) else node.decorator)
