"""Which statement, and which block, a line of a file belongs to."""

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from sadpath.analysis.syntax.logical import Unterminated, width
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.scan import Scanner
from sadpath.analysis.syntax.text import split_lines

Result = TypeVar("Result")


class Statements:
    """The simple statements of a file and the headers of compound ones, looked for where they are asked for.

    Rows are 0-based and count from the file's first line. A statement is known by the row in which it starts.
    """

    def __init__(self, outline: Outline) -> None:
        self._segments = outline.segments
        self._starts = outline.first_lines
        self._known: dict[int, tuple[tuple[int, int], ...]] = {}

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, with their ends."""
        return [line for segment in self._segments for line in split_lines(segment.text)]

    def around(self, row: int) -> int | None:
        """The statement that the row is part of; None for a blank line and for a comment between statements."""
        rows = self._in_segment(self.segment(row))
        index = bisect_right(rows, (row, len(self.lines))) - 1
        return rows[index][0] if index >= 0 and row < rows[index][1] else None

    def below(self, row: int) -> int | None:
        """The first statement that starts below the row, if there is one."""
        start = self._scan(lambda scanner: scanner.next_code(row + 1))
        return start if start < len(self.lines) else None

    def block_end(self, row: int) -> int:
        """The row after the block that a comment between statements, which stands in `row`, belongs to."""
        columns = width(self.lines[row])
        return self._scan(lambda scanner: scanner.block_end(row, columns - 1)) if columns else len(self.lines)

    def segment(self, row: int) -> int:
        """The index of the segment that the row is part of."""
        return bisect_right(self._starts, row) - 1

    def _in_segment(self, index: int) -> tuple[tuple[int, int], ...]:
        """The first row of each statement of a segment, and the row after it."""
        if index not in self._known:
            start = self._starts[index]
            end = start + self._segments[index].lines
            self._known[index] = self._scan(lambda scanner: _statements(scanner, start, end))
        return self._known[index]

    def _scan(self, ask: Callable[[Scanner], Result]) -> Result:
        try:
            return ask(Scanner(self.lines))
        except Unterminated:
            return ask(Scanner(self.lines, mend=True))


def _statements(scanner: Scanner, row: int, end: int) -> tuple[tuple[int, int], ...]:
    rows: list[tuple[int, int]] = []
    while (row := scanner.next_code(row)) < end:
        rows.append((row, scanner.logical_end(row)))
        row = rows[-1][1]
    return tuple(rows)
