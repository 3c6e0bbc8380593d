"""What a change brings to the files that were checked: both sides count, and what may differ is looked at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from sadpath.analysis.finding import FileReport, Finding, Skip
from sadpath.analysis.meaning.project_names import Names
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.before import Before
from sadpath.workspace.changes import Change
from sadpath.workspace.configuration import Settings
from sadpath.workspace.difference import Difference
from sadpath.workspace.elsewhere import State, differing, reports
from sadpath.workspace.files import SourceFile
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import Watch
from sadpath.workspace.packs import load_rules
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.session import Session
from sadpath.workspace.status import Earlier, Status, earlier
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
    found: Iterable[FileReport], targets: Sequence[Target], changes: Changes, jobs: int, repeat: Repeat
) -> Review:
    """Compare the reports on the targets, as they are on the disk, with those before the changes.

    A target may also be a file that was there only before, without a report. `repeat` is the check that gave the
    reports. Raises BatchError.
    """
    names = {root: repeat.names(root) for root in changes}
    open_now, open_before = _OpenNow(changes, names), _OpenBefore(changes, names)
    now = {root: change.now for root, change in changes.items()}
    other = differing(targets, now, open_now, repeat)
    known = {report.path: report for report in found}
    known |= {report.path: report for report in reports(other.targets, open_now, jobs)}
    known = {target.path: known[target.path] for target in targets if _is_there(target, now, known)}
    before = {root: change.before for root, change in changes.items()}
    renamed = {path for change in changes.values() for path in change.renamed.values()}
    then = differing(targets, before, open_before, repeat)
    rest = {target.path: target for target in (*other.targets, *then.targets)}
    rest = {path: target for path, target in rest.items() if path in known or path not in renamed}
    kept = [_earlier(report, before[rest[path].root]) for path, report in then.known.items() if path in rest]
    asked = [target for path, target in rest.items() if path not in then.known]
    statuses: dict[tuple[str, str], Status] = {}
    gone: list[Finding] = []
    skipped: list[Skip] = []
    for report in chain(kept, reports(asked, open_before, jobs)):
        was = report if isinstance(report, Earlier) else Earlier(report.path)
        if was is not report:
            skipped += [Skip(skip.path, f"before the change, {skip.reason}", rule=skip.rule) for skip in report.skipped]
        findings = known[report.path].findings if report.path in known else ()
        gone += was.gone(findings)
        if findings:
            lines = split_lines(_text(report.path, now[rest[report.path].root]))
            for finding, status in zip(findings, was.statuses(lines, findings), strict=True):
                statuses[finding.path, finding.fingerprint] = status
    texts = {path: _text(path, contents) for contents in now.values() for path in contents}
    return Review(list(known.values()), statuses, tuple(gone), tuple(skipped), texts)


def _earlier(report: FileReport, contents: Contents) -> Earlier:
    """A report that was kept on a file with these contents over the disk."""
    from sadpath.analysis.syntax.outline import Outline

    return earlier(report, Outline(split_lines(_text(report.path, contents))))


def _text(path: str, contents: Contents) -> str:
    """The text of a file as it counts, with these contents over the disk; "" where there is none."""
    source = Overlaid(contents).read(path)
    return source.text if isinstance(source, SourceFile) else ""


def _is_there(target: Target, now: Mapping[Path, Contents], known: Mapping[str, FileReport]) -> bool:
    return target.path in known and now[target.root].get(target.path, b"") is not None


class _Open:
    """Opens projects in another state; each once in a process. `names` are those in their files on the disk."""

    def __init__(self, changes: Changes, names: Mapping[Path, Mapping[str, Names | None]]) -> None:
        self.changes = changes
        self.names = names
        self._open: dict[tuple[Path, int], State] = {}

    def __call__(self, root: Path, settings: Settings) -> State:
        key = (root, id(settings))
        if key not in self._open:
            self._open[key] = self.opened(root, settings)
        return self._open[key]

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.changes, self.names)

    def opened(self, root: Path, settings: Settings) -> State:
        raise NotImplementedError

    def names_in(self, root: Path, contents: Contents) -> NameIndex:
        return Difference(root, contents).names(self.names[root])


class _OpenBefore(_Open):
    """As they were before the changes."""

    def opened(self, root: Path, settings: Settings) -> State:
        change = self.changes[root]
        return Before(root, settings, change, self.names_in(root, change.before))


class _OpenNow(_Open):
    """As they count after the changes, whatever is on the disk."""

    def opened(self, root: Path, settings: Settings) -> State:
        now = self.changes[root].now
        watch = Watch(self.names_in(root, now))
        return Session(root, settings, load_rules(settings.packs), whole=True, watch=watch, contents=now)
