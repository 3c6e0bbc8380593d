"""Processes that check files side by side."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from sadpath.analysis.finding import FileReport
from sadpath.analysis.syntax.interpreter import on_large_stack, uncollected
from sadpath.workspace.batch import BatchError, Sessions, Task, failure
from sadpath.workspace.processes import Child

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

_LARGEST_PORTION = 16


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
        self._process = Child(_work, sessions)
        self.connection = self._process.connection
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
        cause = self._process.cause_of_death()
        self.end()
        if not self._started:
            raise BatchError("the processes that are to check the files do not start")
        _, path = self.given.popleft()
        return failure(path, f"the analysis of this file crashed ({cause})")

    def end(self) -> None:
        self._process.end()


def _work(connection: "Connection", sessions: Sessions) -> None:
    """What the other process does: check portions of files until the one that gives them is gone."""

    def work() -> None:
        connection.send(None)
        while True:
            for task in connection.recv():
                connection.send(sessions.check(task))

    with suppress(EOFError, OSError), uncollected():
        on_large_stack(work)
