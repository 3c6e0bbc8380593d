"""`sadpath check`."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from sadpath.cli import Misuse
from sadpath.cli.options.accepting import AcceptOptions
from sadpath.cli.options.baseline import BaselineOptions
from sadpath.cli.options.change import ChangeOptions
from sadpath.cli.options.files import FileOptions
from sadpath.cli.options.fixes import FixOptions
from sadpath.cli.options.grouped import grouped
from sadpath.cli.options.instead import InsteadOptions
from sadpath.cli.options.output import OutputOptions
from sadpath.cli.options.rules import RuleOptions
from sadpath.cli.options.settings import SettingsOptions
from sadpath.cli.options.speed import SpeedOptions
from sadpath.cli.result import Result
from sadpath.cli.run import Run
from sadpath.workspace.batch import BatchError
from sadpath.workspace.configuration import ConfigurationError

CLEAN, FINDINGS, INCOMPLETE = 0, 1, 3
"""Exit codes. INCOMPLETE, something could not be analysed, wins over FINDINGS. Misuse has 2."""


@grouped
@click.argument("paths", nargs=-1, type=click.Path(exists=True, readable=False, allow_dash=True, path_type=Path))
def check(
    paths: Sequence[Path],
    rules: RuleOptions,
    files: FileOptions,
    change: ChangeOptions,
    baseline: BaselineOptions,
    accepts: AcceptOptions,
    settings: SettingsOptions,
    fixes: FixOptions,
    output: OutputOptions,
    speed: SpeedOptions,
    instead: InsteadOptions,
) -> None:
    """Check files and directories: by default the current one; `-` is standard input.

    \b
    Exit codes:
      0  nothing to report
      1  findings
      2  called or configured wrongly
      3  something could not be analysed, whether there are findings or not
    """
    output.targets()  # before the check, whose time a mistake would waste
    run = Run(paths, rules, files, settings, speed, change, baseline)

    def once() -> Result:
        with _explained():
            result = accepts.check(run, fixes)
        output.write(result)
        return result

    with _explained():
        instead.do(run, once)
    result = once()
    raise click.exceptions.Exit(CLEAN if output.exit_zero else _exit_code(result))


@contextmanager
def _explained() -> Generator[None]:
    """Tell what is configured wrongly as a command does."""
    try:
        yield
    except ConfigurationError as error:
        place = os.path.relpath(error.path) + (f":{error.line}" if error.line else "")
        raise Misuse(f"{place}: {error.message}") from error
    except BatchError as error:
        raise Misuse(str(error)) from error


def _exit_code(result: Result) -> int:
    if result.skipped:
        return INCOMPLETE
    return FINDINGS if result.failing else CLEAN
