"""Finds the Python files to check below the paths that a user names."""

import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeAlias

from sadpath.analysis.finding import Skip
from sadpath.workspace.configuration import Settings
from sadpath.workspace.patterns import Patterns, is_pattern
from sadpath.workspace.settings_file import SETTINGS_FILES

SUFFIXES = (".py", ".pyi")
_PROJECT_MARKS = ("pyproject.toml", "sadpath.toml", "setup.py", "setup.cfg")
_EMACS_LOCK = ".#"  # a symbolic link that leads nowhere by design

Ignores: TypeAlias = tuple[Patterns, ...]


class NearestSettings(Protocol):
    """Knows the settings of directories."""

    def nearest(self, directory: Path) -> Settings:
        """The settings that hold in a directory (absolute). May raise ConfigurationError."""
        ...


@dataclass(frozen=True)
class Target:
    """A file to check. `root` is the project that it was found in; both are absolute."""

    path: str
    settings: Settings
    root: Path


def walk(
    arguments: Iterable[Path], configurations: NearestSettings, *, force_exclude: bool = False
) -> Iterator[Target | Skip]:
    """The files below the arguments, each once, and the directories that cannot be read.

    Files are taken as named, directories are searched for `.py` and `.pyi` in the order of their entries' names,
    without what the settings exclude and, in a git repository, what git ignores. What the user names is searched even
    if it is itself excluded or ignored, unless `force_exclude`. Links to directories are not followed, and links to
    files only if they lead out of the argument. Raises ConfigurationError.
    """
    walker = _Walker(configurations, force_exclude)
    for argument in arguments:
        yield from walker.argument(Path(os.path.normpath(argument.absolute())))


def is_excluded(path: str, settings: Settings, directory: bool = False) -> bool:
    """Whether the settings leave out an absolute path, or a directory above it."""
    return _matches(settings.excludes, path, directory)


def project_root(path: Path) -> Path:
    """The directory of the project that an absolute path belongs to.

    The git repository, else the nearest directory with a project file, else the current directory if the path is below
    it, else the path's own directory.
    """
    own = path if path.is_dir() else path.parent
    above = (own, *own.parents)
    by_project = (directory for directory in above if any((directory / mark).is_file() for mark in _PROJECT_MARKS))
    here = Path.cwd()
    return _repository(own) or next(by_project, here if own.is_relative_to(here) else own)


@dataclass
class _Walker:
    configurations: NearestSettings
    force_exclude: bool
    files: set[str] = field(default_factory=set[str])
    directories: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def argument(self, path: Path) -> Iterator[Target | Skip]:
        is_directory = path.is_dir()
        settings = self.configurations.nearest(path if is_directory else path.parent)
        if self.force_exclude and is_excluded(path.as_posix(), settings, is_directory):
            return
        root = project_root(path)
        if is_directory:
            yield from self.tree(path, root)
        else:
            yield from self.file(path.as_posix(), settings, root)

    def file(self, path: str, settings: Settings, root: Path) -> Iterator[Target]:
        if path not in self.files:
            self.files.add(path)
            yield Target(path, settings, root)

    def tree(self, top: Path, root: Path) -> Iterator[Target | Skip]:
        pending = [(top.as_posix(), self.configurations.nearest(top), _ignores_above(top))]
        while pending:
            directory, settings, ignores = pending.pop()
            try:
                names, entries = self.entries(directory)
            except OSError as error:
                yield Skip(directory, f"it cannot be read: {error.strerror}")
                continue
            if not names.isdisjoint(SETTINGS_FILES):
                settings = self.configurations.nearest(Path(directory))
            ignores = _ignores_inside(directory, names, ignores)
            excludes = tuple(_placed(patterns, top) for patterns in settings.excludes)
            inner: list[str] = []
            for entry, is_directory in entries:
                path = f"{directory.rstrip('/')}/{entry.name}"
                if not is_directory and not _is_candidate(entry, top):
                    continue
                if _matches_inside(excludes, path, is_directory) or _matches_inside(ignores or (), path, is_directory):
                    continue
                if is_directory:
                    inner.append(path)
                else:
                    yield from self.file(path, settings, root)
            pending.extend((path, settings, ignores) for path in reversed(inner))

    def entries(self, directory: str) -> tuple[set[str], list[tuple["os.DirEntry[str]", bool]]]:
        """The names in the directory and, by name, what may be a Python file or (True) is a directory.

        Nothing if it was searched before, maybe under another name.
        """
        status = os.stat(directory)  # noqa: PTH116 # a Path each costs as much as the question
        identity = (status.st_dev, status.st_ino)
        if identity in self.directories:
            return set(), []
        self.directories.add(identity)
        names: set[str] = set()
        found: list[tuple[os.DirEntry[str], bool]] = []
        with os.scandir(directory) as entries:
            for entry in entries:
                names.add(entry.name)
                is_directory = entry.is_dir(follow_symlinks=False)
                if is_directory or entry.name.endswith(SUFFIXES):
                    found.append((entry, is_directory))
        return names, sorted(found, key=lambda one: one[0].name)


