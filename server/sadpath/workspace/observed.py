"""Remembers what files and directories looked like when they were read, and tells whether they still do."""

import os
import time
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import msgspec

from sadpath.workspace import files
from sadpath.workspace.name_index import NameIndex

_SETTLED = 2_000_000_000  # nanoseconds; the coarsest clock of a file system in use, that of FAT, has two seconds
_UNSETTLED: tuple[int, ...] = ()
UNREADABLE = b""
"""In place of a digest, where there is nothing that can be read."""
_CONTRADICTORY = b"?"


class State(msgspec.Struct, frozen=True, array_like=True):
    """What a file or directory looked like.

    `status` has its size, times and inode: while they are the same, it is taken to be the same. They are left out
    where it was so young that another change might not show in them. `digest` is of its content, else.
    """

    digest: bytes
    status: tuple[int, ...]


class Watch:
    """Collects the states of what is read, and has the names that need not be read."""

    def __init__(self, names: NameIndex | None = None) -> None:
        self.names = names or NameIndex()
        self._new: dict[str, State] = {}
        self._known: dict[str, State] = {}

    def saw(self, path: str, status: os.stat_result | None, data: bytes) -> None:
        """A file was read, with this status before it was; None where it cannot be read."""
        known = self._known.get(path)
        if known is not None and known.status and status is not None and known.status == _telling(status):
            return
        self._note(path, UNREADABLE if status is None else digest(data), status)

    def looks_into(self, directory: str) -> None:
        """A directory is about to be listed."""
        if _listed(directory) not in self._known:
            self._note(_listed(directory), *_directory(directory))

    def take(self) -> dict[str, State]:
        """What was noted since this was last asked."""
        new, self._new = self._new, {}
        return new

    def _note(self, path: str, digest: bytes, status: os.stat_result | None) -> None:
        state = State(digest, _settled(status))
        known = self._known.get(path)
        if known is not None and known.digest != digest:
            state = State(_CONTRADICTORY, _UNSETTLED)
        elif known is not None:
            return
        self._known[path] = self._new[path] = state


def merge(states: dict[str, State], new: Mapping[str, State]) -> None:
    """Take in more states. What looked different at different times counts as changed from then on."""
    for path, state in new.items():
        known = states.setdefault(path, state)
        if known.digest != state.digest:
            states[path] = State(_CONTRADICTORY, _UNSETTLED)


def look_again(states: Mapping[str, State]) -> tuple[dict[str, State], set[str]]:
    """The states that still hold, as they are now, and what is different now; directories end with a slash."""
    same: dict[str, State] = {}
    different: set[str] = set()
    for path, state in states.items():
        try:
            telling = _telling(os.stat(path))  # noqa: PTH116 # a Path each costs as much as the question
        except (OSError, ValueError):
            telling = _UNSETTLED
        if telling and telling == state.status:
            same[path] = state
        elif (now := _state(path)).digest == state.digest:
            same[path] = now
        else:
            different.add(path)
    return same, different


def is_directory(path: str) -> bool:
    """Whether a state of that name is one of a directory."""
    return path.endswith("/")


def digest(data: bytes) -> bytes:
    """The digest of a content."""
    return blake2b(data, digest_size=16).digest()


def _listed(directory: str) -> str:
    return f"{directory.rstrip('/')}/"


def _state(path: str) -> State:
    if is_directory(path):
        told, status = _directory(path)
        return State(told, _settled(status))
    watch = Watch()
    files.raw(path, watch.saw)
    return watch.take()[path]


def _directory(path: str) -> tuple[bytes, os.stat_result | None]:
    """A digest of the names in a directory that may matter to imports, and its status before it was listed."""
    try:
        status = os.stat(path)  # noqa: PTH116 # as above
        with os.scandir(path) as entries:
            names = sorted(_kinds(entries))
    except OSError:
        return UNREADABLE, None
    return digest("/".join(names).encode("utf-8", "surrogateescape")), status


def _kinds(entries: Iterable["os.DirEntry[str]"]) -> Iterable[str]:
    for entry in entries:
        if entry.name.endswith((".py", ".pyi")):
            yield f"{entry.name}/{entry.is_dir()}"
        elif not entry.name.startswith(".") and entry.name != "__pycache__" and entry.is_dir():
            yield f"{entry.name}/{entry.is_symlink()}"


def _telling(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _settled(status: os.stat_result | None) -> tuple[int, ...]:
    """The status, unless the clock of the file system may still show the same for another content."""
    if status is None or max(status.st_mtime_ns, status.st_ctime_ns) > time.time_ns() - _SETTLED:
        return _UNSETTLED
    return _telling(status)
