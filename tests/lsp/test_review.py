"""A real client and the real server: what a reviewer goes through with a broken file."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from raw_client import SERVER

BROKEN = """\
import asyncio
import time

import requests


async def save(order: str) -> None:
    await asyncio.sleep(0)


async def handle(order: str) -> None:
    save(order)


def load(url: str) -> bytes:
    return requests.get(url).content


def patient(url: str) -> bytes:
    while True:
        try:
            return requests.get(url, timeout=5).content
        except requests.RequestException:
            time.sleep(1)


def quiet(path: str) -> str | None:
    try:
        return open(path).read()
    except:
        return None
"""
HINTS = {
    "unawaited-coroutine": "save(order)",
    "missing-timeout": "return requests.get(url).content",
    "unbounded-retry": "while True:",
    "bare-except": "except:",
}
CONFIG = ClientServerConfig(server_command=list(SERVER))


@pytest_lsp.fixture(config=CONFIG, params=["visual_studio_code", "neovim"])  # the one is pushed to, the other pulls
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient, tmp_path: Path) -> AsyncIterator[None]:
    root = types.WorkspaceFolder(tmp_path.as_uri(), "project")

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None:
        return

    await lsp_client.initialize_session(
        types.InitializeParams(client_capabilities(request.param), workspace_folders=[root])
    )
    yield
    await lsp_client.shutdown_session()


class Editor:
    """An editor with one document."""

    def __init__(self, client: LanguageClient, path: Path, text: str) -> None:
        self.client, self.uri, self.version, self.text = client, path.as_uri(), 1, text
        document = types.TextDocumentItem(self.uri, "python", 1, text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        assert client.capabilities and client.capabilities.text_document
        self.pulls = client.capabilities.text_document.diagnostic is not None

    async def hints(self, expected: dict[str, str]) -> dict[str, types.Diagnostic]:
        """The diagnostics by rule, once their rules and the lines in which they stand are as expected."""
        for _ in range(1000):
            found = await self._pulled() if self.pulls else self.client.diagnostics.get(self.uri, [])
            places = {str(one.code): self.text.splitlines()[one.range.start.line].strip() for one in found}
            if places == expected:
                return {str(one.code): one for one in found}
            await asyncio.sleep(0.02)
        raise AssertionError(f"the diagnostics are {places}")

    async def _pulled(self) -> list[types.Diagnostic]:
        assert self.uri not in self.client.diagnostics, "pushed to a client that pulls"
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(self.uri))
        report = await self.client.text_document_diagnostic_async(params)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    def edit(self, *edits: types.TextEdit) -> None:
        """Apply edits to the text (in ASCII) and tell the server."""
        for edit in sorted(edits, key=lambda edit: edit.range.start, reverse=True):
            start, end = self._index(edit.range.start), self._index(edit.range.end)
            self.text = self.text[:start] + edit.new_text + self.text[end:]
            self.version += 1
            identity = types.VersionedTextDocumentIdentifier(self.version, self.uri)
            change = types.TextDocumentContentChangePartial(edit.range, edit.new_text)
            self.client.text_document_did_change(types.DidChangeTextDocumentParams(identity, [change]))

    def type(self, before: str, text: str) -> None:
        """Type a text in front of another one."""
        above = self.text[: self.text.index(before)].split("\n")
        place = types.Position(len(above) - 1, len(above[-1]))
        self.edit(types.TextEdit(types.Range(place, place), text))

    def _index(self, position: types.Position) -> int:
        return sum(map(len, self.text.splitlines(keepends=True)[: position.line])) + position.character


async def test_a_review(client: LanguageClient, tmp_path: Path) -> None:
    editor = Editor(client, tmp_path / "orders.py", BROKEN)
    hint = (await editor.hints(HINTS))["unawaited-coroutine"]

    identity = types.TextDocumentIdentifier(editor.uri)
    hover = await client.text_document_hover_async(types.HoverParams(identity, hint.range.start))
    assert hover
    assert isinstance(hover.contents, types.MarkupContent)
    for part in (
        "**unawaited-coroutine** (certain), because",
        "`save` is `async def`",
        "What you will see",
        "How to bound it",
    ):
        assert part in hover.contents.value

    asked = types.CodeActionParams(identity, hint.range, types.CodeActionContext([hint]))
    fix, accept = await client.text_document_code_action_async(asked) or []
    assert [fix.title, accept.title] == ["Await `save`", "Accept this risk (unawaited-coroutine) ..."]
    assert isinstance(fix, types.CodeAction)
    assert fix.edit
    editor.edit(*_edits(fix.edit, editor.uri))
    assert "    await save(order)\n" in editor.text
    rest = {rule: line for rule, line in HINTS.items() if rule != "unawaited-coroutine"}
    await editor.hints(rest)

    editor.type("time.sleep(1)", "(((\n")
    await editor.hints(rest)
    editor.type("def quiet", "async def again() -> None:\n    save('')\n\n\n")
    await editor.hints({**rest, "unawaited-coroutine": "save('')"})


def _edits(edit: types.WorkspaceEdit, uri: str) -> list[types.TextEdit]:
    if edit.changes:
        return list(edit.changes[uri])
    assert edit.document_changes
    (change,) = edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    return [one for one in change.edits if isinstance(one, types.TextEdit)]
