"""`sadpath baseline`."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from sadpath.cli import Misuse
from sadpath.cli.options.baseline import read, write
from sadpath.cli.progress import with_progress
from sadpath.workspace.baseline import NAME, entries_of
from sadpath.workspace.batch import BatchError, processors
from sadpath.workspace.configuration import ConfigurationError, default_settings
from sadpath.workspace.packs import Families
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, walk


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, readable=False, path_type=Path))
@click.option("--locked", is_flag=True, help="Write nothing; exit with 1 if the baseline would be another one.")
def baseline(paths: Sequence[Path], locked: bool) -> None:
    """Take what is reported now for given: write it into the baseline, a file beside the project.

    The lines of files that are not checked stay as they are.
    """
    try:
        configurations = Configurations(Families(), default_settings(Path.cwd()))
        targets = [found for found in walk(paths or [Path()], configurations) if isinstance(found, Target)]
        reports = list(with_progress(Repeat(targets, processors()).reports(), len(targets)))
    except (ConfigurationError, BatchError) as error:
        raise Misuse(str(error)) from error
    different = False
    for root in dict.fromkeys(target.root for target in targets):
        checked = {target.path for target in targets if target.root == root}
        found = entries_of(root, (one for report in reports if report.path in checked for one in report.findings))
        before = read(root)
        kept = {
            entry for entry in before if (root / entry.path).is_file() and (root / entry.path).as_posix() not in checked
        }
        after = found | kept
        name = os.path.relpath(root / NAME)
        number = f"{len(after)} finding{'' if len(after) == 1 else 's'}"
        if after == before:
            click.echo(f"{name} is up to date: {number}")
        elif locked:
            different = True
            click.echo(f"{name} is not up to date: {len(after - before)} are new, {len(before - after)} are mended")
        else:
            write(root, after)
            click.echo(f"Wrote {number} to {name}")
    raise click.exceptions.Exit(1 if different else 0)
