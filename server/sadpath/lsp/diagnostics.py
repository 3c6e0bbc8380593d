"""`textDocument/diagnostic` for clients that ask, `textDocument/publishDiagnostics` for those that do not."""

from collections.abc import Iterator
from hashlib import blake2b

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sadpath.analysis.finding import Finding, Fix, Position, Range
from sadpath.lsp.client import Client
from sadpath.lsp.convert import SEVERITY, page_of, range_of
from sadpath.lsp.files import OpenFile, OpenFiles

_MOST = 1000
"""Diagnostics per document: a client gets slow by more (ty#863), and nobody reads them."""


async def pull(
    params: types.DocumentDiagnosticParams, files: OpenFiles, client: Client
) -> types.DocumentDiagnosticReport:
    """The diagnostics of an open document, as soon as its present text is checked; none of others."""
    file = await files.checked(params.text_document.uri)
    items = diagnostics(file, files, client) if file else []
    identity = _identity(items)
    if file:
        file.sent = file.version, identity
    if params.previous_result_id == identity:
        return types.RelatedUnchangedDocumentDiagnosticReport(identity)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=identity)


def after_check(file: OpenFile, files: OpenFiles, client: Client, server: LanguageServer) -> None:
    """Push what a check found; to a client that pulls, say that what it has of an unchanged text is out of date."""
    has_this_version = file.sent is not None and file.sent[0] == file.version
    if client.pulls and not (client.refreshes and has_this_version and not file.asking):
        return
    items = diagnostics(file, files, client)
    now = file.version, _identity(items)
    if file.sent == now:
        return
    if client.pulls:
        file.sent = None
        server.workspace_diagnostic_refresh(None)
    else:
        file.sent = now
        version = file.version if client.versions else None
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(file.uri, items, version))


def clear(uri: str, client: Client, server: LanguageServer) -> None:
    """Take back what was pushed for a document that is closed."""
    if not client.pulls:
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def diagnostics(file: OpenFile, files: OpenFiles, client: Client) -> list[types.Diagnostic]:
    """The findings of a document, in the client's units, with the fields that it announced."""
    return [diagnostic(finding, file, files, client) for finding in file.findings[:_MOST]]


def diagnostic(finding: Finding, file: OpenFile, files: OpenFiles, client: Client) -> types.Diagnostic:
    """One finding of a document."""
    lines, encoding = file.document.lines, client.encoding
    return types.Diagnostic(
        range=range_of(finding.range, lines, encoding),
        severity=SEVERITY[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(page_of(finding.rule)) if client.links else None,
        source="sadpath",
        message=finding.message,
        related_information=list(_related(finding, file, files)) or None if client.related else None,
        data=_data(finding, file) if client.keeps_data else None,
    )


def text_edits(fix: Fix, file: OpenFile) -> list[types.TextEdit]:
    """The edits of a fix in the client's units."""
    lines, encoding = file.document.lines, file.document.encoding
    return [types.TextEdit(range_of(edit.range, lines, encoding), edit.text) for edit in fix.edits]


def _data(finding: Finding, file: OpenFile) -> dict[str, object]:
    fixes = [{"title": fix.title, "safe": fix.safe, "edits": text_edits(fix, file)} for fix in finding.fixes]
    return {"fingerprint": finding.fingerprint, "fixes": fixes}


def _related(finding: Finding, file: OpenFile, files: OpenFiles) -> Iterator[types.DiagnosticRelatedInformation]:
    lines, encoding = file.document.lines, file.document.encoding
    for step in finding.evidence:
        if step.path and step.line is not None:
            place = Range(Position(step.line, 0), Position(step.line, 0))
            yield _information(files.uri(step.path), range_of(place, lines, encoding), step.text)
    for related in finding.related:
        yield _information(files.uri(related.path), range_of(related.range, lines, encoding), related.message)


def _information(uri: str, place: types.Range, message: str) -> types.DiagnosticRelatedInformation:
    return types.DiagnosticRelatedInformation(types.Location(uri, place), message)


def _identity(items: list[types.Diagnostic]) -> str:
    return blake2b(repr(items).encode(), digest_size=16).hexdigest()
