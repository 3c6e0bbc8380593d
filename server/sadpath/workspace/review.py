"""What a change brings to the files that were checked: both sides count, and what may differ is looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from sadpath.analysis.finding import FileReport, Finding, Skip
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.before import Before
from sadpath.workspace.changes import Change
from sadpath.workspace.configuration import Settings
from sadpath.workspace.elsewhere import State, differing, reports
from sadpath.workspace.files import SourceFile
from sadpath.workspace.packs import load_rules
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.session import Session
from sadpath.workspace.status import Earlier, Status
from sadpath.workspace.tree import Contents, Overlaid
from sadpath.workspace.walk import Target

Changes: TypeAlias = Mapping[Path, Change]
"""The change of each project, by its root."""


@dataclass(frozen=True)
class Review:
    """The reports on what counts now, and what the changes have to do with the findings.

    `statuses` are by path and fingerprint; what has none is old. `gone` are the findings that were there before only,
    `skipped` is what could not be analysed then, and `texts` are those that count otherwise than on the disk.
    """

    reports: Sequence[FileReport]
    statuses: Mapping[tuple[str, str], Status]
    gone: tuple[Finding, ...]
    skipped: tuple[Skip, ...]
    texts: Mapping[str, str]


def review(
    found: Iterable[FileReport], targets: Sequence[Target], changes: Changes, jobs: int, repeat: Repeat | None = None
) -> Review:
    """Compare the reports on the targets, as they are on the disk, with those before the changes.

    A target may also be a file that was there only before, without a report. `repeat` is the check that gave the
    reports: without it, each file is checked once more. Raises BatchError.
    """
    now = {root: change.now for root, change in changes.items()}
    other = differing(targets, now, OpenNow(changes), repeat)
    known = {report.path: report for report in found}
    known |= {report.path: report for report in reports(other, OpenNow(changes), jobs)}
    known = {target.path: known[target.path] for target in targets if _is_there(target, now, known)}
    before = {root: change.before for root, change in changes.items()}
    renamed = {path for change in changes.values() for path in change.renamed.values()}
    rest = {target.path: target for target in (*other, *differing(targets, before, OpenBefore(changes), repeat))}
    rest = {path: target for path, target in rest.items() if path in known or path not in renamed}
    statuses: dict[tuple[str, str], Status] = {}
    gone: list[Finding] = []
    skipped: list[Skip] = []
    for report in reports([*rest.values()], OpenBefore(changes), jobs):
        earlier = report if isinstance(report, Earlier) else Earlier(report.path)
        if earlier is not report:
            skipped += [Skip(skip.path, f"before the change, {skip.reason}", rule=skip.rule) for skip in report.skipped]
        findings = known[report.path].findings if report.path in known else ()
        gone += earlier.gone(findings)
        if findings:
            lines = split_lines(_text(report.path, now[rest[report.path].root]))
            for finding, status in zip(findings, earlier.statuses(lines, findings), strict=True):
                statuses[finding.path, finding.fingerprint] = status
    texts = {path: _text(path, contents) for contents in now.values() for path in contents}
    return Review(list(known.values()), statuses, tuple(gone), tuple(skipped), texts)


def _text(path: str, contents: Contents) -> str:
    """The text of a file as it counts, with these contents over the disk; "" where there is none."""
    source = Overlaid(contents).read(path)
    return source.text if isinstance(source, SourceFile) else ""


def _is_there(target: Target, now: Mapping[Path, Contents], known: Mapping[str, FileReport]) -> bool:
    return target.path in known and now[target.root].get(target.path, b"") is not None


@dataclass(frozen=True)
class OpenBefore:
    """Opens projects as they were before the changes."""

    changes: Changes

    def __call__(self, root: Path, settings: Settings) -> State:
        """The session."""
        return Before(root, settings, self.changes[root])


@dataclass(frozen=True)
class OpenNow:
    """Opens projects as they count after the changes, whatever is on the disk."""

    changes: Changes

    def __call__(self, root: Path, settings: Settings) -> State:
        """The session."""
        return Session(root, settings, load_rules(settings.packs), whole=True, contents=self.changes[root].now)
