"""`textDocument/codeAction`: mend what was found, or accept it for a reason. Answers from what is stored."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lsprotocol import types

from sadpath.analysis.accepting import PLACEHOLDER, Acceptances
from sadpath.analysis.finding import Finding
from sadpath.analysis.suppressions import FAMILY
from sadpath.lsp.client import Client
from sadpath.lsp.convert import range_of
from sadpath.lsp.diagnostics import diagnostic, text_edits
from sadpath.lsp.files import OpenFile, OpenFiles

ACCEPT = "quickfix.accept.sadpath"
"""The kind of "Accept this risk ...": within quick fixes, but to be told from them."""

Kind: TypeAlias = types.CodeActionKind | str
Edit: TypeAlias = types.TextEdit | types.SnippetTextEdit


def code_actions(params: types.CodeActionParams, files: OpenFiles, client: Client) -> list[types.CodeAction]:
    """The actions for the findings that the range touches, of the kinds that are asked for."""
    file = files.get(params.text_document.uri)
    if not file or not client.actions:
        return []
    start, end = file.document.locate(params.range.start), file.document.locate(params.range.end)
    found = [finding for finding in file.findings if finding.range.start <= end and start <= finding.range.end]
    actions = [*_fixes(found, file, files, client), *_acceptances(found, file, files, client)]
    return [action for action in actions if _is_wanted(action.kind, params.context.only)]


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
    acceptances = Acceptances(lines) if found else None
    for finding in found:
        edit = acceptances and acceptances.edit(finding.rule, finding.range.start.line)
        if edit and finding.family != FAMILY:
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


def _is_wanted(kind: Kind | None, only: Sequence[Kind] | None) -> bool:
    """LSP 3.17, `CodeActionKind`: a kind includes those that continue it after a dot."""
    return not only or any(f"{_name(kind)}.".startswith(f"{_name(wanted)}.".lstrip(".")) for wanted in only)


def _name(kind: Kind | None) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind or ""
