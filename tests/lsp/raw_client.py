"""A client that sends exactly what a test says, right or wrong: to a server process, or to a server in this process."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sadpath.lsp.analyst import Analyst
from sadpath.lsp.server import Server
from sadpath.lsp.session import MakeSession
from sadpath.lsp.transport import serve

Json = Any

FILE = "file:///project/file.py"
PULL: Json = {"diagnostic": {}}
ACTIONS: Json = {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}}

SERVER = (sys.executable, "-m", "sadpath", "server")


class RawClient:
    """Talks to a server message by message."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes]) -> None:
        self.to_server, self.from_server = to_server, from_server
        self._number = 0
        self.logged: list[Json] = []

    def write(self, data: bytes) -> None:
        self.to_server.write(data)
        self.to_server.flush()

    def send(self, message: Json) -> None:
        body = json.dumps(message).encode()
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Json = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Json = None) -> int:
        """Send a request; gives its id."""
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def read(self) -> Json:
        """The next message of the server but log entries, which go to `logged`; None at the end."""
        while (message := self._read()) and message.get("method") == "window/logMessage":
            self.logged.append(message["params"])
        return message

    def _read(self) -> Json:
        length = 0
        while (line := self.from_server.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        return json.loads(self.from_server.read(length)) if length else None

    def answer(self, identity: int) -> Json:
        """The answer to a request, which must be the next message."""
        message = self.read()
        assert message.get("id") == identity, message
        return message

    def request(self, method: str, params: Json = None) -> Json:
        """Send a request and wait for its answer."""
        return self.answer(self.ask(method, params))

    def initialize(self, text_document: Json = None, capabilities: Json = None, **params: Json) -> Json:
        """Open the session as a client with these capabilities for documents, and others; gives the server's."""
        announced = {"textDocument": text_document or {}, **(capabilities or {})}
        opening = {"processId": None, "rootUri": None, "capabilities": announced, **params}
        answer = self.request("initialize", opening)
        self.notify("initialized", {})
        return answer["result"]["capabilities"]

    def open(self, text: str, uri: str = FILE, language: str = "python") -> None:
        """Open a document, as version 1."""
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, version: int, *changes: Json, uri: str = FILE) -> None:
        """Change a document: each change is a text, for everything, or a text with the four numbers of its range."""
        events = [
            {"text": one} if isinstance(one, str) else {"text": one[0], "range": span(*one[1:])} for one in changes
        ]
        identity = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": identity, "contentChanges": events})

    def close(self, uri: str = FILE) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def about(self, method: str, uri: str = FILE, **params: Json) -> Json:
        """The result of a request on a document."""
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, **params})["result"]

    def asked(self, method: str, result: Json = None) -> Json:
        """The parameters of the next message, which must be a request of the server; answers it."""
        message = self.read()
        assert message.get("method") == method, message
        self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        return message.get("params")

    def published(self) -> Json:
        """The parameters of the next message, which must be pushed diagnostics."""
        message = self.read()
        assert message["method"] == "textDocument/publishDiagnostics", message
        return message.get("params")


class ProcessClient(RawClient):
    """Talks to a server process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin and process.stdout and process.stderr
        super().__init__(process.stdin, process.stdout)
        self._process, self._log = process, process.stderr
        self.pid = process.pid

    def wait(self) -> int:
        """The exit code, once the server has ended."""
        return self._process.wait(60)

    def log_line(self) -> str:
        """The next line of the server's log, as soon as it is written."""
        return self._log.readline().decode().strip()

    def log(self) -> str:
        """What the server wrote to its log, once it has ended."""
        return self._log.read().decode()


def span(line: int, character: int, end_line: int, end_character: int) -> Json:
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }


@contextmanager
def server_process(command: Sequence[str] = SERVER, directory: Path | None = None) -> Iterator[ProcessClient]:
    """A client of a new server process, which is killed at the end."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=directory) as process:
        yield ProcessClient(process)
        process.kill()


@contextmanager
def server_thread(make_session: MakeSession = Analyst) -> Iterator[RawClient]:
    """A client of a new server in this process."""
    source, to_server = os.pipe()
    from_server, target = os.pipe()
    server = Server(make_session)
    thread = threading.Thread(target=lambda: asyncio.run(serve(server.wire, source, target)))
    thread.start()
    with os.fdopen(from_server, "rb") as output, os.fdopen(to_server, "wb") as to:
        yield RawClient(to, output)
    thread.join()
    server.end()
    os.close(source)
    os.close(target)
