"""`textDocument/diagnostic` for clients that ask, `textDocument/publishDiagnostics` for those that do not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Protocol

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sadpath.analysis.finding import Finding, Fix, Position, Range
from sadpath.analysis.suppressions import UNUSED
from sadpath.lsp.client import Client
from sadpath.lsp.convert import SEVERITY, page_of
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.open_file import OpenFile, Part
from sadpath.lsp.options import Options
from sadpath.workspace.status import Status

_MOST = 1000
"""Diagnostics per document: a client gets slow by more (ty#863), and nobody reads them."""


class Place(Protocol):
    """A document with findings, open or not."""

    @property
    def uri(self) -> str:
        """The URI by which the client knows it."""
        ...

    @property
    def path(self) -> str:
        """The path of the module that it is, or is a part of."""
        ...

    def holds(self, place: Range, /) -> bool:
        """Whether a range of the module is in the document."""
        ...

    def range(self, place: Range) -> types.Range:
        """A range of the module in the document, in the client's units."""
        ...


@dataclass
class Diagnostics:
    """Makes diagnostics of findings, with the fields that the client announced, as the user wants them."""

    client: Client
    uri: Callable[[str], str]
    """The URI of a path."""
    status: Callable[[str, str], Status | None]
    """What the change under review has to do with a finding, by its path and fingerprint."""
    options: Options = field(default_factory=Options)

    def of(self, findings: Iterable[Finding], place: Place) -> list[types.Diagnostic]:
        """The diagnostics of a document."""
        return [self.one(finding, place) for finding in self.shown(findings)[:_MOST]]

    def shown(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those of the findings that the user wants to see."""
        if self.options.diagnostic_mode == "off":
            return []
        return [finding for finding in findings if not (self._hides_old and self._is_old(finding))]

    @property
    def _hides_old(self) -> bool:
        return self.options.changes.show == "onlyChange"

    def _is_old(self, finding: Finding) -> bool:
        return self.status(finding.path, finding.fingerprint) is Status.OLD

    def _tags(self, finding: Finding) -> list[types.DiagnosticTag] | None:
        is_faded = finding.rule == UNUSED or (self.options.changes.show == "dimOld" and self._is_old(finding))
        return [types.DiagnosticTag.Unnecessary] if self.client.tags and is_faded else None

    def _severity(self, finding: Finding) -> types.DiagnosticSeverity:
        is_dim = self.options.changes.show == "dimOld" and self._is_old(finding)
        return types.DiagnosticSeverity.Hint if is_dim else SEVERITY[finding.severity]

    def one(self, finding: Finding, place: Place) -> types.Diagnostic:
        """One finding of a document."""
        client = self.client
        return types.Diagnostic(
            range=place.range(finding.range),
            severity=self._severity(finding),
            code=finding.rule,
            code_description=types.CodeDescription(page_of(finding.rule)) if client.links else None,
            source="sadpath",
            message=finding.message,
            tags=self._tags(finding),
            related_information=list(self._related(finding, place)) or None if client.related else None,
            data=_data(finding, place, self.status(finding.path, finding.fingerprint)) if client.keeps_data else None,
        )

    def _related(self, finding: Finding, place: Place) -> Iterator[types.DiagnosticRelatedInformation]:
        for step in finding.evidence:
            if step.path and step.line is not None:
                at = Range(Position(step.line, 0), Position(step.line, 0))
                yield self._information(step.path, at, step.text, place)
        for related in finding.related:
            yield self._information(related.path, related.range, related.message, place)

    def _information(self, path: str, at: Range, message: str, place: Place) -> types.DiagnosticRelatedInformation:
        """Evidence in another file is a line: its columns are 0 in any encoding."""
        if path == place.path:
            other = place.file.part_at(at.start.line) if isinstance(place, Part) else None
            location = types.Location((other or place).uri, (other or place).range(at))
        else:
            start, end = at.start, at.end
            where = types.Range(types.Position(start.line, start.column), types.Position(end.line, end.column))
            location = types.Location(self.uri(path), where)
        return types.DiagnosticRelatedInformation(location, message)


async def pull(
    params: types.DocumentDiagnosticParams, files: OpenFiles, diagnostics: Diagnostics
) -> types.DocumentDiagnosticReport:
    """The diagnostics of an open document, as soon as its present text is checked; none of others."""
    part = await files.checked(params.text_document.uri)
    items = diagnostics.of(part.findings, part) if part else []
    identity = identity_of(items)
    if part:
        part.file.sent[part.uri] = part.version, identity
    if params.previous_result_id == identity:
        return types.RelatedUnchangedDocumentDiagnosticReport(identity)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=identity)


def after_check(file: OpenFile, diagnostics: Diagnostics, server: LanguageServer) -> None:
    """Push what a check found; to a client that pulls, say that what it has of an unchanged text is out of date."""
    if not diagnostics.client.pulls:
        for part in file.parts():
            _push(part, diagnostics, server)
    elif (
        diagnostics.client.refreshes
        and not file.asking
        and any(_is_outdated(part, diagnostics) for part in file.parts())
    ):
        file.sent.clear()
        server.workspace_diagnostic_refresh(None)


def after_review(files: OpenFiles, diagnostics: Diagnostics, server: LanguageServer) -> None:
    """Push, or have the client pull again, what is different now that it is known what a change brings."""
    settled = [file for file in files.all() if files.is_settled(file)]
    if not diagnostics.client.pulls:
        for file in settled:
            after_check(file, diagnostics, server)
    elif diagnostics.client.refreshes:
        outdated = [file for file in settled if any(_is_outdated(part, diagnostics) for part in file.parts())]
        for file in outdated:
            file.sent.clear()
        if outdated:
            server.workspace_diagnostic_refresh(None)


def clear(uris: Iterable[str], client: Client, server: LanguageServer) -> None:
    """Take back what was pushed for documents that are closed."""
    if not client.pulls:
        for uri in uris:
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def text_edits(fix: Fix, place: Place) -> list[types.TextEdit] | None:
    """The edits of a fix in the client's units; None where one of them is not in the document."""
    if not all(place.holds(edit.range) for edit in fix.edits):
        return None
    return [types.TextEdit(place.range(edit.range), edit.text) for edit in fix.edits]


def identity_of(items: list[types.Diagnostic]) -> str:
    """A result id: the same for the same diagnostics."""
    return blake2b(repr(items).encode(), digest_size=16).hexdigest()


def _push(part: Part, diagnostics: Diagnostics, server: LanguageServer) -> None:
    items = diagnostics.of(part.findings, part)
    now = part.version, identity_of(items)
    if part.file.sent.get(part.uri) != now:
        part.file.sent[part.uri] = now
        version = part.version if diagnostics.client.versions else None
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(part.uri, items, version))


def _is_outdated(part: Part, diagnostics: Diagnostics) -> bool:
    version, identity = part.file.sent.get(part.uri, (None, ""))
    return version == part.version and identity != identity_of(diagnostics.of(part.findings, part))


def _data(finding: Finding, place: Place, status: Status | None) -> dict[str, object]:
    fixes = [(fix, text_edits(fix, place)) for fix in finding.fixes]
    return {
        "fingerprint": finding.fingerprint,
        "confidence": finding.confidence.value,
        "scope": finding.scope,
        **({"status": status.value} if status else {}),
        "fixes": [{"title": fix.title, "safe": fix.safe, "edits": edits} for fix, edits in fixes if edits is not None],
    }
