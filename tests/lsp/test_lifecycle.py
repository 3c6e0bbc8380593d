"""A session from its first byte to its exit code, with clients that do not keep to the rules."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from raw_client import ProcessClient, RawClient, server_process, server_thread


@pytest.fixture
def process() -> Iterator[ProcessClient]:
    with server_process() as client:
        yield client


@pytest.fixture
def client() -> Iterator[RawClient]:
    with server_thread() as client:
        yield client


def test_exit_after_shutdown_gives_0_and_an_empty_log(process: ProcessClient) -> None:
    process.initialize()
    process.open("async def f(): ...\n")
    assert process.published()["diagnostics"] == []
    assert process.request("shutdown") == {"jsonrpc": "2.0", "id": 2, "result": None}
    process.notify("exit")
    assert process.wait() == 0
    assert process.log() == ""


def test_exit_without_shutdown_gives_1(process: ProcessClient) -> None:
    process.notify("exit")
    assert process.wait() == 1


def test_the_end_of_the_input_ends_the_server(process: ProcessClient) -> None:
    process.initialize()
    process.write(b"Content-Length: 1000\r\n\r\n{")
    process.to_server.close()
    assert process.wait() == 1


def test_an_analysis_that_takes_long_does_not_keep_the_server_alive() -> None:
    endless = (
        "import sys, time, fake_session, sadpath.lsp.process as server\n"
        "session = fake_session.FakeSession(lambda path: print(path) or time.sleep(3600))\n"
        "sys.exit(server.run(lambda scope, tell: session))"
    )
    with server_process((sys.executable, "-c", endless), Path(__file__).parent) as client:
        client.initialize()
        client.open("bad\n")
        assert client.log_line() == "/project/file.py"
        client.request("shutdown")
        client.notify("exit")
        assert client.wait() == 0


def test_the_death_of_the_editor_ends_the_server(process: ProcessClient) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as editor:
        process.initialize(processId=editor.pid)
        editor.kill()
    assert process.wait() == 1


def test_an_editor_in_another_container_is_not_missed(client: RawClient) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    client.initialize(processId=gone.pid)
    assert client.request("shutdown")["result"] is None


def test_before_initialize_requests_are_refused_and_notifications_dropped(client: RawClient) -> None:
    client.open("")
    assert client.request("textDocument/hover", {"position": {}})["error"] == {
        "code": -32002,
        "message": "the server is not initialized",
    }
    assert client.initialize()["hoverProvider"] is True


def test_after_shutdown_requests_are_refused(client: RawClient) -> None:
    client.initialize()
    client.request("shutdown")
    assert client.request("textDocument/hover", {})["error"]["code"] == -32600
    assert client.request("shutdown")["error"]["code"] == -32600


def test_a_second_initialize_is_refused(client: RawClient) -> None:
    client.initialize()
    assert client.request("initialize", {"capabilities": {}})["error"]["code"] == -32600


def test_unknown_requests_are_refused_and_unknown_notifications_ignored(client: RawClient) -> None:
    client.initialize()
    client.notify("$/unheardOf", {"x": 1})
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert client.request("textDocument/unheardOf", {"x": 1})["error"]["code"] == -32601
    assert client.request("textDocument/rename", {})["error"]["code"] == -32601


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_answered_and_logged(
    client: RawClient, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    client.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert client.read() == {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse Error"}}
    assert "not JSON" in caplog.text


@pytest.mark.parametrize("message", [[], 1, "text", {"id": {}, "method": "shutdown"}, {"id": [], "result": 1}])
def test_what_is_no_request_is_refused(client: RawClient, message: object) -> None:
    client.send(message)
    assert client.read()["error"]["code"] == -32600


@pytest.mark.parametrize("params", [None, {}, [1], 3, {"textDocument": {"uri": "file:///a.py"}, "position": {}}])
def test_params_of_a_wrong_form_are_refused_without_traceback(client: RawClient, params: object) -> None:
    client.initialize()
    error = client.request("textDocument/hover", params)["error"]
    assert error["code"] == -32602
    assert error.keys() == {"code", "message"}
    assert ".py" not in error["message"].replace("file:///a.py", "")


def test_a_notification_of_a_wrong_form_is_logged_without_its_text(
    client: RawClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "sadpath")
    client.initialize()
    item = {"uri": "file:///a.py", "languageId": "python", "version": "one", "text": "password = 1"}
    client.notify("textDocument/didOpen", {"textDocument": item})
    client.request("shutdown")
    assert "textDocument/didOpen is ignored" in caplog.text
    assert "password" not in caplog.text


def test_positions_that_are_out_of_range_are_moved_into_it(client: RawClient) -> None:
    client.initialize()
    client.open("a = 1\n")
    assert client.published()["diagnostics"] == []
    for line, character in ((2**63, 2**63), (-1, -1), (None, None), (0.0, 1.0)):
        assert client.about("hover", position={"line": line, "character": character}) is None


def test_header_names_are_case_insensitive_and_other_headers_allowed(client: RawClient) -> None:
    client.write(b"content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:  2\r\n\r\n[]")
    assert client.read()["error"]["code"] == -32600


def test_responses_that_nobody_waits_for_are_ignored(client: RawClient) -> None:
    client.initialize()
    client.send({"jsonrpc": "2.0", "id": 77, "result": {}})
    client.send({"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "no"}})
    client.send({"jsonrpc": "2.0", "id": "x", "error": 1})
    client.send({"jsonrpc": "2.0"})
    assert client.request("shutdown")["result"] is None


def test_what_newer_clients_announce_is_no_error(client: RawClient) -> None:
    others = {
        "general": {"positionEncodings": ["utf-7", "utf-32"]},
        "workspace": {"workspaceEdit": {"resourceOperations": ["create", "teleport"]}, "novel": {"x": 1}},
    }
    tags = {"publishDiagnostics": {"tagSupport": {"valueSet": [1, 9]}}}
    assert client.initialize(tags, others)["positionEncoding"] == "utf-32"
