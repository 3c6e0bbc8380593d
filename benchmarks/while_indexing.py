"""How long an editor waits while the whole workspace is checked in the background.

    python benchmarks/while_indexing.py [LINES] [SOURCE]

Copies SOURCE (by default the standard library of this Python) until there are LINES (by default 1,000,000) of it, opens
one file, and hovers, asks for code actions and types in it while the workspace is being checked, for three minutes at
most. Prints the median, the 95th percentile and the maximum of each, in milliseconds.
"""

import json
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = Any

LONGEST = 180.0  # seconds

CODE = """\
import requests


def load(url):
    try:
        return requests.get(url)
    except:
        return None
"""


class Client:
    """Talks to a server; what is no answer is looked at in passing."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "sadpath", "server"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._number = 0
        self.is_checking = True
        announced: Json = {
            "textDocument": {
                "diagnostic": {},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
            },
            "window": {"workDoneProgress": True},
        }
        options = {"diagnosticMode": "workspace"}
        folders = [{"uri": root.as_uri(), "name": "workspace"}]
        self.request(
            "initialize",
            {
                "processId": None,
                "capabilities": announced,
                "workspaceFolders": folders,
                "initializationOptions": options,
            },
        )
        self.send("initialized", {})

    def send(self, method: str, params: Json, **more: Json) -> None:
        """Send a notification, or with an `id` a request."""
        self._write({"method": method, "params": params, **more})

    def ask(self, method: str, params: Json) -> int:
        """Send a request; gives its id."""
        self._number += 1
        self.send(method, params, id=self._number)
        return self._number

    def request(self, method: str, params: Json) -> Json:
        """The result of a request. What comes before it is taken note of."""
        identity = self.ask(method, params)
        while (message := self._read()).get("id") != identity or "method" in message:
            if message.get("method") == "window/workDoneProgress/create":
                self._write({"id": message["id"], "result": None})
            elif message.get("method") == "$/progress" and message["params"]["value"].get("kind") == "end":
                self.is_checking = False
        assert "error" not in message, message
        return message["result"]

    def end(self) -> None:
        """End the server."""
        self.request("shutdown", None)
        self.send("exit", None)
        self._process.wait()

    def _write(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> Json:
        assert self._process.stdout
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else length
        return json.loads(self._process.stdout.read(length))


def fill(root: Path, source: Path, lines: int) -> int:
    """Copy files into packages of their own until there are so many lines; gives how many there are."""
    total = 0
    for copy in range(1000):
        for path in sorted(source.rglob("*.py")):
            if "site-packages" in path.parts or "test" in path.parts:
                continue
            if total >= lines:
                return total
            target = root / f"copy_{copy}" / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            total += path.read_bytes().count(b"\n")
    return total


def measure(client: Client, uri: str) -> Iterator[tuple[str, float]]:
    """The seconds that each request takes, until all files are checked."""
    document = {"uri": uri}
    client.send(
        "textDocument/didOpen", {"textDocument": {**document, "languageId": "python", "version": 1, "text": CODE}}
    )
    client.request("textDocument/diagnostic", {"textDocument": document})
    client.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "all"})
    place = {"line": 6, "character": 5}
    version, end = 1, time.perf_counter() + LONGEST
    while client.is_checking and time.perf_counter() < end:
        version += 1
        start = time.perf_counter()
        client.request("textDocument/hover", {"textDocument": document, "position": place})
        yield "hover", time.perf_counter() - start
        start = time.perf_counter()
        where = {"start": place, "end": place}
        client.request(
            "textDocument/codeAction", {"textDocument": document, "range": where, "context": {"diagnostics": []}}
        )
        yield "code action", time.perf_counter() - start
        start = time.perf_counter()
        edit = {"range": {"start": {"line": 3, "character": 8}, "end": {"line": 3, "character": 8}}, "text": "x"}
        identity = {**document, "version": version}
        client.send("textDocument/didChange", {"textDocument": identity, "contentChanges": [edit]})
        assert len(client.request("textDocument/diagnostic", {"textDocument": document})["items"]) == 2
        yield "diagnostics after an edit", time.perf_counter() - start
        time.sleep(0.05)


def main(lines: int = 1_000_000, source: str = sysconfig.get_paths()["stdlib"]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        (root / "edited.py").write_text(CODE)
        print(f"{fill(root, Path(source), lines):,} lines")
        start = time.perf_counter()
        client = Client(root)
        times: dict[str, list[float]] = {}
        for what, seconds in measure(client, (root / "edited.py").as_uri()):
            times.setdefault(what, []).append(1000 * seconds)
        client.end()
        print(f"measured for {time.perf_counter() - start:.0f} s")
    for what, all_ in times.items():
        p95 = statistics.quantiles(all_, n=20)[-1]
        print(f"{what:26} median {statistics.median(all_):6.1f}  p95 {p95:6.1f}  max {max(all_):6.1f}  of {len(all_)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000, *sys.argv[2:3])
