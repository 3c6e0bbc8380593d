"""Finds where blocks of code end, at the speed of one regular expression per physical line."""

import re
from collections.abc import Sequence

from sadpath.analysis.logical import read, width
from sadpath.analysis.nesting import INDENTS, MODEST, indents_too_deeply, nests_too_deeply

_PLAIN = r"""[^'"#()\[\]{}\\\r\n]*"""
_TRIPLE = r'''"""[^"\\\r\n]*"""|\'\'\'[^'\\\r\n]*\'\'\''''
_STRING = (
    r'''"(?!"")[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"'''
    r"""|'(?!'')[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*'"""
)
_FORMAT = (  # an f-string, or a string that might be one
    r'''"(?!"")[^"\\{}\r\n]*(?:\{[^"\\{}#\r\n]*\}[^"\\{}\r\n]*)*"'''
    r"""|'(?!'')[^'\\{}\r\n]*(?:\{[^'\\{}#\r\n]*\}[^'\\{}\r\n]*)*'"""
)
_closed = rf"(?:(?<![fFtT])(?<![fFtT][rR])(?:{_TRIPLE}|{_STRING})|{_FORMAT})"
for _ in range(3):
    _closed = rf"(?:{_closed}|[(\[{{]{_PLAIN}(?:{_closed}{_PLAIN})*[)\]}}])"
_WHOLE = rf"(?={_PLAIN[:-1]}|['\"(\[{{]){_PLAIN}(?:{_closed}{_PLAIN})*(?:\#[^\r\n]*)?(?=[\r\n]|\Z)()"

_LINE = re.compile(rf"( *)(?:(?=[#\r\n]|\Z)()|(?![ \t\f]){_WHOLE})?")
_OTHER_LINE = re.compile(rf"([ \t\f]*)(?:(?=[#\r\n]|\Z)()|{_WHOLE})?")
_CONTINUATION = re.compile(r"[ \t\f]*(?:else|elif|except|finally)\b")
_QUICK = MODEST  # longer lines are read exactly

_BLANK, _CLOSED_LINE = 2, 3  # the last group of `_LINE` that matched


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
        while row < len(self.lines):
            match = _OTHER_LINE.match(self.lines[row])
            if not match or match.lastindex != _BLANK:
                break
            row += 1
        return row

    def logical_end(self, row: int) -> int:
        """The row after the logical line that starts in `row`."""
        line = self.lines[row]
        if len(line) <= _QUICK:
            match = _OTHER_LINE.match(line)
            if match and match.lastindex == _CLOSED_LINE:
                return row + 1
        return self._read(row)

    def _read(self, row: int) -> int:
        logical = read(self.lines, row, self.mend)
        if len(logical.code) > MODEST:
            self.refused = self.refused or nests_too_deeply(logical.code)
        return logical.end

    def block_end(self, first: int, outer: int) -> int:
        """The row after the code from row `first` on that is indented deeper than `outer` columns.

        Comments below that are as deep belong to the block.
        """
        lines, end, row = self.lines, first, first
        wide = False
        while row < len(lines):
            line = lines[row]
            match = _LINE.match(line)
            assert match  # it matches the empty string
            kind = match.lastindex
            if kind == _BLANK:
                row += 1
                continue
            columns = match.end(1)
            if kind != _CLOSED_LINE or len(line) > _QUICK:
                if self.next_code(row) != row:
                    row += 1
                    continue
                columns = width(line)
            if columns <= outer:
                break
            wide = wide or columns >= INDENTS
            row = row + 1 if kind == _CLOSED_LINE and len(line) <= _QUICK else self.logical_end(row)
            end = row
        if wide:
            self.refused = self.refused or indents_too_deeply(lines[first:end])
        return self._with_comments(end, outer) if end > first else end

    def _with_comments(self, row: int, outer: int) -> int:
        end = row
        while row < len(self.lines):
            line = self.lines[row]
            text = line.strip(" \t\f\r\n")
            if text and (not text.startswith("#") or width(line) <= outer):
                break
            row += 1
            if text:
                end = row
        return end

    def continues(self, row: int, columns: int) -> bool:
        """Whether the code in `row` goes on with the compound statement that is indented by `columns`."""
        if row >= len(self.lines):
            return False
        line = self.lines[row]
        return bool(_CONTINUATION.match(line)) and width(line) == columns
