"""Checks files as they are in another state than that on the disk; only those whose report may be another one there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from sadpath.analysis.fact import Fact
from sadpath.analysis.finding import FileReport
from sadpath.workspace.batch import FILES_PER_PROCESS, Checker, check_all
from sadpath.workspace.configuration import Settings
from sadpath.workspace.difference import Difference
from sadpath.workspace.kept import Compared
from sadpath.workspace.repeat import ProjectKey, Repeat, project_key
from sadpath.workspace.tree import Contents
from sadpath.workspace.walk import Target


class State(Checker, Protocol):
    """A session in another state."""

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer there."""
        ...


OpenState: TypeAlias = Callable[[Path, Settings], State]
"""Opens one. Other processes get it as a pickle."""


class Differing(NamedTuple):
    """The targets whose reports may be other ones in another state, and those of these reports that are known."""

    targets: list[Target]
    known: dict[str, FileReport]


def differing(
    targets: Sequence[Target], contents: Mapping[Path, Contents], open_state: OpenState, repeat: Repeat
) -> Differing:
    """What is different where files have these contents, given by the root of their project.

    `repeat` is the check that gave the reports on the targets.
    """
    projects: dict[ProjectKey, list[Target]] = {}
    for target in targets:
        if contents[target.root]:
            projects.setdefault(project_key(target), []).append(target)
    found = Differing([], {})
    for key, members in projects.items():
        difference = Difference(key[0], contents[key[0]])
        same = Compared(set(), {})
        if not difference.concerns_all(members[0].settings):
            same = repeat.compare(key, _Witness(difference, members[0], open_state))
        found.targets.extend(target for target in members if target.path not in same.unaffected)
        found.known.update(same.known)
    return found


def reports(targets: Sequence[Target], open_state: OpenState, jobs: int) -> Iterator[FileReport]:
    """The report on each target in another state, as it comes. Raises BatchError."""
    return check_all(targets, jobs if len(targets) >= FILES_PER_PROCESS else 1, open_state)


class _Witness:
    """The other state, which is opened only if a fact may not be true there."""

    def __init__(self, difference: Difference, target: Target, open_state: OpenState) -> None:
        self._difference = difference
        self._target = target
        self._open_state = open_state
        self._state: State | None = None

    @property
    def changed(self) -> frozenset[str]:
        return self._difference.changed

    def holds(self, fact: Fact) -> bool:
        return not self._difference.concerns(fact) or self.is_true(fact)

    def digest(self, path: str) -> bytes | None:
        return self._difference.digest(path)

    def is_true(self, fact: Fact) -> bool:
        if self._state is None:
            self._state = self._open_state(self._target.root, self._target.settings)
        return self._state.is_true(fact)
