"""The rule `missing-timeout`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Blocking, Diagnostic, Edit, Evidence, Fix, Role, Severity, Unit, Words, rule

_STUBS = ("stub", "_stub")


@rule(
    family="timeout",
    summary="a call waits for ever when the other side never answers",
    visits=(cst.Call, cst.Attribute),
    words=(Words.TIMEOUT_CALLS, "to_thread", *_STUBS),
)
def missing_timeout(node: cst.BaseExpression, unit: Unit) -> Iterator[Diagnostic]:
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
    call = node if isinstance(node, cst.Call) else _call_of_stub(node, unit)
    if call is None:
        return
    blocking = unit.blocking(call)
    is_hint = _is_script(call, unit) or (blocking is not None and blocking.fact.tier == "B")
    if blocking is None or (is_hint and unit.role is Role.COMMAND):
        return
    fix = _fix(call, blocking, unit)
    yield Diagnostic(
        place=blocking.given or blocking.function,
        message=_message(blocking, unit),
        confidence=blocking.confidence,
        evidence=(*blocking.because, _known(blocking)),
        fixes=(fix,) if fix is not None else (),
        severity=Severity.HINT if is_hint else None,
    )


def _call_of_stub(node: cst.BaseExpression, unit: Unit) -> cst.Call | None:
    """The call of a gRPC method, whose name is the service's: what it is called on is found by its usual name."""
    if not isinstance(node, cst.Attribute):
        return None
    owner, call = node.value, unit.parent(node)
    name = owner.attr if isinstance(owner, cst.Attribute) else owner
    is_stub = isinstance(name, cst.Name) and name.value in _STUBS
    return call if is_stub and isinstance(call, cst.Call) and call.func is node else None


def _is_script(call: cst.Call, unit: Unit) -> bool:
    """Whether the call stands under `if __name__ == "__main__"`: someone is there to stop it."""
    return any(isinstance(above, cst.If) and "__main__" in unit.code(above.test) for above in unit.ancestors(call))


def _message(blocking: Blocking, unit: Unit) -> str:
    fact = blocking.fact
    name = unit.code(blocking.function)
    name = fact.name if "\n" in name or len(name) > 40 else name
    what = "calls through it never return" if fact.kind == "client" else "this call never returns"
    return f"`{name}` {_lack(blocking)}: if {fact.waits}, {what}"


def _lack(blocking: Blocking) -> str:
    if blocking.given is None:
        parameters = blocking.fact.parameters
        name = parameters[0].name if parameters else "timeout"
        return "has no timeout" if name == "timeout" else f"has no `{name}`"
    if isinstance(blocking.given.value, cst.Call | cst.Tuple):
        return "has a timeout that does not cover the answer"
    return "is told to wait for ever"


def _known(blocking: Blocking) -> Evidence:
    """What the library tables say, and how they know."""
    fact = blocking.fact
    how, _, version = fact.verified.partition(" ")
    source = _SOURCES.get(how, "not verified")
    text = "has no timeout unless it is given one" if blocking.given is None else "waits for ever when told to"
    return Evidence(f"`{fact.name}` {text}, {source} {version}".rstrip())


_SOURCES = {
    "executed": "as seen with version",
    "source": "as in the source of version",
    "documented": "as documented",
    "configured": "as your settings say",
}


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
