"""Which files to check."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from sadpath.workspace.patterns import Patterns, is_pattern


@dataclass(frozen=True)
class FileOptions:
    """Which files."""

    exclude: Annotated[
        tuple[str, ...],
        click.Option(
            ["--exclude"],
            multiple=True,
            metavar="PATTERN",
            help="Leave out these files, in place of those that the settings leave out.",
        ),
    ]
    extend_exclude: Annotated[
        tuple[str, ...],
        click.Option(["--extend-exclude"], multiple=True, metavar="PATTERN", help="Leave out these files as well."),
    ]
    force_exclude: Annotated[
        bool,
        click.Option(["--force-exclude"], is_flag=True, help="Leave out excluded files even if named as PATH."),
    ]
    stdin_filename: Annotated[
        Path | None,
        click.Option(
            ["--stdin-filename"], type=click.Path(path_type=Path), help="The path of what comes on standard input."
        ),
    ]

    def excludes(self) -> tuple[Patterns, ...] | None:
        """What is left out in place of what the settings say; None to leave that to them. Raises click.BadParameter."""
        return _patterns("--exclude", self.exclude) if self.exclude else None

    def extended_excludes(self) -> tuple[Patterns, ...]:
        """What is left out as well. Raises click.BadParameter."""
        return _patterns("--extend-exclude", self.extend_exclude)


def _patterns(option: str, lines: Sequence[str]) -> tuple[Patterns, ...]:
    for line in lines:
        if not is_pattern(line):
            raise click.BadParameter(
                f"`{line}` is not a file pattern in the form of .gitignore", param_hint=f"'{option}'"
            )
    return (Patterns(Path.cwd().as_posix(), tuple(lines)),)
