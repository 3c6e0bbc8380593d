"""Diagnostics for reviewdog: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf. Columns are UTF-8 bytes."""

from collections.abc import Sequence

import msgspec

from sadpath.analysis.finding import Finding, Position, Range, Skip
from sadpath.cli.result import NOT_ANALYSED, Result
from sadpath.grade import Severity

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.HINT: "INFO"}


def rdjson(result: Result) -> str:
    """The result as one JSON object."""
    shown = result.in_repository()
    lines: dict[str, Sequence[str]] = {finding.path: shown.lines(finding.path) for finding in shown.findings}
    diagnostics = [
        *(_diagnostic(shown, finding, lines[finding.path]) for finding in shown.findings),
        *(_skip(shown, skip) for skip in shown.skipped),
    ]
    document = {"source": {"name": "sadpath"}, "severity": "WARNING", "diagnostics": diagnostics}
    return msgspec.json.format(msgspec.json.encode(document).decode(), indent=2) + "\n"


def _diagnostic(result: Result, finding: Finding, lines: Sequence[str]) -> dict[str, object]:
    # Suggestions are alternatives of one edit each, so a fix of several edits cannot be told.
    edits = [fix.edits[0] for fix in finding.fixes if len(fix.edits) == 1]
    return {
        "message": finding.message,
        "location": _location(result.shown(finding.path), finding.range, lines),
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule},
        "suggestions": [{"range": _range(edit.range, lines), "text": edit.text} for edit in edits],
        "related_locations": [
            {"message": other.message, "location": _location(result.shown(other.path), other.range, lines)}
            for other in finding.related
        ],
    }


def _skip(result: Result, skip: Skip) -> dict[str, object]:
    line = {} if skip.line is None else {"range": {"start": {"line": skip.line + 1}}}
    return {
        "message": f"not analysed: {skip.reason}",
        "location": {"path": result.shown(skip.path), **line},
        "severity": "ERROR",
        "code": {"value": NOT_ANALYSED},
    }


def _location(path: str, place: Range, lines: Sequence[str]) -> dict[str, object]:
    return {"path": path, "range": _range(place, lines)}


def _range(place: Range, lines: Sequence[str]) -> dict[str, object]:
    return {"start": _position(place.start, lines), "end": _position(place.end, lines)}


def _position(position: Position, lines: Sequence[str]) -> dict[str, int]:
    """1-based line, and 1-based column in bytes of UTF-8."""
    before = lines[position.line][: position.column] if position.line < len(lines) else ""
    return {"line": position.line + 1, "column": len(before.encode("utf-8", "replace")) + 1}
