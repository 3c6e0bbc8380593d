"""The check of a file: what the rules report in it, less what comments accept."""

from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from sadpath.analysis.engine import Engine
from sadpath.analysis.finding import FileReport
from sadpath.analysis.report import check_file
from sadpath.analysis.suppressions import Checked, apply
from sadpath.rule import Role, Rule


def check(engine: Engine, path: str, rules: Iterable[Rule[Any]], known: Collection[str]) -> FileReport:
    """What the rules that are on in this file report, with what comments accept, and what is wrong with such comments.

    `rules` are some of the engine's, `known` the names of all rules that there are.
    """
    report = check_file(engine, path)
    file = engine.program.file(path)
    if file is None:
        return report
    sources = engine.program.sources
    role = sources.role(path)
    on = {rule.name for rule in rules if role is not Role.STUB and (rule.in_tests or role is not Role.TEST)}
    findings = tuple(finding for finding in report.findings if finding.rule in on)
    checked = Checked(path, sources.relative(path), on, known)
    left, accepted = apply(findings, file.outline, report.skipped, checked)
    return msgspec.structs.replace(report, findings=left, accepted=accepted)
