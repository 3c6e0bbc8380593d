"""What all files of a project say by names: read when somebody asks, and kept true while files change."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple, Protocol

from sadpath.analysis.meaning.project_names import Names, ProjectNames, names_in
from sadpath.analysis.syntax.outline import Segment

_NOTHING = Names((), (), (), ())
_NOBODY = ProjectNames(())


class NameSources(Protocol):
    """Where files come from, as far as their names are concerned."""

    def names(self, path: str) -> Names:
        """What a file's text says by names alone."""
        ...

    def project_files(self) -> Sequence[str]:
        """The project's files, tests aside; none where only what imports lead to may be read."""
        ...


class Touched(NamedTuple):
    """The names that may be bound to other things than before, and those whose calls may be used otherwise."""

    bound: AbstractSet[str] = frozenset()
    called: AbstractSet[str] = frozenset()


class NameReading:
    """Reads the names in all files when they are first asked for.

    A `patient` one is asked in vain at first: it reads when it is told to go on, and knows nothing before it knows
    everything, as a name that is found in some files may be another thing in the next.
    """

    def __init__(self, sources: NameSources, *, patient: bool = False) -> None:
        self._sources = sources
        self._patient = patient
        self._names = ProjectNames(())
        self._read: dict[str, Names] = {}
        self._unread: list[str] | None = None
        self._is_wanted = False
        self._is_whole = False

    def knows(self, path: str) -> bool:
        """Whether what is known rests on the text of a file."""
        return path in self._read

    def names(self) -> ProjectNames:
        """What is known at the moment."""
        self._is_wanted = True
        if not self._patient:
            self.go_on(lambda: False)
        return self._names if self._is_whole else _NOBODY

    def go_on(self, is_stale: Callable[[], bool]) -> bool:
        """Read what was asked for, until that is `is_stale`. Gives whether there is more to know than before."""
        if not self._is_wanted:
            return False
        if self._unread is None:
            self._unread = [path for path in self._sources.project_files() if path not in self._read]
        is_new = bool(self._unread)
        while self._unread:
            if is_stale():
                return False
            path = self._unread.pop()
            self._read[path] = names = self._sources.names(path)
            self._names.add(path, names)
        self._is_whole = True
        return is_new

    def look_again(self) -> None:
        """Take in that there may be files that were not there before."""
        self._unread = None

    def change(self, path: str, old: Iterable[Segment] | None, new: Iterable[Segment]) -> Touched:
        """Take in that units of a file became others; None for those that nobody has looked at."""
        read = self._read.get(path)
        if read is None:
            return Touched()
        before = [read] if old is None else [_said(segment) for segment in old]
        after = [_said(segment) for segment in new]
        for some, times in ((before, -1), (after, 1)):
            for names in some:
                self._names.add(path, names, times)
        self._read[path] = _NOTHING  # from now on the units tell, if there are any
        said = (*before, *after)
        bound = {name for names in said for name in (*names.coroutines, *names.others)}
        return Touched(bound, {name for names in said for name in (*names.awaited, *names.dropped)})


def _said(segment: Segment) -> Names:
    return names_in(segment.text.encode(errors="replace"))
