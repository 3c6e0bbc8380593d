"""Checks many files, in several processes where that pays, so that no file can cost more than itself."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sadpath.analysis.finding import FileReport, Skip
from sadpath.analysis.syntax.parse import on_large_stack, uncollected
from sadpath.workspace.configuration import Settings
from sadpath.workspace.packs import load_rules
from sadpath.workspace.processes import Child
from sadpath.workspace.walk import Target

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

    from sadpath.workspace.session import Session

FILES_PER_PROCESS = 8
"""A process takes half a second to start; for fewer files it does not pay."""
_MOST_PROCESSES = 60  # Windows cannot wait for more than 63 things at once
_LARGEST_PORTION = 16


class Checker(Protocol):
    """What a batch needs of a session."""

    def check(self, path: str) -> FileReport:
        """All that there is to say about a file."""
        ...


OpenChecker: TypeAlias = Callable[[Path, Settings], Checker]
"""Opens a session for the root of a project. Other processes import it by its name, so it is a module's function."""


class BatchError(Exception):
    """The processes that were to check the files do not start."""


def open_session(root: Path, settings: Settings) -> "Session":
    """A session with the rules that the settings choose."""
    from sadpath.workspace.session import Session  # with the whole analysis, which a process that only leads can spare

    return Session(root, settings, load_rules(), whole=True)


def check_all(
    targets: Sequence[Target], jobs: int, open_checker: OpenChecker = open_session, *, apart: bool = False
) -> Generator[FileReport]:
    """The report on each target, as it comes. On a file that breaks the analysis, the report says that.

    `jobs` is the largest number of processes; few files are checked in this one, unless `apart`. Raises BatchError.
    """
    numbers: dict[tuple[Path, int], int] = {}
    projects: list[_Project] = []
    tasks: list[_Task] = []
    for target in targets:
        key = (target.root, id(target.settings))
        if key not in numbers:
            numbers[key] = len(projects)
            projects.append((target.root, target.settings))
        tasks.append((numbers[key], target.path))
    sessions = _Sessions(projects, open_checker)
    jobs = min(jobs, _MOST_PROCESSES, -(-len(tasks) // FILES_PER_PROCESS))
    if tasks and (jobs > 1 or apart):
        yield from _Pool(tasks, sessions, jobs).reports()
    else:
        with uncollected():
            yield from (on_large_stack(partial(sessions.check, task)) for task in tasks)


_Project: TypeAlias = tuple[Path, Settings]
_Task: TypeAlias = tuple[int, str]
"""The number of a project and the path of a file."""


class _Sessions:
    """A session for each project, opened when its first file comes."""

    def __init__(self, projects: Sequence[_Project], open_checker: OpenChecker) -> None:
        self._projects = projects
        self._open_checker = open_checker
        self._open: dict[int, Checker] = {}

    def check(self, task: _Task) -> FileReport:
        project, path = task
        try:
            if project not in self._open:
                self._open[project] = self._open_checker(*self._projects[project])
            return self._open[project].check(path)
        except Exception as error:  # whatever goes wrong with a file must cost only that file
            return _failure(path, f"the analysis failed: {error!r}")


class _Pool:
    """Processes that take files in small portions. It is known at any time which file each of them is busy with."""

    def __init__(self, tasks: Sequence[_Task], sessions: _Sessions, processes: int) -> None:
        size = max(1, min(_LARGEST_PORTION, len(tasks) // (processes * 4)))
        self._waiting = deque(tasks[start : start + size] for start in range(0, len(tasks), size))
        self._sessions = sessions
        self._workers: list[_Worker] = []
        self._processes = processes

    def reports(self) -> Iterator[FileReport]:
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

    def __init__(self, sessions: _Sessions, portion: Sequence[_Task]) -> None:
        self._process = Child(_work, sessions)
        self.connection = self._process.connection
        self._started = False
        self.given: deque[_Task] = deque()
        self.give(portion)

    def give(self, portion: Sequence[_Task]) -> None:
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
        return _failure(path, f"the analysis of this file crashed ({cause})")

    def end(self) -> None:
        self._process.end()


def _work(connection: "Connection", sessions: _Sessions) -> None:
    """What the other process does: check portions of files until the one that gives them is gone."""

    def work() -> None:
        connection.send(None)
        while True:
            for task in connection.recv():
                connection.send(sessions.check(task))

    with suppress(EOFError, OSError), uncollected():
        on_large_stack(work)


def _failure(path: str, reason: str) -> FileReport:
    return FileReport(path, skipped=(Skip(path, reason),))
