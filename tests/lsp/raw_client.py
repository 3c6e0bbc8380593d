"""A client that sends exactly what a test says, right or wrong, to a server process."""

import json
import subprocess
import sys
from types import TracebackType
from typing import IO, Any

Json = Any

SERVER = (sys.executable, "-c", "import sys; from sadpath.lsp.server import run; sys.exit(run())")


class RawClient:
    """Talks to a server process message by message; ends it with the `with` block."""

    def __init__(self, command: tuple[str, ...] = SERVER) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._number = 0

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self.process:
            self.process.kill()

    def write(self, data: bytes) -> None:
        self.input.write(data)
        self.input.flush()

    @property
    def input(self) -> IO[bytes]:
        assert self.process.stdin
        return self.process.stdin

    def send(self, message: Json, header: str = "Content-Length") -> None:
        body = json.dumps(message).encode()
        self.write(f"{header}: {len(body)}\r\n\r\n".encode() + body)

    def notify(self, method: str, params: Json = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Json = None) -> int:
        """Send a request; gives its id."""
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self._number

    def read(self) -> Json:
        """The next message of the server."""
        assert self.process.stdout
        length = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        assert length, "the server closed its output"
        return json.loads(self.process.stdout.read(length))

    def answer(self, identity: int) -> Json:
        """The answer to a request; what comes before it is passed over."""
        while (message := self.read()).get("id") != identity:
            pass
        return message

    def request(self, method: str, params: Json = None) -> Json:
        """Send a request and wait for its answer."""
        return self.answer(self.ask(method, params))

    def initialize(self, capabilities: Json = None, **params: Json) -> Json:
        """Open the session."""
        opening = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **params}
        answer = self.request("initialize", opening)
        self.notify("initialized", {})
        return answer["result"]

    def wait(self) -> int:
        """The exit code, once the server has ended; the input stays open."""
        return self.process.wait(10)

    def log(self) -> str:
        """What the server wrote to its log, once it has ended."""
        assert self.process.stderr
        return self.process.stderr.read().decode()
