"""The directory in which reports are kept from one check to the next: one file for each project and settings."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sadpath.workspace.configuration import Settings
from sadpath.workspace.identity import identity

NAME = ".sadpath_cache"
_FILE = re.compile(r"[0-9a-f]{32}\.reports(-journal)?")
MOST_FILES = 32
"""A repository may have many directories with settings of their own."""
_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This directory holds what sadpath keeps between checks: https://bford.info/cachedir/
"""


def cache_file(root: Path, settings: Settings, directory: Path | None = None) -> Path:
    """The file for a project's reports; its directory is made where that is possible, and spared old files."""
    directory = directory or settings.cache or root / NAME
    with suppress(OSError):
        _make(directory)
        _spare(directory)
    return directory / f"{identity(root, settings)}.reports"


def clean(directory: Path) -> int:
    """Remove what is kept in a directory, and the directory if nothing else is in it. Gives the number of files."""
    files = list(_files(directory))
    for file in files:
        file.unlink(missing_ok=True)
    tag = directory / "CACHEDIR.TAG"
    if tag.is_file() and tag.read_text(errors="replace") == _TAG:
        tag.unlink()
        (directory / ".gitignore").unlink(missing_ok=True)
    with suppress(OSError):
        directory.rmdir()
    return len(files)


def _make(directory: Path) -> None:
    if not directory.is_dir():
        directory.mkdir(parents=True)
        (directory / "CACHEDIR.TAG").write_text(_TAG)
        (directory / ".gitignore").write_text("# Made by sadpath\n*\n")


def _spare(directory: Path) -> None:
    """Remove all but the files that were written last: each version, and each choice of rules, makes another one."""
    files = sorted(_files(directory), key=lambda file: file.stat().st_mtime_ns)
    for file in files[:-MOST_FILES]:
        file.unlink(missing_ok=True)


def _files(directory: Path) -> Iterator[Path]:
    if directory.is_dir() and not directory.is_symlink():
        yield from (file for file in directory.iterdir() if _FILE.fullmatch(file.name))
