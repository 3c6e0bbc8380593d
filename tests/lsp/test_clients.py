"""What is sent depends on what the client announced, and on nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from fake_session import fake
from raw_client import ACTIONS, FILE, PULL, RawClient, server_thread, span

Json = Any

OTHER = "file:///project/other%20one.py"


@pytest.fixture
def client() -> Iterator[RawClient]:
    with server_thread(fake) as client:
        yield client


class TestPush:
    def test_plain(self, client: RawClient) -> None:
        assert "diagnosticProvider" not in client.initialize()
        client.open("x bad\n")
        published = client.published()
        assert published == {
            "uri": FILE,
            "diagnostics": [
                {
                    "range": span(0, 2, 0, 5),
                    "severity": 2,
                    "code": "bare-except",
                    "source": "sadpath",
                    "message": "1 in all",
                }
            ],
        }

    def test_with_all_that_can_be_announced(self, client: RawClient) -> None:
        shown = dict.fromkeys(("versionSupport", "relatedInformation", "codeDescriptionSupport", "dataSupport"), True)
        client.initialize({"publishDiagnostics": shown})
        client.open("x bad\n")
        published = client.published()
        (diagnostic,) = published["diagnostics"]
        assert published["version"] == 1
        assert diagnostic["codeDescription"]["href"].endswith("/docs/rules/bare-except.md")
        assert diagnostic["relatedInformation"] == [
            {"location": {"uri": "file:///project/other.py", "range": span(3, 0, 3, 0)}, "message": "`x` is `y`"},
            {"location": {"uri": FILE, "range": span(0, 0, 0, 1)}, "message": "the start"},
        ]
        assert diagnostic["data"]["fingerprint"] == "print-0-2"
        assert diagnostic["data"]["fixes"][0] == {
            "title": "Make it good",
            "safe": True,
            "edits": [{"range": span(0, 2, 0, 5), "newText": "good"}],
        }

    def test_each_version_is_pushed_and_closing_takes_back(self, client: RawClient) -> None:
        client.initialize({"publishDiagnostics": {"versionSupport": True}})
        client.open("bad\n")
        assert client.published()["version"] == 1
        client.change(2, ("bad bad", 0, 0, 0, 3))
        published = client.published()
        assert (published["version"], len(published["diagnostics"])) == (2, 2)
        client.close()
        assert client.published() == {"uri": FILE, "diagnostics": []}

    def test_what_an_edit_changes_in_another_document_is_pushed(self, client: RawClient) -> None:
        client.initialize()
        client.open("bad\n")
        assert client.published()["diagnostics"][0]["message"] == "1 in all"
        client.open("bad\n", OTHER)
        pushed = {message["uri"]: message["diagnostics"] for message in (client.published(), client.published())}
        assert [pushed[uri][0]["message"] for uri in (FILE, OTHER)] == ["2 in all", "2 in all"]


class TestPull:
    def test_nothing_is_pushed(self, client: RawClient) -> None:
        assert client.initialize(PULL)["diagnosticProvider"] == {
            "interFileDependencies": True,
            "workspaceDiagnostics": False,
            "identifier": "sadpath",
        }
        client.open("bad\n")
        report = client.about("diagnostic")
        assert report["kind"] == "full"
        assert [item["code"] for item in report["items"]] == ["bare-except"]
        client.close()
        assert client.about("diagnostic")["items"] == []

    def test_what_the_client_has_is_not_sent_again(self, client: RawClient) -> None:
        client.initialize(PULL)
        client.open("bad\n")
        known = client.about("diagnostic")["resultId"]
        assert client.about("diagnostic", previousResultId=known) == {"kind": "unchanged", "resultId": known}
        client.change(2, ("# more\n", 1, 0, 1, 0))
        assert client.about("diagnostic", previousResultId=known)["kind"] == "unchanged"
        client.change(3, ("x", 0, 0, 0, 0))
        assert client.about("diagnostic", previousResultId=known)["kind"] == "full"

    def test_a_change_in_another_document_asks_for_a_refresh(self, client: RawClient) -> None:
        client.initialize(PULL, {"workspace": {"diagnostics": {"refreshSupport": True}}})
        client.open("bad\n")
        client.open("", OTHER)
        assert client.about("diagnostic")["items"][0]["message"] == "1 in all"
        client.about("diagnostic", OTHER)
        client.change(2, "bad", uri=OTHER)
        refresh = client.read()
        assert refresh["method"] == "workspace/diagnostic/refresh"
        client.send({"jsonrpc": "2.0", "id": refresh["id"], "result": None})
        assert client.about("diagnostic")["items"][0]["message"] == "2 in all"

    def test_a_refresh_is_only_sent_where_it_is_announced(self, client: RawClient) -> None:
        client.initialize(PULL)
        client.open("bad\n")
        client.open("", OTHER)
        assert client.about("diagnostic")["items"][0]["message"] == "1 in all"
        client.change(2, "bad", uri=OTHER)
        assert client.about("diagnostic", OTHER)["items"][0]["message"] == "2 in all"
        assert client.about("diagnostic")["items"][0]["message"] == "2 in all"


@pytest.mark.parametrize(("encoding", "before"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_columns_are_in_the_encoding_that_was_agreed(client: RawClient, encoding: str, before: int) -> None:
    general = {"positionEncodings": [encoding, "utf-16"]}
    assert client.initialize(PULL, {"general": general})["positionEncoding"] == encoding
    client.open("\f # \u2028\n😀bad\n")
    (item,) = client.about("diagnostic")["items"]
    assert item["range"] == span(1, before, 1, before + 3)
    client.change(2, ("x", 1, 0, 1, before))
    (item,) = client.about("diagnostic")["items"]
    assert item["range"] == span(1, 1, 1, 4)


def test_columns_are_in_utf_16_if_nothing_was_agreed(client: RawClient) -> None:
    assert client.initialize(PULL)["positionEncoding"] == "utf-16"
    client.open("😀bad\n")
    assert client.about("diagnostic")["items"][0]["range"] == span(0, 2, 0, 5)


@pytest.mark.parametrize(
    ("uri", "language", "findings"),
    [
        (FILE, "python-base", 1),
        ("file:///a.pyi", "", 1),
        ("untitled:Untitled-1", "python", 1),
        ("file:///a.txt", "plaintext", 0),
    ],
)
def test_documents_are_python_by_language_or_name(client: RawClient, uri: str, language: str, findings: int) -> None:
    client.initialize(PULL)
    client.open("bad\n", uri, language)
    client.change(2, ("# ", 0, 0, 0, 0), uri=uri)
    assert len(client.about("diagnostic", uri)["items"]) == findings


class TestHover:
    def test_markdown(self, client: RawClient) -> None:
        client.initialize({**PULL, "hover": {"contentFormat": ["markdown"]}})
        client.open("x bad\n")
        client.about("diagnostic")
        hover = client.about("hover", position={"line": 0, "character": 3})
        text = hover["contents"]["value"]
        assert hover["range"] == span(0, 2, 0, 5)
        assert hover["contents"]["kind"] == "markdown"
        assert text.startswith("**bare-except** (likely), because\n\n- `x` is `y` (other.py:4)\n")
        assert "**What happens in production**" in text
        assert "expect:" not in text
        assert client.about("hover", position={"line": 0, "character": 1}) is None

    def test_plain_text(self, client: RawClient) -> None:
        client.initialize(PULL)
        client.open("x bad\n")
        client.about("diagnostic")
        contents = client.about("hover", position={"line": 0, "character": 3})["contents"]
        assert contents["kind"] == "plaintext"
        assert not {"**", "```", "]("} & {contents["value"][at : at + 2] for at in range(len(contents["value"]))}


class TestCodeActions:
    def actions(self, client: RawClient, *announced: Json, only: list[str] | None = None) -> Json:
        client.initialize(*announced)
        client.open("x bad  # noqa\n")
        client.about("diagnostic")
        context = {"diagnostics": [], **({"only": only} if only is not None else {})}
        return client.about("codeAction", range=span(0, 3, 0, 3), context=context)

    def test_with_all_that_can_be_announced(self, client: RawClient) -> None:
        prefers = {"codeAction": {**ACTIONS["codeAction"], "isPreferredSupport": True}}
        workspace = {"workspaceEdit": {"documentChanges": True, "snippetEditSupport": True}}
        good, fine, accept, _ = self.actions(client, {**PULL, **prefers}, {"workspace": workspace})
        edits = [{"range": span(0, 2, 0, 5), "newText": "good"}]
        document = {"uri": FILE, "version": 1}
        assert good["title"] == "Make it good"
        assert good["kind"] == "quickfix"
        assert good["isPreferred"] is True
        assert good["edit"] == {"documentChanges": [{"textDocument": document, "edits": edits}]}
        assert "isPreferred" not in fine
        assert "isPreferred" not in accept
        assert accept["kind"] == "quickfix.accept.sadpath"
        (edit,) = accept["edit"]["documentChanges"][0]["edits"]
        assert edit["snippet"]["value"] == "  # sadpath: accept[bare-except] ${1:TODO: reason}"
        assert edit["range"] == span(0, 13, 0, 13)

    def test_plain(self, client: RawClient) -> None:
        good, _, accept, _ = self.actions(client, {**PULL, **ACTIONS})
        assert "isPreferred" not in good
        assert good["edit"] == {"changes": {FILE: [{"range": span(0, 2, 0, 5), "newText": "good"}]}}
        (edit,) = accept["edit"]["changes"][FILE]
        assert edit["newText"] == "  # sadpath: accept[bare-except] TODO: reason"

    def test_a_client_that_only_takes_commands_gets_none(self, client: RawClient) -> None:
        assert self.actions(client, PULL) == []

    @pytest.mark.parametrize(
        ("only", "count"),
        [
            (["quickfix"], 3),
            (["quickfix.accept"], 1),
            (["quickfix.accept.sadpath", "refactor"], 1),
            (["quick"], 0),
            (["source"], 1),
            ([], 4),
            ([""], 4),
        ],
    )
    def test_only_the_kinds_that_are_asked_for(self, client: RawClient, only: list[str], count: int) -> None:
        assert len(self.actions(client, {**PULL, **ACTIONS}, only=only)) == count


FIX_ALL = "source.fixAll.sadpath"


class TestFixAll:
    def action(self, client: RawClient, *announced: Json) -> Json:
        client.initialize(*announced)
        client.open("bad bad\nbad\n")
        client.about("diagnostic")
        (action,) = client.about("codeAction", range=span(2, 0, 2, 0), context={"diagnostics": [], "only": ["source"]})
        assert (action["title"], action["kind"]) == ("Fix all safe", FIX_ALL)
        return action

    def test_every_safe_fix_at_once(self, client: RawClient) -> None:
        places = [span(0, 0, 0, 3), span(0, 4, 0, 7), span(1, 0, 1, 3)]
        edits = [{"range": place, "newText": "good"} for place in places]
        assert self.action(client, {**PULL, **ACTIONS})["edit"] == {"changes": {FILE: edits}}

    def test_its_edit_comes_when_it_is_chosen(self, client: RawClient) -> None:
        resolving = {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
        action = self.action(client, {**PULL, "codeAction": {**ACTIONS["codeAction"], **resolving}})
        assert "edit" not in action
        client.change(2, ("", 0, 0, 0, 4))
        client.about("diagnostic")
        resolved = client.request("codeAction/resolve", action)["result"]
        assert [edit["range"] for edit in resolved["edit"]["changes"][FILE]] == [span(0, 0, 0, 3), span(1, 0, 1, 3)]

    def test_without_a_safe_fix_there_is_none(self, client: RawClient) -> None:
        client.initialize({**PULL, **ACTIONS})
        client.open("good\n")
        client.about("diagnostic")
        assert client.about("codeAction", range=span(0, 0, 0, 0), context={"diagnostics": [], "only": ["source"]}) == []


class TestCodeLens:
    TEXT = "import x\nbad\n\ndef f():\n    bad\n    bad\n\nclass C:\n    # m\n    @x\n    def m(self):\n        bad\n"

    def lenses(self, client: RawClient, wanted: bool) -> Json:
        options = {"initializationOptions": {"codeLens": wanted}}
        assert "codeLensProvider" in client.initialize({**PULL, "codeLens": {}}, **options)
        client.open(self.TEXT)
        return client.about("codeLens")

    def test_there_are_none_unless_they_are_wanted(self, client: RawClient) -> None:
        assert self.lenses(client, False) == []

    def test_one_above_each_function_that_has_findings(self, client: RawClient) -> None:
        first, second = self.lenses(client, True)
        assert (first["range"], second["range"]) == (span(3, 0, 3, 0), span(9, 0, 9, 0))
        assert first["command"] == {
            "title": "2 unhappy paths: bare-except",
            "command": "sadpath.showFinding",
            "arguments": [FILE, "print-4-4"],
        }
        assert second["command"]["title"] == "1 unhappy path: bare-except"

    def test_a_change_of_the_setting_refreshes_them_where_that_is_announced(self, client: RawClient) -> None:
        workspace = {"codeLens": {"refreshSupport": True}}
        assert "codeLensProvider" not in client.initialize(PULL, {"workspace": workspace})
        client.notify("workspace/didChangeConfiguration", {"settings": {"codeLens": True}})
        client.asked("workspace/codeLens/refresh")


class TestCommands:
    def run(self, client: RawClient, command: str, *arguments: Json) -> Json:
        client.open("x\ny bad\n")
        client.about("diagnostic")
        return client.ask("workspace/executeCommand", {"command": command, "arguments": list(arguments)})

    def test_show_a_finding(self, client: RawClient) -> None:
        client.initialize(PULL, {"window": {"showDocument": {"support": True}}})
        asked = self.run(client, "sadpath.showFinding", FILE, "print-1-2")
        shown = client.asked("window/showDocument", {"success": True})
        assert shown == {"uri": FILE, "takeFocus": True, "selection": span(1, 2, 1, 2)}
        assert client.answer(asked)["result"] is None

    def test_accept_a_risk(self, client: RawClient) -> None:
        client.initialize(PULL, {"workspace": {"applyEdit": True}})
        asked = self.run(client, "sadpath.acceptRisk", FILE, "print-1-2", "a watchdog\nlooks on")
        applied = client.asked("workspace/applyEdit", {"applied": True})
        assert applied["label"] == "Accept this risk (bare-except)"
        (edit,) = applied["edit"]["changes"][FILE]
        assert edit["newText"] == "  # sadpath: accept[bare-except] a watchdog looks on"
        assert client.answer(asked)["result"] is True

    def test_a_document_that_was_opened_just_now_is_checked_first(self, client: RawClient) -> None:
        client.initialize(PULL, {"workspace": {"applyEdit": True}})
        client.open("x\ny bad\n")
        accept = {"command": "sadpath.acceptRisk", "arguments": [FILE, "print-1-2", "a watchdog looks on"]}
        asked = client.ask("workspace/executeCommand", accept)
        client.asked("workspace/applyEdit", {"applied": False})
        assert client.answer(asked)["result"] is False

    @pytest.mark.parametrize("command", ["sadpath.showFinding", "sadpath.acceptRisk"])
    def test_nothing_is_asked_of_a_client_that_cannot(self, client: RawClient, command: str) -> None:
        client.initialize(PULL)
        assert not client.answer(self.run(client, command, FILE, "print-1-2", "why"))["result"]

    @pytest.mark.parametrize(
        ("command", "arguments"),
        [
            ("sadpath.unheardOf", ()),
            ("sadpath.showFinding", ()),
            ("sadpath.showFinding", (FILE, "gone")),
            ("sadpath.showFinding", (3, 4)),
            ("sadpath.acceptRisk", (FILE, "print-1-2")),
            ("sadpath.acceptRisk", (FILE, "print-1-2", " ")),
        ],
    )
    def test_what_is_wrong_is_refused(self, client: RawClient, command: str, arguments: tuple[Json, ...]) -> None:
        client.initialize(PULL, {"workspace": {"applyEdit": True}, "window": {"showDocument": {"support": True}}})
        assert client.answer(self.run(client, command, *arguments))["error"]["code"] == -32602

    def test_the_state_of_the_server_holds_no_source(self, client: RawClient) -> None:
        client.initialize(PULL)
        text = client.answer(self.run(client, "sadpath.debugInformation"))["result"]
        assert f"- {FILE}: version 1, 1 findings" in text
        assert "bad" not in text.replace("sadpath", "")


def test_a_suppression_that_accepts_nothing_is_faded_out() -> None:
    tags = {"publishDiagnostics": {"tagSupport": {"valueSet": [1]}}}
    with server_thread() as client:
        client.initialize({**PULL, **tags})
        client.open("try:\n    f()\nexcept:\n    pass\nx = 1  # sadpath: accept[bare-except] why\n")
        found = {item["code"]: item.get("tags") for item in client.about("diagnostic")["items"]}
        assert found == {"bare-except": None, "unused-suppression": [1]}
