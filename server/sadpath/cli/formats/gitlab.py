"""A GitLab code quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""

from hashlib import blake2b

import msgspec

from sadpath.analysis.finding import Finding, Skip
from sadpath.cli.result import NOT_ANALYSED, Result
from sadpath.grade import Severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.HINT: "minor"}


def gitlab(result: Result) -> str:
    """The result as a JSON array. What could not be analysed is a blocker, or the report would look clean."""
    shown = result.in_repository()
    issues = [*(_issue(shown, finding) for finding in shown.findings), *(_skip(shown, skip) for skip in shown.skipped)]
    return msgspec.json.format(msgspec.json.encode(issues).decode(), indent=2) + "\n"


def _issue(result: Result, finding: Finding) -> dict[str, object]:
    start, end = finding.range.start, finding.range.end
    return {
        "description": finding.message,
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": result.shown(finding.path),
            "positions": {
                "begin": {"line": start.line + 1, "column": start.column + 1},
                "end": {"line": end.line + 1, "column": end.column + 1},
            },
        },
    }


def _skip(result: Result, skip: Skip) -> dict[str, object]:
    path = result.shown(skip.path)
    line = 1 if skip.line is None else skip.line + 1
    return {
        "description": f"not analysed: {skip.reason}",
        "check_name": NOT_ANALYSED,
        "fingerprint": blake2b(f"{path}\0{line}\0{skip.rule}".encode(), digest_size=8).hexdigest(),
        "severity": "blocker",
        "location": {"path": path, "lines": {"begin": line}},
    }
