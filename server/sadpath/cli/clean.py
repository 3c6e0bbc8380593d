"""`sadpath clean`."""

from pathlib import Path

import click

from sadpath.workspace.cache_directory import NAME
from sadpath.workspace.cache_directory import clean as remove


@click.command()
@click.argument("directories", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def clean(directories: tuple[Path, ...]) -> None:
    """Remove what earlier checks have kept, in DIRECTORIES: those in the current directory and below by default."""
    for directory in directories or sorted(Path().rglob(NAME)):
        count = remove(directory)
        click.echo(f"Removed {count} file{'' if count == 1 else 's'} in {directory}")
