"""Tells which findings a change brings, which ones are in code that it edits, and which ones were there before."""

from collections.abc import Iterable, Sequence
from enum import Enum
from pathlib import Path

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.statements import Statements
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.changes import Change
from sadpath.workspace.configuration import Settings
from sadpath.workspace.packs import load_rules
from sadpath.workspace.session import Session


class Status(Enum):
    """What a change has to do with a finding."""

    NEW = "new"
    """It was not there before."""
    TOUCHED = "touched"
    """It was there before, in a unit (a function, a method, or a statement outside of both) that was edited."""
    OLD = "old"


class Before:
    """A project as it was before a change, for as long as that stays the same. Not safe for several threads at once.

    The settings, the environment and the rules are those of now: what they bring is not the change's doing.
    """

    def __init__(self, root: Path, settings: Settings, change: Change) -> None:
        self._change = change
        self._session = Session(
            root, settings, load_rules(), whole=True, contents=change.before, renamed=change.renamed
        )

    def check(self, path: str) -> "Earlier":
        """What is known of a file, given by its path now, from before the change. Runs the analysis."""
        was = self._change.renamed.get(path, path)
        report = self._session.check(was)
        known = frozenset(finding.fingerprint for finding in report.findings)
        return Earlier(path, (), report.skipped, known, frozenset(_units(self._session.outline(was))))

    def statuses(self, path: str, lines: Sequence[str], findings: Sequence[Finding]) -> tuple[Status, ...]:
        """The status of each finding in a file, which has these lines now. Runs the analysis."""
        return self.check(path).statuses(lines, findings) if findings else ()


class Earlier(FileReport, frozen=True):
    """What matters of the report on a file before a change: the fingerprints of its findings, the texts of its units.

    There are no `findings`, and `path` is the one of now.
    """

    fingerprints: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()

    def statuses(self, lines: Sequence[str], findings: Iterable[Finding]) -> tuple[Status, ...]:
        """The status of each finding in the file, which has these lines now."""
        outline = Outline(lines)
        units = list(_units(outline))
        place = Statements(outline).segment

        def status(finding: Finding) -> Status:
            if finding.fingerprint not in self.fingerprints:
                return Status.NEW
            return Status.OLD if units[place(finding.range.start.line)] in self.units else Status.TOUCHED

        return tuple(map(status, findings))


def _units(outline: Outline) -> Iterable[str]:
    """The text of each unit with its name, without the lines above it, and with the same line ends everywhere."""
    for segment in outline.segments:
        lines = [line.rstrip("\r\n") for line in split_lines(segment.text)]
        yield "\n".join([segment.qualname, *lines[segment.lead :]]).rstrip()
