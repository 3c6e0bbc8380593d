"""Code that does not parse while it is being typed keeps the findings it had."""

from collections.abc import Collection

from msgspec.structs import replace

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.suppressions import FAMILY


def with_last_good(report: FileReport, before: Collection[Finding]) -> FileReport:
    """The report with those earlier findings, moved to where they now stand in the text, that are in broken units.

    Without those on suppressions: these are found whether the code parses or not.
    """
    broken = [range(*skip.unit) for skip in report.skipped if skip.unit is not None and not skip.rule]
    kept = [
        finding
        for finding in before
        if finding.family != FAMILY and any(finding.range.start.line in rows for rows in broken)
    ]
    if not kept:
        return report
    findings = sorted((*report.findings, *kept), key=lambda finding: finding.range)
    return replace(report, findings=tuple(findings))
