"""A session whose findings are plain to see: the word `bad` in any line of a text without `broken`."""

import os
import re
from collections.abc import Callable, Sequence

from sadpath.analysis.finding import Edit, Evidence, FileReport, Finding, Fix, Position, Range, Related, Skip
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.session import IsStale, Scope, Stale, Tell
from sadpath.rule import Confidence, Severity


class FakeSession:
    """Finds each `bad`, on top of what `also` does when a file is checked.

    A unit with `broken` is skipped and has no findings. A finding's message is the number of `bad` in all open files,
    so it depends on them. `fails` makes the rule fail, `crash` the session.
    """

    def __init__(self, also: Callable[[str], object] = str) -> None:
        self._also = also
        self._texts: dict[str, list[str]] = {}
        self.news: list[str] = []

    def open(self, path: str, text: str) -> None:
        self._take(path, split_lines(text))

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        before = self._texts[path]
        assert lines[:first] == before[:first]
        assert lines[first + new :] == before[first + old :]
        self._take(path, lines)

    def _take(self, path: str, lines: list[str]) -> None:
        assert not any("crash" in line for line in lines), "".join(lines)
        self._texts[path] = lines

    def close(self, path: str) -> None:
        del self._texts[path]

    def changed(self, paths: Sequence[str]) -> None:
        self.news += [f"changed {path}" for path in paths]

    def reload(self, scope: Scope) -> None:
        self.news.append(f"reload {scope}")

    def learn(self, _: IsStale, /) -> bool:
        return False

    def end(self) -> None:
        self.news.append("end")

    def check(self, path: str, _: IsStale, /) -> FileReport:
        self._also(path)
        lines = self._texts[path]
        count = sum(line.count("bad") for text in self._texts.values() for line in text)
        units = outline(lines)
        broken = [
            range(first, first + unit.lines)
            for unit, first in zip(units.segments, units.first_lines, strict=True)
            if "broken" in unit.text
        ]
        findings = [
            finding(path, Range(Position(row, match.start()), Position(row, match.end())), f"{count} in all")
            for row, line in enumerate(lines)
            for match in re.finditer("bad", line)
            if not any(row in rows for rows in broken)
        ]
        skipped = [Skip(path, "invalid syntax", rows.start, unit=(rows.start, rows.stop)) for rows in broken]
        skipped += [Skip(path, "no", row, "bare-except") for row, line in enumerate(lines) if "fails" in line]
        return FileReport(path, tuple(findings), tuple(skipped))


def fake(_: Scope, __: Tell) -> FakeSession:
    """Makes the fake session of a server."""
    return FakeSession()


class DeadlySession(FakeSession):
    """Kills its process when it checks a text with `deadly`."""

    def check(self, path: str, is_stale: IsStale, /) -> FileReport:
        if any("deadly" in line for line in self._texts[path]):
            os._exit(9)
        return super().check(path, is_stale)


def deadly(_: Scope, __: Tell) -> DeadlySession:
    """Makes the session in the other process."""
    return DeadlySession()


class TirelessSession(FakeSession):
    """Checks a text with `endless` until that is stale."""

    def check(self, path: str, is_stale: IsStale, /) -> FileReport:
        if any("endless" in line for line in self._texts[path]):
            while not is_stale():
                pass
            raise Stale
        return super().check(path, is_stale)


def tireless(_: Scope, __: Tell) -> TirelessSession:
    """Makes the session in the other process."""
    return TirelessSession()


def unmakeable(_: Scope, __: Tell) -> FakeSession:
    """Makes no session."""
    raise RuntimeError("secret")


def finding(path: str, place: Range, message: str = "it fails") -> Finding:
    """A finding with all that one can have."""
    return Finding(
        path=path,
        rule="bare-except",
        family="except",
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        message=message,
        range=place,
        scope="f",
        fingerprint=f"print-{place.start.line}-{place.start.column}",
        evidence=(Evidence("`x` is `y`", "/project/other.py", 3), Evidence("from nowhere")),
        related=(Related(path, Range(Position(0, 0), Position(0, 1)), "the start"),),
        fixes=(
            Fix("Make it good", True, (Edit(place, "good"),)),
            Fix("Make it fine", False, (Edit(place, "fine"), Edit(Range(Position(0, 0), Position(0, 0)), "# fine\n"))),
        ),
    )
