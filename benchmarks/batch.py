"""Commands: how fast they start, and how long checks of whole projects take."""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from corpora import Corpora, Project
from processes import seconds
from results import Row, Series
from tools import BASEDPYRIGHT, FIXIT, FLAKE8, RUFF, SADPATH, Tool, command

SLOW = (BASEDPYRIGHT, FIXIT, FLAKE8)
"""Tools that check the smaller project only."""
LONG = 40.0
"""Seconds of cold checks of a project, after which a tool has no more rounds."""
COLD, SAME, CHANGED = "cold", "again, nothing changed", "again, one file changed"
Measured = dict[tuple[str, str], Series]
"""Seconds, by work and tool."""


def start(corpora: Corpora, tools: Sequence[Tool]) -> Iterator[Row]:
    """Commands that check nothing."""
    commands = {
        ("`--version`", SADPATH): ["sadpath", "--version"],
        ("`explain` a rule", SADPATH): ["sadpath", "explain", "missing-timeout"],
        ("`--version`", RUFF): ["ruff", "--version"],
    }
    measured: Measured = {}
    for _ in range(2 if corpora.is_small else 20):
        for (work, tool), words in commands.items():
            if tool in tools:
                _add(measured, work, tool.name, 1e3 * seconds(command(words), corpora.work))
        _add(measured, "`--version`", "python", 1e3 * seconds([sys.executable, "-c", ""], corpora.work))
    for work in ("`--version`", "`explain` a rule"):
        yield Row(f"start: {work}", "ms", ("median",), _by_tool(measured, work))


def check(corpora: Corpora, tools: Sequence[Tool]) -> Iterator[Row]:
    """Checks of whole projects: without anything kept, then again for the tools that keep something."""
    large, other = corpora.batch
    rows = _project(corpora, large, corpora.changed[0], [tool for tool in tools if tool not in SLOW])
    yield rows[COLD].wanted("under half of the faster of ty and pyrefly", 0.5, ("ty", "pyrefly"))
    yield rows[SAME].wanted("under a third of ruff's cold run", 1 / 3, ("ruff",), rows[COLD])
    yield rows[CHANGED]
    rows = _project(corpora, other, corpora.changed[1], tools)
    yield rows[COLD].wanted("under ty", 1, ("ty",))
    yield rows[SAME]
    yield rows[CHANGED]


def _project(corpora: Corpora, project: Project, changed: str, tools: Sequence[Tool]) -> Mapping[str, Row]:
    """The checks of a project: tools take turns, so that whatever else the machine does falls on all of them."""
    measured: Measured = {}
    for _ in range(1 if corpora.is_small else 3):
        for tool in tools:
            if sum(measured.get((COLD, tool.name), ())) > LONG:
                continue
            for work, took in _round(tool, project, corpora.work / "caches" / tool.name, project.root / changed):
                _add(measured, work, tool.name, took)
    title = f"check {project.name}, {project.lines:,} lines"
    return {work: Row(f"{title}: {work}", "s", ("median",), _by_tool(measured, work)) for work in (COLD, SAME, CHANGED)}


def _round(tool: Tool, project: Project, cache: Path, changed: Path) -> Iterator[tuple[str, float]]:
    shutil.rmtree(cache, ignore_errors=True)
    words = tool.check_command(cache)
    yield COLD, seconds(words, project.root)
    if tool.keeps:
        yield SAME, seconds(words, project.root)
        before = changed.read_bytes()
        try:
            changed.write_bytes(before + b"\n\ndef added() -> None:\n    print()\n")
            yield CHANGED, seconds(words, project.root)
        finally:
            changed.write_bytes(before)


def _add(measured: Measured, work: str, tool: str, value: float) -> None:
    measured[work, tool] = (*measured.get((work, tool), ()), value)


def _by_tool(measured: Measured, work: str) -> Mapping[str, Series]:
    return {tool: series for (of, tool), series in measured.items() if of == work}
