"""Where files are read from: the disk, or the disk with some files as they are, or were, in another state."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

from sadpath.analysis.finding import Skip
from sadpath.workspace import files
from sadpath.workspace.files import Saw, SourceFile

Contents: TypeAlias = Mapping[str, bytes | None]
"""What files hold, by absolute path with forward slashes; None for one that is not there."""


class Tree(Protocol):
    """Files and directories by absolute path, with forward slashes."""

    def names(self, directory: str) -> Iterable[str]:
        """The names in a directory. Raises OSError where it cannot be listed."""
        ...

    def directories(self, directory: str) -> Iterable[str]:
        """The names of the directories in it, links aside. Raises OSError as `names` does."""
        ...

    def read(self, path: str, saw: Saw | None = None) -> SourceFile | Skip:
        """The file's text, or the reason why it cannot be analysed."""
        ...

    def raw(self, path: str, saw: Saw | None = None) -> bytes:
        """The file's bytes; none where it cannot be read."""
        ...


class Disk:
    """The files as they are on the disk."""

    def names(self, directory: str) -> list[str]:
        """The names in a directory. Raises OSError."""
        return os.listdir(directory)  # noqa: PTH208 # names alone; a Path each costs more than the listing

    def directories(self, directory: str) -> list[str]:
        """The names of the directories in it, links aside. Raises OSError."""
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]

    def read(self, path: str, saw: Saw | None = None) -> SourceFile | Skip:
        """The file's text, or the reason why it cannot be analysed."""
        return files.read(path, saw)

    def raw(self, path: str, saw: Saw | None = None) -> bytes:
        """The file's bytes; none where it cannot be read."""
        return files.raw(path, saw)


class Overlaid:
    """The disk, but for some files: those have other contents, or are not there where that is None.

    A directory is there if a file is, or if it is on the disk and not only for files that are not there.
    """

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._disk = Disk()
        self._files: dict[str, set[str]] = {}
        self._directories: dict[str, set[str]] = {}
        self._gone: dict[str, set[str]] = {}
        for path, content in contents.items():
            directory, _, name = path.rpartition("/")
            (self._gone if content is None else self._files).setdefault(directory, set()).add(name)
            if content is not None:
                self._add_directory(directory)
        for directory in sorted(self._gone, key=len, reverse=True):
            self._take_out_if_empty(directory)

    def names(self, directory: str) -> Iterable[str]:
        """The names in a directory. Raises OSError."""
        here = self._here(directory, self._disk.names)
        return here | self._files.get(directory, set()) | self._directories.get(directory, set())

    def directories(self, directory: str) -> Iterable[str]:
        """The names of the directories in it, links aside. Raises OSError."""
        here = self._here(directory, self._disk.directories)
        return (here - self._files.get(directory, set())) | self._directories.get(directory, set())

    def read(self, path: str, saw: Saw | None = None) -> SourceFile | Skip:
        """The file's text, or the reason why it cannot be analysed."""
        place = self._place(path)
        if place not in self._contents:
            return files.read(path, saw)
        content = self._contents[place]
        if content is None:
            return Skip(path, "it does not exist")
        if len(content) > files.LARGEST:
            return Skip(path, f"it is larger than {files.LARGEST // 1_000_000} MB")
        return files.decode(path, content)

    def raw(self, path: str, saw: Saw | None = None) -> bytes:
        """The file's bytes; none where it cannot be read."""
        return self._contents[path] or b"" if path in self._contents else files.raw(path, saw)

    def _place(self, path: str) -> str:
        """Where a link leads: the file that it leads to may be another one here."""
        if path in self._contents or not os.path.islink(path):  # noqa: PTH114 # a Path each costs more than the question
            return path
        return os.path.realpath(path).replace(os.sep, "/")

    def _here(self, directory: str, listing: Callable[[str], Iterable[str]]) -> set[str]:
        """What is listed on the disk, and is there."""
        try:
            return set(listing(directory)) - self._gone.get(directory, set())
        except OSError:
            if directory in self._files or directory in self._directories:
                return set()
            raise

    def _add_directory(self, directory: str) -> None:
        above, _, name = directory.rpartition("/")
        if name and name not in self._directories.setdefault(above, set()):
            self._directories[above].add(name)
            self._add_directory(above)

    def _take_out_if_empty(self, directory: str) -> None:
        """Leave out a directory in which nothing else is that could be imported, and those above it likewise."""
        above, _, name = directory.rpartition("/")
        try:
            left = [one for one in self.names(directory) if not one.startswith((".", "__pycache__"))]
        except OSError:
            return
        if name and not left and name not in self._gone.get(above, ()):
            self._gone.setdefault(above, set()).add(name)
            self._take_out_if_empty(above)
