"""Code that does not parse while it is being typed keeps the findings it had."""

from bisect import bisect_right
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.suppressions import FAMILY
from sadpath.analysis.syntax.outline import outline


def with_last_good(report: FileReport, before: Collection[Finding], lines: Sequence[str]) -> FileReport:
    """The report with those earlier findings, moved to where they now stand in `lines`, that are in broken units.

    Without those on suppressions: these are found whether the code parses or not.
    """
    broken = [skip.line for skip in report.skipped if skip.line is not None and not skip.rule]
    if not broken or not before:
        return report
    starts = outline(lines).first_lines
    units = {bisect_right(starts, line) for line in broken}
    kept = [
        finding
        for finding in before
        if finding.family != FAMILY and bisect_right(starts, finding.range.start.line) in units
    ]
    findings = sorted((*report.findings, *kept), key=lambda finding: finding.range)
    return replace(report, findings=tuple(findings))
