"""Checks run beside the conversation with the client: the last text wins, and nothing takes the server down."""

import threading
from pathlib import Path

import pytest
from fake_session import FakeSession, fake
from raw_client import ACTIONS, FILE, PULL, server_thread, span


class Gate:
    """Holds each check until the test lets it go on, except while it is open."""

    def __init__(self, is_open: bool = False) -> None:
        self.is_open = is_open
        self.reached = threading.Semaphore(0)
        self.pass_one = threading.Semaphore(0)

    def session(self, *_: object) -> FakeSession:
        return FakeSession(self._wait)

    def let(self, checks: int = 1) -> None:
        """Wait for so many checks and let each go on."""
        for _ in range(checks):
            assert self.reached.acquire(timeout=60)
            self.pass_one.release()

    def _wait(self, _: str) -> None:
        if not self.is_open:
            self.reached.release()
            assert self.pass_one.acquire(timeout=60)


def test_requests_are_answered_while_a_check_runs() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize(PULL)
        client.open("bad\n")
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        assert client.about("hover", position={"line": 0, "character": 0}) is None
        gate.let()
        assert len(client.answer(pull)["result"]["items"]) == 1


def test_the_last_text_wins() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize({"publishDiagnostics": {"versionSupport": True}})
        client.open("bad\n")
        assert gate.reached.acquire(timeout=60)
        for version in range(2, 20):
            client.change(version, ("bad\n", 0, 0, 0, 0))
        client.about("hover", position={"line": 0, "character": 0})
        gate.pass_one.release()
        gate.let()
        published = client.published()
        assert (published["version"], len(published["diagnostics"])) == (19, 19)


def test_what_was_found_in_an_earlier_text_is_not_used() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize(PULL)
        client.open("bad\n")
        assert gate.reached.acquire(timeout=60)
        client.change(2, ("x\ny ", 0, 0, 0, 0))
        client.about("hover", position={"line": 0, "character": 0})
        gate.pass_one.release()
        assert gate.reached.acquire(timeout=60)
        assert client.about("hover", position={"line": 0, "character": 1}) is None
        gate.pass_one.release()


def test_nothing_new_is_not_pushed() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize({"publishDiagnostics": {"versionSupport": True}})
        client.open("bad\n")
        gate.let()
        assert client.published()["version"] == 1
        client.notify("textDocument/didSave", {"textDocument": {"uri": FILE}})
        checked = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        gate.let()
        client.answer(checked)


def test_no_refresh_is_asked_for_what_the_client_asks_for_already() -> None:
    gate, other = Gate(is_open=True), "file:///project/other.py"
    with server_thread(gate.session) as client:
        client.initialize(PULL, {"workspace": {"diagnostics": {"refreshSupport": True}}})
        client.open("bad\n")
        client.open("", other)
        client.about("diagnostic")
        client.about("diagnostic", other)
        gate.is_open = False
        client.change(2, "bad", uri=other)
        assert gate.reached.acquire(timeout=60)
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        client.about("hover", position={"line": 0, "character": 9})
        gate.is_open = True
        gate.pass_one.release()
        assert client.answer(pull)["result"]["items"][0]["message"] == "2 in all"


def test_a_cancelled_request_is_answered_as_such() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize(PULL)
        client.open("bad\n")
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        client.notify("$/cancelRequest", {"id": pull})
        client.notify("$/cancelRequest", {"id": 4711})
        assert client.answer(pull)["error"]["code"] == -32800
        gate.let()
        assert len(client.about("diagnostic")["items"]) == 1


def test_a_document_that_is_closed_while_it_is_checked_has_nothing() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize(PULL)
        client.open("bad\n")
        assert gate.reached.acquire(timeout=60)
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        client.close()
        assert client.answer(pull)["result"]["items"] == []
        gate.pass_one.release()
        client.open("bad bad\n")
        gate.let()
        assert len(client.about("diagnostic")["items"]) == 2


def test_shutdown_cancels_what_waits() -> None:
    gate = Gate()
    with server_thread(gate.session) as client:
        client.initialize(PULL)
        client.open("bad\n")
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        assert client.request("shutdown")["result"] is None
        assert client.answer(pull)["error"]["code"] == -32800
        gate.let()


