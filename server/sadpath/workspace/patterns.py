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
        if not self.lines or not path.startswith(self._prefix):
            return None
        return self._spec.check_file(path[len(self._prefix) :] + "/" * directory).include

    def verdict_inside(self, path: str, directory: bool = False) -> bool | None:
        """The same for a path in a directory that the patterns do not include.

        Most patterns are for names alone, whatever the directory, and many files have the same names.
        """
        if self._names is None or not path.startswith(self._prefix):
            return self.verdict(path, directory)
        key = (path.rpartition("/")[2], directory)
        if key not in self._verdicts:
            self._verdicts[key] = self._names._spec.check_file(key[0] + "/" * directory).include
        return self._verdicts[key] or (self._others.verdict(path, directory) if self._others.lines else None)

    def moved(self, base: str) -> "Patterns":
        """The same patterns, relative to another directory."""
        return Patterns(base, self.lines)

    @cached_property
    def _prefix(self) -> str:
        return self.base.rstrip("/") + "/"

    @cached_property
    def _names(self) -> "Patterns | None":
        """The patterns that are for names alone; None where some re-include, so that their order matters."""
        if any(line.startswith("!") for line in self.lines):
            return None
        return Patterns(self.base, tuple(line for line in self.lines if "/" not in line.removesuffix("/")))

    @cached_property
    def _others(self) -> "Patterns":
        return Patterns(
            self.base,
            tuple(line for line in self.lines if "/" in line.removesuffix("/") and not line.startswith("#")),
        )

    @cached_property
    def _verdicts(self) -> dict[tuple[str, bool], bool | None]:
        """What the patterns for names say, for each name that was asked for, of a directory or not."""
        return {}

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
