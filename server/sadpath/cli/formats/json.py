"""The result as one JSON object, for programs. Its structs are its schema; lines and columns count from 1."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

import msgspec

from sadpath import __version__
from sadpath.analysis import finding as found
from sadpath.analysis.accepting import PLACEHOLDER, Acceptances
from sadpath.analysis.suppressions import FAMILY
from sadpath.cli.result import Result
from sadpath.workspace.packs import descriptions_of
from sadpath.workspace.status import Status


class Position(msgspec.Struct, frozen=True):
    """A place in a file: 1-based line and 1-based column, in code points."""

    line: int
    column: int


class Range(msgspec.Struct, frozen=True):
    """From a position up to another one, which is the first that no longer belongs to it."""

    start: Position
    end: Position


class Evidence(msgspec.Struct, frozen=True):
    """One step of the chain that led to a diagnostic, and where to read it if it is in a file."""

    text: str
    path: str | None
    line: int | None


class Related(msgspec.Struct, frozen=True):
    """Another place that the reader should see."""

    path: str
    range: Range
    message: str


class Edit(msgspec.Struct, frozen=True):
    """New text in place of a range of the diagnostic's file."""

    range: Range
    text: str


class Fix(msgspec.Struct, frozen=True):
    """A change that mends the code. A safe one does not alter what the code does when nothing fails."""

    title: str
    safe: bool
    edits: list[Edit]


class Accept(msgspec.Struct, frozen=True):
    """How to accept a diagnostic: an edit of its file, with the placeholder where a reason must be given.

    Where a comment accepts other rules there already, the edit only adds this rule to it.
    """

    edit: Edit
    placeholder: str


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding. `status` is null unless the check was asked what a change brings: then `new`, `touched` or `old`.

    The fixes are alternatives: apply one. `accept` is null where no comment can stand.
    """

    path: str
    rule: str
    family: str
    severity: str
    confidence: str
    message: str
    range: Range
    scope: str
    fingerprint: str
    evidence: list[Evidence]
    related: list[Related]
    fixes: list[Fix]
    status: str | None
    accept: Accept | None


class Accepted(msgspec.Struct, frozen=True):
    """A finding that a comment accepts: with the comment's text and 1-based line, and what it says."""

    diagnostic: Diagnostic
    line: int
    comment: str
    reason: str
    until: str | None
    owner: str


class Rule(msgspec.Struct, frozen=True):
    """The story behind a rule that is in this output, in Markdown, as `sadpath explain` tells it."""

    name: str
    family: str
    severity: str
    summary: str
    documentation: str


class Comparison(msgspec.Struct, frozen=True):
    """What the change was compared with, and what is not found any more since then."""

    base: str
    gone: list[Diagnostic]


class Skipped(msgspec.Struct, frozen=True):
    """A file, or the part of it around a line, that could not be analysed."""

    path: str
    line: int | None
    reason: str


class Summary(msgspec.Struct, frozen=True):
    """The numbers of files to check, of diagnostics, by severity, by rule and by status, and of the rest.

    `accepted` counts what comments accept, `known` what the baseline has, `fixed` what
    this run has fixed, `skipped` places not analysed.
    """

    files: int
    diagnostics: int
    skipped: int
    accepted: int
    known: int
    fixed: int
    severities: dict[str, int]
    rules: dict[str, int]
    statuses: dict[str, int]


class Document(msgspec.Struct, frozen=True):
    """The whole output. Paths are relative to the current directory, with forward slashes.

    `known` are findings that the baseline has. `comparison` is
    null unless the check was asked what a change brings. Later versions may add keys.
    """

    version: str
    diagnostics: list[Diagnostic]
    accepted: list[Accepted]
    known: list[Diagnostic]
    comparison: Comparison | None
    skipped: list[Skipped]
    rules: list[Rule]
    summary: Summary


def json(result: Result) -> str:
    """The result as JSON text."""
    return msgspec.json.format(msgspec.json.encode(document(result)).decode(), indent=2) + "\n"


def document(result: Result) -> Document:
    """The result as what the JSON text says."""
    return Document(
        version=__version__,
        diagnostics=list(_diagnostics(result, result.findings)),
        accepted=list(_accepted(result)),
        known=list(_diagnostics(result, result.known)),
        comparison=_comparison(result),
        skipped=[
            Skipped(result.shown(skip.path), None if skip.line is None else skip.line + 1, skip.reason)
            for skip in result.skipped
        ],
        rules=_rules({finding.rule for finding in (*result.findings, *(one.finding for one in result.accepted))}),
        summary=_summary(result),
    )


def _diagnostics(result: Result, findings: Iterable[found.Finding], *, gone: bool = False) -> Iterator[Diagnostic]:
    for path, group in groupby(findings, key=lambda finding: finding.path):
        acceptances = None if gone else Acceptances(result.lines(path))
        for finding in group:
            edit = acceptances and acceptances.edit(finding.rule, finding.range.start.line)
            accept = Accept(_edit(edit), PLACEHOLDER) if edit and finding.family != FAMILY else None
            yield _diagnostic(result, finding, accept, None if gone else result.status(finding))


def _diagnostic(result: Result, finding: found.Finding, accept: Accept | None, status: Status | None) -> Diagnostic:
    return Diagnostic(
        path=result.shown(finding.path),
        rule=finding.rule,
        family=finding.family,
        severity=finding.severity.value,
        confidence=finding.confidence.value,
        message=finding.message,
        range=_range(finding.range),
        scope=finding.scope,
        fingerprint=finding.fingerprint,
        evidence=[
            Evidence(
                step.text,
                result.shown(step.path) if step.path else None,
                None if step.line is None else step.line + 1,
            )
            for step in finding.evidence
        ],
        related=[Related(result.shown(other.path), _range(other.range), other.message) for other in finding.related],
        fixes=[Fix(fix.title, fix.safe, [_edit(edit) for edit in fix.edits]) for fix in finding.fixes],
        status=status and status.value,
        accept=accept,
    )


def _accepted(result: Result) -> Iterator[Accepted]:
    for one in result.accepted:
        yield Accepted(
            diagnostic=_diagnostic(result, one.finding, None, None),
            line=one.line + 1,
            comment=one.comment,
            reason=one.reason,
            until=one.until.isoformat() if one.until else None,
            owner=one.owner,
        )


def _comparison(result: Result) -> Comparison | None:
    made = result.comparison
    return Comparison(made.base, list(_diagnostics(result, made.gone, gone=True))) if made else None


def _rules(names: Collection[str]) -> list[Rule]:
    return [
        Rule(rule.name, rule.family, rule.severity, rule.summary, rule.documentation)
        for rule in (descriptions_of(names) if names else ())
        if rule.name in names
    ]


def _summary(result: Result) -> Summary:
    severities = Counter(finding.severity.value for finding in result.findings)
    rules = Counter(finding.rule for finding in result.findings)
    statuses = Counter(status.value for finding in result.findings if (status := result.status(finding)))
    return Summary(
        files=result.files,
        diagnostics=len(result.findings),
        skipped=len(result.skipped),
        accepted=len(result.accepted),
        known=len(result.known),
        fixed=len(result.fixed),
        severities=dict(sorted(severities.items())),
        rules=dict(sorted(rules.items())),
        statuses=dict(sorted(statuses.items())),
    )


def _edit(edit: found.Edit) -> Edit:
    return Edit(_range(edit.range), edit.text)


def _range(place: found.Range) -> Range:
    return Range(_position(place.start), _position(place.end))


def _position(place: found.Position) -> Position:
    return Position(place.line + 1, place.column + 1)
