"""The same review through each editor: `profiles` holds what real clients announce, recorded from them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_session import fake
from raw_client import FILE, RawClient, server_thread, span

Json = Any

PROFILES = sorted((Path(__file__).parent / "profiles").glob("*.json"))
TEXT = "x = '😀'; bad\n"
UNITS = {"utf-8": 4, "utf-16": 2, "utf-32": 1}

PERMITS = {
    "client/registerCapability": "",
    "window/logMessage": "",
    "window/showMessage": "",
    "window/workDoneProgress/create": "window.workDoneProgress",
    "workspace/codeLens/refresh": "workspace.codeLens.refreshSupport",
    "workspace/configuration": "workspace.configuration",
    "workspace/diagnostic/refresh": "workspace.diagnostics.refreshSupport",
}
"""What the server may send, and the capability by which a client announces that it takes it."""
REGISTERED = {
    "textDocument/diagnostic": "textDocument.diagnostic",
    "workspace/didChangeConfiguration": "workspace.didChangeConfiguration",
    "workspace/didChangeWatchedFiles": "workspace.didChangeWatchedFiles",
}
"""What the server may register, and the capability whose `dynamicRegistration` permits it."""


class Editor:
    """A client with the capabilities of a profile. It fails when it gets what it did not announce."""

    def __init__(self, client: RawClient, announced: Json) -> None:
        self._client, self._announced = client, announced
        self._pushed: dict[int | None, Json] = {}
        self._version = 1
        self._pulls = False
        self.capabilities: Json = {}

    def has(self, name: str) -> Json:
        """The value of an announced capability, by its path."""
        value = self._announced
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def start(self) -> None:
        opening = {"processId": None, "rootUri": None, "capabilities": self._announced}
        self.capabilities = self._request("initialize", opening)["capabilities"]
        self._pulls = "diagnosticProvider" in self.capabilities
        self._client.notify("initialized", {})
        self._client.open(TEXT)

    def about(self, method: str, **params: Json) -> Json:
        return self._request(f"textDocument/{method}", {"textDocument": {"uri": FILE}, **params})

    def diagnostics(self) -> Json:
        """Those of the present text, in the way that the client and the server agreed on."""
        if self.has("textDocument.diagnostic.dynamicRegistration"):
            while not self._pulls:
                self._take(self._client.read())
        if self._pulls:
            return self.about("diagnostic")["items"]
        version = self._version if self.has("textDocument.publishDiagnostics.versionSupport") else None
        while version not in self._pushed:
            self._take(self._client.read())
        return self._pushed.pop(version)

    def apply(self, action: Json) -> Json:
        """Do what a code action says, as far as it concerns the document; gives the edits."""
        if "edit" not in action:
            assert "edit" in self.has("textDocument.codeAction.resolveSupport.properties")
            action = self._request("codeAction/resolve", action)
        edits = self._edits(action["edit"])
        self._version += 1
        changes = [(edit["newText"], *_place(edit["range"])) for edit in reversed(edits) if "newText" in edit]
        self._client.change(self._version, *changes)
        return edits

    def end(self) -> None:
        assert self._request("shutdown", None) is None
        self._client.notify("exit")

    def _edits(self, edit: Json) -> Json:
        if "documentChanges" not in edit:
            return edit["changes"][FILE]
        assert self.has("workspace.workspaceEdit.documentChanges")
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": FILE, "version": self._version}
        snippets = [one for one in change["edits"] if "snippet" in one]
        assert not snippets or self.has("workspace.workspaceEdit.snippetEditSupport")
        return change["edits"]

    def _request(self, method: str, params: Json) -> Json:
        identity = self._client.ask(method, params)
        while "method" in (message := self._client.read()):
            self._take(message)
        assert message["id"] == identity
        return message["result"]

    def _take(self, message: Json) -> None:
        method, params = message["method"], message.get("params")
        if method == "textDocument/publishDiagnostics":
            assert not self._pulls, "no client that pulls gets pushed diagnostics"
            self._pushed[params.get("version")] = params["diagnostics"]
            return
        assert not PERMITS[method] or self.has(PERMITS[method]), message
        if method == "client/registerCapability":
            self._register(params["registrations"])
        if "id" in message:
            result = [None] if method == "workspace/configuration" else None
            self._client.send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    def _register(self, registrations: Json) -> None:
        for registration in registrations:
            assert self.has(f"{REGISTERED[registration['method']]}.dynamicRegistration"), registration
            self._pulls |= registration["method"] == "textDocument/diagnostic"


@pytest.fixture(params=PROFILES, ids=[path.stem for path in PROFILES])
def editor(request: pytest.FixtureRequest) -> Iterator[Editor]:
    announced = json.loads(request.param.read_text(encoding="utf-8"))["capabilities"]
    with server_thread(fake) as client:
        editor = Editor(client, announced)
        editor.start()
        yield editor
        editor.end()


def test_all_editors_are_there() -> None:
    wanted = {"vscode", "neovim-0.10", "neovim-0.12", "eglot", "lsp-mode", "helix", "sublime-text"}
    assert {path.stem for path in PROFILES} == wanted


def test_a_finding_is_shown_with_what_the_editor_shows(editor: Editor) -> None:
    encoding = editor.capabilities["positionEncoding"]
    assert encoding in (editor.has("general.positionEncodings") or ["utf-16"])
    column = len("x = ''; ") + UNITS[encoding]
    (item,) = editor.diagnostics()
    assert item["range"] == span(0, column, 0, column + 3)
    for field, capability in {
        "codeDescription": "codeDescriptionSupport",
        "relatedInformation": "relatedInformation",
        "data": "dataSupport",
    }.items():
        shown = [editor.has(f"textDocument.{way}.{capability}") for way in ("publishDiagnostics", "diagnostic")]
        assert (field in item) == any(shown), field
    contents = editor.about("hover", position=item["range"]["start"])["contents"]
    assert contents["kind"] == editor.has("textDocument.hover.contentFormat")[0]


def test_a_fix_mends_it(editor: Editor) -> None:
    (item,) = editor.diagnostics()
    actions = editor.about("codeAction", range=item["range"], context={"diagnostics": [item]})
    (fix,) = [action for action in actions if action["title"] == "Make it good"]
    assert ("isPreferred" in fix) == bool(editor.has("textDocument.codeAction.isPreferredSupport"))
    assert [edit["newText"] for edit in editor.apply(fix)] == ["good"]
    assert editor.diagnostics() == []


def test_an_acceptance_is_written_so_that_the_reason_can_be_typed(editor: Editor) -> None:
    (item,) = editor.diagnostics()
    actions = editor.about("codeAction", range=item["range"], context={"diagnostics": [item]})
    (accept,) = [action for action in actions if action.get("kind") == "quickfix.accept.sadpath"]
    (edit,) = editor.apply(accept)
    text = edit["newText"] if "newText" in edit else edit["snippet"]["value"]
    assert text.lstrip().startswith("# sadpath: accept[bare-except] ")
    assert ("snippet" in edit) == bool(editor.has("workspace.workspaceEdit.snippetEditSupport"))


def _place(place: Json) -> tuple[int, ...]:
    start, end = place["start"], place["end"]
    return start["line"], start["character"], end["line"], end["character"]
