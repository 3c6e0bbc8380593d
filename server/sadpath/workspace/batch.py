"""Checks many files, in several processes where that pays, so that no file can cost more than itself."""

import os
from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from sadpath.analysis.finding import FileReport, Skip
from sadpath.analysis.syntax.interpreter import on_large_stack, uncollected
from sadpath.workspace.configuration import Settings
from sadpath.workspace.packs import PackError, load_rules
from sadpath.workspace.walk import Target

if TYPE_CHECKING:
    from sadpath.workspace.session import Session

FILES_PER_PROCESS = 8
"""A process takes half a second to start; for fewer files it does not pay."""
_MOST_PROCESSES = 60  # Windows cannot wait for more than 63 things at once


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

    return Session(root, settings, load_rules(settings.packs), whole=True)


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_all(
    targets: Sequence[Target], jobs: int, open_checker: OpenChecker = open_session, *, apart: bool = False
) -> Generator[FileReport]:
    """The report on each target, as it comes. On a file that breaks the analysis, the report says that.

    `jobs` is the largest number of processes; few files are checked in this one, unless `apart`. Raises BatchError.
    """
    numbers: dict[tuple[Path, int], int] = {}
    projects: list[_Project] = []
    tasks: list[Task] = []
    for target in targets:
        key = (target.root, id(target.settings))
        if key not in numbers:
            numbers[key] = len(projects)
            projects.append((target.root, target.settings))
        tasks.append((numbers[key], target.path))
    sessions = Sessions(projects, open_checker)
    jobs = min(jobs, _MOST_PROCESSES, -(-len(tasks) // FILES_PER_PROCESS))
    if tasks and (jobs > 1 or apart):
        from sadpath.workspace.pool import Pool  # with `multiprocessing`, which a check of few files can spare

        yield from Pool(tasks, sessions, jobs).reports()
    else:
        with uncollected():
            yield from (on_large_stack(partial(sessions.check, task)) for task in tasks)


_Project: TypeAlias = tuple[Path, Settings]
Task: TypeAlias = tuple[int, str]
"""The number of a project and the path of a file."""


class Sessions:
    """A session for each project, opened when its first file comes."""

    def __init__(self, projects: Sequence[_Project], open_checker: OpenChecker) -> None:
        self._projects = projects
        self._open_checker = open_checker
        self._open: dict[int, Checker] = {}

    def check(self, task: Task) -> FileReport:
        """The report on a file; where that fails, it says so."""
        project, path = task
        try:
            if project not in self._open:
                self._open[project] = self._open_checker(*self._projects[project])
            return self._open[project].check(path)
        except PackError as error:
            return failure(path, str(error))
        except Exception as error:  # whatever goes wrong with a file must cost only that file
            return failure(path, f"the analysis failed: {error!r}")


def failure(path: str, reason: str) -> FileReport:
    """The report on a file of which there is none."""
    return FileReport(path, skipped=(Skip(path, reason),))
