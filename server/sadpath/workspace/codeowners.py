"""Who owns a file, by the repository's CODEOWNERS."""

from pathlib import Path

from sadpath.workspace.patterns import Patterns, is_pattern

_PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""In the order in which GitHub looks, and then GitLab (docs.github.com, "About code owners"; docs.gitlab.com)."""


class CodeOwners:
    """The owners of the files below a repository's root. The last line that matches a path decides."""

    def __init__(self, root: Path) -> None:
        self._lines: list[tuple[Patterns, str]] = []
        for place in _PLACES:
            if (root / place).is_file():
                text = (root / place).read_text("utf-8", "replace")
                self._lines = [line for one in text.splitlines() if (line := _line(root, one))]
                break

    def of(self, path: str) -> str:
        """The owners of a file, by its absolute path, as they are written there; "" if it has none."""
        return next((owners for patterns, owners in reversed(self._lines) if patterns.verdict(path)), "")


def _line(root: Path, line: str) -> tuple[Patterns, str] | None:
    """A pattern, as in .gitignore, and the names behind it. Sections of GitLab are left out."""
    pattern, *owners = line.partition(" #")[0].split() or [""]
    if not pattern or pattern.startswith(("#", "[", "^[")) or not is_pattern(pattern):
        return None
    return Patterns(root.as_posix(), (pattern,)), " ".join(owners)
