"""What a change of a project's files was: the difference between their state at a base and their state now."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sadpath.workspace import files
from sadpath.workspace.base import head, merge_base
from sadpath.workspace.git import Git, GitError
from sadpath.workspace.renames import renames
from sadpath.workspace.tree import Contents
from sadpath.workspace.versions import tells_versions

_LINK, _SUBMODULE = "120000", "160000"
_SHA1 = 40  # hexadecimal digits; git may be told to use SHA-256 instead
_SOURCES = ("", ".py", ".pyi")


@dataclass(frozen=True)
class Change:
    """What is different between a base and now, by absolute path, with forward slashes.

    `before` has what files held at the base, None for those that were not there; all others were as they are on the
    disk. `now` likewise, where not the disk is what counts. `renamed` leads from a path now to the one at the base.
    `base` says which one that is.
    """

    base: str
    before: Contents
    now: Contents = field(default_factory=dict[str, "bytes | None"])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])


def changed_since(root: Path, revision: str | None = None, also: Collection[str] = ()) -> Change:
    """The change from where this branch left a revision to the files on the disk, untracked ones among them.

    The default is the default branch of the remote repository. `root` is the root of a git repository. Python files
    count, files without an ending, those that tell of versions, and those whose absolute paths are in `also`. Raises
    GitError.
    """
    git = Git(root)
    base = merge_base(git, revision)
    return compared(base.shown, _Repository(git, also).at(base.commit))


def staged(root: Path, also: Collection[str] = ()) -> Change:
    """The change from the last commit to git's index: what the next commit brings. Otherwise as `changed_since`."""
    git = Git(root)
    base = head(git)
    repository = _Repository(git, also)
    return compared(base.shown, repository.at(base.commit), repository.in_index())


def compared(base: str, before: Contents, now: Contents | None = None) -> Change:
    """The change between two states, each given by what is not as on the disk."""
    now = now or {}
    before = {**{path: _on_disk(path) for path in now}, **before}
    after = {path: now[path] if path in now else _on_disk(path) for path in before}
    gone = {path: was for path, was in before.items() if was is not None and after[path] is None}
    new = {path: content for path, content in after.items() if content is not None and before[path] is None}
    return Change(base, before, now, renames(gone, new))


class _Entry(NamedTuple):
    """A file of a commit or of the index: its kind, as git writes it, and the name of its content; "" if not there.

    `now` is the kind that it has now.
    """

    mode: str
    name: str
    now: str = ""


