"""The baseline: the findings that a project takes for given, in a file that is merged line by line."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from sadpath.analysis.finding import Finding

NAME = "sadpath-baseline.txt"
_HEAD = """\
# What sadpath reported when `sadpath baseline` was run; it does not report that again. A line goes when it is mended.
"""
_SEPARATOR = "\t"


class BaselineError(Exception):
    """A file that is no baseline. `line` is 1-based."""

    def __init__(self, path: Path, line: int) -> None:
        super().__init__(f"{path}:{line}: this is not a line of a baseline; write it anew with `sadpath baseline`")


class Entry(NamedTuple):
    """One finding: its path in the project, the rule, the scope ("" outside of all), and the fingerprint."""

    path: str
    rule: str
    scope: str
    fingerprint: str


def read_baseline(root: Path) -> frozenset[Entry]:
    """The entries of a project's baseline; none where it has none. Raises BaselineError, and OSError."""
    file = root / NAME
    if not file.is_file():
        return frozenset()
    entries: set[Entry] = set()
    for number, line in enumerate(file.read_text("utf-8", "surrogateescape").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            parts = line.split(_SEPARATOR)
            if len(parts) != len(Entry._fields):
                raise BaselineError(file, number)
            entries.add(Entry(*parts))
    return frozenset(entries)


def baseline_text(entries: Iterable[Entry]) -> bytes:
    """What a baseline's file holds: a line for each entry, in an order that depends on nothing else."""
    lines = sorted({_SEPARATOR.join(entry) for entry in entries})
    return (_HEAD + "".join(f"{line}\n" for line in lines)).encode("utf-8", "surrogateescape")


def entries_of(root: Path, findings: Iterable[Finding]) -> frozenset[Entry]:
    """The entries of findings in a project."""
    prefix = f"{root.as_posix().rstrip('/')}/"
    return frozenset(Entry(one.path.removeprefix(prefix), one.rule, one.scope, one.fingerprint) for one in findings)


def left(
    entries: Iterable[Entry], root: Path, found: Iterable[Entry], checked: Mapping[str, frozenset[str]]
) -> frozenset[Entry]:
    """The entries that are still needed.

    `found` is all that was found, and `checked` has the paths (in the project) of the files that were checked, each
    with the names of the rules that were. What was not checked is kept, unless its file is gone.
    """
    there = frozenset(found)
    return frozenset(
        entry
        for entry in entries
        if entry in there
        or (entry.rule not in checked[entry.path] if entry.path in checked else (root / entry.path).is_file())
    )
