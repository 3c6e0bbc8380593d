"""Writes the comment by which an author accepts a risk."""

from collections.abc import Sequence

from sadpath.analysis.acceptance import acceptances
from sadpath.analysis.finding import Edit, Position, Range
from sadpath.analysis.syntax.logical import Logical, Unterminated, read
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.statements import Statements

PLACEHOLDER = "TODO: reason"
"""Stands where the author must say why."""


class Acceptances:
    """Makes the edits that accept risks in a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._statements = Statements(outline(lines))

    def edit(self, rule: str, row: int) -> Edit | None:
        """Put a comment at the end of a row, or of its statement where the row ends in a string or with a backslash.

        An acceptance of another rule is extended; any other comment stays in front. None where there is no statement.
        """
        first = self._statements.around(row) if row < len(self._lines) else None
        if first is None:
            return None
        try:
            statement = read(self._lines, first)
        except Unterminated:
            return None
        row = row if self._takes_comment(row, first, statement) else statement.end - 1
        for comment in statement.comments:
            for said in acceptances(comment.text) if comment.row == row else ():
                if said.rules:
                    return _insertion(row, comment.column + said.column + said.text.index("]"), f", {rule}")
        code = self._lines[row].rstrip("\r\n")
        return _insertion(row, len(code.rstrip()), f"  # sadpath: accept[{rule}] {PLACEHOLDER}", len(code))

    def _takes_comment(self, row: int, first: int, statement: Logical) -> bool:
        end = sum(map(len, self._lines[first:row])) + len(self._lines[row].rstrip("\r\n"))
        return statement.code[end : end + 1] != '"' and statement.code[end - 1 : end] != "\\"


def _insertion(row: int, start: int, text: str, end: int | None = None) -> Edit:
    return Edit(Range(Position(row, start), Position(row, start if end is None else end)), text)
