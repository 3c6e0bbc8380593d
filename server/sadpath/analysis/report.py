"""Puts what units report into their file: absolute places, evidence with lines, fingerprints."""

from collections.abc import Iterable

import msgspec

from sadpath.analysis.engine import Engine, UnitFinding
from sadpath.analysis.finding import Edit, Evidence, FileReport, Finding, Fix, Position, Range, Related, Skip
from sadpath.analysis.fingerprint import fingerprints
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.syntax.outline import Segment
from sadpath.rule import Evidence as NamedEvidence


def check_file(engine: Engine, path: str) -> FileReport:
    """All that the rules report in a file; what could not be analysed is listed as skipped."""
    program = engine.program
    file = program.file(path)
    if file is None:
        return FileReport(path, (), (Skip(path, "the file cannot be read"),))
    found: list[Finding] = []
    texts: list[str] = []
    skipped: list[Skip] = []
    for index, report in engine.reports(path):
        first = file.outline.start(index)
        unit = first, file.outline.start(index + 1)
        skipped += [Skip(path, problem.reason, first + problem.line, problem.rule, unit) for problem in report.problems]
        for item in report.findings:
            found.append(_placed(program, path, item, first))
            texts.append(item.text)
    return FileReport(path, _fingerprinted(program.sources.relative(path), found, texts), tuple(skipped))


def _placed(program: Program, path: str, item: UnitFinding, first: int) -> Finding:
    return Finding(
        path=path,
        rule=item.rule,
        family=item.family,
        severity=item.severity,
        confidence=item.confidence,
        message=item.message,
        range=_moved(item.range, first),
        scope=item.scope,
        fingerprint="",
        evidence=tuple(_located(program, step) for step in item.evidence),
        related=tuple(Related(path, _moved(r.range, first), r.message) for r in item.related),
        fixes=tuple(
            Fix(fix.title, fix.safe, tuple(Edit(_moved(edit.range, first), edit.text) for edit in fix.edits))
            for fix in item.fixes
        ),
    )


def _moved(place: Range, first: int) -> Range:
    start, end = place.start, place.end
    return Range(Position(start.line + first, start.column), Position(end.line + first, end.column))


def _fingerprinted(path: str, found: list[Finding], texts: list[str]) -> tuple[Finding, ...]:
    places = [(item.rule, path, item.scope, text) for item, text in zip(found, texts, strict=True)]
    marked = [
        msgspec.structs.replace(item, fingerprint=mark) for item, mark in zip(found, fingerprints(places), strict=True)
    ]
    return tuple(sorted(marked, key=lambda item: (item.range, item.rule)))


def _located(program: Program, step: NamedEvidence) -> Evidence:
    line = line_of(program, step.path, step.scope, step.anchor) if step.path else None
    return Evidence(step.text, step.path, line)


def line_of(program: Program, path: str, qualname: str, anchor: str) -> int | None:
    """The line whose text is the proof; found by text, as numbers change with every edit, and so not remembered."""
    file = program.file(path)
    if file is None:
        return None
    scope, _, name = qualname.rpartition(".")
    word = anchor.replace("(", " ").replace(".", " ").replace(":", " ").split()
    candidates: list[Segment] = [*file.definers(scope, name)]
    if word:
        candidates += file.definers(qualname, word[0])
    for segment in candidates:
        for number, line in enumerate(_lines(segment)):
            if anchor in line:
                return file.first_line(segment) + number
    return None


def _lines(segment: Segment) -> Iterable[str]:
    return segment.text.splitlines()
