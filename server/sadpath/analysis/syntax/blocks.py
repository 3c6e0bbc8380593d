"""Finds the blocks of a unit that are read at once: its loops, `try` and `with` statements, and definitions."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sadpath.analysis.syntax.logical import Unterminated, width
from sadpath.analysis.syntax.scan import Scanner

_OPENS = re.compile(r"\s*(?:async\s+)?(?:for|while|try|with|def|class)\b")


class Block(NamedTuple):
    """The rows of a block, with its decorators and branches: from `first` to before `end`, 0-based."""

    first: int
    end: int


def blocks(lines: Sequence[str]) -> list[Block]:
    """The blocks in a unit, given its lines; each comes before those that are in it."""
    try:
        return list(_blocks(Scanner(lines)))
    except Unterminated:
        return list(_blocks(Scanner(lines, mend=True)))


def innermost(found: Sequence[Block], row: int) -> Block | None:
    """The innermost block that a row is in."""
    return next((block for block in reversed(found) if block.first <= row < block.end), None)


def _blocks(scanner: Scanner) -> Iterator[Block]:
    first = row = scanner.next_code(0)
    while row < len(scanner.lines):
        line = scanner.lines[row]
        end = scanner.logical_end(row)
        if _OPENS.match(line):
            yield Block(first, scanner.statement_end(row, width(line)))
        row = scanner.next_code(end)
        first = first if line.lstrip().startswith("@") else row  # a decorator belongs to what it decorates
