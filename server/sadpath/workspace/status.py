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
    """It was there before, in edited code: the innermost loop, `try`, `with` or function is another one now."""
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
        starts = [first + segment.lead for first, segment in zip(outline.first_lines, outline.segments, strict=True)]
        known = {finding.fingerprint for finding in self.findings}

        def status(finding: Finding) -> Status:
            if finding.fingerprint not in known:
                return Status.NEW
            row = finding.range.start.line
            unit = place(row)
            is_old = units[unit] in self.units or self._has_block(units[unit], row - starts[unit])
            return Status.OLD if is_old else Status.TOUCHED

        return tuple(map(status, findings))

    def gone(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that were there before and are not among these, which are all that there are now."""
        left = {finding.fingerprint for finding in findings}
        return tuple(finding for finding in self.findings if finding.fingerprint not in left)

    def _has_block(self, unit: str, row: int) -> bool:
        """Whether the innermost block around a row of a unit was in the same unit before, as it is now."""
        from sadpath.analysis.syntax.blocks import blocks, innermost

        name, *lines = unit.split("\n")
        block = innermost(blocks(lines), row)
        if block is None:
            return False
        text = lines[block.first : block.end]
        return any(
            text == others[other.first : other.end]
            for was, *others in (unit.split("\n") for unit in self.units)
            if was == name
            for other in blocks(others)
        )


def earlier(report: FileReport, outline: "Outline") -> Earlier:
    """The report on a file that was cut into these units when it was made."""
    return Earlier(report.path, report.findings, report.skipped, units=frozenset(unit_texts(outline)))


def unit_texts(outline: "Outline") -> list[str]:
    """The text of each unit, with its name in front, without the lines above it; the same for any line ends."""
    texts: list[str] = []
    for segment in outline.segments:
        lines = [line.rstrip("\r\n") for line in split_lines(segment.text)]
        texts.append("\n".join([segment.qualname, *lines[segment.lead :]]).rstrip())
    return texts
