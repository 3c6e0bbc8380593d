"""The outline of a file: its segments, kept up to date through edits."""

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from sadpath.analysis.syntax.logical import Unterminated
from sadpath.analysis.syntax.scan import Scanner
from sadpath.analysis.syntax.segment import Class, Comment, Cut, Segment, cut

__all__ = ["Change", "Comment", "Outline", "Segment", "outline"]


class Change(NamedTuple):
    """What an edit did: from `first` on, `old` were replaced by `new`; all others are the same objects."""

    first: int
    old: tuple[Segment, ...]
    new: tuple[Segment, ...]


class Outline:
    """The segments of a file, in order: joined they are its text.

    `scanned` counts the lines that were looked at to make it, or to bring it up to date.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.segments: list[Segment] = []
        self._after: list[tuple[Class, ...]] = []  # the classes that are open below each segment
        self._starts: list[int] = [0]  # the line of each segment, and how many lines there are
        self._mended = False
        self.scanned = 0
        self._update_all(lines)

    @property
    def first_lines(self) -> list[int]:
        """The 0-based line in which each segment starts."""
        return self._starts[:-1]

    def index(self, row: int) -> int:
        """The index of the segment that a 0-based line is part of; of the last one for lines below the text."""
        return bisect_right(self._starts, row, hi=len(self.segments)) - 1

    def start(self, index: int) -> int:
        """The 0-based line in which a segment starts; of no segment but the number of lines for the last index + 1."""
        return self._starts[index]

    def update(self, lines: Sequence[str], first: int, old: int, new: int) -> Change:
        """Bring the outline up to date after `old` lines from line `first` on were replaced by `new` ones.

        `lines` is the whole file after the edit.
        """
        if self._mended:
            return self._update_all(lines)
        try:
            return self._update_from(lines, first, first + new, new - old)
        except Unterminated:
            return self._update_all(lines)

    def _update_from(self, lines: Sequence[str], first: int, edited: int, shift: int) -> Change:
        """Cut again from above the first changed line on, until a cut below the last one, `edited`, is an old one.

        Where a segment ends depends on its own lines and on those of the next one, up to the first of its statement.
        """
        starts = self._starts
        start = max(self.index(first) - 1, 0)
        found: list[Segment] = []
        after: list[tuple[Class, ...]] = []
        row, stop = starts[start], len(self.segments)
        for segment, classes in _cuts(Scanner(lines), row, self._before(start)):
            found.append(segment)
            after.append(classes)
            row += segment.lines
            index = bisect_left(starts, row - shift)
            if row >= edited and starts[index : index + 1] == [row - shift] and self._before(index) == classes:
                stop = index
                break
        self.scanned = row - starts[start]
        return self._replace(start, stop, found, after)

    def _before(self, index: int) -> tuple[Class, ...]:
        return self._after[index - 1] if index else ()

    def _update_all(self, lines: Sequence[str]) -> Change:
        self.scanned = len(lines)
        try:
            cuts = list(_cuts(Scanner(lines), 0, ()))
            self._mended = False
        except Unterminated:
            cuts = list(_cuts(Scanner(lines, mend=True), 0, ()))
            self._mended = True
        return self._replace(0, len(self.segments), [segment for segment, _ in cuts], [after for _, after in cuts])

    def _move(self, start: int, stop: int, found: Sequence[Segment]) -> None:
        starts = list(accumulate((segment.lines for segment in found), initial=self._starts[start]))
        below = starts.pop()
        if shift := below - self._starts[stop]:
            self._starts[stop:] = [row + shift for row in self._starts[stop:]]
        self._starts[start:stop] = starts

    def _replace(self, start: int, stop: int, found: list[Segment], after: list[tuple[Class, ...]]) -> Change:
        """Put the segments found in place of others; those that are equal stay the same objects."""
        old = self.segments[start:stop]
        known = {segment: segment for segment in old}
        new = [known.pop(segment, segment) for segment in found]
        self.segments[start:stop] = new
        self._after[start:stop] = after
        self._move(start, stop, found)
        same = list(map(operator.is_, old, new))
        head = same.index(False) if False in same else len(same)
        tail = 0
        while tail < len(same) - head and old[-1 - tail] is new[-1 - tail]:
            tail += 1
        return Change(start + head, tuple(old[head : len(old) - tail]), tuple(new[head : len(new) - tail]))


def outline(lines: Sequence[str]) -> Outline:
    """The outline of a file's lines. It takes any text."""
    return Outline(lines)


def _cuts(scanner: Scanner, row: int, classes: tuple[Class, ...]) -> Iterator[Cut]:
    while row < len(scanner.lines):
        one = cut(scanner, row, classes)
        yield one
        row += one.segment.lines
        classes = one.classes
