"""Annotations of a GitHub workflow, by the commands that a step prints.

GitHub shows 10 errors, 10 warnings and 10 notices of each step, and drops the rest (actions/toolkit, issue 734).
"""

from collections.abc import Iterator

from sadpath.analysis.finding import Finding, Range, Skip
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import NOT_ANALYSED, Result
from sadpath.grade import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
_MOST = 10


def github(result: Result) -> str:
    """The most important findings of each level as commands; where some are left out, the last command says so."""
    shown = result.in_repository()
    room = dict.fromkeys(_LEVELS.values(), _MOST)
    room["notice"] -= 1  # for the word on what is left out
    lines: list[str] = []
    left_out = 0
    for level, line in (*_skips(shown), *_findings(shown)):
        if room[level]:
            room[level] -= 1
            lines.append(line)
        else:
            left_out += 1
    if left_out:
        lines.append(f"::notice title=sadpath::{left_out} more: see the summary of this job, or the log\n")
    return "".join(lines)


def _findings(result: Result) -> Iterator[tuple[str, str]]:
    for finding in result.by_importance():
        level = _LEVELS[finding.severity]
        yield level, _command(level, _properties(result, finding), _told(finding))


def _skips(result: Result) -> Iterator[tuple[str, str]]:
    for skip in result.skipped:
        yield "warning", _command("warning", _place_of_skip(result, skip), f"not analysed: {printable(skip.reason)}")


def _told(finding: Finding) -> str:
    steps = [f"because {printable(step.text)}" for step in finding.evidence]
    return "\n".join([printable(finding.message), *steps])


def _properties(result: Result, finding: Finding) -> dict[str, str]:
    return {"title": finding.rule, "file": result.shown(finding.path), **_region(finding.range)}


def _region(place: Range) -> dict[str, str]:
    start, end = place.start, place.end
    region = {"line": str(start.line + 1), "endLine": str(end.line + 1)}
    if start.line == end.line:  # GitHub takes columns within one line only
        region |= {"col": str(start.column + 1), "endColumn": str(end.column + 1)}
    return region


def _place_of_skip(result: Result, skip: Skip) -> dict[str, str]:
    place = {"title": NOT_ANALYSED, "file": result.shown(skip.path)}
    return place if skip.line is None else place | {"line": str(skip.line + 1)}


def _command(level: str, properties: dict[str, str], message: str) -> str:
    given = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in properties.items())
    return f"::{level} {given}::{_escaped(message)}\n"


def _escaped(text: str, more: str = "") -> str:
    """The text with escapes for what would end it, as `escapeData` and `escapeProperty` of actions/toolkit write it."""
    return "".join(f"%{ord(character):02X}" if character in f"%\r\n{more}" else character for character in text)
