"""Checks many files, and of those that were checked before only the ones whose report may be another one now."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sadpath.analysis.finding import FileReport
from sadpath.workspace.batch import FILES_PER_PROCESS, Checker, check_all
from sadpath.workspace.cache_directory import cache_file
from sadpath.workspace.configuration import Settings
from sadpath.workspace.kept import Checked, Kept
from sadpath.workspace.walk import Target

if TYPE_CHECKING:  # imports the analysis, which a check that finds everything unchanged can spare
    from sadpath.workspace.recorder import Recorder


def check_again(
    targets: Sequence[Target], jobs: int, directory: Path | None = None, *, apart: bool = False
) -> Generator[FileReport]:
    """The report on each target, as `check_all` gives it.

    What is to be kept is kept in `directory`, else where the settings say, else in the project. Raises BatchError.
    """
    projects: dict[tuple[Path, int], _Project] = {}
    of: dict[str, _Project] = {}
    for target in targets:
        key = (target.root, id(target.settings))
        if key not in projects:
            projects[key] = _Project(target.root, target.settings, directory)
        projects[key].paths.append(target.path)
        of[target.path] = projects[key]
    standing = {path: report for project in projects.values() for path, report in project.standing().items()}
    yield from standing.values()
    rest = [target for target in targets if target.path not in standing]
    if len(rest) < FILES_PER_PROCESS and not apart:
        sessions = {key: project.recorder for key, project in projects.items()}
        found = check_all(rest, 1, lambda root, settings: sessions[root, id(settings)]())
    else:
        found = check_all(rest, jobs, open_recorder, apart=apart)
    for report in found:
        if isinstance(report, Checked):
            of[report.path].kept.add(report)
            yield report.report
        else:
            yield report
    for project in projects.values():
        project.kept.save()


def open_recorder(root: Path, settings: Settings) -> Checker:
    """A session that tells what reports are made of."""
    from sadpath.workspace.recorder import Recorder

    return Recorder(root, settings)


class _Project:
    """The targets of one project that have the same settings, and what was kept of them."""

    def __init__(self, root: Path, settings: Settings, directory: Path | None) -> None:
        self._root = root
        self._settings = settings
        self._recorder: Recorder | None = None
        self.paths: list[str] = []
        self.kept = Kept(cache_file(root, settings, directory), root, self.recorder)

    def standing(self) -> dict[str, FileReport]:
        return self.kept.standing(self.paths)

    def recorder(self) -> "Recorder":
        if self._recorder is None:
            from sadpath.workspace.recorder import Recorder

            self._recorder = Recorder(self._root, self._settings, self.kept.name_index())
        return self._recorder
