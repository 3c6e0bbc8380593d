"""What the server needs of an analysis. Imports no protocol, so that the process that analyses need not either."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from sadpath.analysis.finding import FileReport
from sadpath.workspace.configuration import Selection


@dataclass(frozen=True)
class Scope:
    """What the client says about the project: the open folders, and choices on top of the settings files.

    `selections` are those of folders, `selection` is that of all others and of what is in none. Where the workspace is
    not `trusted`, no rules of others are loaded, and nothing is written that its files could have an influence on.
    `base` is the revision with which the change under review is compared, "" for the usual branch, and None where
    nobody wants to know.
    """

    folders: tuple[Path, ...] = ()
    selection: Selection = field(default_factory=Selection)
    selections: Mapping[Path, Selection] = field(default_factory=dict[Path, Selection])
    trusted: bool = True
    base: str | None = None


Tell: TypeAlias = Callable[[str], None]
"""Tells the user something, once. May be called on any thread."""


IsStale: TypeAlias = Callable[[], bool]
"""Whether nobody waits for the answer any more, as something has changed. May be called on any thread, and often."""


class Stale(Exception):
    """A check was given up because nobody waits for its answer."""


class Session(Protocol):
    """An analysis of all that is open in the editor, used by one thread at a time."""

    def check(self, path: str, is_stale: IsStale, /) -> FileReport:
        """What there is to say about a file. May raise Stale; what was found out by then makes the next check short."""
        ...

    def learn(self, is_stale: IsStale, /) -> bool:
        """Find out, until that is stale, what can only be told from all files; True if checks may find other things."""
        ...

    def open(self, path: str, text: str) -> None:
        """From now on this is the file's text, whatever the disk has."""
        ...

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """`old` lines from line `first` on became `new` ones; `lines` are all lines after that."""
        ...

    def close(self, path: str) -> None:
        """The disk has the file's text again."""
        ...

    def changed(self, paths: Sequence[str]) -> None:
        """These files came, went, or have another text on the disk."""
        ...

    def reload(self, scope: Scope) -> None:
        """The settings may be other ones now; the texts that are open stay."""
        ...

    def end(self) -> None:
        """Nothing more is asked. May be called on another thread, and while something else is called."""
        ...


MakeSession: TypeAlias = Callable[[Scope, Tell], Session]
