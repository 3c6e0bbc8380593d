"""An editor, as far as it matters for the time from a change to its diagnostics."""

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec
import psutil

Json = Any

PATIENCE = 300.0
"""Seconds after which a server that does not answer has failed."""
_RETRY = {-32801, -32802}  # ContentModified, ServerCancelled
_CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "dataSupport": True},
        "diagnostic": {"relatedDocumentSupport": False},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


@dataclass(frozen=True)
class Change:
    """What is between two places, each a line and a column in UTF-16 units from 0, becomes another text."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str
    is_timed: bool = True


@dataclass(eq=False)
class Document:
    """An open document, with the diagnostics that the client has of it."""

    uri: str
    version: int = 0
    result: str | None = None
    items: list[Json] = field(default_factory=list[Json])


class ServerEnded(Exception):
    """The server ended, or went silent, while it was asked for something."""


class Client:
    """A client of a new server process. Diagnostics are asked for where the server answers that, else awaited."""

    def __init__(self, command: Iterable[str], root: Path, settings: Mapping[str, object]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([*command], cwd=root, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert self._process.stdin and self._process.stdout
        self._to = self._process.stdin
        self._settings = settings
        self._last = 0
        self._messages: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(self._process.stdout, self._messages), daemon=True).start()
        self._pulls = self._initialize(root)

    def open(self, path: Path) -> Document:
        """Open a file and wait for its diagnostics."""
        document = Document(path.as_uri())
        text = path.read_text(encoding="utf-8")
        item = {"uri": document.uri, "languageId": "python", "version": 0, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})
        self._refresh([document])
        return document

    def edit(self, change: Change, document: Document, *others: Document) -> float:
        """Change a document; gives the milliseconds until the diagnostics of it, and of other documents, are here."""
        document.version += 1
        event = {"range": {"start": _position(change.start), "end": _position(change.end)}, "text": change.text}
        identity = {"uri": document.uri, "version": document.version}
        begin = time.perf_counter()
        self._notify("textDocument/didChange", {"textDocument": identity, "contentChanges": [event]})
        return (self._refresh([document, *others]) - begin) * 1e3

    def processes(self) -> list[psutil.Process]:
        """The server and all that it has started."""
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]

    def close(self) -> None:
        """End the server."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def _initialize(self, root: Path) -> bool:
        """Whether the server gives diagnostics when it is asked."""
        opening = {
            "processId": None,
            "rootUri": root.as_uri(),
            "workspaceFolders": [{"uri": root.as_uri(), "name": root.name}],
            "capabilities": _CAPABILITIES,
            "initializationOptions": dict(self._settings),
        }
        self._ask("initialize", opening)
        _, answer = self._until(lambda message: message.get("id") == self._last and "result" in message)
        self._notify("initialized", {})
        return bool(answer["result"]["capabilities"].get("diagnosticProvider"))

    def _refresh(self, documents: list[Document]) -> float:
        """When the diagnostics of the present versions were here."""
        if not self._pulls:
            return max(self._published(document) for document in documents)
        asked = {self._ask_for(document): document for document in documents}
        arrived = 0.0
        while asked:
            arrived, message = self._until(lambda message: message.get("id") in asked and "method" not in message)
            document = asked.pop(message["id"])
            if message.get("error", {}).get("code") in _RETRY:
                asked[self._ask_for(document)] = document
                continue
            report = message["result"]
            document.result = report.get("resultId")
            document.items = document.items if report["kind"] == "unchanged" else report["items"]
        return arrived

    def _ask_for(self, document: Document) -> int:
        previous = {"previousResultId": document.result} if document.result else {}
        return self._ask("textDocument/diagnostic", {"textDocument": {"uri": document.uri}, **previous})

    def _published(self, document: Document) -> float:
        def is_it(message: Json) -> bool:
            if message.get("method") != "textDocument/publishDiagnostics" or message["params"]["uri"] != document.uri:
                return False
            return message["params"].get("version") in (None, document.version)

        arrived, message = self._until(is_it)
        document.items = message["params"]["diagnostics"]
        return arrived

    def _until(self, is_it: Callable[[Json], bool]) -> tuple[float, Json]:
        """The next such message and when it was here, in seconds; requests of the server are answered meanwhile."""
        while True:
            try:
                arrived, body = self._messages.get(timeout=PATIENCE)
            except queue.Empty:
                raise ServerEnded(f"{self._process.args} did not answer") from None
            if not body:
                raise ServerEnded(f"{self._process.args} ended")
            message: Json = msgspec.json.decode(body)
            if "id" in message and "method" in message:
                self._send({"id": message["id"], "result": self._answer(message)})
            elif is_it(message):
                return arrived, message

    def _answer(self, message: Json) -> Json:
        if message["method"] == "workspace/configuration":
            return [self._settings.get(item.get("section") or "") for item in message["params"]["items"]]
        return None

    def _ask(self, method: str, params: Json) -> int:
        self._last += 1
        self._send({"id": self._last, "method": method, "params": params})
        return self._last

    def _notify(self, method: str, params: Json) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Json) -> None:
        body = msgspec.json.encode({"jsonrpc": "2.0", **message})
        self._to.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._to.flush()


def _position(place: tuple[int, int]) -> Json:
    return {"line": place[0], "character": place[1]}


def _read(source: IO[bytes], messages: "queue.SimpleQueue[tuple[float, bytes]]") -> None:
    """Put each message of a server, and when it was here, into a queue; an empty one at the end."""
    while True:
        length = 0
        while (line := source.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        body = source.read(length) if length else b""
        messages.put((time.perf_counter(), body))
        if not body:
            return
