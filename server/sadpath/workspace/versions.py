"""Which version of a library a project uses: as installed in its environment, else as locked, else as pinned."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sadpath.workspace import files

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock")
_LOCKED = re.compile(r'^name = "([^"]+)"\r?\nversion = "([^"]+)"', re.MULTILINE)
_PINNED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*===?\s*([\w.!+]+)", re.MULTILINE)


def versions_used(root: Path, packages: Sequence[Path]) -> Callable[[str], str]:
    """Gives the version of a distribution by its name, "" where nothing tells; looks when it is first asked.

    `packages` are the directories of the project's environment. Nothing is imported or run.
    """

    @functools.cache
    def known() -> dict[str, str]:
        found: dict[str, str] = {}
        for name, version in (*_installed(packages), *_locked(root), *_pinned(root)):
            found.setdefault(normalised(name), version)
        return found

    return lambda distribution: known().get(normalised(distribution), "")


def normalised(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(packages: Sequence[Path]) -> Iterator[tuple[str, str]]:
    for directory in packages:
        for found in directory.glob("*.dist-info"):
            name, _, version = found.name.removesuffix(".dist-info").partition("-")
            yield name, version


def _locked(root: Path) -> Iterator[tuple[str, str]]:
    """A lock file is TOML, but large: the two lines that matter stand together in all of them."""
    for name in LOCKS:
        yield from _matches(root / name, _LOCKED)


def _pinned(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.glob("requirements*.txt")):
        yield from _matches(path, _PINNED)


def _matches(path: Path, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    found = files.read(path.as_posix()) if path.is_file() else None
    if isinstance(found, files.SourceFile):
        for match in pattern.finditer(found.text):
            yield match[1], match[2]
