"""What a patch has changed that has been applied: what files held before is found by taking it back."""

import os
from collections.abc import Iterator
from pathlib import Path

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk, PatchedFile, PatchSet

from sadpath.workspace import files
from sadpath.workspace.changes import Change, compared

_NOWHERE = "/dev/null"


class PatchError(Exception):
    """Why a patch says nothing about the files that are there."""


def change_of_patch(root: Path, patch: bytes, name: str) -> Change:
    """The change of a project by a unified diff, as git and `diff -u` write it, called `name` in messages.

    Its paths are those below `root`, or below the current directory where they are not there. Raises PatchError.
    """
    # Line ends other than LF are part of the lines, and so are bytes that are not UTF-8.
    lines = patch.decode("utf-8", "surrogateescape").split("\n")
    try:
        parsed = PatchSet(f"{line}\n" for line in lines)
    except UnidiffParseError as error:
        raise PatchError(f"{name}: this is not a patch that can be understood: {str(error).strip()}") from None
    if not parsed and patch.strip():
        raise PatchError(f"{name}: this is not a patch: it names no files")
    before: dict[str, bytes | None] = {}
    for file in parsed:
        if not file.is_binary_file:
            before.update(_before(root, file, name))
    return compared(f"`{name}` was applied", before)


def _before(root: Path, file: PatchedFile, name: str) -> Iterator[tuple[str, bytes | None]]:
    """What the file that a part of the patch is about held, and that the one of its new name was not there."""
    source, target = _name(file.source_file), _name(file.target_file)
    gone = target == _NOWHERE
    path = _place(root, source if gone else target)
    content = files.raw(path).decode("utf-8", "surrogateescape") if not gone else ""
    was = "".join(_taken_back(content, file, name)).encode("utf-8", "surrogateescape")
    if not gone and not Path(path).is_file():
        raise PatchError(f"{name}: `{target}` is not there; apply the patch before you check what it brings")
    if source == _NOWHERE:
        yield path, None
    elif gone or source == target:
        yield path, was
    else:
        yield path, None
        yield _place(root, source), was


def _taken_back(text: str, file: PatchedFile, name: str) -> Iterator[str]:
    lines = text.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
    at = 0
    for hunk in file:
        start = hunk.target_start - (1 if hunk.target_length else 0)  # of an empty one, the line above is named
        end = start + hunk.target_length
        _expect(lines[start:end], hunk, file, name)
        yield from lines[at:start]
        yield from _source(hunk)
        at = end
    yield from lines[at:]


def _expect(found: list[str], hunk: Hunk, file: PatchedFile, name: str) -> None:
    expected = [line for line in hunk if line.is_context or line.is_added]
    for number, line in enumerate(expected):
        if number >= len(found) or found[number].rstrip("\r\n") != line.value.rstrip("\r\n"):
            place = f"line {hunk.target_start + number} of `{_name(file.target_file)}`"
            raise PatchError(
                f"{name}:{line.diff_line_no}: {place} is not as the patch leaves it; "
                "apply the patch before you check what it brings"
            )


def _source(hunk: Hunk) -> list[str]:
    return [line.value for line in hunk if line.is_context or line.is_removed]


def _name(path: str) -> str:
    """The path as it is on the disk: git quotes those with special characters, and puts a letter in front."""
    if path.startswith('"'):
        quoted = path[1:-1].encode("utf-8", "surrogateescape")
        path = quoted.decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")
    return path if path == _NOWHERE or path[1:2] != "/" else path[2:]


def _place(root: Path, path: str) -> str:
    below_root = root / path
    here = Path.cwd() / path
    chosen = here if not below_root.exists() and here.exists() else below_root
    return os.path.normpath(chosen).replace(os.sep, "/")
