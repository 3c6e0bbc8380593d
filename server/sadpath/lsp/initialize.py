"""`initialize`: what the server can do for this client."""

from pathlib import Path

from lsprotocol import types

from sadpath.lsp.client import Client
from sadpath.lsp.code_action import ACCEPT
from sadpath.lsp.convert import path_of


def capabilities(client: Client) -> types.ServerCapabilities:
    """The capabilities of the server, without those that the client did not announce."""
    pulls = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="sadpath")
    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(client.encoding),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        hover_provider=True,
        code_action_provider=types.CodeActionOptions([types.CodeActionKind.QuickFix, ACCEPT])
        if client.actions
        else None,
        diagnostic_provider=pulls if client.pulls else None,
    )


def root_of(params: types.InitializeParams) -> Path | None:
    """The first folder that is open, if there is one on this machine."""
    folder = params.workspace_folders[0].uri if params.workspace_folders else params.root_uri
    path = path_of(folder) if folder else params.root_path or ""
    return Path(path) if Path(path).is_absolute() else None
