"""An hour of work at full speed: after it the server says of each document what a fresh check of its text would say."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raw_client import ProcessClient, server_process
from repository import Repository

from sadpath.analysis.finding import Finding
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.statements import Statements
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.configuration import default_settings
from sadpath.workspace.packs import load_rules
from sadpath.workspace.session import Session

Json = Any

FILES = 50
CREATED, CHANGED, DELETED = 1, 2, 3
STEPS = 7200
AN_HOUR = 12_000
"""Changes of documents: 200 keys a minute without a pause, as every key that is typed is a change of its own."""
WARM = STEPS // 3
"""After so many steps, what the server needs to remember of the project is there."""
GROWTH = 1.25
"""How much more memory it may have at the end than when it was warm: allocators keep what they once had."""
UNITS = (
    "async def save{n}(x):\n    return x\n",
    "def save{n}(x):\n    return x\n",
    "async def call{n}():\n    m{other}.save{n}(1)\n",
    "def load{n}(url):\n    return requests.get(url)\n",
    "def quiet{n}():\n    try:\n        m{other}.save{n}(2)\n    except:\n        return None\n",
    "def patient{n}(url):\n    while True:\n        try:\n            return requests.get(url, timeout=5)\n"
    "        except requests.RequestException:\n            time.sleep(1)\n",
    "class Client{n}:\n    async def send(self):\n        self.send()\n\n    def text(self):\n        return '😀'\n",
    "VALUE{n} = {{'a': [1, 2, {{3}}]}}  # sadpath: accept[bare-except] nothing is here\n",
    "'''\nasync def no{n}(): ...\n'''\n",
)
TYPED = (
    "x",
    "\n",
    "    ",
    "(",
    ")",
    "'",
    '"""',
    "#",
    ":\n",
    "await ",
    "async ",
    "try:\n",
    "except:\n",
    "\\\n",
    "😀",
    "\f",
)


class Author:
    """Opens, edits, saves, renames and closes the files of a project, and switches branches under the editor."""

    def __init__(self, client: ProcessClient, repository: Repository, seed: int) -> None:
        self.client, self.repository = client, repository
        self._random = random.Random(seed)
        self._open: dict[str, list[str]] = {}
        self._version = 1
        self.changes = 0

    def begin(self) -> None:
        for number in range(FILES):
            self.repository.write(f"m{number}.py", self._module())
        self.repository.commit()
        self.repository.git("checkout", "-q", "-b", "other")
        for number in range(0, FILES, 7):
            self.repository.write(f"m{number}.py", self._module())
        self.repository.commit()
        folders = [{"uri": self.repository.root.as_uri(), "name": "project"}]
        general = {"general": {"positionEncodings": ["utf-32"]}}
        self.client.initialize({"diagnostic": {}}, general, workspaceFolders=folders)

    def step(self) -> None:
        """One thing that an author does."""
        steps = (self._edit, self._burst, self._undo, self._open_one, self._close_one, self._save, self._rename)
        weights = (60, 8, 10, 12, 6, 6, 2)
        (step,) = self._random.choices(steps, weights) if self._open else (self._open_one,)
        step()
        if self._random.random() < 0.3:
            self.diagnostics(self._random.choice(list(self._open or [self._name()])))
        if self._random.random() < 0.005:
            self._switch()

    def texts(self) -> dict[str, str]:
        """The texts of the documents that are open, by name."""
        return {name: texts[-1] for name, texts in self._open.items()}

    def diagnostics(self, name: str) -> set[tuple[object, ...]]:
        items = self.client.about("diagnostic", self._uri(name))["items"]
        return {(item["code"], item["message"], *_place(item["range"])) for item in items}

    def rest(self) -> None:
        """Wait until the server has nothing to do."""
        about = {"command": "sadpath.debugInformation"}
        while "at rest: True" not in self.client.request("workspace/executeCommand", about)["result"]:
            pass

    def _module(self) -> str:
        pick = self._random
        units = [pick.choice(UNITS).format(n=pick.randrange(4), other=pick.randrange(FILES)) for _ in range(12)]
        imports = "".join(f"import m{number}\n" for number in range(FILES))
        return f"import time\n\nimport requests\n\n{imports}\n\n" + "\n\n".join(units)

    def _name(self) -> str:
        return f"m{self._random.randrange(FILES)}.py"

    def _uri(self, name: str) -> str:
        return (self.repository.root / name).as_uri()

    def _open_one(self) -> None:
        name = self._name()
        path = self.repository.root / name
        if name not in self._open and path.exists():
            text = path.read_text(encoding="utf-8")
            self._open[name] = [text]
            self.client.open(text, self._uri(name))

    def _close_one(self) -> None:
        name = self._random.choice(list(self._open))
        del self._open[name]
        self.client.close(self._uri(name))

    def _save(self) -> None:
        name = self._random.choice(list(self._open))
        self.repository.write(name, self._open[name][-1])
        self._changed(name)

    def _rename(self) -> None:
        """A file, be it open or not, gets another name and, after a look at what that does to others, its own again."""
        name = self._name()
        if (self.repository.root / name).exists():
            aside = f"moved_{name}"
            self._move(name, aside)
            self.diagnostics(self._random.choice(list(self._open)))
            self._move(aside, name)

    def _move(self, old: str, new: str) -> None:
        """As VS Code does it: the document is closed and opened, the renaming is told, and the watcher tells it too."""
        root, texts = self.repository.root, self._open.pop(old, None)
        (root / old).rename(root / new)
        if texts is not None:
            self.client.close(self._uri(old))
            self._open[new] = texts
            self.client.open(texts[-1], self._uri(new))
        files = [{"oldUri": self._uri(old), "newUri": self._uri(new)}]
        self.client.notify("workspace/didRenameFiles", {"files": files})
        self._happened({old: DELETED, new: CREATED})

    def _switch(self) -> None:
        """Files change on the disk, those that are open as well, of which the editor keeps its own text."""
        self.repository.git("checkout", "-q", "-f", self._random.choice(("main", "other")))
        self._changed(*(f"m{number}.py" for number in range(FILES)))

    def _changed(self, *names: str) -> None:
        self._happened(dict.fromkeys(names, CHANGED))

    def _happened(self, kinds: dict[str, int]) -> None:
        changes = [{"uri": self._uri(name), "type": kind} for name, kind in kinds.items()]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def _edit(self) -> None:
        name = self._random.choice(list(self._open))
        text = self._open[name][-1]
        start = self._random.randrange(len(text) + 1)
        end = min(len(text), start + self._random.choice((0, 0, 0, 1, 5, 60)))
        new = self._random.choice((*TYPED, self._random.choice(UNITS).format(n=1, other=2)))
        self._send(name, start, end, new)

    def _burst(self) -> None:
        name = self._random.choice(list(self._open))
        start = self._random.randrange(len(self._open[name][-1]) + 1)
        for offset, letter in enumerate("await m3.save1(2)\n"):
            self._send(name, start + offset, start + offset, letter)

    def _undo(self) -> None:
        name = self._random.choice(list(self._open))
        texts = self._open[name]
        for _ in range(min(self._random.randrange(1, 20), len(texts) - 1)):
            texts.pop()
        self._version += 1
        self.changes += 1
        self.client.change(self._version, texts[-1], uri=self._uri(name))

    def _send(self, name: str, start: int, end: int, new: str) -> None:
        texts = self._open[name]
        text = texts[-1]
        self._version += 1
        self.changes += 1
        self.client.change(self._version, (new, *_at(text, start), *_at(text, end)), uri=self._uri(name))
        texts.append(text[:start] + new + text[end:])
        del texts[:-30]


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    with server_process() as client:
        author = Author(client, Repository(tmp_path / "project"), seed=5)
        author.begin()
        yield author


