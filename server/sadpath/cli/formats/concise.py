"""One line for each finding."""

from collections.abc import Iterator

import click

from sadpath.analysis.finding import Finding
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import Result
from sadpath.grade import Confidence, Severity

_MOST_PLACES = 5
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}


def concise(result: Result) -> str:
    """The result as lines of `path:line:column: rule [severity] message`."""
    lines = [headline(result, finding) for finding in result.findings]
    return "".join(f"{line}\n" for line in (*lines, *skips(result)))


def headline(result: Result, finding: Finding) -> str:
    """What a finding is and where. Lines and columns count from 1, columns are code points."""
    start = finding.range.start
    return f"{printable(result.shown(finding.path))}:{start.line + 1}:{start.column + 1}: {told(result, finding)}"


def told(result: Result, finding: Finding) -> str:
    """What a finding is."""
    status = result.status(finding)
    grades = [status and status.value, finding.severity.value]
    if finding.confidence is not Confidence.CERTAIN:
        grades.append(finding.confidence.value)
    grade = click.style(f"[{', '.join(filter(None, grades))}]", fg=_COLORS[finding.severity])
    return f"{click.style(finding.rule, bold=True)} {grade} {printable(finding.message)}"


def skips(result: Result) -> Iterator[str]:
    """A line for each place that could not be analysed; many places for one reason share a line."""
    places: dict[str, list[str]] = {}
    for skip in result.skipped:
        place = printable(result.shown(skip.path)) + ("" if skip.line is None else f":{skip.line + 1}")
        places.setdefault(printable(skip.reason), []).append(place)
    for reason, found in places.items():
        told = f"{click.style('not analysed', fg='red')}: {reason}"
        if len(found) <= _MOST_PLACES:
            yield from (f"{place}: {told}" for place in found)
        else:
            yield f"{found[0]} and {len(found) - 1} other places: {told}"
