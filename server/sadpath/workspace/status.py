"""Tells which findings a change brings, which ones are in code that it edits, and which ones were there before."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.syntax.text import split_lines

if TYPE_CHECKING:  # takes longer to import than most checks of little take
    from sadpath.analysis.syntax.outline import Outline


class Status(str, Enum):
    """What a change has to do with a finding."""

    NEW = "new"
    """It was not there before."""
    TOUCHED = "touched"
    """It was there before, in a unit (a function, a method, or a statement outside of both) that was edited."""
    OLD = "old"


class Earlier(FileReport, frozen=True):
    """The report on a file as it was before a change, and the texts of its units. `path` is the one that it has now."""

    units: frozenset[str] = frozenset()

    def statuses(self, lines: Sequence[str], findings: Iterable[Finding]) -> tuple[Status, ...]:
        """The status of each of these findings in the file, which has these lines now."""
        from sadpath.analysis.syntax.outline import Outline
        from sadpath.analysis.syntax.statements import Statements

        outline = Outline(lines)
        units = unit_texts(outline)
        place = Statements(outline).segment
        known = {finding.fingerprint for finding in self.findings}

        def status(finding: Finding) -> Status:
            if finding.fingerprint not in known:
                return Status.NEW
            return Status.OLD if units[place(finding.range.start.line)] in self.units else Status.TOUCHED

        return tuple(map(status, findings))

    def gone(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that were there before and are not among these, which are all that there are now."""
        left = {finding.fingerprint for finding in findings}
        return tuple(finding for finding in self.findings if finding.fingerprint not in left)


def unit_texts(outline: "Outline") -> list[str]:
    """The text of each unit, with its name in front, without the lines above it; the same for any line ends."""
    texts: list[str] = []
    for segment in outline.segments:
        lines = [line.rstrip("\r\n") for line in split_lines(segment.text)]
        texts.append("\n".join([segment.qualname, *lines[segment.lead :]]).rstrip())
    return texts
