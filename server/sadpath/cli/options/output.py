"""What to write about a result, how and where."""

import sys
from dataclasses import dataclass
from typing import Annotated

import click

from sadpath.cli.color import color_option, colored
from sadpath.cli.formats import FORMATS
from sadpath.cli.result import Result
from sadpath.cli.summary import summary


@dataclass(frozen=True)
class OutputOptions:
    """Output."""

    output_format: Annotated[
        str,
        click.Option(["--output-format"], type=click.Choice(list(FORMATS)), default="full", show_default=True),
    ]
    quiet: Annotated[
        bool, click.Option(["-q", "--quiet"], is_flag=True, help="Write findings only, without a summary.")
    ]
    color: Annotated[str, color_option()]

    def write(self, result: Result) -> None:
        """Write the result to where it is wanted."""
        click.echo(FORMATS[self.output_format](result), nl=False, color=colored(self.color, sys.stdout))
        if not self.quiet and self.output_format != "json":
            click.echo(summary(result))
