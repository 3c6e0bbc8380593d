"""Checks many files, and of those that were checked before only the ones whose report may be another one now."""

from collections.abc import Generator, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sadpath.analysis.expiry import enforced
from sadpath.analysis.finding import FileReport
from sadpath.workspace.batch import FILES_PER_PROCESS, Checker, check_all
from sadpath.workspace.cache_directory import cache_file
from sadpath.workspace.configuration import Settings
from sadpath.workspace.kept import Checked, Compared, Elsewhere, Kept
from sadpath.workspace.store import Scratch, Store
from sadpath.workspace.walk import Target

if TYPE_CHECKING:  # imports the analysis, which a check that finds everything unchanged can spare
    from sadpath.analysis.meaning.project_names import Names
    from sadpath.workspace.recorder import Recorder


def check_again(
    targets: Sequence[Target], jobs: int, directory: Path | None = None, *, apart: bool = False
) -> Generator[FileReport]:
    """The report on each target, as `check_all` gives it.

    What is to be kept is kept in `directory`, else where the settings say, else in the project. Raises BatchError.
    """
    return Repeat(targets, jobs, directory, apart=apart).reports()


class Repeat:
    """One such check, that can tell afterwards which reports would be the same in another state of the files.

    Nothing is kept for the next one unless it is to be `lasting`.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        jobs: int,
        directory: Path | None = None,
        *,
        apart: bool = False,
        lasting: bool = True,
    ) -> None:
        self._targets = targets
        self._jobs = jobs
        self._apart = apart
        self._projects: dict[ProjectKey, _Project] = {}
        self._of: dict[str, _Project] = {}
        for target in targets:
            key = project_key(target)
            if key not in self._projects:
                store = Store(cache_file(target.root, target.settings, directory)) if lasting else Scratch()
                self._projects[key] = _Project(target.root, target.settings, store)
            self._projects[key].paths.append(target.path)
            self._of[target.path] = self._projects[key]

    def reports(self) -> Generator[FileReport]:
        """The report on each target. Raises BatchError."""
        projects = self._projects.values()
        standing = {path: report for project in projects for path, report in project.standing().items()}
        today = date.today()
        yield from (enforced(report, today) for report in standing.values())
        for report in self._found([target for target in self._targets if target.path not in standing]):
            if isinstance(report, Checked):
                self._of[report.path].kept.add(report)
                yield enforced(report.report, today)
            else:
                yield report
        for project in projects:
            project.kept.save()

    def compare(self, project: "ProjectKey", other: Elsewhere) -> Compared:
        """What reports there are on a project's files in another state. To be asked when all reports have come."""
        if project not in self._projects:
            return Compared(set(), {})
        found = self._projects[project].kept.compare(other)
        today = date.today()
        return found._replace(known={path: enforced(report, today) for path, report in found.known.items()})

    def names(self, root: Path) -> "dict[str, Names | None]":
        """The names in the files of a project, as they are on the disk; none if they are not known."""
        kept = (project.kept for key, project in self._projects.items() if key[0] == root)
        return next((one.names() for one in kept), dict[str, "Names | None"]())

    def _found(self, targets: Sequence[Target]) -> Iterable[FileReport]:
        if len(targets) >= FILES_PER_PROCESS or self._apart:
            return check_all(targets, self._jobs, open_recorder, apart=self._apart)
        sessions = {key: project.recorder for key, project in self._projects.items()}
        return check_all(targets, 1, lambda root, settings: sessions[root, id(settings)]())


ProjectKey: TypeAlias = tuple[Path, int]
"""A root and the identity of settings: where both are the same, files are checked together."""


def project_key(target: Target) -> ProjectKey:
    """The project of a target."""
    return target.root, id(target.settings)


def open_recorder(root: Path, settings: Settings) -> Checker:
    """A session that tells what reports are made of."""
    from sadpath.workspace.recorder import Recorder

    return Recorder(root, settings)


class _Project:
    """The targets of one project that have the same settings, and what was kept of them."""

    def __init__(self, root: Path, settings: Settings, store: Store | Scratch) -> None:
        self._root = root
        self._settings = settings
        self._recorder: Recorder | None = None
        self.paths: list[str] = []
        self.kept = Kept(store, root, self.recorder)

    def standing(self) -> dict[str, FileReport]:
        return self.kept.standing(self.paths)

    def recorder(self) -> "Recorder":
        if self._recorder is None:
            from sadpath.workspace.recorder import Recorder

            self._recorder = Recorder(self._root, self._settings, self.kept.name_index())
        return self._recorder
