"""SARIF 2.1.0, with what GitHub's code scanning wants of it (docs.github.com, "SARIF support for code scanning")."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import msgspec

from sadpath import __version__
from sadpath.analysis.finding import Accepted, Evidence, Finding, Fix, Range, Skip
from sadpath.cli.result import Result
from sadpath.grade import Confidence, Severity
from sadpath.workspace.packs import Description, descriptions_of
from sadpath.workspace.status import Status

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
_RANKS = {Confidence.CERTAIN: 90.0, Confidence.LIKELY: 60.0, Confidence.REVIEW: 30.0}
_BASELINE = {Status.NEW: "new", Status.TOUCHED: "updated", Status.OLD: "unchanged"}
_MOST_RESULTS = 25_000
"""Of more than these, GitHub takes none."""


def sarif(result: Result) -> str:
    """The result as a log of one run. Of very many findings, the most important ones."""
    shown = result.in_repository()
    rules = descriptions_of({finding.rule for finding in shown.findings})
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    results = list(_results(shown, numbers))
    notes = [_notification(shown, skip) for skip in shown.skipped]
    if len(results) > _MOST_RESULTS:
        text = f"{len(results) - _MOST_RESULTS} results are left out, as more than {_MOST_RESULTS} are rejected"
        notes.append({"level": "warning", "message": {"text": text}})
    run = {
        "tool": {"driver": {"name": "sadpath", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "automationDetails": {"id": "sadpath/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"uri": f"{shown.here.as_uri()}/"}},
        "invocations": [{"executionSuccessful": not shown.skipped, "toolExecutionNotifications": notes}],
        "results": results[:_MOST_RESULTS],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log).decode(), indent=2) + "\n"


def _rule(rule: Description) -> dict[str, object]:
    return {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.documentation.partition("\n\n")[0]},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": _LEVELS[Severity(rule.severity)]},
        "properties": {"tags": [rule.family, "reliability"], "precision": "high", "problem.severity": _problem(rule)},
    }


def _problem(rule: Description) -> str:
    return {"error": "error", "warning": "warning"}.get(rule.severity, "recommendation")


def _results(result: Result, numbers: Mapping[str, int]) -> Iterator[dict[str, object]]:
    for finding in result.by_importance():
        status = result.status(finding)
        yield _result(result, finding, numbers) | ({"baselineState": _BASELINE[status]} if status else {})
    state = {"baselineState": "unchanged"} if result.comparison else {}
    for one in result.accepted:
        yield _result(result, one.finding, numbers) | {"suppressions": [_suppression(result, one)]} | state
    for finding in result.known:
        known = {"kind": "external", "status": "accepted", "justification": "known by the baseline"}
        yield _result(result, finding, numbers) | {"suppressions": [known]} | state
    for finding in result.comparison.gone if result.comparison else ():
        yield _result(result, finding, numbers) | {"baselineState": "absent"}


def _result(result: Result, finding: Finding, numbers: Mapping[str, int]) -> dict[str, object]:
    found: dict[str, object] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "rank": _RANKS[finding.confidence],
        "message": {"text": finding.message},
        "locations": [_location(result, finding.path, _region(finding.range), scope=finding.scope)],
        "partialFingerprints": {"sadpath/v1": finding.fingerprint},
        "properties": {"confidence": finding.confidence.value},
    }
    if finding.rule in numbers:
        found["ruleIndex"] = numbers[finding.rule]
    if finding.related:
        found["relatedLocations"] = [
            _location(result, other.path, _region(other.range), other.message) for other in finding.related
        ]
    if any(step.path and step.line is not None for step in finding.evidence):
        found["codeFlows"] = [{"threadFlows": [{"locations": list(_steps(result, finding))}]}]
    if finding.fixes:
        found["fixes"] = [_fix(result, finding.path, fix) for fix in finding.fixes]
    return found


def _steps(result: Result, finding: Finding) -> Iterator[dict[str, object]]:
    """The evidence, from what it starts with to the finding. What is in no file is told where the next step stands."""
    told: list[str] = []
    for step in finding.evidence:
        told.append(step.text)
        if step.path and step.line is not None:
            yield {"location": _step(result, step, told)}
            told = []
    text = "; ".join([*told, finding.message])
    yield {"location": _location(result, finding.path, _region(finding.range), text)}


def _step(result: Result, step: Evidence, told: list[str]) -> dict[str, object]:
    line = (step.line or 0) + 1
    return _location(result, step.path, {"startLine": line}, "; ".join(told))


def _location(
    result: Result, path: str, region: Mapping[str, object], message: str = "", scope: str = ""
) -> dict[str, object]:
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": _artifact(result, path), "region": region}}
    if message:
        location["message"] = {"text": message}
    if scope:
        location["logicalLocations"] = [{"fullyQualifiedName": scope}]
    return location


def _artifact(result: Result, path: str) -> dict[str, str]:
    shown = result.shown(path)
    if shown.startswith("../") or Path(shown).is_absolute():  # not below the root: a library, or another drive
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(shown), "uriBaseId": "SRCROOT"}


def _region(place: Range) -> dict[str, int]:
    start, end = place.start, place.end
    return {
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    }


def _fix(result: Result, path: str, fix: Fix) -> dict[str, object]:
    replacements = [
        {"deletedRegion": _region(edit.range), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": _artifact(result, path), "replacements": replacements}],
        "properties": {"safe": fix.safe},
    }


def _suppression(result: Result, one: Accepted) -> dict[str, object]:
    given = {"until": one.until and one.until.isoformat(), "owner": one.owner}
    return {
        "kind": "inSource",
        "status": "accepted",
        "justification": one.reason,
        "location": _location(result, one.finding.path, {"startLine": one.line + 1}),
        "properties": {name: value for name, value in given.items() if value},
    }


def _notification(result: Result, skip: Skip) -> dict[str, object]:
    region = {"startLine": 1 if skip.line is None else skip.line + 1}
    return {
        "level": "error",
        "message": {"text": f"not analysed: {skip.reason}"},
        "locations": [_location(result, skip.path, region)],
    }