def _is_candidate(entry: "os.DirEntry[str]", top: Path) -> bool:
    """Whether an entry with a fitting name, and no directory, is to be checked."""
    if entry.name.startswith(_EMACS_LOCK):
        return False
    if not entry.is_symlink() or not (path := Path(entry.path)).exists():
        return True
    return not path.is_dir() and not path.resolve().is_relative_to(top.resolve())


def _matches(stack: Iterable[Patterns], path: str, directory: bool) -> bool:
    """Whether the last patterns that have a verdict on the path include it."""
    return _last(patterns.verdict(path, directory) for patterns in stack)


def _matches_inside(stack: Iterable[Patterns], path: str, directory: bool) -> bool:
    """The same for a path whose directory is not included."""
    return _last(patterns.verdict_inside(path, directory) for patterns in stack)


def _last(verdicts: Iterable[bool | None]) -> bool:
    last = False
    for verdict in verdicts:
        if verdict is not None:
            last = verdict
    return last


@lru_cache
def _placed(patterns: Patterns, top: Path) -> Patterns:
    """The patterns as they apply below what the user named: relative to that if it is itself excluded, or outside."""
    base, path = Path(patterns.base), top.as_posix()
    related = top.is_relative_to(base) or base.is_relative_to(top)
    return patterns if related and not patterns.verdict(path, directory=True) else patterns.moved(path)


def _repository(directory: Path) -> Path | None:
    return next((above for above in (directory, *directory.parents) if (above / ".git").exists()), None)


def _ignores_above(top: Path) -> Ignores | None:
    """What git ignores by the files above a directory, weakest first; None outside of repositories."""
    repository = _repository(top)
    if repository is None:
        return None
    ignores = _git_exclude(repository)
    for directory in reversed([above for above in top.parents if above.is_relative_to(repository)]):
        ignores += _ignore_file(directory / ".gitignore", directory)
    return () if _matches(ignores, top.as_posix(), directory=True) else ignores


def _ignores_inside(directory: str, names: Container[str], above: Ignores | None) -> Ignores | None:
    path = Path(directory)
    if ".git" in names:
        above = _git_exclude(path)
    if above is None or ".gitignore" not in names:
        return above
    return above + _ignore_file(path / ".gitignore", path)


def _git_exclude(repository: Path) -> Ignores:
    git = repository / ".git"
    if git.is_file():  # a worktree or a submodule
        git = repository / _first_line(git).removeprefix("gitdir:").strip()
    common = git / _first_line(git / "commondir")
    return _ignore_file(common / "info" / "exclude", repository)


def _first_line(path: Path) -> str:
    return next(iter(_lines(path)), "")


def _ignore_file(path: Path, base: Path) -> Ignores:
    lines = tuple(line for line in _lines(path) if is_pattern(line))
    return (Patterns(base.as_posix(), lines),) if lines else ()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig", errors="surrogateescape").split("\n") if path.is_file() else []
    except OSError:
        return []