class _Repository:
    """The files of a repository that are not on the disk as they are in a commit, or in the index."""

    def __init__(self, git: Git, also: Collection[str] = ()) -> None:
        self._git = git
        self._also = also
        self._root = git.root.as_posix().rstrip("/")

    def at(self, commit: str) -> dict[str, bytes | None]:
        """What is different in a commit."""
        entries = dict(self._entries("diff-index", "--ignore-submodules=dirty", commit))
        for path, entry in entries.items():
            if entry.mode == "unmerged":
                entries[path] = _Entry("100644", f"{commit}:{path}")
        contents = self._contents(entries, commit)
        contents.update((path, None) for path in self._untracked(entries))  # without what has only left the index
        for path, commit_there in self._submodules(entries):
            contents |= self._submodule(path, commit_there)
        for path, entry in entries.items():
            if entry.mode == _SUBMODULE != entry.now:
                contents |= self._removed_submodule(path, entry.name, commit)
        return contents

    def whole(self, commit: str) -> dict[str, bytes | None]:
        """What a commit has, but for what is the same on the disk."""
        entries: dict[str, _Entry] = {}
        for line in self._git.parts("ls-tree", "-r", "-z", "--full-tree", commit):
            described, _, path = line.partition("\t")
            mode, _, name = described.split(" ")
            entries[path] = _Entry(mode, name)
        return self._contents(entries, commit)

    def in_index(self) -> dict[str, bytes | None]:
        """What is different in the index. Files in which a merge has left a conflict count as on the disk."""
        entries = self._entries("diff-files", "--ignore-submodules=all")
        contents = self._contents({path: entry for path, entry in entries if entry.mode != "unmerged"}, "")
        contents.update((path, None) for path in self._untracked(()))
        return contents

    def _entries(self, command: str, *arguments: str) -> Iterator[tuple[str, _Entry]]:
        """The entries that differ from the disk, with their paths."""
        parts = iter(self._git.parts(command, "--raw", "-z", "--no-abbrev", "--no-renames", *arguments, "--"))
        for described, path in zip(parts, parts, strict=True):
            mode, now, name, _, status = described.removeprefix(":").split(" ")
            if status == "U":
                mode = "unmerged"
            yield path, _Entry(mode, "" if status == "A" else name, now)

    def _contents(self, entries: Mapping[str, _Entry], commit: str) -> dict[str, bytes | None]:
        wanted = {
            path: entry
            for path, entry in entries.items()
            if entry.mode != _SUBMODULE and self._counts(path) and not self._is_same(path, entry)
        }
        objects = self._git.objects(entry.name for entry in wanted.values() if entry.name)
        contents: dict[str, bytes | None] = {}
        for path, entry in wanted.items():
            if entry.name and entry.name not in objects and ":" not in entry.name:
                raise GitError(
                    f"git does not have `{path}` as it was before, as in a partial clone; "
                    f"run `git diff --stat {commit}`, which fetches what is missing"
                )
            contents[self._absolute(path)] = objects.get(entry.name)
        for path, entry in wanted.items():
            if entry.mode == _LINK:
                contents[self._absolute(path)] = _behind_link(self._absolute(path), contents)
        return contents

    def _is_same(self, path: str, entry: _Entry) -> bool:
        """Whether a file on the disk, which git has not looked into, is what it was but for line ends."""
        if not entry.name or entry.mode == _LINK:
            return False
        data = _on_disk(self._absolute(path))
        forms = () if data is None else (data, data.replace(b"\r\n", b"\n"))
        return any(_blob(form, entry.name) == entry.name for form in forms)

    def _untracked(self, known: Collection[str]) -> Iterator[str]:
        for path in self._git.parts("ls-files", "--others", "--exclude-standard", "-z"):
            if path.rstrip("/") in known:
                continue
            if path.endswith("/"):  # a repository inside this one
                yield from _sources_below(self._absolute(path.rstrip("/")))
            elif self._counts(path):
                yield self._absolute(path)

    def _submodules(self, changed: Mapping[str, _Entry]) -> Iterator[tuple[str, str]]:
        """The submodules that are here, each with its commit at the base; "" where it was none."""
        if not (self._git.root / ".gitmodules").is_file():
            return
        for line in self._git.parts("ls-files", "--stage", "-z"):
            described, _, path = line.partition("\t")
            mode, name, _ = described.split(" ")
            if mode == _SUBMODULE and (self._git.root / path / ".git").exists():
                yield path, changed.get(path, _Entry(mode, name)).name

    def _submodule(self, path: str, commit: str) -> dict[str, bytes | None]:
        git = Git(self._git.root / path)
        inner = _Repository(git, self._also)
        if not commit:
            return dict.fromkeys(_sources_below(self._absolute(path)))
        if not git.has(commit):
            raise GitError(f"the submodule `{path}` has no commit {commit}; run `git -C {path} fetch origin {commit}`")
        return inner.at(commit)

    def _removed_submodule(self, path: str, commit: str, base: str) -> dict[str, bytes | None]:
        """The files that a submodule had in one of its commits; none where it is not here, as if it never was."""
        git = self._git.submodule(path, base)
        if git is None:
            return {}
        if not git.has(commit):
            raise GitError(
                f"the submodule `{path}` was removed, and its commit {commit} is not here; "
                f"run `git --git-dir={git.directory} --work-tree=. fetch origin {commit}`"
            )
        inner = _Repository(git, self._also)
        return inner.whole(commit) if git.directory else inner.at(commit)

    def _counts(self, path: str) -> bool:
        absolute = self._absolute(path)
        return (
            PurePosixPath(path).suffix in _SOURCES or absolute in self._also or tells_versions(self._git.root, absolute)
        )

    def _absolute(self, path: str) -> str:
        return f"{self._root}/{path}"


def _on_disk(path: str) -> bytes | None:
    return files.raw(path) if os.path.isfile(path) else None  # noqa: PTH113 # a Path each costs more than the question


def _blob(data: bytes, like: str) -> str:
    """The name that git gives to a content, of the same kind as another one."""
    content = b"blob %d\0" % len(data) + data
    return hashlib.new("sha1" if len(like) == _SHA1 else "sha256", content, usedforsecurity=False).hexdigest()


def _behind_link(path: str, contents: Contents) -> bytes | None:
    """What a link holds that leads to another file."""
    target = os.path.normpath(f"{path}/../{os.fsdecode(contents[path] or b'')}").replace(os.sep, "/")
    return contents[target] if target in contents else _on_disk(target)


def _sources_below(directory: str) -> Iterator[str]:
    for found, _, names in os.walk(directory):
        yield from (f"{found}/{name}".replace(os.sep, "/") for name in names if name.endswith((".py", ".pyi")))
