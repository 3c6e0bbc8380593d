"""Takes back what was accepted until a day that has come."""

from datetime import date

import msgspec

from sadpath.analysis.finding import FileReport


def enforced(report: FileReport, today: date) -> FileReport:
    """The report as it is on a day: what is no longer accepted is reported, and so is the comment that accepted it.

    Reports are made and kept without this: the day is no property of the code.
    """
    over = [one for one in report.accepted if one.until is not None and one.until <= today]
    if not over:
        return report
    again = {
        finding.fingerprint: finding for one in over for finding in (one.finding, one.expired) if finding is not None
    }
    findings = sorted([*report.findings, *again.values()], key=lambda finding: (finding.range, finding.rule))
    accepted = tuple(one for one in report.accepted if one not in over)
    return msgspec.structs.replace(report, findings=tuple(findings), accepted=accepted)