def test_a_crash_is_one_message_and_one_log_entry(caplog: pytest.LogCaptureFixture) -> None:
    with server_thread(fake) as client:
        client.initialize(PULL)
        client.open("bad\n")
        assert len(client.about("diagnostic")["items"]) == 1
        client.change(2, ("crash secret\n", 1, 0, 1, 0))
        message = client.read()
        assert message["method"] == "window/showMessage"
        assert message["params"]["message"].startswith("sadpath could not check a file (AssertionError in _take, line")
        assert len(client.about("diagnostic")["items"]) == 1
        client.change(3, ("# ", 0, 0, 0, 0))
        assert client.about("diagnostic")["items"][0]["range"] == span(0, 2, 0, 5)
        client.change(4, ("fine\n", 1, 0, 2, 0), ("bad\n", 0, 0, 0, 0))
        assert len(client.about("diagnostic")["items"]) == 2
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text


def test_a_rule_that_fails_is_one_message_and_costs_only_its_hints(caplog: pytest.LogCaptureFixture) -> None:
    with server_thread(fake) as client:
        client.initialize(PULL)
        client.open("def f():\n    bad\n    fails\n")
        assert (
            client.read()["params"]["message"] == "sadpath's rule `bare-except` failed, so hints of it may be missing"
        )
        assert len(client.about("diagnostic")["items"]) == 1
        client.change(2, ("\n", 0, 0, 0, 0))
        assert len(client.about("diagnostic")["items"]) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "the rule `bare-except` failed in /project/file.py, line 3"
    ]


def test_code_that_is_being_typed_keeps_its_hints_where_they_belong() -> None:
    with server_thread(fake) as client:
        client.initialize(PULL)
        client.open("def f():\n    bad\n    x\n\ndef g():\n    bad\n")
        assert len(client.about("diagnostic")["items"]) == 2
        client.change(2, ("# above\n", 0, 0, 0, 0), ("(broken", 3, 5, 3, 5), ("y = ", 2, 4, 2, 4))
        places = [item["range"] for item in client.about("diagnostic")["items"]]
        assert places == [span(2, 8, 2, 11), span(6, 4, 6, 7)]
        client.change(3, ("broken ", 2, 0, 2, 11))
        places = [item["range"] for item in client.about("diagnostic")["items"]]
        assert places == [span(6, 4, 6, 7)]


def test_actions_stand_in_the_text_of_the_moment() -> None:
    gate = Gate(is_open=True)
    with server_thread(gate.session) as client:
        client.initialize({**PULL, **ACTIONS})
        client.open("bad\n")
        client.about("diagnostic")
        gate.is_open = False
        client.change(2, ("x\ny ", 0, 0, 0, 0))
        action, *_ = client.about("codeAction", range=span(1, 2, 1, 2), context={"diagnostics": []})
        assert action["edit"]["changes"][FILE][0]["range"] == span(1, 2, 1, 5)
        gate.let()


def test_libraries_and_what_the_settings_exclude_have_no_hints(tmp_path: Path) -> None:
    (tmp_path / "sadpath.toml").write_text("extend-exclude = ['vendored/']\n")
    excluded = ("vendored/file.py", ".venv/lib/python3.11/site-packages/file.py", "/usr/lib/python3.11/asyncio/file.py")
    with server_thread() as client:
        client.initialize(PULL, rootUri=tmp_path.as_uri())
        for name, hints in (("file.py", 1), *((name, 0) for name in excluded)):
            uri = (tmp_path / name).as_uri()
            client.open("try:\n    f()\nexcept:\n    pass\n", uri)
            assert len(client.about("diagnostic", uri)["items"]) == hints


def test_without_a_folder_the_documents_project_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.sadpath]\nignore = ['except']\n")
    uri = (tmp_path / "file.py").as_uri()
    with server_thread() as client:
        client.initialize(PULL)
        client.open("try:\n    f()\nexcept:\n    pass\n", uri)
        assert client.about("diagnostic", uri)["items"] == []


def test_a_bad_configuration_is_told_once_and_the_defaults_are_used(tmp_path: Path) -> None:
    (tmp_path / "sadpath.toml").write_text("selct = []\n")
    uri = (tmp_path / "file.py").as_uri()
    with server_thread() as client:
        client.initialize(rootUri=tmp_path.as_uri())
        client.open("try:\n    f()\nexcept:\n    pass\n", uri)
        message = client.read()["params"]["message"]
        assert "sadpath.toml:1" in message
        assert "`select`" in message
        assert [item["code"] for item in client.published()["diagnostics"]] == ["bare-except"]
        client.change(2, ("\n", 0, 0, 0, 0), uri=uri)
        assert [item["code"] for item in client.published()["diagnostics"]] == ["bare-except"]
