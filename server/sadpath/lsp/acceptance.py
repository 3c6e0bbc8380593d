"""Writes the comment by which an author accepts a risk."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from sadpath.analysis.finding import Edit, Position, Range
from sadpath.analysis.logical import Logical, Unterminated, read
from sadpath.analysis.outline import outline

PLACEHOLDER = "TODO: reason"
"""Stands where the author must say why."""

_ACCEPTED = re.compile(r"#\s*sadpath:\s*accept\[[^\]]*")


class _Read(NamedTuple):
    first: int
    logical: Logical


def acceptance(rule: str, row: int, lines: Sequence[str]) -> Edit | None:
    """The edit that accepts a rule's findings in a row, or None where no comment can be put.

    The comment goes to the end of the row, or of its logical line where the row ends inside a string or with a
    backslash. One that accepts another rule is extended, any other comment stays in front.
    """
    found = _logical_line(row, lines)
    if found is None:
        return None
    row = row if _takes_comment(row, found, lines) else found.logical.end - 1
    comment = next((comment for comment in found.logical.comments if comment.row == row), None)
    if comment and (accepted := _ACCEPTED.search(comment.text)):
        return _insertion(row, comment.column + accepted.end(), f", {rule}")
    code = lines[row].rstrip("\r\n")
    return _insertion(row, len(code.rstrip()), f"  # sadpath: accept[{rule}] {PLACEHOLDER}", len(code))


def _insertion(row: int, column: int, text: str, end: int | None = None) -> Edit:
    return Edit(Range(Position(row, column), Position(row, column if end is None else end)), text)


def _logical_line(row: int, lines: Sequence[str]) -> _Read | None:
    cut = outline(lines)
    first = max((start for start in cut.first_lines if start <= row), default=0)
    try:
        while first <= row:
            logical = read(lines, first)
            if row < logical.end:
                return _Read(first, logical)
            first = logical.end
    except Unterminated:
        pass
    return None


def _takes_comment(row: int, found: _Read, lines: Sequence[str]) -> bool:
    end = sum(map(len, lines[found.first : row])) + len(lines[row].rstrip("\r\n"))
    return found.logical.code[end : end + 1] != '"' and found.logical.code[end - 1 : end] != "\\"
