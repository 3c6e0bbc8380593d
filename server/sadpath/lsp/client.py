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


def client_of(announced: types.ClientCapabilities) -> Client:
    """Read the announced capabilities. A client that pulls may say what it shows under the pushed diagnostics."""
    pull = ask(announced, "text_document.diagnostic") or types.DiagnosticClientCapabilities()
    push = ask(announced, "text_document.publish_diagnostics") or types.PublishDiagnosticsClientCapabilities()
    hover = ask(announced, "text_document.hover.content_format") or [types.MarkupKind.PlainText]
    edit = ask(announced, "workspace.workspace_edit") or types.WorkspaceEditClientCapabilities()
    action = ask(announced, "text_document.code_action") or types.CodeActionClientCapabilities()
    return Client(
        encoding=_encoding(announced),
        pulls=ask(announced, "text_document.diagnostic") is not None,
        refreshes=bool(ask(announced, "workspace.diagnostics.refresh_support")),
        versions=bool(push.version_support),
        related=bool(pull.related_information or push.related_information),
        links=bool(pull.code_description_support or push.code_description_support),
        keeps_data=bool(pull.data_support or push.data_support),
        markdown=hover[0] is types.MarkupKind.Markdown,
        actions=action.code_action_literal_support is not None,
        prefers=bool(action.is_preferred_support),
        versioned_edits=bool(edit.document_changes),
        snippets=bool(edit.document_changes and edit.snippet_edit_support),
    )


def _encoding(announced: types.ClientCapabilities) -> Encoding:
    for wanted in ask(announced, "general.position_encodings") or ():
        for known in _ENCODINGS:
            if wanted == known:
                return known
    return "utf-16"
