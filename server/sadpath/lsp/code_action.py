"""`textDocument/codeAction`: mend what was found, or accept it for a reason. Answers from what is stored."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from sadpath.analysis.finding import Finding
from sadpath.lsp.acceptance import PLACEHOLDER, acceptance
from sadpath.lsp.client import Client
from sadpath.lsp.convert import range_of
from sadpath.lsp.diagnostics import diagnostic, text_edits
from sadpath.lsp.files import OpenFile, OpenFiles

ACCEPT = "quickfix.accept.sadpath"
"""The kind of "Accept this risk ...": within quick fixes, but to be told from them."""

Edit = types.TextEdit | types.SnippetTextEdit


def code_actions(params: types.CodeActionParams, files: OpenFiles, client: Client) -> list[types.CodeAction]:
    """The actions for the findings that the range touches, of the kinds that are asked for."""
    file = files.get(params.text_document.uri)
    if not file or not client.actions:
        return []
    start, end = file.document.locate(params.range.start), file.document.locate(params.range.end)
    found = [finding for finding in file.findings if finding.range.start <= end and start <= finding.range.end]
    actions = [*_fixes(found, file, files, client), *_acceptances(found, file, files, client)]
    return [action for action in actions if _is_wanted(str(action.kind), params.context.only)]


def _fixes(found: Sequence[Finding], file: OpenFile, files: OpenFiles, client: Client) -> Iterator[types.CodeAction]:
    for finding in found:
        for fix in finding.fixes:
            yield types.CodeAction(
                title=fix.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic(finding, file, files, client)],
                is_preferred=True if fix.safe and client.prefers else None,
                edit=_workspace_edit(text_edits(fix, file), file, client),
            )


def _acceptances(
    found: Sequence[Finding], file: OpenFile, files: OpenFiles, client: Client
) -> Iterator[types.CodeAction]:
    lines = file.document.lines
    for finding in found:
        if edit := acceptance(finding.rule, finding.range.start.line, lines):
            place, text = range_of(edit.range, lines, client.encoding), edit.text
            snippet = text.replace(PLACEHOLDER, f"${{1:{PLACEHOLDER}}}")
            with_snippet = types.SnippetTextEdit(place, types.StringValue(snippet))
            yield types.CodeAction(
                title=f"Accept this risk ({finding.rule}) ...",
                kind=ACCEPT,
                diagnostics=[diagnostic(finding, file, files, client)],
                edit=_workspace_edit([with_snippet if client.snippets else types.TextEdit(place, text)], file, client),
            )


def _workspace_edit(edits: Sequence[Edit], file: OpenFile, client: Client) -> types.WorkspaceEdit:
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={file.uri: [edit for edit in edits if isinstance(edit, types.TextEdit)]})
    document = types.OptionalVersionedTextDocumentIdentifier(file.uri, file.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])


def _is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    return only is None or any(kind == wanted or kind.startswith(f"{wanted}.") or not wanted for wanted in only)
