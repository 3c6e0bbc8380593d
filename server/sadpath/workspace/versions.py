"""Which version of a library a project uses: as installed in its environment, else as locked, else as pinned."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from sadpath.workspace.files import SourceFile
from sadpath.workspace.tree import Disk, Tree

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_PINS = re.compile(r"requirements.*\.txt")
_LOCKED = re.compile(r'^name = "([^"]+)"\r?\nversion = "([^"]+)"', re.MULTILINE)
_PINNED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*===?\s*([\w.!+]+)", re.MULTILINE)


def versions_used(root: Path, packages: Sequence[Path], tree: Tree | None = None) -> Callable[[str], str]:
    """Gives the version of a distribution by its name, "" where nothing tells; looks when it is first asked.

    `packages` are the directories of the project's environment, `tree` has the project's files, by default those on the
    disk. Nothing is imported or run.
    """
    project = tree or Disk()

    @functools.cache
    def known() -> dict[str, str]:
        found: dict[str, str] = {}
        for name, version in (*_installed(packages), *_locked(root, project), *_pinned(root, project)):
            found.setdefault(normalised(name), version)
        return found

    return lambda distribution: known().get(normalised(distribution), "")


def tells_versions(root: Path, path: str) -> bool:
    """Whether a file, given by its absolute path, is one of those of a project that tell of versions."""
    directory, _, name = path.rpartition("/")
    return directory == root.as_posix().rstrip("/") and (name in LOCKS or _PINS.fullmatch(name) is not None)


def normalised(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(packages: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for directory in packages:
        for found in directory.glob("*.dist-info"):
            name, _, version = found.name.removesuffix(".dist-info").partition("-")
            yield name, version


def _locked(root: Path, tree: Tree) -> Iterator[tuple[str, str]]:
    """A lock file is TOML, but large: the two lines that matter stand together in all of them."""
    for name in LOCKS:
        yield from _matches(tree, root / name, _LOCKED)


def _pinned(root: Path, tree: Tree) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for name in sorted(filter(_PINS.fullmatch, tree.names(root.as_posix()))):
            yield from _matches(tree, root / name, _PINNED)


def _matches(tree: Tree, path: Path, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    found = tree.read(path.as_posix())
    if isinstance(found, SourceFile):
        for match in pattern.finditer(found.text):
            yield match[1], match[2]
