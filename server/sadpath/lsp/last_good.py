"""Code that does not parse while it is being typed keeps the findings it had."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.outline import outline


def with_last_good(report: FileReport, before: Iterable[Finding], lines: Sequence[str]) -> tuple[Finding, ...]:
    """The report's findings and, of those before, moved to where they stand in `lines`, the ones in broken units."""
    broken = [skip.line for skip in report.skipped if skip.line is not None]
    old = tuple(before)
    if not broken or not old:
        return report.findings
    starts = outline(lines).first_lines
    units = {bisect_right(starts, line) for line in broken}
    kept = [finding for finding in old if bisect_right(starts, finding.range.start.line) in units]
    return tuple(sorted((*report.findings, *kept), key=lambda finding: finding.range))
