"""The entries of the library tables as they stand in their files."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[2] / "rules/sadpath_rules/libraries"
HEADER = re.compile(r"\[\[(timeout|retry|limit)\]\]$")


@dataclass(frozen=True)
class Entry:
    """One `[[timeout]]`, `[[retry]]` or `[[limit]]`: the names of its calls, and its lines, from 0."""

    path: Path
    table: str
    names: tuple[str, ...]
    parameters: frozenset[str]
    global_default: bool
    verified: str
    distribution: str
    start: int
    stop: int

    @property
    def claims_execution(self) -> bool:
        return self.verified.startswith("executed")

    def __str__(self) -> str:
        return f"{self.path.name}:{self.start + 1}"


def entries() -> list[Entry]:
    """All entries whose calls can be executed, of all files."""
    return [entry for path in sorted(FOLDER.glob("*.toml")) for entry in _entries_of(path)]


def _entries_of(path: Path) -> Iterator[Entry]:
    text = path.read_text("utf-8")
    document = tomllib.loads(text)
    lines = text.splitlines()
    for start in (number for number, line in enumerate(lines) if HEADER.match(line)):
        (entry,) = next(iter(tomllib.loads("\n".join(lines[start : _end(lines, start)])).values()))
        owner = f"{entry['of']}." if "of" in entry else ""
        yield Entry(
            path=path,
            table=lines[start].strip("[]"),
            names=tuple(owner + name for name in entry["calls"]),
            parameters=frozenset(entry.get("parameters", ())),
            global_default=entry.get("global_default", False),
            verified=entry.get("verified", document.get("verified", "")),
            distribution=document.get("distribution", ""),
            start=start,
            stop=_end(lines, start),
        )


def _end(lines: list[str], start: int) -> int:
    """The line after the last one of the entry: comments before the next entry belong to that."""
    stop = next((number for number in range(start + 1, len(lines)) if lines[number].startswith("[")), len(lines))
    while not lines[stop - 1] or lines[stop - 1].startswith("#"):
        stop -= 1
    return stop
