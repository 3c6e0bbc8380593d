"""What the analysis reports: plain values that drivers print, send, store and compare."""

from datetime import date

import msgspec

from sadpath.grade import Confidence, Severity


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in a file: 0-based line and 0-based column in code points. Lines end at LF, CRLF or CR, as in LSP."""

    line: int
    column: int


class Range(msgspec.Struct, frozen=True, order=True):
    """From a position up to, and without, another one."""

    start: Position
    end: Position


class Edit(msgspec.Struct, frozen=True):
    """New text in place of a range."""

    range: Range
    text: str


class Fix(msgspec.Struct, frozen=True):
    """A change that mends the code; its edits do not overlap and belong to the finding's file."""

    title: str
    safe: bool
    edits: tuple[Edit, ...]


class Evidence(msgspec.Struct, frozen=True):
    """One step of the chain that led to the finding; `line` is 0-based, None where no file was read."""

    text: str
    path: str = ""
    line: int | None = None


class Related(msgspec.Struct, frozen=True):
    """Another place that the reader should see."""

    path: str
    range: Range
    message: str


class Finding(msgspec.Struct, frozen=True):
    """A diagnostic with its place in the file. `scope` is the enclosing qualified name ("" at module level)."""

    path: str
    rule: str
    family: str
    severity: Severity
    confidence: Confidence
    message: str
    range: Range
    scope: str
    fingerprint: str
    evidence: tuple[Evidence, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()


class Accepted(msgspec.Struct, frozen=True):
    """A finding that somebody decided to live with, and so is not reported.

    `line` is the 0-based one of the comment that says so and `comment` its text, without what other tools read in it.
    `until` is the first day on which it is reported again, and `expired` with it, which is about the comment.
    """

    finding: Finding
    line: int
    comment: str
    reason: str
    until: date | None = None
    owner: str = ""
    expired: Finding | None = None


class Skip(msgspec.Struct, frozen=True):
    """A file, or the part of it that starts at a 0-based line, that could not be analysed, and why.

    `rule` is "", or the rule that failed on it: then the other rules' findings are complete. `unit` is the 0-based line
    in which the unit that could not be analysed starts, and the line after it.
    """

    path: str
    reason: str
    line: int | None = None
    rule: str = ""
    unit: tuple[int, int] | None = None


class FileReport(msgspec.Struct, frozen=True):
    """All that the analysis has to say about one file. Findings are in order of their places."""

    path: str
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()
    accepted: tuple[Accepted, ...] = ()
