"""`sadpath check`."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from sadpath.analysis.finding import FileReport, Skip
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.cli import Misuse
from sadpath.cli.color import color_option, colored
from sadpath.cli.formats import FORMATS
from sadpath.cli.progress import with_progress
from sadpath.cli.result import Result, result_of
from sadpath.workspace.batch import BatchError, check_all, open_session
from sadpath.workspace.configuration import ConfigurationError, Overrides, Selection, Settings, default_settings
from sadpath.workspace.files import decode
from sadpath.workspace.packs import describe_rules
from sadpath.workspace.patterns import Patterns, is_pattern
from sadpath.workspace.repeat import check_again
from sadpath.workspace.settings_file import Configurations, Known, read_settings, selector_problem
from sadpath.workspace.walk import Target, is_excluded, project_root, walk

CLEAN, FINDINGS, INCOMPLETE = 0, 1, 3
"""Exit codes. INCOMPLETE, something could not be analysed, wins over FINDINGS. Misuse has 2."""

_STDIN = Path("-")
_some = partial(click.option, multiple=True)
_flag = partial(click.option, is_flag=True)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, readable=False, allow_dash=True, path_type=Path))
@_some("--select", metavar="RULES", help="Check these rules or families only. Names may be separated by commas.")
@_some("--extend-select", metavar="RULES", help="Check these rules or families as well.")
@_some("--ignore", metavar="RULES", help="Do not check these rules or families.")
@_some("--exclude", metavar="PATTERN", help="Leave out these files, in place of those that the settings leave out.")
@_some("--extend-exclude", metavar="PATTERN", help="Leave out these files as well.")
@_flag("--force-exclude", help="Leave out excluded files even if they are named as PATH.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this settings file.")
@_flag("--isolated", help="Use no settings file.")
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="The path of what comes on standard input.")
@click.option("--output-format", type=click.Choice(list(FORMATS)), default="full", show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), help="The largest number of processes.  [default: of processors]")
@_flag("--no-cache", help="Neither use nor keep what earlier checks found.")
@click.option("--cache-dir", type=click.Path(file_okay=False, path_type=Path), help="Where to keep what is found.")
@_flag("-q", "--quiet", help="Write findings only, without a summary.")
@color_option
def check(
    paths: Sequence[Path],
    select: Sequence[str],
    extend_select: Sequence[str],
    ignore: Sequence[str],
    exclude: Sequence[str],
    extend_exclude: Sequence[str],
    force_exclude: bool,
    config: Path | None,
    isolated: bool,
    stdin_filename: Path | None,
    output_format: str,
    jobs: int | None,
    no_cache: bool,
    cache_dir: Path | None,
    quiet: bool,
    color: str,
) -> None:
    """Check files and directories: by default the current one; `-` is standard input.

    \b
    Exit codes:
      0  nothing to report
      1  findings
      2  called or configured wrongly
      3  something could not be analysed, whether there are findings or not
    """
    known = {rule.name: rule.family for rule in describe_rules()}
    overrides = Overrides(
        Selection(
            _rules("--select", select, known) if select else None,
            _rules("--extend-select", extend_select, known),
            _rules("--ignore", ignore, known),
        ),
        _patterns("--exclude", exclude) if exclude else None,
        _patterns("--extend-exclude", extend_exclude),
    )
    try:
        configurations = _configurations(known, overrides, config, isolated)
        if _STDIN in paths:
            result = _check_stdin(paths, stdin_filename, configurations, force_exclude)
        else:
            checks = check_all if no_cache else partial(check_again, directory=cache_dir)
            result = _check_files(paths or [Path()], configurations, force_exclude, checks, jobs or _processors())
    except ConfigurationError as error:
        place = os.path.relpath(error.path) + (f":{error.line}" if error.line else "")
        raise Misuse(f"{place}: {error.message}") from error
    except BatchError as error:
        raise Misuse(str(error)) from error
    click.echo(FORMATS[output_format](result), nl=False, color=colored(color, sys.stdout))
    if not quiet and output_format != "json":
        click.echo(_summary(result))
    raise click.exceptions.Exit(INCOMPLETE if result.skipped else FINDINGS if result.findings else CLEAN)


def _configurations(known: Known, overrides: Overrides, config: Path | None, isolated: bool) -> Configurations:
    settings: Settings | None = default_settings(Path.cwd())
    if config and isolated:
        raise click.UsageError("`--config` and `--isolated` exclude each other")
    if config:
        settings = read_settings(config.absolute(), known, Path.cwd())
    if settings is None:
        raise click.BadParameter(f"`{config}` has no table `tool.sadpath`", param_hint="'--config'")
    return Configurations(known, settings, overrides, fixed=bool(config) or isolated)


def _check_files(
    paths: Iterable[Path],
    configurations: Configurations,
    force_exclude: bool,
    checks: Callable[[Sequence[Target], int], Iterator[FileReport]],
    jobs: int,
) -> Result:
    targets: list[Target] = []
    skipped: list[Skip] = []
    for found in walk(paths, configurations, force_exclude=force_exclude):
        if isinstance(found, Target):
            targets.append(found)
        else:
            skipped.append(found)
    reports = list(with_progress(checks(targets, jobs), len(targets)))
    return result_of(reports, skipped, Path.cwd())


def _check_stdin(
    paths: Sequence[Path], name: Path | None, configurations: Configurations, force_exclude: bool
) -> Result:
    if len(paths) > 1:
        raise click.UsageError("`-` is the only PATH, or none is")
    path = Path(os.path.normpath(Path.cwd() / (name or "<stdin>")))
    settings = configurations.nearest(path.parent)
    if force_exclude and is_excluded(path.as_posix(), settings):
        return result_of([], [], Path.cwd())
    source = decode(path.as_posix(), sys.stdin.buffer.read())
    if isinstance(source, Skip):
        return result_of([], [source], Path.cwd())
    session = open_session(project_root(path), settings)
    session.open(source.path, source.text)
    report = on_large_stack(partial(session.check, source.path))
    return result_of([report], [], Path.cwd(), {source.path: source.text})


def _rules(option: str, values: Iterable[str], known: Known) -> tuple[str, ...]:
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    for name in names:
        if problem := selector_problem(name, known):
            raise click.BadParameter(problem, param_hint=f"'{option}'")
    return names


def _patterns(option: str, lines: Sequence[str]) -> tuple[Patterns, ...]:
    for line in lines:
        if not is_pattern(line):
            raise click.BadParameter(
                f"`{line}` is not a file pattern in the form of .gitignore", param_hint=f"'{option}'"
            )
    return (Patterns(Path.cwd().as_posix(), tuple(lines)),)


def _processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _summary(result: Result) -> str:
    files = _count(result.files, "file")
    if not result.files and not result.skipped:
        return "No Python files found"
    if result.findings:
        places = len({finding.path for finding in result.findings})
        found = f"{_count(len(result.findings), 'finding')} in {places} of"
    else:
        found = "No findings in"
    skipped = f"; {_count(len(result.skipped), 'place')} could not be analysed" if result.skipped else ""
    return f"{found} {files}{skipped}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
