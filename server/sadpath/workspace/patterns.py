"""File patterns in the form of `.gitignore`, for ignore files and settings alike."""

from dataclasses import dataclass
from functools import cached_property

import pathspec


@dataclass(frozen=True)
class Patterns:
    """Patterns relative to a directory, `base` (absolute, forward slashes). Later ones win over earlier ones."""

    base: str
    lines: tuple[str, ...]

    def verdict(self, path: str, directory: bool = False) -> bool | None:
        """Whether the last pattern that matches an absolute path includes it (True) or re-includes it with `!` (False).

        None where no pattern matches, also for paths outside the base.
        """
        prefix = self.base.rstrip("/") + "/"
        if not self.lines or not path.startswith(prefix):
            return None
        return self._spec.check_file(path[len(prefix) :] + "/" * directory).include

    def moved(self, base: str) -> "Patterns":
        """The same patterns, relative to another directory."""
        return Patterns(base, self.lines)

    @cached_property
    def _spec(self) -> pathspec.GitIgnoreSpec:
        return pathspec.GitIgnoreSpec.from_lines(self.lines)


def is_pattern(line: str) -> bool:
    """Whether a line is a pattern in the form of `.gitignore`."""
    try:
        pathspec.GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
