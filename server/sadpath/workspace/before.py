"""A project as it was before a change."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sadpath.analysis.fact import Fact
from sadpath.analysis.finding import Finding
from sadpath.workspace.changes import Change
from sadpath.workspace.configuration import Settings
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import Watch
from sadpath.workspace.packs import load_rules
from sadpath.workspace.session import Session
from sadpath.workspace.status import Earlier, Status, earlier


class Before:
    """Checks files of a project as they were before a change, and remembers what it found out.

    The settings, the environment and the rules are those of now: what they bring is not the change's doing. Good for as
    long as the files that the change does not name are on the disk as they were then. Not safe for use by several
    threads at once. `names` spare reading all files, for what their names tell.
    """

    def __init__(self, root: Path, settings: Settings, change: Change, names: NameIndex | None = None) -> None:
        self._change = change
        watch = Watch(names) if names else None
        self._session = Session(
            root,
            settings,
            load_rules(settings.packs),
            whole=True,
            watch=watch,
            contents=change.before,
            renamed=change.renamed,
        )

    def check(self, path: str) -> Earlier:
        """The report on a file, given by its absolute path now, as it was; empty if it was not there."""
        was = self._change.renamed.get(path, path)
        if self._change.before.get(was, b"") is None:
            return Earlier(path)
        report = self._session.check(was)
        findings = tuple(msgspec.structs.replace(finding, path=path) for finding in report.findings)
        return earlier(msgspec.structs.replace(report, path=path, findings=findings), self._session.outline(was))

    def is_true(self, fact: Fact) -> bool:
        """Whether a question that some report rests on had the same answer."""
        return self._session.is_true(fact)

    def statuses(self, path: str, lines: Sequence[str], findings: Sequence[Finding]) -> tuple[Status, ...]:
        """The status of each finding in a file, which has these lines now."""
        return self.check(path).statuses(lines, findings) if findings else ()
