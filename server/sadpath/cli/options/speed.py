"""How much of the machine to use, and what to keep for the next check."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from sadpath.workspace.batch import processors
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.walk import Target


@dataclass(frozen=True)
class SpeedOptions:
    """Processes and cache."""

    jobs: Annotated[
        int | None,
        click.Option(
            ["--jobs"],
            type=click.IntRange(min=1),
            help="The largest number of processes.  [default: of processors]",
        ),
    ]
    no_cache: Annotated[
        bool, click.Option(["--no-cache"], is_flag=True, help="Neither use nor keep what earlier checks found.")
    ]
    cache_dir: Annotated[
        Path | None,
        click.Option(
            ["--cache-dir"], type=click.Path(file_okay=False, path_type=Path), help="Where to keep what is found."
        ),
    ]

    @property
    def processes(self) -> int:
        """The largest number of processes."""
        return self.jobs or processors()

    def repeat(self, targets: Sequence[Target]) -> Repeat:
        """The check of the targets that uses what earlier ones kept, if that is wanted."""
        return Repeat(targets, self.processes, self.cache_dir, lasting=not self.no_cache)
