"""A check of many files holds no more than a check of a few."""

import gc
from pathlib import Path

import pytest

from sadpath.analysis.finding import FileReport
from sadpath.analysis.meaning.file_index import FileIndex
from sadpath.analysis.meaning.queries import Queries
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.configuration import default_settings
from sadpath.workspace.kept import Checked
from sadpath.workspace.packs import load_rules
from sadpath.workspace.recorder import Recorder
from sadpath.workspace.session import Session

SHARED = "async def send(): ...\n\ndef plain(): ...\n"
FILE = """\
from shared import plain, send
from file_{before} import Client{before} as Other

class Client{number}:
    async def close_{number}(self): ...
    def open(self):
        self.close_{number}()
        Other().close_{before}()

async def use():
    send()
    plain()
"""


def _files(root: Path, count: int) -> list[str]:
    (root / "shared.py").write_text(SHARED)
    for number in range(count):
        (root / f"file_{number}.py").write_text(FILE.format(number=number, before=max(0, number - 1)))
    return [(root / f"file_{number}.py").as_posix() for number in range(count)]


def _told(checked: Checked) -> tuple[FileReport, list[int]]:
    return checked.report, sorted(checked.made.marks or ())


def _held() -> tuple[int, int]:
    """The number of files that are held cut into units, and of answers."""
    objects = gc.get_objects()
    files = sum(isinstance(one, FileIndex) for one in objects)
    return files, sum(one.remembered for one in objects if isinstance(one, Queries))


def test_what_old_files_asked_for_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _files(tmp_path, 60)
    settings = default_settings(tmp_path)
    fresh = [_told(Recorder(tmp_path, settings).check(path)) for path in paths]
    assert all(len(report.findings) == 3 for report, _ in fresh)
    gc.collect()
    monkeypatch.setattr("sadpath.workspace.session._LAST", 3)
    monkeypatch.setattr("sadpath.workspace.session._NEW_ANSWERS", 100)
    recorder = Recorder(tmp_path, settings)
    held: list[tuple[int, int]] = []
    for number, (path, expected) in enumerate(zip(paths, fresh, strict=True)):
        assert _told(recorder.check(path)) == expected
        if number % 5 == 4:  # to look takes long
            held.append(_held())
    assert max(files for files, _ in held[6:]) <= max(files for files, _ in held[:6]) + 10
    assert max(answers for _, answers in held[6:]) <= max(answers for _, answers in held[:6]) + 100


def test_what_was_typed_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = _files(tmp_path, 3)
    monkeypatch.setattr("sadpath.workspace.session._LAST", 1)
    monkeypatch.setattr("sadpath.workspace.session._NEW_ANSWERS", 50)
    session = Session(tmp_path, default_settings(tmp_path), load_rules(), whole=True, patient=True)
    texts = {path: split_lines(Path(path).read_text()) for path in paths}
    for path, lines in texts.items():
        session.open(path, "".join(lines))
        session.check(path)
    held: list[int] = []
    lines = texts[paths[2]]
    row = lines.index("    send()\n")
    for number in range(60):
        lines = [*lines[:row], f"    typed_{number}()\n", *lines[row + 1 :]]
        session.edit(paths[2], lines, row, 1, 1)
        assert len(session.check(paths[2]).findings) == 2
        if number % 5 == 4:
            held.append(_held()[1])
    assert max(held[6:]) <= max(held[:6]) + 50
    assert all(len(session.check(path).findings) == 3 for path in paths[:2])
