"""A session from its first byte to its exit code, with clients that do not keep to the rules."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from raw_client import RawClient


@pytest.fixture
def client() -> Iterator[RawClient]:
    with RawClient() as client:
        yield client


def test_exit_after_shutdown_gives_0(client: RawClient) -> None:
    client.initialize()
    assert client.request("shutdown") == {"jsonrpc": "2.0", "id": 2, "result": None}
    client.notify("exit")
    assert client.wait() == 0
    assert client.log() == ""


def test_exit_without_shutdown_gives_1(client: RawClient) -> None:
    client.initialize()
    client.notify("exit")
    assert client.wait() == 1


def test_exit_before_initialize_gives_1(client: RawClient) -> None:
    client.notify("exit")
    assert client.wait() == 1


def test_end_of_input_ends_the_server(client: RawClient) -> None:
    client.initialize()
    client.input.close()
    assert client.wait() == 1


def test_end_of_input_within_a_message_ends_the_server(client: RawClient) -> None:
    client.write(b"Content-Length: 1000\r\n\r\n{")
    client.input.close()
    assert client.wait() == 1


def test_the_editors_death_ends_the_server(client: RawClient) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as editor:
        client.initialize(processId=editor.pid)
        editor.kill()
    assert client.wait() == 1


def test_an_editor_on_another_machine_is_not_missed(client: RawClient) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    client.initialize(processId=gone.pid)
    assert client.request("shutdown")["result"] is None


def test_requests_before_initialize_are_refused(client: RawClient) -> None:
    client.notify("textDocument/didOpen", {"textDocument": {}})
    refusal = client.request("textDocument/hover", {"position": {}})
    assert refusal["error"] == {"code": -32002, "message": "the server is not initialized"}
    assert client.initialize()["serverInfo"]["name"] == "sadpath"


def test_requests_after_shutdown_are_refused(client: RawClient) -> None:
    client.initialize()
    client.request("shutdown")
    assert client.request("textDocument/hover", {})["error"]["code"] == -32600
    assert client.request("shutdown")["error"]["code"] == -32600
    client.notify("exit")
    assert client.wait() == 0


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
def test_what_is_no_json_is_answered_and_logged(client: RawClient, body: bytes) -> None:
    client.initialize()
    client.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    answer = client.read()
    assert answer == {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse Error"}}
    client.notify("exit")
    client.wait()
    assert "not JSON" in client.log()


@pytest.mark.parametrize("message", [[], 1, "text", {"id": {}, "method": "shutdown"}, {"id": [], "result": 1}])
def test_what_is_no_request_is_refused(client: RawClient, message: object) -> None:
    client.send(message)
    assert client.read()["error"]["code"] == -32600


def test_params_of_a_wrong_form_are_refused_without_paths_or_tracebacks(client: RawClient) -> None:
    client.initialize()
    for params in (None, {}, {"textDocument": {"uri": "file:///a.py"}, "position": {"line": "one"}}, [1], 3):
        error = client.request("textDocument/hover", params)["error"]
        assert error["code"] == -32602
        assert error.keys() == {"code", "message"}
        assert "site-packages" not in error["message"]


def test_a_notification_of_a_wrong_form_is_logged_without_its_text(client: RawClient) -> None:
    client.initialize()
    item = {"uri": "file:///a.py", "languageId": "python", "version": "one", "text": "password = 1"}
    client.notify("textDocument/didOpen", {"textDocument": item})
    client.request("shutdown")
    client.notify("exit")
    client.wait()
    log = client.log()
    assert "textDocument/didOpen" in log
    assert "password" not in log


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
    capabilities = {
        "general": {"positionEncodings": ["utf-7", "utf-32"]},
        "workspace": {"workspaceEdit": {"resourceOperations": ["create", "teleport"]}, "novel": {"x": 1}},
        "textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1, 9]}}},
    }
    assert client.initialize(capabilities)["capabilities"]["positionEncoding"] == "utf-32"
