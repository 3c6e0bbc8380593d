"""Applies edits to text."""

import re
from collections.abc import Iterable
from itertools import accumulate

from sadpath.analysis.finding import Edit, Fix, Position
from sadpath.analysis.syntax.text import split_lines

_LINE_END = re.compile(r"\r\n|\r|\n")


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits that do not overlap. What they bring along gets the line ends of the text's first line."""
    lines = split_lines(text)
    starts = [0, *accumulate(map(len, lines))]
    found = _LINE_END.search(lines[0]) if lines else None
    line_end = found[0] if found else "\n"

    def offset(position: Position) -> int:
        return starts[position.line] + position.column

    for edit in sorted(edits, key=lambda edit: edit.range, reverse=True):
        new = _LINE_END.sub(line_end, edit.text)
        text = text[: offset(edit.range.start)] + new + text[offset(edit.range.end) :]
    return text


def compatible(fixes: Iterable[Fix]) -> list[Fix]:
    """Those of the fixes that can be applied together: none touches what one before it edits."""
    chosen: list[Fix] = []
    taken: list[Edit] = []
    for fix in fixes:
        if not any(_touch(edit, other) for edit in fix.edits for other in taken):
            chosen.append(fix)
            taken += fix.edits
    return chosen


def _touch(edit: Edit, other: Edit) -> bool:
    return edit.range.start <= other.range.end and other.range.start <= edit.range.end
