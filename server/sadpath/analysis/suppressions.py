"""Takes out the findings that comments in the code accept, and reports comments that accept nothing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from sys import maxsize
from typing import NamedTuple, TypeAlias

from sadpath.analysis.acceptance import Acceptance, acceptances
from sadpath.analysis.finding import Accepted, Edit, Finding, Fix, Position, Range, Skip
from sadpath.analysis.fingerprint import fingerprints
from sadpath.analysis.peers import Place, Reach, Rules, decisions, speaks_of_ours
from sadpath.analysis.syntax.outline import Comment, Outline
from sadpath.analysis.syntax.statements import Statements
from sadpath.grade import Confidence, Severity

UNUSED = "unused-suppression"
INVALID = "invalid-suppression"
EXPIRED = "expired-suppression"
FAMILY = "suppression"

Comments: TypeAlias = Sequence[tuple[int, Comment]]
"""Comments with their rows in the file."""


class Checked(NamedTuple):
    """The file, with its path in the project, and the names of the rules that ran on it, and of all that there are."""

    path: str
    relative: str
    ran: Collection[str]
    known: Collection[str]


def apply(
    findings: tuple[Finding, ...], outline: Outline, skipped: Iterable[Skip], checked: Checked
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """The findings that no comment accepts, with findings on the comments themselves, in order of their places;
    and what our own comments accept.

    A comment accepts what starts or ends in the statement, or in the header of a compound one, that it stands in.
    sadpath's own, alone on a line, speaks about the next one below. Other tools' comments reach as far as they do
    there. Only our own are judged, and called unused only where the rule ran and the code could be analysed.
    """
    comments = [
        (outline.start(index) + comment.line, comment)
        for index, segment in enumerate(outline.segments)
        if segment.comments
        for comment in segment.comments
    ]
    if not comments:
        return findings, ()
    statements = Statements(outline)
    own = _Own(comments, statements)
    decided = _Decided(comments if findings else (), statements)
    accepted: list[Accepted] = []
    kept: list[Finding] = []
    judge = _Judge(outline, statements, checked)
    for finding in findings:
        if by := own.accepting(finding):
            longest = max(by, key=lambda one: one.said.until or date.max)
            accepted.append(longest.accepted(finding, judge.expired(longest)))
        elif not decided.accepts(finding):
            kept.append(finding)
    kept += judge.findings(own, {statements.segment(skip.line or 0) for skip in skipped})
    return tuple(sorted(kept, key=lambda finding: (finding.range, finding.rule))), tuple(accepted)


@dataclass(eq=False)
class _Accepting:
    """One of our own comments: where it stands, what it says, the statement it speaks about, and what it accepted."""

    row: int
    column: int
    said: Acceptance
    statement: int | None
    used: set[str] = field(default_factory=set[str])

    def accepted(self, finding: Finding, expired: Finding | None) -> Accepted:
        said = self.said
        return Accepted(finding, self.row, said.text, said.reason, said.until, said.owner, expired)


class _Own:
    """sadpath's own comments."""

    def __init__(self, comments: Comments, statements: Statements) -> None:
        self._statements = statements
        self.all = [
            _Accepting(row, comment.column + said.column, said, _statement(row, statements))
            for row, comment in comments
            for said in acceptances(comment.text)
        ]
        self._by_place: dict[tuple[int | None, str], list[_Accepting]] = {}
        for one in self.all:
            for rule in () if one.said.problem else one.said.rules:
                self._by_place.setdefault((one.statement, rule), []).append(one)

    def accepting(self, finding: Finding) -> list[_Accepting]:
        """The comments that accept the finding, which have a use by that."""
        if not self._by_place:
            return []
        accepting = [
            one
            for statement in _touched(finding, self._statements)
            for one in self._by_place.get((statement, finding.rule), ())
        ]
        for one in accepting:
            one.used.add(finding.rule)
        return accepting


class _Decided:
    """What the comments to other tools accept."""

    def __init__(self, comments: Comments, statements: Statements) -> None:
        self._statements = statements
        self._in_statement: dict[int, list[Rules]] = {}
        self._in_rows: list[tuple[range, Rules]] = []
        first = statements.below(-1)
        for row, comment in comments:
            if not speaks_of_ours(comment.text):
                continue
            around = statements.around(row)
            alone = Place.ALONE if first is not None and row > first else Place.TOP
            for reach, rules in decisions(comment.text, alone if around is None else Place.BESIDE):
                self._note(reach, rules, row, around)

    def _note(self, reach: Reach, rules: Rules, row: int, around: int | None) -> None:
        if reach is Reach.FILE:
            self._in_rows.append((range(maxsize), rules))
        elif reach is Reach.BLOCK:
            self._in_rows.append((range(row, self._statements.block_end(row)), rules))
        elif reach is Reach.BLOCK_END:
            self._in_rows = [
                (range(rows.start, row) if row in rows and other == rules else rows, other)
                for rows, other in self._in_rows
            ]
        else:
            statement = around if reach is Reach.STATEMENT else self._statements.below(row)
            if statement is not None:
                self._in_statement.setdefault(statement, []).append(rules)

    def accepts(self, finding: Finding) -> bool:
        accepting = [rules for rows, rules in self._in_rows if finding.range.start.line in rows]
        if self._in_statement:
            for statement in _touched(finding, self._statements):
                accepting += self._in_statement.get(statement, [])
        return any(rules is None or finding.rule in rules for rules in accepting)


