"""The rule `unbounded-wait`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Confidence, Diagnostic, Evidence, Head, Place, Related, Severity, Unit, Wait, Words, rule


@rule(
    family="timeout",
    summary="a wait for another thread, task or process never ends when that one dies",
    severity=Severity.HINT,
    visits=(cst.Call, cst.Await),
    words=(Words.WAITS, "create_future", "Future"),
)
def unbounded_wait(node: cst.BaseExpression, unit: Unit) -> Iterator[Diagnostic]:
    """Finds waits on queues, events, threads and connections that nothing bounds, where somebody needs them to end.

    To wait without a bound is what a consumer does all day. It is harmful where one answer is awaited, where a loop is
    to look at a flag, and where a service is stopped:

    ```python
    import asyncio
    import queue
    import threading

    class Client:
        def __init__(self, requests: queue.Queue[str]) -> None:
            self._requests = requests
            self._answers: queue.Queue[str] = queue.Queue()
            self._waiting: dict[int, asyncio.Future[str]] = {}
            self._reader = threading.Thread(target=self._read)
            self._stopped = threading.Event()

        def ask(self, question: str) -> str:
            self._requests.put(question)
            return self._answers.get()  # expect: unbounded-wait "waits for the answer to `self._requests.put`"

        async def call(self, number: int) -> str:
            answer = asyncio.get_running_loop().create_future()
            self._waiting[number] = answer
            return await answer  # expect: unbounded-wait "if nobody ever completes it, `call` never returns"

        def _read(self) -> None:
            while not self._stopped.is_set():
                print(self._answers.get())  # expect: unbounded-wait "never sees that `self._stopped` is set"

        def stop(self) -> None:
            self._stopped.set()

        def close(self, timeout: float = 5) -> None:
            self._reader.join()  # expect: unbounded-wait "`close` is given `timeout` and does not pass it on"
    ```

    With a bound, or where somebody tells the end over what is waited for, they are no findings.

    ```python
    import queue

    class Worker:
        def __init__(self) -> None:
            self._jobs: queue.Queue[str | None] = queue.Queue()
            self._running = True

        def run(self) -> None:
            while self._running:
                job = self._jobs.get()
                if job is None:
                    break

        def stop(self) -> None:
            self._running = False
            self._jobs.put(None)

        def ask(self, other: "queue.Queue[str]") -> str | None:
            other.put("?")
            return self._jobs.get(timeout=10)
    ```

    ## What happens in production

    The thread, task or process on the other side dies of an exception, or is stuck itself. Nobody puts the answer into
    the queue, sets the event, or completes the future, and nobody is told. The request hangs until its client leaves;
    a service that is to stop does not, until it is killed, with all that it still held in memory.

    ## What you will see

    A process that ignores SIGTERM and is killed after the grace period, on every deploy. Requests that never get a
    line in the access log. In a stack dump (`py-spy dump`), threads in `wait` or `acquire` of a queue or a lock.

    ## How to bound it

    Pass a timeout, and say what happens when it ends: raise to the caller, or look whether the other side is still
    alive and wait on. Awaited calls go into `asyncio.timeout`. Wake consumers over what they wait for: a last item in
    the queue, a closed socket.

    ## When to accept it

    Where the other side cannot die without this one: its whole body stands in `try`/`finally` that always answers.
    """
    found = unit.wait(node) if isinstance(node, cst.Call | cst.Await) else None
    if found is None:
        return
    yield Diagnostic(
        place=found.blocking.function,
        message=_message(found, unit),
        confidence=Confidence.REVIEW,
        evidence=(*found.blocking.because, Evidence(f"`{found.blocking.fact.name}` waits for ever by default")),
        related=(Related(_place(found), _ROLES[found.context]),),
    )


_ROLES = {
    "ignored": "the timeout that is not looked at",
    "handed": "what is waited for is made here",
    "crossing": "the other thread gets its work here",
    "serving": "this makes it answer requests",
    "asked": "the question is sent here",
    "duplex": "the questions are sent here",
    "watched": "the flag is looked at here",
    "ending": "this has to end",
}


def _place(wait: Wait) -> Place:
    return Head(wait.cause) if isinstance(wait.cause, cst.While | cst.FunctionDef) else wait.cause


def _message(wait: Wait, unit: Unit) -> str:
    fact = wait.blocking.fact
    name = unit.code(wait.blocking.function)
    name = fact.name if "\n" in name or len(name) > 50 else name
    scope = unit.scope(wait.blocking.function)
    function = scope.name.value if isinstance(scope, cst.FunctionDef) else "this function"
    cause, event = wait.cause, fact.waits
    match wait.context, cause:
        case "ignored", cst.Param():
            given = cause.name.value
            return f"`{function}` is given `{given}` and does not pass it on: if {event}, `{name}` never returns"
        case "asked", cst.Call():
            asking = unit.code(cause.func)
            return (
                f"`{name}` waits for the answer to `{asking}` without a timeout: if {event}, `{function}` never returns"
            )
        case "crossing", _:
            return (
                f"`{name}` has no timeout: if the event loop in the other thread is stopped or stuck, it never returns"
            )
        case "serving", _:
            return f"`{name}` has no timeout: if {event}, requests that `{function}` answers hang"
        case "duplex", cst.Call():
            return f"`{name}` has no timeout, and the connection no heartbeat: if {event}, `{function}` never returns"
        case "watched", cst.While():
            return f"`{name}` has no timeout: while it waits, this loop never sees that `{_flag(cause, unit)}` is set"
        case "handed", _:
            return f"`{name}` is waited for without a timeout: if {event}, `{function}` never returns"
        case _:
            return f"`{name}` has no timeout: if {event}, `{function}` never ends"


def _flag(loop: cst.While, unit: Unit) -> str:
    """The place that the loop asks whether to go on."""
    asked = next(node for node in unit.walk(loop) if isinstance(node, cst.Attribute))
    return unit.code(asked.value if asked.attr.value in ("is_set", "isSet") else asked)
