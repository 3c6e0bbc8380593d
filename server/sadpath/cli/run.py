"""Runs the check that the options describe."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sadpath.analysis.finding import Finding, Skip
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.text import split_lines
from sadpath.cli.options.baseline import BaselineOptions
from sadpath.cli.options.change import ChangeOptions
from sadpath.cli.options.files import FileOptions
from sadpath.cli.options.rules import RuleOptions
from sadpath.cli.options.settings import SettingsOptions
from sadpath.cli.options.speed import SpeedOptions
from sadpath.cli.progress import with_progress
from sadpath.cli.result import Comparison, Mark, Result, in_order, mark, result_of
from sadpath.workspace.batch import check_all, open_session
from sadpath.workspace.configuration import Overrides
from sadpath.workspace.files import decode
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.status import Status
from sadpath.workspace.walk import SUFFIXES, Target, is_excluded, project_root, walk

if TYPE_CHECKING:  # which most checks can spare
    from sadpath.workspace.review import Changes

STDIN = Path("-")


@dataclass(frozen=True)
class Run:
    """One check: of which paths, with which options. It can be made again, after files have changed."""

    paths: Sequence[Path]
    rules: RuleOptions
    files: FileOptions
    settings: SettingsOptions
    speed: SpeedOptions
    change: ChangeOptions
    baseline: BaselineOptions

    def result(self) -> Result:
        """What the check gives. Raises ConfigurationError, BatchError and click's exceptions for misuse."""
        if STDIN in self.paths:
            return self._of_stdin(self.configurations())
        return self.checked(self.found())

    def configurations(self) -> Configurations:
        """The settings of each directory, with what the options say on top."""
        selection = self.rules.selection(Families(None))
        overrides = Overrides(selection, self.files.excludes(), self.files.extended_excludes())
        return self.settings.configurations(Families(), overrides)

    def found(self) -> list[Target | Skip]:
        """The files to check, and what cannot be looked into."""
        configurations = self.configurations()
        return list(walk(self.arguments, configurations, force_exclude=self.files.force_exclude))

    def checked(self, found: Iterable[Target | Skip]) -> Result:
        """What the check of these files gives."""
        targets: list[Target] = []
        skipped: list[Skip] = []
        for one in found:
            if isinstance(one, Target):
                targets.append(one)
            else:
                skipped.append(one)
        roots = [target.root for target in targets] or [project_root(path.absolute()) for path in self.arguments]
        changes = self.change.changes(roots, {target.path for target in targets})
        repeat = self.speed.repeat(targets)
        is_last = changes is None and self.speed.no_cache  # then nobody will ask what the reports were made of
        checked = check_all(targets, self.speed.processes) if is_last else repeat.reports()
        reports = list(with_progress(checked, len(targets)))
        if changes is None:
            return self.baseline.applied(result_of(reports, skipped, Path.cwd()), targets, whole=True)
        from sadpath.workspace.review import review

        deleted = list(self._deleted(targets, changes))
        seen = review(reports, [*targets, *deleted], changes, self.speed.processes, repeat)
        result = result_of(seen.reports, [*skipped, *seen.skipped], Path.cwd(), seen.texts)
        result = self.baseline.applied(result, targets, whole=False)
        return replace(result, comparison=self._comparison(changes, seen.statuses, seen.gone))

    def _comparison(
        self, changes: "Changes", statuses: Mapping[Mark, Status], gone: Sequence[Finding] = ()
    ) -> Comparison:
        base = " and ".join(dict.fromkeys(change.base for change in changes.values()))
        return Comparison(base, statuses, in_order(gone), self.change.failing)

    def _deleted(self, targets: Sequence[Target], changes: "Changes") -> Iterator[Target]:
        """The files where the arguments are that are not on the disk, but in one of the states to compare."""
        configurations = self.configurations()
        there = {target.path for target in targets}
        known = {id(target.settings): target.settings for target in targets}
        for root, change in changes.items():
            for path in {*change.before, *change.now} - there:
                place = Path(path)
                settings = configurations.nearest(place.parent)
                asked = any(place.is_relative_to(argument.absolute()) for argument in self.arguments)
                if asked and place.suffix in SUFFIXES and not place.exists() and not is_excluded(path, settings):
                    # Files are checked together whose settings are the same object.
                    yield Target(path, next((one for one in known.values() if one == settings), settings), root)

    @property
    def arguments(self) -> Sequence[Path]:
        """What is to be searched."""
        return self.paths or [Path()]

    def _of_stdin(self, configurations: Configurations) -> Result:
        if len(self.paths) > 1:
            raise click.UsageError("`-` is the only PATH, or none is")
        path = Path(os.path.normpath(Path.cwd() / (self.files.stdin_filename or "<stdin>")))
        settings = configurations.nearest(path.parent)
        if self.files.force_exclude and is_excluded(path.as_posix(), settings):
            return result_of([], [], Path.cwd())
        source = decode(path.as_posix(), sys.stdin.buffer.read())
        if isinstance(source, Skip):
            return result_of([], [source], Path.cwd())
        root = project_root(path)
        changes = self.change.changes([root], {source.path})
        session = open_session(root, settings)
        session.open(source.path, source.text)
        report = on_large_stack(partial(session.check, source.path))
        result = result_of([report], [], Path.cwd(), {source.path: source.text})
        result = self.baseline.applied(result, [Target(source.path, settings, root)], whole=False)
        if changes is None:
            return result
        from sadpath.workspace.before import Before

        before = Before(root, settings, changes[root])
        lines = split_lines(source.text)
        statuses = on_large_stack(partial(before.statuses, source.path, lines, result.findings))
        marks = map(mark, result.findings)
        return replace(result, comparison=self._comparison(changes, dict(zip(marks, statuses, strict=True))))
