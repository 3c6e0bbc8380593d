"""`initialize`: what the server can do for this client."""

from pathlib import Path

from lsprotocol import types

from sadpath.lsp.client import Client
from sadpath.lsp.code_action import ACCEPT
from sadpath.lsp.convert import path_of
from sadpath.lsp.execute_command import COMMANDS
from sadpath.lsp.fix_all import FIX_ALL
from sadpath.lsp.options import Options

_FILES = types.FileOperationRegistrationOptions(
    [types.FileOperationFilter(types.FileOperationPattern("**/*.{py,pyi}"), scheme="file")]
)


def capabilities(client: Client, options: Options) -> types.ServerCapabilities:
    """The capabilities of the server, without those that the client did not announce."""
    actions = types.CodeActionOptions(
        [types.CodeActionKind.QuickFix, ACCEPT, FIX_ALL], resolve_provider=client.resolves
    )
    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(client.encoding),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True,
            change=types.TextDocumentSyncKind.Incremental,
            save=types.SaveOptions(include_text=False),
        ),
        notebook_document_sync=_notebooks() if client.notebooks else None,
        hover_provider=True,
        code_action_provider=actions if client.actions else None,
        code_lens_provider=types.CodeLensOptions() if client.lenses else None,
        execute_command_provider=types.ExecuteCommandOptions(list(COMMANDS)),
        diagnostic_provider=pulled(options) if client.pulls and not client.registers_diagnostics else None,
        workspace=_workspace(client),
    )


def pulled(options: Options) -> types.DiagnosticOptions:
    """What diagnostics there are to pull: those of all files only if the user wants them."""
    return types.DiagnosticOptions(
        inter_file_dependencies=True,
        workspace_diagnostics=options.diagnostic_mode == "workspace",
        identifier="sadpath",
    )


def folders_of(params: types.InitializeParams) -> tuple[Path, ...]:
    """The folders that are open, as far as they are on this machine."""
    if params.workspace_folders:
        return local(*(folder.uri for folder in params.workspace_folders))
    return local(params.root_uri or params.root_path or "")


def local(*uris: str) -> tuple[Path, ...]:
    """The directories, of this machine, that URIs name."""
    paths = (Path(path_of(uri)) for uri in uris)
    return tuple(path for path in paths if path.is_absolute())


def _notebooks() -> types.NotebookDocumentSyncOptions:
    python = types.NotebookCellLanguage("python")
    selector = types.NotebookDocumentFilterWithCells(cells=[python], notebook="*")
    return types.NotebookDocumentSyncOptions([selector], save=True)


def _workspace(client: Client) -> types.WorkspaceOptions | None:
    operations = types.FileOperationOptions(**dict.fromkeys(sorted(client.file_operations), _FILES))
    folders = types.WorkspaceFoldersServerCapabilities(supported=True, change_notifications=True)
    if not client.folders and not client.file_operations:
        return None
    return types.WorkspaceOptions(
        workspace_folders=folders if client.folders else None,
        file_operations=operations if client.file_operations else None,
    )
