"""The process that checks all files of the workspace in the background, with processes of its own."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from sadpath.analysis.finding import FileReport, Finding, Range
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.editor_settings import EditorSettings
from sadpath.lsp.session import Scope
from sadpath.workspace import files
from sadpath.workspace.batch import BatchError, processors
from sadpath.workspace.changes import changed_since
from sadpath.workspace.git import GitError
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.review import review
from sadpath.workspace.status import Status
from sadpath.workspace.walk import Target, walk

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

_POLITE = 5
"""How much less of a processor it gets than what the user waits for: `nice` of POSIX. 0 is normal, 19 the least."""
_PORTION = 64


class Found(msgspec.Struct, frozen=True):
    """What was found in one file. `lines` holds those lines, by row, in which columns may not be code points."""

    path: str
    findings: tuple[Finding, ...]
    lines: dict[int, str]


class Portion(msgspec.Struct, frozen=True):
    """`done` of `total` files are checked; `found` are those among the last of them that have findings."""

    done: int
    total: int
    found: tuple[Found, ...]


class Reviewed(msgspec.Struct, frozen=True):
    """What the change under review has to do with what was found: the status of each finding, by path and fingerprint.

    `base` says what was compared with; where nothing could be, `problem` says why, and what to do.
    """

    base: str = ""
    problem: str = ""
    statuses: dict[str, dict[str, Status]] = {}


class Ended(msgspec.Struct, frozen=True):
    """All files are checked, or none can be, for a reason."""

    problem: str = ""


class Told(msgspec.Struct, frozen=True):
    """Words for the user."""

    message: str


News: TypeAlias = Portion | Reviewed | Ended | Told


def index(connection: "Connection", scope: Scope) -> None:
    """Check all files, and once more for each scope that is received, until nobody is there to ask."""
    if hasattr(os, "nice"):
        os.nice(_POLITE)
    with suppress(EOFError, OSError):
        while True:
            connection.send(_run(scope, connection.send))
            scope = connection.recv()
            while connection.poll():  # the last one counts
                scope = connection.recv()


def _run(scope: Scope, send: Callable[[News], None]) -> Ended:
    settings = EditorSettings(scope, lambda message: send(Told(message)))
    # A folder within another comes first, as each file is found once.
    folders = sorted(scope.folders, key=lambda folder: len(folder.parts), reverse=True)
    targets = [found for found in walk(folders, settings) if isinstance(found, Target)]
    jobs = max(1, processors() - 1)
    # A workspace that is not trusted has nothing written, so everything is checked each time.
    repeat = Repeat(targets, jobs, apart=True, lasting=scope.trusted)
    reports: list[FileReport] = []
    send(Portion(0, len(targets), ()))
    try:
        for report in repeat.reports():
            reports.append(report)
            if len(reports) % _PORTION == 0:
                send(_portion(reports[-_PORTION:], len(reports), len(targets)))
        rest = len(reports) % _PORTION
        send(_portion(reports[len(reports) - rest :], len(reports), len(targets)))
        if scope.base is not None:
            send(reviewed(reports, targets, scope.base, jobs, repeat))
    except BatchError as error:
        return Ended(str(error))
    return Ended()


def _portion(reports: Sequence[FileReport], done: int, total: int) -> Portion:
    found = (Found(report.path, report.findings, _wide_lines(report)) for report in reports if report.findings)
    return Portion(done, total, tuple(found))


def reviewed(
    reports: Sequence[FileReport], targets: Sequence[Target], base: str, jobs: int, repeat: Repeat
) -> Reviewed:
    """What the change since a base, "" for the usual one, has to do with the reports. Raises BatchError."""
    sources = {target.path for target in targets}
    try:
        changes = {root: changed_since(root, base or None, sources) for root in {target.root for target in targets}}
    except GitError as error:
        return Reviewed(problem=str(error))
    seen = review(reports, targets, changes, jobs, repeat)
    statuses = {
        report.path: {
            finding.fingerprint: seen.statuses.get((report.path, finding.fingerprint), Status.OLD)
            for finding in report.findings
        }
        for report in seen.reports
    }
    return Reviewed(" and ".join(dict.fromkeys(change.base for change in changes.values())), statuses=statuses)


def _wide_lines(report: FileReport) -> dict[int, str]:
    """The lines with findings, or with edits that mend these, that are not ASCII, by row."""
    source = files.read(report.path)
    if not isinstance(source, files.SourceFile) or source.text.isascii():
        return {}
    lines = split_lines(source.text)
    places = [place for finding in report.findings for place in _places(finding)]
    rows = {row for place in places for row in (place.start.line, place.end.line) if row < len(lines)}
    return {row: lines[row] for row in rows if not lines[row].isascii()}


def _places(finding: Finding) -> Iterator[Range]:
    yield finding.range
    yield from (related.range for related in finding.related)
    yield from (edit.range for fix in finding.fixes for edit in fix.edits)
