"""The result as one JSON object, for programs. Its structs are its schema; lines and columns count from 1."""

from collections import Counter

import msgspec

from sadpath import __version__
from sadpath.analysis import finding as found
from sadpath.cli.result import Result


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


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding."""

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


class Skipped(msgspec.Struct, frozen=True):
    """A file, or the part of it around a line, that could not be analysed."""

    path: str
    line: int | None
    reason: str


class Summary(msgspec.Struct, frozen=True):
    """The numbers of files to check, of diagnostics, by severity and by rule, and of places that were skipped."""

    files: int
    diagnostics: int
    skipped: int
    severities: dict[str, int]
    rules: dict[str, int]


class Document(msgspec.Struct, frozen=True):
    """The whole output. Paths are relative to the current directory, with forward slashes."""

    version: str
    diagnostics: list[Diagnostic]
    skipped: list[Skipped]
    summary: Summary


def json(result: Result) -> str:
    """The result as JSON text."""
    document = Document(
        version=__version__,
        diagnostics=[_diagnostic(result, finding) for finding in result.findings],
        skipped=[
            Skipped(result.shown(skip.path), None if skip.line is None else skip.line + 1, skip.reason)
            for skip in result.skipped
        ],
        summary=_summary(result),
    )
    return msgspec.json.format(msgspec.json.encode(document).decode(), indent=2) + "\n"


def _diagnostic(result: Result, finding: found.Finding) -> Diagnostic:
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
        fixes=[
            Fix(fix.title, fix.safe, [Edit(_range(edit.range), edit.text) for edit in fix.edits])
            for fix in finding.fixes
        ],
    )


def _summary(result: Result) -> Summary:
    severities = Counter(finding.severity.value for finding in result.findings)
    rules = Counter(finding.rule for finding in result.findings)
    return Summary(
        files=result.files,
        diagnostics=len(result.findings),
        skipped=len(result.skipped),
        severities=dict(sorted(severities.items())),
        rules=dict(sorted(rules.items())),
    )


def _range(place: found.Range) -> Range:
    return Range(_position(place.start), _position(place.end))


def _position(place: found.Position) -> Position:
    return Position(place.line + 1, place.column + 1)
