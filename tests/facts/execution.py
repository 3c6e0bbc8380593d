"""Makes the calls of one function of `calls` in a process of its own, and tells what was not as the tables say.

`python execution.py http.requests_function 1.25` prints a JSON object: for each name the complaint, "" where there is
none. The number is the grace: after so many seconds, a call that has not come back is said to block.
"""

import asyncio
import inspect
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

from calls import CALLS, Executed
from servers import Server

LIMIT = 10.0
"""Seconds within which a bound of about one second has to work, imports included."""


def complaints(call: Executed, grace: float) -> Mapping[str, str]:
    """What is wrong with the calls, by name: nothing where all values are "".

    They are made in a process that ends itself by force, with all that it started: a call that hangs cannot be stopped
    otherwise.
    """
    command = [sys.executable, __file__, call.key, str(min(grace, call.ends / 2))]
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        output, errors = process.communicate(timeout=60 + grace)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
    lines = output.splitlines()
    return json.loads(lines[-1]) if lines else dict.fromkeys(call.names, f"crashed: {errors[-2000:]}")


class Watched:
    """A call in a thread."""

    def __init__(self, call: Executed, name: str, bound: float | None) -> None:
        self.server = call.server()
        self.ended_after: float | None = None
        self.outcome = ""
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, args=(call, name, bound), daemon=True)
        self._thread.start()

    def wait(self, until: float) -> None:
        """Wait for it until that many seconds after its start."""
        self._thread.join(max(0.0, self._started + until - time.monotonic()))

    def _run(self, call: Executed, name: str, bound: float | None) -> None:
        try:
            self.outcome = f"gave {_made(call, name, self.server, bound)!r}"
        except BaseException as error:  # sadpath: ignore[swallowed-cancellation] -- the thread ends here
            self.outcome = f"raised {error!r}"
        self.ended_after = time.monotonic() - self._started


def _made(call: Executed, name: str, server: Server, bound: float | None) -> object:
    result = call.function(name, server, bound)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _judged(call: Executed, grace: float) -> dict[str, str]:
    bounded = _watched(call, call.bound, min(LIMIT, 0.8 * call.ends))
    socket.setdefaulttimeout(call.bound)
    defaulted = _watched(call, None, LIMIT) if call.default else bounded
    socket.setdefaulttimeout(None)
    blocked = _watched(call, None, grace)
    return {
        name: _bounded(bounded[name], call.bound) or _bounded(defaulted[name], call.bound) or _blocked(blocked[name])
        for name in call.names
    }


def _watched(call: Executed, bound: float | None, until: float) -> dict[str, Watched]:
    """The calls, made at the same time."""
    calls = {name: Watched(call, name, bound) for name in call.names}
    for watched in calls.values():
        watched.wait(until)
    return calls


def _bounded(watched: Watched, bound: float) -> str:
    if watched.ended_after is None:
        return f"still blocked, with a bound of {bound} s"
    if watched.ended_after < 0.8 * bound:
        return f"{watched.outcome} after {watched.ended_after:.2f} s, before its bound of {bound} s"
    return ""


def _blocked(watched: Watched) -> str:
    if watched.ended_after is not None:
        return f"{watched.outcome} after {watched.ended_after:.2f} s, without a bound"
    return "" if watched.server.reached else "never reached the server"


if __name__ == "__main__":
    judged = _judged(CALLS[sys.argv[1]], float(sys.argv[2]))
    print(f"\n{json.dumps(judged)}", flush=True)
    os.killpg(0, signal.SIGKILL)  # with the commands and the threads that never end
