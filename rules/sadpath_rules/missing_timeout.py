"""The rule `missing-timeout`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Blocking, Diagnostic, Edit, Evidence, Fix, Severity, Unit, Words, rule


@rule(
    family="timeout",
    summary="a call waits for ever when the other side never answers",
    visits=cst.Call,
    words=(Words.TIMEOUT_CALLS, "to_thread"),
)
def missing_timeout(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls that may block for ever: to servers, databases and processes, with nothing that bounds the wait.

    ```python
    import httpx
    import requests

    def price(session: requests.Session, item: str) -> float:
        return session.get(f"https://prices.example/{item}").json()  # expect: missing-timeout "never returns"

    def push(data: bytes) -> None:
        requests.post("https://sink.example", data=data, timeout=None)  # expect: missing-timeout "told to wait"
        httpx.post("https://sink.example", content=data, timeout=httpx.Timeout(5, read=None))  # expect: missing-timeout
    ```

    A bound counts wherever it is given: in the call, in its client, around it, or as the library's own default.

    ```python
    import asyncio
    import httpx
    import requests
    import urllib3

    pool = urllib3.PoolManager(timeout=10)

    def push(data: bytes) -> None:
        requests.post("https://sink.example", data=data, timeout=(3, 10))
        pool.request("POST", "https://sink.example", body=data)
        httpx.post("https://sink.example", content=data)  # five seconds by default

    async def greet(host: str) -> None:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(host, 7)
    ```

    ## What happens in production

    The peer accepts the connection and then says nothing: a deploy, a full queue, a firewall that drops packets. No
    error is raised, because nothing has failed yet. The thread waits; the next request takes the next thread; when all
    of the pool wait for the same server, a service stands still whose own code is healthy. A restart helps until the
    next time.

    ## What you will see

    No log line: that is the symptom. Rising concurrency and queue length with falling throughput and idle CPU, health
    checks that time out, and stack dumps (`py-spy dump`) in which all threads stand in `recv`, `poll` or `wait`.

    ## How to bound it

    Give the call a timeout that fits what its caller can wait for, and handle the exception that it then raises. Most
    clients take one for all their calls. Timeouts of HTTP clients bound each read, not the whole answer: a download
    that trickles needs a deadline of its own. Calls without a parameter need a scope around them, such as
    `asyncio.timeout`.

    ## When to accept it

    Where waiting for ever is the job and something else ends it: a worker that blocks on its own child process under a
    supervisor, a consumer that a signal stops.
    """
    blocking = unit.blocking(call)
    if blocking is None:
        return
    told = Evidence(f"`{blocking.fact.name}` has no timeout of its own ({blocking.fact.verified})")
    fix = _fix(call, blocking, unit)
    yield Diagnostic(
        place=blocking.given or blocking.function,
        message=_message(blocking, unit),
        confidence=blocking.confidence,
        evidence=(*blocking.because, told),
        fixes=(fix,) if fix is not None else (),
        severity=_severity(call, blocking, unit),
    )


def _message(blocking: Blocking, unit: Unit) -> str:
    fact = blocking.fact
    name = unit.code(blocking.function)
    name = fact.name if "\n" in name or len(name) > 40 else name
    how = "has no timeout" if blocking.given is None else "is told to wait for ever"
    what = "calls through it never return" if fact.kind == "client" else "this call never returns"
    return f"`{name}` {how}: if {fact.waits}, {what}"


def _severity(call: cst.Call, blocking: Blocking, unit: Unit) -> Severity | None:
    """A hint for what mostly ends by itself, and in what runs only as a script."""
    script = any(isinstance(above, cst.If) and "__main__" in unit.code(above.test) for above in unit.ancestors(call))
    return Severity.HINT if script or blocking.fact.tier == "B" else None


def _fix(call: cst.Call, blocking: Blocking, unit: Unit) -> Fix | None:
    """An argument with a placeholder for the time, which the author has to judge."""
    argument = blocking.fact.fix
    if not argument or (not call.args and blocking.function is not call.func):
        return None
    name, _, seconds = argument.partition("=")
    title = f"Bound `{unit.code(blocking.function)}` with `{argument}`"
    if blocking.given is not None:
        is_named = blocking.given.keyword is not None and blocking.given.keyword.value == name
        return Fix(title, (Edit(blocking.given.value, seconds),)) if is_named else None
    if not call.args:
        return Fix(title, (Edit(call, f"{unit.code(call.func)}({argument})"),))
    if isinstance(call.args[-1].value, cst.GeneratorExp):
        return None  # beside another argument it would need parentheses
    return Fix(title, (Edit(call.args[-1], f", {argument}", "after"),))
