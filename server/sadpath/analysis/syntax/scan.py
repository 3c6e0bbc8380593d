"""Finds where logical lines and blocks of code end."""

import re
from collections.abc import Sequence

from sadpath.analysis.syntax.logical import read, width
from sadpath.analysis.syntax.nesting import INDENTS, indents_too_deeply, nests_too_deeply
from sadpath.analysis.syntax.quick import BLANK, LINE, LONG, WHOLE, quick_end

_BRANCH = re.compile(r"[ \t\f]*(?:else|elif|except|finally)\b")
_SPACE = " \t\f"


class Scanner:
    """Steps through a file's lines by logical lines and blocks. Rows are 0-based.

    `refused` says why what was stepped over since it was last emptied must not be parsed.
    All methods raise `Unterminated` as `read` does.
    """

    def __init__(self, lines: Sequence[str], mend: bool = False) -> None:
        self.lines = lines
        self.mend = mend
        self.refused = ""

    def next_code(self, row: int) -> int:
        """The first row from `row` on that holds code; the number of lines if there is none."""
        lines = self.lines
        while row < len(lines) and lines[row].lstrip(_SPACE)[:1] in "#\r\n":
            row += 1
        return row

    def logical_end(self, row: int) -> int:
        """The row after the logical line that starts in `row`."""
        end = None if self.mend else quick_end(self.lines, row)
        if end is None:
            logical = read(self.lines, row, self.mend)
            self.refused = self.refused or nests_too_deeply(logical.code)
            end = logical.end
        return end

    def block_end(self, first: int, outer: int) -> int:
        """The row after the code from row `first` on that is indented deeper than `outer` columns.

        Comments below that are as deep belong to the block.
        """
        lines, end, row, wide = self.lines, first, first, False
        while row < len(lines):
            line = lines[row]
            match = LINE.match(line)
            assert match  # it matches the empty string
            known = match.lastindex
            columns = match.end(1)
            if known == WHOLE and columns > outer and len(line) <= LONG:
                row = end = row + 1
                wide = wide or columns >= INDENTS
            elif known == BLANK or self.next_code(row) > row:
                row += 1
            elif (columns := width(line)) > outer:
                row = end = self.logical_end(row)
                wide = wide or columns >= INDENTS
            else:
                break
        if wide:
            self.refused = self.refused or indents_too_deeply(lines[first:end])
        return self._with_comments(end, outer) if end > first else end

    def statement_end(self, row: int, columns: int) -> int:
        """The row after the statement that starts in `row`, indented by `columns`, with all its branches."""
        end = self.block_end(self.logical_end(row), columns)
        row = self.next_code(end)
        while self.goes_on(row, columns):
            end = self.block_end(self.logical_end(row), columns)
            row = self.next_code(end)
        return end

    def _with_comments(self, row: int, outer: int) -> int:
        end = row
        while row < len(self.lines):
            line = self.lines[row]
            start = line.lstrip(_SPACE)[:1]
            if start == "#" and width(line) > outer:
                end = row + 1
            elif start not in "\r\n":
                break
            row += 1
        return end

    def goes_on(self, row: int, columns: int) -> bool:
        """Whether the code in `row` is a branch of the compound statement above, which is indented by `columns`."""
        return row < len(self.lines) and bool(_BRANCH.match(self.lines[row])) and width(self.lines[row]) == columns
