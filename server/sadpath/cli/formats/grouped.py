"""The findings of each file below its name."""

from itertools import groupby

import click

from sadpath.cli.formats.concise import skips, told
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import Result


def grouped(result: Result) -> str:
    """The result as a paragraph for each file."""
    lines: list[str] = []
    for path, findings in groupby(result.findings, key=lambda finding: finding.path):
        lines.append(click.style(printable(result.shown(path)), bold=True))
        rows = [(f"{one.range.start.line + 1}:{one.range.start.column + 1}", told(result, one)) for one in findings]
        wide = max(len(place) for place, _ in rows)
        lines += [*(f"  {place:{wide}}  {text}" for place, text in rows), ""]
    return "".join(f"{line}\n" for line in (*lines, *skips(result)))
