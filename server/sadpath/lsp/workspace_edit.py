"""Edits of a module as edits of the client's documents."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from lsprotocol import types

from sadpath.analysis.finding import Edit
from sadpath.lsp.client import Client
from sadpath.lsp.open_file import OpenFile

ClientEdit: TypeAlias = types.TextEdit | types.SnippetTextEdit


def workspace_edit(edits: Iterable[Edit], file: OpenFile, client: Client) -> types.WorkspaceEdit:
    """The edits, each in the document or the cell that shows its place."""
    found: dict[str, list[ClientEdit]] = {}
    for edit in edits:
        if part := file.part_at(edit.range.start.line):
            found.setdefault(part.uri, []).append(types.TextEdit(part.range(edit.range), edit.text))
    return of_documents(found, file, client)


def of_documents(edits: Mapping[str, list[ClientEdit]], file: OpenFile, client: Client) -> types.WorkspaceEdit:
    """Edits by URI, with the documents' versions where the client checks these."""
    if not client.versioned_edits:
        plain = {uri: [edit for edit in some if isinstance(edit, types.TextEdit)] for uri, some in edits.items()}
        return types.WorkspaceEdit(changes=plain)
    versions = {part.uri: part.version for part in file.parts()}
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), some)
            for uri, some in edits.items()
        ]
    )
