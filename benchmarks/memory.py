"""How much memory a check of a large project takes, and a long session in an editor, in all processes together."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import cycle, islice
from math import inf
from pathlib import Path

from changes import inside, statements
from client import Client
from corpora import Corpora, Project
from processes import peak, together
from results import OURS, Row, Series
from tools import PYREFLY, RUFF, SADPATH, TY, Tool, command

OPEN_FILES = 20
SAMPLED = 100
"""Edits between two looks at a server's memory."""
PEERS_SECONDS = 10.0
"""How long peers are edited, whose memory is for comparison."""


def memory(corpora: Corpora, tools: Sequence[Tool]) -> Iterator[Row]:
    """The peak of a check, and what a session takes at its start, at most and at its end."""
    project = corpora.largest
    cache = corpora.work / "caches" / "memory"
    shutil.rmtree(cache, ignore_errors=True)
    chosen = [tool for tool in tools if tool in (SADPATH, RUFF, TY, PYREFLY)]
    checked = {tool.name: (peak(tool.check_command(cache / tool.name), project.root),) for tool in chosen}
    yield Row(f"check {project.name}, {project.lines:,} lines: memory", "MB", ("max",), checked).limited("500 MB", 500)
    edits = 200 if corpora.is_small else 10_000
    files = _some_files(project)
    sessions = {tool.name: _session(tool, project, files, edits) for tool in chosen}
    title = f"session in {project.name}: {len(files)} open files, {edits:,} edits (peers: {PEERS_SECONDS:.0f} s)"
    row = Row(f"{title}: memory", "MB", ("max", "start", "end"), sessions)
    yield row.limited("400 MB", 400)
    if OURS in sessions:
        warm, *later = sessions[OURS][1 + len(sessions[OURS]) // 10 :]
        growth = {OURS: (max(later, default=warm) - warm,)}
        yield Row(f"{title}: growth after the first tenth", "MB", ("max",), growth).limited("flat: 5 % of 400 MB", 20)


def _session(tool: Tool, project: Project, files: Sequence[Path], edits: int) -> Series:
    """The memory of a server (in MB): with all files open, then after every hundredth edit. Files take turns."""
    end = inf if tool is SADPATH else time.monotonic() + PEERS_SECONDS
    with closing(Client(command(tool.server), project.root, tool.settings)) as client:
        lanes = [(client.open(file), statements(lines := _lines(file), inside(lines, 0))) for file in files]
        seen = [together(client.processes())]
        for number, (document, changes) in enumerate(islice(cycle(lanes), edits), 1):
            client.edit(next(changes), document)
            if number % SAMPLED == 0:
                seen.append(together(client.processes()))
            if time.monotonic() > end:
                break
        return (*seen, together(client.processes()))


def _some_files(project: Project) -> list[Path]:
    """Files of usual sizes, from all over the project."""
    usual = [file for file in project.files if 200 <= len(_lines(file)) <= 3000] or project.files
    return usual[:: max(1, len(usual) // OPEN_FILES)][:OPEN_FILES]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n")
