"""Other processes that this one leads. They end with it, however it ends."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

Subject = TypeVar("Subject")

_SECONDS_TO_DIE = 5  # from the end of its connection to the end of a process

# A fork would copy whatever the threads of this process hold just then.
_SPAWN = multiprocessing.get_context("spawn")


class Child:
    """A process that runs `work(connection, subject)`, with the other end of `connection`.

    It imports `work` by its name and gets a copy of the subject. One that `leads` others has to be ended by `end`.
    """

    def __init__(self, work: "Callable[[Connection, Subject], None]", subject: Subject, *, leads: bool = False) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_run, args=(work, theirs, subject), daemon=not leads)
        with _without_interrupts():
            self._process.start()
        theirs.close()

    def cause_of_death(self) -> str:
        """Why a process ended that closed its connection: the name of a signal, or an exit code."""
        self._process.join(_SECONDS_TO_DIE)
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.terminate()
        self._process.join()
        self.connection.close()  # not before another thread that reads from it has come to its end


def _run(work: "Callable[[Connection, Subject], None]", connection: "Connection", subject: Subject) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(connection, subject)


def _end_with_parent() -> None:
    """End this process when the one that leads is gone, also in the middle of a file that takes for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextmanager
def _without_interrupts() -> Generator[None]:
    """Ctrl-C reaches all processes of a terminal. One that starts in here does not hear it, and is ended by us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
