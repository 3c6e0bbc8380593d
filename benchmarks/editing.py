"""From an edit to its diagnostics, as the editor sees it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from changes import between, comments, inside, pasted, toggled, typed
from client import Change, Client, Document
from corpora import Corpora, Project, grown, used
from processes import resume, settle, suspend
from results import OURS, Row
from tools import BASEDPYRIGHT, RUFF, SADPATH, TY, Tool, command

WARM = 1
"""How many edits of a document are not counted."""
PAUSE = 0.02
"""Seconds between an answer and the next edit."""
SHOWN = ("p50", "p95")
TYPED = '''\
async def refresh(addresses, session, attempts=3):
    """Load all addresses again."""
    results = {}
    for address in addresses:
        for _ in range(attempts):
            try:
                results[address] = await session.get(address)
                break
            except Exception:
                pass
    return results
'''

MakeChanges: TypeAlias = Callable[[list[str]], Iterator[Change]]


@dataclass(frozen=True)
class Pace:
    """How much is measured: servers take turns, each of so many edits, or of so many seconds if it is slow.

    One that is late once has less time for its other turns.
    """

    turns: int
    edits: int
    seconds: float
    rest: float = 10
    """Seconds that a server may take to come to rest before it is measured."""


@dataclass(eq=False)
class Lane:
    """A server with a document that is edited, and maybe others that are shown as well."""

    tool: Tool
    client: Client
    document: Document
    shown: list[Document]
    changes: Iterator[Change]
    left: float
    """Seconds that are left for all turns."""
    took: list[float] = field(default_factory=list[float])
    edited: int = 0

    def turn(self, pace: Pace) -> None:
        """Edit the document for a while."""
        begin = time.monotonic()
        end = begin + min(pace.seconds, self.left)
        target = len(self.took) + pace.edits
        while len(self.took) < target and time.monotonic() < end:
            self.edit()
            time.sleep(PAUSE)
        self.left -= time.monotonic() - begin

    def edit(self) -> None:
        """Edit the document once."""
        change = next(self.changes)
        took = self.client.edit(change, self.document, *self.shown)
        self.edited += 1
        if change.is_timed and self.edited > WARM:
            self.took.append(took)


def edits(corpora: Corpora, tools: Sequence[Tool]) -> Iterator[Row]:
    """Latencies of single edits, and of larger ones."""
    pace = Pace(1, 4, 10, rest=0) if corpora.is_small else Pace(5, 20, 3)
    yield from _single(corpora, [tool for tool in tools if tool.server], pace)
    yield from _large(corpora, [tool for tool in tools if tool in (SADPATH, RUFF)], pace)
    yield from _sizes(corpora, [tool for tool in tools if tool in (SADPATH, RUFF)], pace)
    yield from _across(corpora, [tool for tool in tools if tool in (SADPATH, TY)], pace)


def _single(corpora: Corpora, tools: Sequence[Tool], pace: Pace) -> Iterator[Row]:
    """A comment changes in the middle of files of different sizes."""
    able = [tool for tool in tools if tool is not BASEDPYRIGHT]  # it takes minutes to open the largest file
    rows = [
        _measure("one edit in", project, path, chosen, pace, _comment_in_the_middle)
        for (project, path), chosen in zip(corpora.edited, (able, tools, tools), strict=True)
    ]
    yield rows[0].wanted("under a third of ruff", 1 / 3, ("ruff",))
    yield rows[1].wanted("under ruff", 1, ("ruff",))
    yield rows[2].wanted("under 8 ms where ruff takes 2.7", 8 / 2.7, ("ruff",))


def _large(corpora: Corpora, tools: Sequence[Tool], pace: Pace) -> Iterator[Row]:
    """Much happens in the largest file."""
    project, path = corpora.edited[0]
    source = corpora.edited[1][0].root / corpora.edited[1][1]
    block = "".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[:2000])
    block = block[: block.rindex("\n\n\n") + 3]

    def paste(lines: list[str]) -> Iterator[Change]:
        return pasted(between(lines, len(lines) // 2), block)

    def write(lines: list[str]) -> Iterator[Change]:
        return typed(between(lines, len(lines) // 2), TYPED)

    keys = replace(pace, edits=4 * pace.edits, seconds=2 * pace.seconds)
    yield _measure("each key of a new function in", project, path, tools, keys, write)
    few = replace(pace, turns=min(pace.turns, 3), edits=4, seconds=10)
    yield _measure(f"{block.count(chr(10)):,} lines pasted into", project, path, tools, few, paste)


def _sizes(corpora: Corpora, tools: Sequence[Tool], pace: Pace) -> Iterator[Row]:
    """The same line of the same function is edited, alone and with many lines around it."""
    sizes = (60, 600) if corpora.is_small else (1_000, 50_000)
    project, alone, around = grown(corpora, *sizes)
    core = (project.root / alone).read_text(encoding="utf-8").splitlines()
    row = inside(core, len(core) // 2)

    def comment(lines: list[str]) -> Iterator[Change]:
        """The core stands somewhere in the lines."""
        first = next(first for first in range(len(lines)) if lines[first : first + len(core)] == core)
        return comments(lines, first + row)

    lanes = [("the same edit in", alone), ("the same edit in", around)]
    small, large = (_measure(title, project, path, tools, pace, comment, ("p95", "p50")) for title, path in lanes)
    yield small
    yield large.limited("at most 1.5 times that alone", 1.5 * small.value(OURS)) if SADPATH in tools else large


def _across(corpora: Corpora, tools: Sequence[Tool], pace: Pace) -> Iterator[Row]:
    """One file is edited, and others that use it are shown: for tools that look at other files, and can be asked."""
    units, callers = (20, 2) if corpora.is_small else (500, 10)
    project, path, others = used(corpora, units, callers)

    def renamed(lines: list[str]) -> Iterator[Change]:
        return _toggled(lines, "fetch", "fetch_{}")

    def made_sync(lines: list[str]) -> Iterator[Change]:
        return _toggled(lines, "async def", "def")

    title = f"method that {units} functions in {callers} open files call:"
    yield _measure(f"{title} renamed in", project, path, tools, pace, renamed, shown=others)
    yield _measure(f"{title} `async` or not, in", project, path, tools, pace, made_sync, shown=others)


def _measure(
    title: str,
    project: Project,
    path: str,
    tools: Iterable[Tool],
    pace: Pace,
    changes: MakeChanges,
    statistics: tuple[str, ...] = SHOWN,
    shown: Sequence[str] = (),
) -> Row:
    """Edit a file with several servers, which take turns: those that have no turn are suspended."""
    file = project.root / path
    lines = file.read_text(encoding="utf-8").split("\n")
    with ExitStack() as stack:
        lanes = [_lane(tool, project, file, shown, changes(lines), pace, stack) for tool in tools]
        for _ in range(pace.turns):
            for lane in lanes:
                resume(lane.client.processes())
                lane.turn(pace)
                suspend(lane.client.processes())
    by_tool = {lane.tool.name: tuple(lane.took) for lane in lanes if lane.took}
    return Row(f"{title} {file.name}, {len(lines):,} lines", "ms", statistics, by_tool)


def _lane(
    tool: Tool,
    project: Project,
    file: Path,
    shown: Sequence[str],
    changes: Iterator[Change],
    pace: Pace,
    stack: ExitStack,
) -> Lane:
    """A new server that has opened its files, made the edits that do not count, and come to rest; it is suspended."""
    client = stack.enter_context(closing(Client(command(tool.server), project.root, tool.settings)))
    document = client.open(file)
    others = [client.open(project.root / path) for path in shown]
    lane = Lane(tool, client, document, others, changes, left=pace.turns * pace.seconds)
    while lane.edited < WARM:
        lane.edit()
    settle(client.processes(), pace.rest)
    suspend(client.processes())
    return lane


def _comment_in_the_middle(lines: list[str]) -> Iterator[Change]:
    return comments(lines, inside(lines, len(lines) // 2))


def _toggled(lines: list[str], one: str, other: str) -> Iterator[Change]:
    row = next(row for row, line in enumerate(lines) if one in line)
    return toggled(row, lines[row].index(one), one, other)