@pytest.mark.slow
def test_after_an_hour_of_work(author: Author) -> None:
    for _ in range(WARM):
        author.step()
    warm = _memory(author.client.pid)
    for _ in range(STEPS - WARM):
        author.step()
    assert author.changes > AN_HOUR
    author.rest()
    fresh = _fresh(author)
    assert any(found for found, _ in fresh.values())
    for name, (expected, broken) in fresh.items():
        found = author.diagnostics(name)
        assert expected <= found
        unit_of = Statements(outline(split_lines(author.texts()[name]))).segment
        kept = {unit_of(int(str(row))) for _, _, row, *_ in found - expected}
        assert kept <= {unit_of(row) for row in broken}, "only code that does not parse keeps the hints it had"
    processes = _processes(author.client.pid)
    assert _memory(author.client.pid) < warm * GROWTH
    author.client.request("shutdown")
    author.client.notify("exit")
    assert author.client.wait() == 0
    assert author.client.log() == ""
    assert not any(_is_running(process) for process in processes)


def _fresh(author: Author) -> dict[str, tuple[set[tuple[object, ...]], list[int]]]:
    """What a new session says of the same texts, and the rows of what does not parse."""
    root = author.repository.root
    session = Session(root, default_settings(root), load_rules(), whole=True)
    paths = {name: (root / name).as_posix() for name in author.texts()}
    for name, text in author.texts().items():
        session.open(paths[name], text)
    reports = on_large_stack(lambda: {name: session.check(path) for name, path in paths.items()})
    return {
        name: ({_described(found) for found in report.findings}, [skip.line or 0 for skip in report.skipped])
        for name, report in reports.items()
    }


def _described(finding: Finding) -> tuple[object, ...]:
    start, end = finding.range.start, finding.range.end
    return finding.rule, finding.message, start.line, start.column, end.line, end.column


def _place(place: Json) -> tuple[int, ...]:
    start, end = place["start"], place["end"]
    return start["line"], start["character"], end["line"], end["character"]


def _at(text: str, index: int) -> tuple[int, int]:
    above = text[:index].split("\n")
    return len(above) - 1, len(above[-1])


def _processes(pid: int) -> list[int]:
    """A process and all that it started, and those that these started."""
    found = [pid]
    for process in found:
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _memory(pid: int) -> int:
    """The resident memory of a process and all that it started, in kB."""
    return sum(_resident(process) for process in _processes(pid))


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
