"""What the client announced in `initialize`: nothing else is sent to it."""

from dataclasses import dataclass

from lsprotocol import types
from pygls.capabilities import get_capability as ask

from sadpath.lsp.document import Encoding

_ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")


@dataclass(frozen=True)
class Client:
    """The client's capabilities, as far as the server's answers depend on them."""

    encoding: Encoding
    """The unit of columns: the first one on the client's list, else UTF-16 (LSP 3.17, `PositionEncodingKind`)."""
    pulls: bool
    """It asks for diagnostics (`textDocument/diagnostic`), so none are pushed."""
    refreshes: bool
    """It takes `workspace/diagnostic/refresh`."""
    versions: bool
    """It uses the `version` of pushed diagnostics."""
    related: bool
    """It shows a diagnostic's related information."""
    links: bool
    """It shows a diagnostic's `codeDescription`."""
    keeps_data: bool
    """It sends a diagnostic's `data` back."""
    markdown: bool
    """It prefers Markdown in hovers."""
    actions: bool
    """It takes code actions, not only commands."""
    prefers: bool
    """It uses a code action's `isPreferred`."""
    versioned_edits: bool
    """It checks the document's version before it applies an edit."""
    snippets: bool
    """It takes snippets in edits (LSP 3.18)."""
    tags: bool
    """It shows diagnostics that are tagged `Unnecessary` faded out."""
    resolves: bool
    """It asks for a code action's edit when the action is chosen."""
    applies: bool
    """It applies edits that the server sends."""
    shows: bool
    """It shows a document that the server names."""
    lenses: bool
    """It shows code lenses."""
    refreshes_lenses: bool
    """It takes `workspace/codeLens/refresh`."""
    progress: bool
    """It shows work of the server, and lets the user stop it."""
    configures: bool
    """It can be asked for its configuration."""
    tells_configuration: bool
    """It says when its configuration changes, if it is asked to."""
    watches: bool
    """It watches files for the server."""
    registers_diagnostics: bool
    """It can be told later what diagnostics there are to pull."""
    folders: bool
    """It says when folders come and go."""
    notebooks: bool
    """It synchronises notebooks."""
    file_operations: frozenset[str]
    """Which of `didCreate`, `didRename` and `didDelete` it sends for files."""


def client_of(announced: types.ClientCapabilities) -> Client:
    """Read the announced capabilities. A client that pulls may say what it shows under the pushed diagnostics."""
    pull = ask(announced, "text_document.diagnostic") or types.DiagnosticClientCapabilities()
    push = ask(announced, "text_document.publish_diagnostics") or types.PublishDiagnosticsClientCapabilities()
    hover = ask(announced, "text_document.hover.content_format") or [types.MarkupKind.PlainText]
    edit = ask(announced, "workspace.workspace_edit") or types.WorkspaceEditClientCapabilities()
    action = ask(announced, "text_document.code_action") or types.CodeActionClientCapabilities()

    def has(name: str) -> bool:
        return bool(ask(announced, name))

    return Client(
        encoding=_encoding(announced),
        pulls=ask(announced, "text_document.diagnostic") is not None,
        refreshes=has("workspace.diagnostics.refresh_support"),
        versions=bool(push.version_support),
        related=bool(pull.related_information or push.related_information),
        links=bool(pull.code_description_support or push.code_description_support),
        keeps_data=bool(pull.data_support or push.data_support),
        markdown=hover[0] is types.MarkupKind.Markdown,
        actions=action.code_action_literal_support is not None,
        prefers=bool(action.is_preferred_support),
        versioned_edits=bool(edit.document_changes),
        snippets=bool(edit.document_changes and edit.snippet_edit_support),
        tags=any(_fades(shown.tag_support) for shown in (pull, push)),
        resolves=bool(action.data_support and action.resolve_support and "edit" in action.resolve_support.properties),
        applies=has("workspace.apply_edit"),
        shows=has("window.show_document.support"),
        lenses=ask(announced, "text_document.code_lens") is not None,
        refreshes_lenses=has("workspace.code_lens.refresh_support"),
        progress=has("window.work_done_progress"),
        configures=has("workspace.configuration"),
        tells_configuration=has("workspace.did_change_configuration.dynamic_registration"),
        watches=has("workspace.did_change_watched_files.dynamic_registration"),
        registers_diagnostics=bool(pull.dynamic_registration),
        folders=has("workspace.workspace_folders"),
        notebooks=ask(announced, "notebook_document.synchronization") is not None,
        file_operations=frozenset(
            name for name in ("did_create", "did_rename", "did_delete") if has(f"workspace.file_operations.{name}")
        ),
    )


def _fades(tags: types.ClientDiagnosticsTagOptions | None) -> bool:
    return tags is not None and types.DiagnosticTag.Unnecessary in tags.value_set


def _encoding(announced: types.ClientCapabilities) -> Encoding:
    for wanted in ask(announced, "general.position_encodings") or ():
        for known in _ENCODINGS:
            if wanted == known:
                return known
    return "utf-16"
