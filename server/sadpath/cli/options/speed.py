"""How much of the machine to use, and what to keep for the next check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from sadpath.analysis.finding import FileReport
from sadpath.workspace.batch import check_all, processors
from sadpath.workspace.repeat import check_again
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

    def check(self, targets: Sequence[Target]) -> Iterator[FileReport]:
        """The report on each target, as it comes. Raises BatchError."""
        jobs = self.jobs or processors()
        return check_all(targets, jobs) if self.no_cache else check_again(targets, jobs, self.cache_dir)
