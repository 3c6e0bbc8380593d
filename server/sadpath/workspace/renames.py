"""Finds which files that are new are others that are gone, under another name."""

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

_ALIKE = 0.5  # as git has it: `git help diff`, `--find-renames`
_MOST_PAIRS = 250_000


def renames(gone: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, str]:
    """The path that each new file had, for those that were something else before; each is the heir of one only.

    A file is known by its lines: at least half of the larger one, in bytes, has to be the same. What is quite the same
    comes first.
    """
    if not gone or not new:
        return {}
    only_same = len(gone) * len(new) > _MOST_PAIRS
    before_lines = {path: Counter(data.splitlines()) for path, data in gone.items()}
    pairs: list[_Pair] = []
    for now, data in new.items():
        lines = Counter(data.splitlines())
        for before, others in before_lines.items():
            likeness = 1.0 if data == gone[before] else 0.0 if only_same else _likeness(lines, others)
            if likeness >= _ALIKE:
                pairs.append(_Pair(-likeness, PurePosixPath(now).name != PurePosixPath(before).name, now, before))
    found: dict[str, str] = {}
    for pair in sorted(pairs):
        if pair.now not in found and pair.before not in found.values():
            found[pair.now] = pair.before
    return found


class _Pair(NamedTuple):
    """Two files that may be one: the most alike, and those of the same name, come first."""

    unlikeness: float
    other_name: bool
    now: str
    before: str


def _likeness(lines: Counter[bytes], others: Counter[bytes]) -> float:
    size, other = _size(lines), _size(others)
    return _size(lines & others) / max(size, other) if size and other else 0.0


def _size(lines: Counter[bytes]) -> int:
    return sum((len(line) + 1) * count for line, count in lines.items())
