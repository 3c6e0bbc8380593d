"""The process that checks all files of the workspace in the background, with processes of its own."""

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.editor_settings import EditorSettings
from sadpath.lsp.session import Scope
from sadpath.workspace import files
from sadpath.workspace.batch import BatchError, check_all, processors
from sadpath.workspace.repeat import check_again
from sadpath.workspace.walk import Target, walk

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

_POLITE = 10
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


class Ended(msgspec.Struct, frozen=True):
    """All files are checked, or none can be, for a reason."""

    problem: str = ""


class Told(msgspec.Struct, frozen=True):
    """Words for the user."""

    message: str


News: TypeAlias = Portion | Ended | Told


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
    targets = [found for found in walk(scope.folders, settings) if isinstance(found, Target)]
    send(Portion(0, len(targets), ()))
    try:
        for portion in _portions(_checked(targets, scope), len(targets)):
            send(portion)
    except BatchError as error:
        return Ended(str(error))
    return Ended()


def _checked(targets: Sequence[Target], scope: Scope) -> Generator[FileReport]:
    """The reports. A workspace that is not trusted has nothing written, so everything is checked each time."""
    jobs = max(1, processors() - 1)
    return check_again(targets, jobs, apart=True) if scope.trusted else check_all(targets, jobs, apart=True)


def _portions(reports: Iterable[FileReport], total: int) -> Generator[Portion]:
    found: list[Found] = []
    done = 0
    for report in reports:
        done += 1
        if report.findings:
            found.append(Found(report.path, report.findings, _wide_lines(report)))
        if done % _PORTION == 0:
            yield Portion(done, total, tuple(found))
            found.clear()
    yield Portion(done, total, tuple(found))


def _wide_lines(report: FileReport) -> dict[int, str]:
    """The lines with findings that are not ASCII, by row."""
    source = files.read(report.path)
    if not isinstance(source, files.SourceFile) or source.text.isascii():
        return {}
    lines = split_lines(source.text)
    places = [place for finding in report.findings for place in (finding.range, *(r.range for r in finding.related))]
    rows = {row for place in places for row in (place.start.line, place.end.line) if row < len(lines)}
    return {row: lines[row] for row in rows if not lines[row].isascii()}
