"""`sadpath.changeFindings`: what the change under review brings, in all files, worst first."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol.converters import get_converter

from sadpath.analysis.finding import Finding
from sadpath.grade import Confidence, Severity
from sadpath.lsp.diagnostics import Place
from sadpath.workspace.codeowners import CodeOwners
from sadpath.workspace.status import Status
from sadpath.workspace.walk import project_root

if TYPE_CHECKING:
    from sadpath.lsp.server import Server

_TO_JSON = get_converter()


async def change_findings(server: "Server") -> dict[str, object]:
    """The findings of the change, once all files are checked: the first time that takes as long as a check of them."""
    server.review()
    await server.index.settled()
    reviewed = server.index.reviewed
    if reviewed is None:
        return {"base": None, "problem": "the workspace is not checked: that was stopped, or failed", "findings": []}
    owners = _Owners()
    found = sorted(_brought(server), key=lambda one: _importance(one[0], one[2]))
    return {
        "base": reviewed.base or None,
        "problem": reviewed.problem or None,
        "findings": [_described(finding, place, status, server, owners) for finding, place, status in found],
    }


def _brought(server: "Server") -> Iterator[tuple[Finding, Place, Status]]:
    """The findings that are new or touched: in open documents those of this moment, in others those on the disk."""
    places: list[tuple[Place, tuple[Finding, ...] | list[Finding]]] = []
    places += [(part, part.findings) for file in server.files.all() for part in file.parts()]
    opened = server.files.paths()
    closed = (file for file in server.index.files.values() if file.path not in opened)
    places += [(file, file.findings) for file in closed]
    for place, findings in places:
        for finding in findings:
            status = server.index.status(finding.path, finding.fingerprint)
            if status is Status.NEW or status is Status.TOUCHED:
                yield finding, place, status


def _importance(finding: Finding, status: Status) -> tuple[int, int, int, str, int]:
    return (
        _harm(finding),
        list(Status).index(status),
        list(Confidence).index(finding.confidence),
        finding.path,
        finding.range.start.line,
    )


def _harm(finding: Finding) -> int:
    """From 1, the worst."""
    return list(Severity).index(finding.severity) + 1


class _Owners:
    """The owners of files, from CODEOWNERS as it is now."""

    def __init__(self) -> None:
        self._of: dict[Path, CodeOwners] = {}

    def of(self, path: str) -> str | None:
        root = project_root(Path(path))
        if root not in self._of:
            self._of[root] = CodeOwners(root)
        return self._of[root].of(path) or None


def _described(finding: Finding, place: Place, status: Status, server: "Server", owners: _Owners) -> dict[str, object]:
    return {
        "uri": place.uri,
        "diagnostic": _TO_JSON.unstructure(server.diagnostics.one(finding, place)),
        "status": status.value,
        "harm": _harm(finding),
        "owner": owners.of(finding.path),
    }
