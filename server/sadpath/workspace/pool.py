"""Processes that check files side by side."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sadpath.analysis.finding import FileReport
from sadpath.analysis.syntax.interpreter import on_large_stack, uncollected
from sadpath.workspace.batch import BatchError, Sessions, Task, failure

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

_LARGEST_PORTION = 16
_SECONDS_TO_DIE = 5  # from the end of its connection to the end of a process

# A fork would copy whatever the threads of this process hold just then.
_SPAWN = multiprocessing.get_context("spawn")


class Pool:
    """Processes that take files in small portions. It is known at any time which file each of them is busy with."""

    def __init__(self, tasks: Sequence[Task], sessions: Sessions, processes: int) -> None:
        size = max(1, min(_LARGEST_PORTION, len(tasks) // (processes * 4)))
        self._waiting = deque(tasks[start : start + size] for start in range(0, len(tasks), size))
        self._sessions = sessions
        self._workers: list[_Worker] = []
        self._processes = processes

    def reports(self) -> Iterator[FileReport]:
        """The report on each file, as it comes. Raises BatchError."""
        try:
            for _ in range(self._processes):
                self._start()
            while self._workers:
                for connection in wait([worker.connection for worker in self._workers]):
                    (worker,) = [worker for worker in self._workers if worker.connection is connection]
                    if report := self._receive(worker):
                        yield report
        finally:
            for worker in self._workers:
                worker.end()

    def _start(self) -> None:
        if self._waiting:
            self._workers.append(_Worker(self._sessions, self._waiting.popleft()))

    def _receive(self, worker: "_Worker") -> FileReport | None:
        try:
            report = worker.receive()
        except (EOFError, OSError):
            self._workers.remove(worker)
            report = worker.last_report()
            if worker.given:
                self._waiting.appendleft(tuple(worker.given))
            self._start()
            return report
        if not worker.given:
            if self._waiting:
                worker.give(self._waiting.popleft())
            else:
                self._workers.remove(worker)
                worker.end()
        return report


class _Worker:
    """One process, and the files that it was given and has not reported on."""

    def __init__(self, sessions: Sessions, portion: Sequence[Task]) -> None:
        self.connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_work, args=(theirs, sessions), daemon=True)
        with _without_interrupts():
            self._process.start()
        theirs.close()
        self._started = False
        self.given: deque[Task] = deque()
        self.give(portion)

    def give(self, portion: Sequence[Task]) -> None:
        self.given.extend(portion)
        with suppress(OSError):  # the process is gone: that shows when its next report is received
            self.connection.send(tuple(portion))

    def receive(self) -> FileReport | None:
        """The report on the next file, or None for the word that the process has started."""
        report: FileReport | None = self.connection.recv()
        self._started = True
        if report is not None:
            self.given.popleft()
        return report

    def last_report(self) -> FileReport:
        """The report on the file that the process died of."""
        self._process.join(_SECONDS_TO_DIE)
        self.end()
        if not self._started:
            raise BatchError("the processes that are to check the files do not start")
        _, path = self.given.popleft()
        code = self._process.exitcode or 0
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return failure(path, f"the analysis of this file crashed ({cause})")

    def end(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.join()


def _work(connection: "Connection", sessions: Sessions) -> None:
    """What the other process does: check portions of files until the one that gives them is gone."""

    def work() -> None:
        connection.send(None)
        while True:
            for task in connection.recv():
                connection.send(sessions.check(task))

    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError), uncollected():
        on_large_stack(work)


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