class _Judge:
    """Reports those of our own comments that have no effect."""

    def __init__(self, outline: Outline, statements: Statements, checked: Checked) -> None:
        self._outline = outline
        self._statements = statements
        self._checked = checked

    def findings(self, own: _Own, unanalysed: Collection[int]) -> Iterator[Finding]:
        for one in own.all:
            if INVALID in self._checked.ran:
                yield from (self._finding(one, INVALID, problem) for problem in self._problems(one))
            if UNUSED in self._checked.ran and not one.said.problem:
                places = {self._statements.segment(row) for row in (one.row, one.statement) if row is not None}
                if places.isdisjoint(unanalysed):
                    yield from self._unused(one)

    def expired(self, one: _Accepting) -> Finding | None:
        """What there is to report of a comment once its day has come: no clock tells here whether it has."""
        if one.said.until is None or EXPIRED not in self._checked.ran:
            return None
        message = f"this acceptance ended on {one.said.until}: what it accepts is reported again"
        return self._finding(one, EXPIRED, message)

    def _problems(self, one: _Accepting) -> Iterator[str]:
        if one.said.problem:
            yield one.said.problem
        for rule in one.said.rules:
            if rule not in self._checked.known:
                near = get_close_matches(rule, self._checked.known, n=1)
                question = f"; did you mean `{near[0]}`?" if near else ""
                yield f"no rule is called `{rule}`, so this accepts nothing{question}"

    def _unused(self, one: _Accepting) -> Iterator[Finding]:
        unused = [rule for rule in one.said.rules if rule in self._checked.ran and rule not in one.used]
        if unused:
            names = " and ".join(f"`{rule}`" for rule in unused)
            message = f"this accepts {names}, which {'are' if len(unused) > 1 else 'is'} not reported here"
            yield self._finding(one, UNUSED, message, self._removal(one, unused))

    def _finding(self, one: _Accepting, rule: str, message: str, *fixes: Fix) -> Finding:
        segment = self._outline.segments[self._statements.segment(one.row)]
        scope = segment.qualname if segment.name else segment.scope
        (name,) = fingerprints([(rule, self._checked.relative, scope, one.said.text)])
        return Finding(
            path=self._checked.path,
            rule=rule,
            family=FAMILY,
            severity=Severity.WARNING,
            confidence=Confidence.CERTAIN,
            message=message,
            range=_columns(one.row, one.column, one.column + len(one.said.text)),
            scope=scope,
            fingerprint=name,
            fixes=fixes,
        )

    def _removal(self, one: _Accepting, unused: Sequence[str]) -> Fix:
        """Take the unused rules out of the comment, or the comment out of its line, or the line out of the file."""
        start, end = one.column, one.column + len(one.said.text)
        left = [rule for rule in one.said.rules if rule not in unused]
        if left:
            start += one.said.text.index("[") + 1
            end = one.column + one.said.text.index("]")
            names = " and ".join(f"`{rule}`" for rule in unused)
            edit = Edit(_columns(one.row, start, end), ", ".join(left))
            return Fix(f"Take {names} out of the suppression", True, (edit,))
        line = self._statements.line(one.row)
        before, after = line[:start], line[end:]
        if after.strip():
            place = _columns(one.row, start, len(line) - len(after.lstrip()))
        elif before.strip() or not after:
            place = _columns(one.row, len(before.rstrip()), len(line.rstrip("\r\n")))
        else:
            place = Range(Position(one.row, 0), Position(one.row + 1, 0))
        return Fix("Remove the suppression", True, (Edit(place, ""),))


def _statement(row: int, statements: Statements) -> int | None:
    """The statement that one of our own comments speaks about."""
    around = statements.around(row)
    return statements.below(row) if around is None else around


def _touched(finding: Finding, statements: Statements) -> set[int]:
    """The statements in which a finding starts and ends."""
    start, end = finding.range.start, finding.range.end
    last = end.line - 1 if not end.column and end.line > start.line else end.line
    return {statement for row in {start.line, last} if (statement := statements.around(row)) is not None}


def _columns(row: int, start: int, end: int) -> Range:
    return Range(Position(row, start), Position(row, end))
