"""What to do instead of one check."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import click
import msgspec

from sadpath.cli import Misuse
from sadpath.cli.run import STDIN, Run
from sadpath.workspace.configuration import Settings
from sadpath.workspace.packs import describe_rules
from sadpath.workspace.walk import Target

_SECONDS = 0.5
"""How long to wait before looking at the files again."""
_MOVED_BY_GIT = (".git/index", ".git/logs/HEAD")
"""What is another file after something was staged or committed, or a branch was checked out."""


@dataclass(frozen=True)
class InsteadOptions:
    """Instead of one check."""

    show_files: Annotated[bool, click.Option(["--show-files"], is_flag=True, help="List the files to check.")]
    show_settings: Annotated[
        bool, click.Option(["--show-settings"], is_flag=True, help="Show what the settings come to.")
    ]
    watch: Annotated[bool, click.Option(["--watch"], is_flag=True, help="Check again whenever a file changes.")]

    def do(self, run: Run, check: Callable[[], object]) -> None:
        """Do what is asked for, and exit; return if nothing is. Raises ConfigurationError."""
        if not (self.show_files or self.show_settings or self.watch):
            return
        if STDIN in run.paths:
            raise click.UsageError("`-` can only be checked")
        if self.watch:
            _watch(run, check)
        targets = [found for found in run.found() if isinstance(found, Target)]
        if self.show_files:
            for target in targets:
                click.echo(os.path.relpath(target.path))
        if self.show_settings:
            for settings in {id(target.settings): target.settings for target in targets}.values():
                _show(settings)
        raise click.exceptions.Exit(0)


def _show(settings: Settings) -> None:
    """Write settings as what they come to: the rules that are on with their severity, and what is left out."""
    click.echo(f"# {os.path.relpath(settings.source) if settings.source else 'defaults'}\n\n[rules]")
    for rule in settings.chosen(describe_rules(settings.packs)):
        given = settings.severity.get(rule.name)
        click.echo(f'{rule.name} = "{given.value if given else rule.severity}"')
    click.echo("\n[exclude]")
    excludes: dict[str, list[str]] = {}
    for patterns in filter(lambda patterns: patterns.lines, settings.excludes):
        excludes.setdefault(patterns.base, []).extend(patterns.lines)
    for base, lines in excludes.items():
        click.echo(f'"{os.path.relpath(base)}" = {_list(lines)}')
    click.echo("\n[per-file-ignores]")
    for patterns, names in settings.per_file_ignores:
        click.echo(f"{_list(patterns.lines)[1:-1]} = {_list(names)}")
    click.echo()


def _list(texts: Sequence[str]) -> str:
    return msgspec.json.encode(texts).decode()


def _watch(run: Run, check: Callable[[], object]) -> NoReturn:
    seen: object = None
    while True:
        state = _state(run)
        if state != seen:
            seen = state
            if sys.stdout.isatty():
                click.clear()
            try:
                check()
            except Misuse as error:
                error.show()
            except click.exceptions.Exit:
                pass  # with `--diff-fixes`, which goes no further
            click.echo("Watching for changes ...", err=True)
            sys.stdout.flush()
        time.sleep(_SECONDS)


def _state(run: Run) -> object:
    """What is different after any change to the files, or to what chooses them."""
    try:
        found = [one for one in run.found() if isinstance(one, Target)]
    except Exception as error:  # settings that cannot be read are reported by the check
        return str(error)
    sources = {str(one.settings.source) for one in found if one.settings.source}
    base = sorted({str(one.root / name) for one in found for name in _MOVED_BY_GIT}) if run.change.is_asked else []
    return [_stat(path) for path in (*sorted(sources), *base, *(one.path for one in found))]


def _stat(path: str) -> object:
    try:
        status = Path(path).stat()
    except OSError:
        return path
    return path, status.st_mtime_ns, status.st_size, status.st_ino
