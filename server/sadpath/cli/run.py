"""Runs the check that the options describe."""

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from sadpath.analysis.finding import Skip
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.cli.options.files import FileOptions
from sadpath.cli.options.rules import RuleOptions
from sadpath.cli.options.settings import SettingsOptions
from sadpath.cli.options.speed import SpeedOptions
from sadpath.cli.progress import with_progress
from sadpath.cli.result import Result, result_of
from sadpath.workspace.batch import open_session
from sadpath.workspace.configuration import Overrides
from sadpath.workspace.files import decode
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, is_excluded, project_root, walk

STDIN = Path("-")


@dataclass(frozen=True)
class Run:
    """One check: of which paths, with which options. It can be made again, after files have changed."""

    paths: Sequence[Path]
    rules: RuleOptions
    files: FileOptions
    settings: SettingsOptions
    speed: SpeedOptions

    def result(self) -> Result:
        """What the check gives. Raises ConfigurationError, BatchError and click's exceptions for misuse."""
        if STDIN in self.paths:
            return self._of_stdin(self.configurations())
        return self.checked(self.found())

    def configurations(self) -> Configurations:
        """The settings of each directory, with what the options say on top."""
        known = Families()
        overrides = Overrides(self.rules.selection(known), self.files.excludes(), self.files.extended_excludes())
        return self.settings.configurations(known, overrides)

    def found(self) -> list[Target | Skip]:
        """The files to check, and what cannot be looked into."""
        configurations = self.configurations()
        return list(walk(self.paths or [Path()], configurations, force_exclude=self.files.force_exclude))

    def checked(self, found: Iterable[Target | Skip]) -> Result:
        """What the check of these files gives."""
        targets: list[Target] = []
        skipped: list[Skip] = []
        for one in found:
            if isinstance(one, Target):
                targets.append(one)
            else:
                skipped.append(one)
        reports = list(with_progress(self.speed.check(targets), len(targets)))
        return result_of(reports, skipped, Path.cwd())

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
        session = open_session(project_root(path), settings)
        session.open(source.path, source.text)
        report = on_large_stack(partial(session.check, source.path))
        return result_of([report], [], Path.cwd(), {source.path: source.text})
