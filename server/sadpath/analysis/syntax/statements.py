"""Which statement, and which block, a line of a file belongs to."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from sadpath.analysis.syntax.logical import Unterminated, width
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.scan import Scanner
from sadpath.analysis.syntax.text import split_lines

Result = TypeVar("Result")


class Statements:
    """The simple statements of a file and the headers of compound ones, looked for where they are asked for.

    Rows are 0-based and count from the file's first line. A statement is known by the row in which it starts.
    Of the file, only the segments are read that a question is about, and what is found in those is remembered.
    """

    def __init__(self, outline: Outline) -> None:
        self._outline = outline

    def line(self, row: int) -> str:
        """A line of the file, with its end."""
        index = self.segment(row)
        return split_lines(self._outline.segments[index].text)[row - self._outline.start(index)]

    def around(self, row: int) -> int | None:
        """The statement that the row is part of; None for a blank line and for a comment between statements."""
        index = self.segment(row)
        first = self._outline.start(index)
        rows = _statements(self._outline.segments[index].text)
        number = bisect_right(rows, (row - first + 1,)) - 1
        return rows[number][0] + first if number >= 0 and row - first < rows[number][1] else None

    def below(self, row: int) -> int | None:
        """The first statement that starts below the row, if there is one."""
        for index in range(max(self.segment(row), 0), len(self._outline.segments)):
            first = self._outline.start(index)
            for start, _ in _statements(self._outline.segments[index].text):
                if start + first > row:
                    return start + first
        return None

    def block_end(self, row: int) -> int:
        """The row after the block that a comment between statements, which stands in `row`, belongs to."""
        columns = width(self.line(row))
        if not columns:
            return self._outline.start(len(self._outline.segments))
        index = self.segment(row)
        lines = self._lines_of_block(index, columns)
        first = self._outline.start(index)
        return first + _scan(lines, lambda scanner: scanner.block_end(row - first, columns - 1))

    def segment(self, row: int) -> int:
        """The index of the segment that the row is part of."""
        return self._outline.index(row)

    def _lines_of_block(self, first: int, columns: int) -> list[str]:
        """The lines from a segment on to the end of the one that begins left of some columns."""
        lines: list[str] = []
        for segment in self._outline.segments[first:]:
            lines += split_lines(segment.text)
            if segment is not self._outline.segments[first] and width(segment.indent) < columns:
                break
        return lines


@lru_cache(maxsize=1024)
def _statements(text: str) -> tuple[tuple[int, int], ...]:
    """The first row of each statement of a segment, and the row after it, counted from its first line."""
    return _scan(split_lines(text), _all_statements)


def _all_statements(scanner: Scanner) -> tuple[tuple[int, int], ...]:
    rows: list[tuple[int, int]] = []
    row = 0
    while (row := scanner.next_code(row)) < len(scanner.lines):
        rows.append((row, scanner.logical_end(row)))
        row = rows[-1][1]
    return tuple(rows)


def _scan(lines: Sequence[str], ask: Callable[[Scanner], Result]) -> Result:
    try:
        return ask(Scanner(lines))
    except Unterminated:
        return ask(Scanner(lines, mend=True))
