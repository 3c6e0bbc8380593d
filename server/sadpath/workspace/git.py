"""Asks the `git` program about a repository, so that nothing in the repository can make it run another program."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "protocol.allow": "never",
}
_CONTEXT = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY"),
        *("GIT_INDEX_FILE", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS"),
        *("GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"),
    }
)
"""What a hook, or another program around us, says about the repository that it is for: not always the one asked."""


class GitError(Exception):
    """What git cannot tell, and what to do about it."""


class Git:
    """One repository. `root` is the directory of its work tree: the one that holds `.git`.

    `directory` is where the repository itself is, if the work tree is not there any more.
    Nothing is fetched and nothing is written. Hooks, the file system monitor and the filters that the repository's
    configuration names are off (git 2.39, `git help attributes`), and so are external diff and textconv programs.
    Raises GitError where there is no such repository, or no git.
    """

    def __init__(self, root: Path, directory: Path | None = None) -> None:
        self.root = root
        self.directory = directory
        self._environment = _environment({}, directory)
        if not (directory or root / ".git").exists():
            raise GitError(f"`{root}` is not in a git repository")
        if self.ask("rev-parse", "--show-prefix").strip():
            raise GitError(f"`{root / '.git'}` is not a git repository, although it is called so")
        self._environment = _environment(dict.fromkeys(self._filters(), ""), directory)
        if index := self._index_of_hook():
            self._environment["GIT_INDEX_FILE"] = index

    def ask(self, *arguments: str, codes: Iterable[int] = (0,)) -> str:
        """What git writes, without the last line end. Raises GitError where it ends with another exit code."""
        return os.fsdecode(self.run(arguments, codes=codes)).rstrip("\n")

    def parts(self, *arguments: str) -> list[str]:
        """What git writes in pieces that end with NUL, as it does with `-z`."""
        return os.fsdecode(self.run(arguments)).split("\0")[:-1]

    def tells(self, *arguments: str) -> str:
        """What git writes, or "" where it fails: for questions whose answer may be that there is none."""
        try:
            return self.ask(*arguments)
        except GitError:
            return ""

    def run(self, arguments: Iterable[str], given: bytes = b"", codes: Iterable[int] = (0,)) -> bytes:
        """The bytes that git writes, with `given` on its standard input. Raises GitError as `ask` does."""
        command = ["git", "--no-pager", "--literal-pathspecs", *arguments]
        try:
            done = subprocess.run(
                command, cwd=self.directory or self.root, env=self._environment, input=given, capture_output=True
            )
        except FileNotFoundError:
            raise GitError("the program `git` is not installed, or not on the PATH") from None
        except OSError as error:
            raise GitError(f"`git` cannot be run: {error.strerror}") from None
        if done.returncode not in codes:
            said = os.fsdecode(done.stderr).strip().removeprefix("fatal: ")
            raise GitError(f"git says: {said}" if said else f"`git {command[3]}` failed")
        return done.stdout

    def objects(self, names: Iterable[str]) -> dict[str, bytes]:
        """The contents of the objects of these names (as git understands them, without line ends) that are here."""
        asked = list(dict.fromkeys(names))
        if not asked:
            return {}
        written = self.run(("cat-file", "--batch"), os.fsencode("".join(f"{name}\n" for name in asked)))
        found: dict[str, bytes] = {}
        at = 0
        for name in asked:
            end = written.index(b"\n", at)
            *_, kind, size = written[at:end].rsplit(b" ", 2)
            at = end + 1
            if size.isdigit() and kind in (b"blob", b"commit", b"tree", b"tag"):
                found[name] = written[at : at + int(size)]
                at += int(size) + 1
        return found

    def has(self, commit: str) -> bool:
        """Whether a commit is here, given by its object name."""
        return bool(self.tells("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"))

    def submodule(self, path: str, commit: str) -> "Git | None":
        """The repository of a submodule that a commit of this one has; None if it is not here."""
        if (self.root / path / ".git").exists():
            return Git(self.root / path)
        pattern = r"^submodule\..*\.path$"
        told = self.tells("config", "--blob", f"{commit}:.gitmodules", "-z", "--get-regexp", pattern)
        for setting in told.split("\0"):
            key, _, value = setting.partition("\n")
            name = key.removeprefix("submodule.").removesuffix(".path")
            if value == path and ".." not in PurePosixPath(name).parts:
                directory = self.root / self.ask("rev-parse", "--git-path", f"modules/{name}")
                return Git(self.root / path, directory) if directory.is_dir() else None
        return None

    @cached_property
    def is_shallow(self) -> bool:
        """Whether history was cut off when it was fetched."""
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def _filters(self) -> list[str]:
        """The settings that name a program which git would run on files' contents."""
        pattern = r"^filter\..*\.(clean|smudge|process|required)$"
        return self.ask("config", "-z", "--name-only", "--get-regexp", pattern, codes=(0, 1)).split("\0")[:-1]

    def _index_of_hook(self) -> str:
        """The index that git tells a hook of this repository to look at, which need not be the usual one."""
        told = os.environ.get("GIT_INDEX_FILE")
        if not told:
            return ""
        index = (self.root / told).resolve()
        own = Path(self.ask("rev-parse", "--absolute-git-dir")).resolve()
        return str(index) if index.is_file() and index.is_relative_to(own) else ""


def _environment(settings: Mapping[str, str], directory: Path | None) -> dict[str, str]:
    told = {name: value for name, value in os.environ.items() if name not in _CONTEXT}
    off = {name: "false" if name.endswith(".required") else "" for name in settings}
    every = {**_SETTINGS, **off}
    for number, (name, value) in enumerate(every.items()):
        told[f"GIT_CONFIG_KEY_{number}"] = name
        told[f"GIT_CONFIG_VALUE_{number}"] = value
    if directory is not None:  # whose configuration names a work tree that is not there
        told |= {"GIT_DIR": ".", "GIT_WORK_TREE": "."}
    return told | {
        "GIT_CONFIG_COUNT": str(len(every)),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
