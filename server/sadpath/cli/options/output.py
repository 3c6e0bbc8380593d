"""What to write about a result, how and where."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NamedTuple

import click
from click.shell_completion import CompletionItem

from sadpath.cli import Misuse
from sadpath.cli.color import color_option, colored
from sadpath.cli.formats import FORMATS, TERMINAL, writer
from sadpath.cli.result import Result
from sadpath.cli.summary import statistics, summary


class Target(NamedTuple):
    """The name of a format, and the file to write it to; None for standard output."""

    format: str
    file: Path | None


def _target(text: str) -> Target:
    """What `NAME` or `NAME:FILE` means."""
    name, colon, file = text.partition(":")
    if name not in FORMATS:
        raise click.BadParameter(f"{name!r} is not one of {', '.join(map(repr, FORMATS))}")
    if colon and not file:
        raise click.BadParameter(f"after `{name}:` the name of a file is missing")
    return Target(name, Path(file) if file else None)


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 # the signature is click's
    return [CompletionItem(name, help=text) for name, text in FORMATS.items() if name.startswith(incomplete)]


@dataclass(frozen=True)
class OutputOptions:
    """Output."""

    format: Annotated[
        tuple[Target, ...],
        click.Option(
            ["--format", "--output-format"],
            type=_target,
            shell_complete=_complete,
            multiple=True,
            metavar="NAME[:FILE]",
            help=f"How to write what is found: {', '.join(FORMATS)}. Can be given several times.  [default: full]",
        ),
    ]
    output_file: Annotated[
        Path | None,
        click.Option(
            ["--output-file"],
            type=click.Path(dir_okay=False, path_type=Path),
            help="Where the format that names no file is written.",
        ),
    ]
    statistics: Annotated[
        bool,
        click.Option(["--statistics"], is_flag=True, help="Show how often each rule reports, not what."),
    ]
    exit_zero: Annotated[
        bool, click.Option(["--exit-zero"], is_flag=True, help="Exit with 0 even if there are findings.")
    ]
    quiet: Annotated[
        bool, click.Option(["-q", "--quiet"], is_flag=True, help="Write findings only, without a summary.")
    ]
    color: Annotated[str, color_option()]

    def targets(self) -> tuple[Target, ...]:
        """What is to be written. Raises click.UsageError where two formats would go to one place."""
        wanted = self.format or (Target("full", None),)
        found = tuple(Target(one.format, one.file or self.output_file) for one in wanted)
        files = [one.file and one.file.absolute() for one in found]
        for place in files:
            if files.count(place) > 1:
                name = "standard output" if place is None else f"`{place}`"
                raise click.UsageError(f"two formats go to {name}: write `--format NAME:FILE`")
        if self.output_file and all(one.file for one in self.format) and self.format:
            raise click.UsageError("`--output-file` is for a format that names no file")
        return found

    def write(self, result: Result) -> None:
        """Write the result to where it is wanted. Raises Misuse where a file cannot be written."""
        shown = None
        for target in self.targets():
            if target.file is None:
                shown = target.format
            else:
                text = writer(target.format)(result)
                _write_file(target.file, click.unstyle(text) if target.format in TERMINAL else text)
            if target.format == "github":
                _summarise_step(result)
        self._show(result, shown)

    def _show(self, result: Result, name: str | None) -> None:
        """Write to standard output, where a summary stands below what is written for people."""
        color = colored(self.color, sys.stdout)
        if self.statistics and name in TERMINAL:
            click.echo(statistics(result), nl=False, color=color)
        elif name:
            click.echo(writer(name)(result), nl=False, color=color if name in TERMINAL else True)
        if not self.quiet and (name is None or name in TERMINAL):
            click.echo(summary(result))


def _write_file(path: Path, text: str) -> None:
    from sadpath.workspace.writing import write_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode(errors="backslashreplace"))
    except OSError as error:
        raise Misuse(f"{path}: cannot be written: {error.strerror}") from error


def _summarise_step(result: Result) -> None:
    """Add to the page that GitHub shows of a step ("Adding a job summary", docs.github.com)."""
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        text = writer("markdown")(result.in_repository())
        try:
            with Path(page).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            raise Misuse(f"{page}: cannot be written: {error.strerror}") from error
