"""Each finding with its source line, the evidence and what mends it."""

from collections.abc import Iterator
from itertools import groupby

import click

from sadpath.analysis.finding import Finding, Range
from sadpath.cli.formats.concise import headline, skips
from sadpath.cli.formats.terminal import printable, width
from sadpath.cli.result import Result

_WINDOW = 140
"""The number of code points that are shown of a longer line."""


def full(result: Result) -> str:
    """The result as paragraphs."""
    paragraphs: list[str] = []
    for path, findings in groupby(result.findings, key=lambda finding: finding.path):
        lines = result.lines(path)
        paragraphs += ["\n".join(_paragraph(result, finding, lines)) + "\n\n" for finding in findings]
    return "".join((*paragraphs, *(f"{line}\n" for line in skips(result))))


def _paragraph(result: Result, finding: Finding, lines: list[str]) -> Iterator[str]:
    yield headline(result, finding)
    number = str(finding.range.start.line + 1)
    bar = click.style("|", fg="blue")
    margin = " " * len(number)
    if finding.range.start.line < len(lines):  # the file may have changed meanwhile
        code, carets = _excerpt(lines[finding.range.start.line], finding.range)
        yield f"{margin} {bar}"
        yield f"{click.style(number, fg='blue')} {bar} {code}".rstrip()
        yield f"{margin} {bar} {click.style(carets, fg='yellow')}"
    for label, text in _notes(result, finding):
        yield f"{margin} {click.style('=', fg='blue')} {click.style(label, bold=True)}: {text}"


def _excerpt(line: str, place: Range) -> tuple[str, str]:
    """The part of a line around a finding's start, and carets below it."""
    line = line.rstrip("\r\n")
    start = min(place.start.column, len(line))
    end = min(place.end.column, len(line)) if place.end.line == place.start.line else len(line)
    left = 0 if len(line) <= _WINDOW else max(0, start - _WINDOW // 2)
    right = min(len(line), left + _WINDOW)
    before, marked = ("…" if left else "") + printable(line[left:start]), printable(line[start : min(end, right)])
    code = before + printable(line[start:right]) + ("…" if right < len(line) else "")
    return code, " " * width(before) + "^" * max(1, width(marked))


def _notes(result: Result, finding: Finding) -> Iterator[tuple[str, str]]:
    for step in finding.evidence:
        place = ""
        if step.path:
            line = "" if step.line is None else f":{step.line + 1}"
            place = f" ({printable(result.shown(step.path))}{line})"
        yield "because", printable(step.text) + place
    for other in finding.related:
        start = other.range.start
        yield (
            "see",
            f"{printable(result.shown(other.path))}:{start.line + 1}:{start.column + 1}: {printable(other.message)}",
        )
    for fix in finding.fixes:
        yield "help", printable(fix.title)
