"""Writes the comment by which an author accepts a risk."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sadpath.analysis.acceptance import Acceptance, acceptances
from sadpath.analysis.finding import Edit, Position, Range
from sadpath.analysis.syntax.logical import Logical, Unterminated, read
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.statements import Statements

PLACEHOLDER = "TODO: reason"
"""Stands where the author must say why."""


class Terms(NamedTuple):
    """On which terms a risk is accepted: `until` is the first day on which it no longer is, `owner` answers for it."""

    reason: str
    until: date | None = None
    owner: str = ""

    def comment(self, rules: Iterable[str]) -> str:
        """The comment that says so. Raises ValueError where it would say something else."""
        fields = [f"until={self.until}"] * bool(self.until) + [f"owner={self.owner}"] * bool(self.owner)
        text = f"# sadpath: accept[{', '.join(rules)}] {' '.join(fields)}{': ' if fields else ''}{self.reason}"
        said = list(acceptances(text))
        if len(said) != 1 or said[0].problem or Terms(said[0].reason, said[0].until, said[0].owner) != self:
            raise ValueError("the reason, or the owner, cannot be written in a comment")
        return text

    def fits(self, before: Acceptance, rule: str) -> bool:
        """Whether a comment that is there can accept the rule on these terms as well, or does and is to have them."""
        same = self.until in (None, before.until) and self.owner in ("", before.owner)
        return bool(before.rules) and (same or rule in before.rules)

    def after(self, before: Acceptance, rule: str) -> "Terms":
        """The terms of one more rule, or of the same one anew, in such a comment."""
        owner = self.owner or before.owner
        if rule in before.rules:
            return Terms(self.reason, self.until, owner)
        reasons = [before.reason] * bool(before.reason) + [self.reason] * (self.reason not in before.reason)
        return Terms("; ".join(reasons), before.until, owner)


class Acceptances:
    """Makes the edits that accept risks in a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._statements = Statements(outline(lines))

    def edit(self, rule: str, row: int, terms: Terms | None = None) -> Edit | None:
        """Put a comment at the end of a row, or of its statement where the row ends in a string or with a backslash.

        An acceptance that is there is extended; any other comment stays in front. None where there is no statement.
        Without terms, a placeholder stands for the reason. Raises ValueError as `Terms.comment` does.
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
                if terms.fits(said, rule) if terms else said.rules:
                    return _extension(row, comment.column + said.column, said, rule, terms)
        code = self._lines[row].rstrip("\r\n")
        text = terms.comment([rule]) if terms else f"# sadpath: accept[{rule}] {PLACEHOLDER}"
        return _insertion(row, len(code.rstrip()), f"  {text}", len(code))

    def _takes_comment(self, row: int, first: int, statement: Logical) -> bool:
        end = sum(map(len, self._lines[first:row])) + len(self._lines[row].rstrip("\r\n"))
        return statement.code[end : end + 1] != '"' and statement.code[end - 1 : end] != "\\"


def _extension(row: int, column: int, said: Acceptance, rule: str, terms: Terms | None) -> Edit:
    if terms is None:
        return _insertion(row, column + said.text.index("]"), f", {rule}")
    text = terms.after(said, rule).comment(dict.fromkeys([*said.rules, rule]))
    return _insertion(row, column, text, column + len(said.text))


def _insertion(row: int, start: int, text: str, end: int | None = None) -> Edit:
    return Edit(Range(Position(row, start), Position(row, start if end is None else end)), text)
