"""Findings of an earlier text, in the places where they stand after an edit."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from sadpath.analysis.finding import Edit, Evidence, Finding, Fix, Position, Range, Related
from sadpath.lsp.document import Splice


def moved(findings: Iterable[Finding], splice: Splice) -> tuple[Finding, ...]:
    """The findings after an edit of their file, without those, and without those fixes, whose own ranges it changed."""
    return tuple(_moved(findings, splice))


def _moved(findings: Iterable[Finding], splice: Splice) -> Iterator[Finding]:
    for finding in findings:
        place = _range(finding.range, splice)
        if place is not None:
            evidence = tuple(_evidence(step, finding.path, splice) for step in finding.evidence)
            related = tuple(_related(finding, splice))
            fixes = tuple(_fixes(finding.fixes, splice))
            yield replace(finding, range=place, evidence=evidence, related=related, fixes=fixes)


def _range(old: Range, splice: Splice) -> Range | None:
    if old.end <= splice.start:
        return old
    if old.start < splice.end:
        return None
    return Range(_after(old.start, splice), _after(old.end, splice))


def _after(position: Position, splice: Splice) -> Position:
    line = position.line + splice.new_end.line - splice.end.line
    if position.line > splice.end.line:
        return Position(line, position.column)
    return Position(line, position.column + splice.new_end.column - splice.end.column)


def _evidence(step: Evidence, path: str, splice: Splice) -> Evidence:
    if step.path != path or step.line is None or step.line <= splice.start.line:
        return step
    line = splice.start.line if step.line < splice.end.line else _after(Position(step.line, 0), splice).line
    return replace(step, line=line)


def _related(finding: Finding, splice: Splice) -> Iterator[Related]:
    for related in finding.related:
        place = _range(related.range, splice) if related.path == finding.path else related.range
        if place is not None:
            yield replace(related, range=place)


def _fixes(fixes: Iterable[Fix], splice: Splice) -> Iterator[Fix]:
    for fix in fixes:
        places = [_range(edit.range, splice) for edit in fix.edits]
        edits = tuple(Edit(place, edit.text) for place, edit in zip(places, fix.edits, strict=True) if place)
        if len(edits) == len(fix.edits):
            yield replace(fix, edits=edits)
