"""The risks that comments accept, with who answers for them and since when."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path

from sadpath.analysis.acceptance import Acceptance, acceptances
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace import files
from sadpath.workspace.codeowners import CodeOwners
from sadpath.workspace.files import SourceFile
from sadpath.workspace.git import Git, GitError
from sadpath.workspace.walk import Target

_WORD = b"sadpath"
_BLAMED = re.compile(r"^[0-9a-f]{40,64} \d+ (?P<line>\d+)")


@dataclass(frozen=True)
class Risk:
    """One comment that accepts risks. `line` is 0-based.

    `owner` is the one that it names, else the one of the file by CODEOWNERS, else "". `author` wrote the line that it
    stands in, on the day `since`: "" and None where git does not tell, as before a commit.
    """

    path: str
    line: int
    said: Acceptance
    owner: str
    author: str = ""
    since: date | None = None

    def has_expired(self, today: date) -> bool:
        """Whether the day has come until which the risk was accepted."""
        return self.said.until is not None and self.said.until <= today


def ledger(targets: Iterable[Target]) -> Iterator[Risk]:
    """All risks that comments in these files accept, in the order of the files; nothing is analysed."""
    owners: dict[Path, CodeOwners] = {}
    repositories: dict[Path, Git | None] = {}
    for target in targets:
        found = list(_accepted(target.path))
        if not found:
            continue
        root = target.root
        if root not in owners:
            owners[root], repositories[root] = CodeOwners(root), _repository(root)
        blamed = _blame(repositories[root], target.path, [line for line, _ in found])
        for line, said in found:
            author, since = blamed.get(line, ("", None))
            yield Risk(target.path, line, said, said.owner or owners[root].of(target.path), author, since)


def _accepted(path: str) -> Iterator[tuple[int, Acceptance]]:
    data = files.raw(path)
    source = files.decode(path, data) if _WORD in data else None
    if not isinstance(source, SourceFile):
        return
    outline = Outline(split_lines(source.text))
    for segment, first in zip(outline.segments, outline.first_lines, strict=True):
        for comment in segment.comments:
            yield from ((first + comment.line, said) for said in acceptances(comment.text) if not said.problem)


def _repository(root: Path) -> Git | None:
    try:
        return Git(root)
    except GitError:
        return None


def _blame(git: Git | None, path: str, lines: Iterable[int]) -> dict[int, tuple[str, date | None]]:
    """Who wrote these lines (0-based), and when; nothing of those that are in no commit."""
    if git is None:
        return {}
    ranges = [f"-L{line + 1},{line + 1}" for line in dict.fromkeys(lines)]
    told = git.tells("blame", "--line-porcelain", "--no-textconv", *ranges, "--", path)
    found: dict[int, tuple[str, date | None]] = {}
    line, author, commit = -1, "", ""
    for row in told.split("\n"):
        if head := _BLAMED.match(row):
            line, commit = int(head["line"]) - 1, row.partition(" ")[0]
        elif row.startswith("author "):
            author = row.removeprefix("author ")
        elif row.startswith("author-time ") and commit.strip("0"):
            seconds = int(row.removeprefix("author-time "))
            found[line] = (author, datetime.fromtimestamp(seconds, timezone.utc).date())
    return found
