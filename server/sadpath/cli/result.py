"""What a check gave, ready to be written in any format."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from sadpath.analysis.finding import Accepted, FileReport, Finding, Skip
from sadpath.analysis.syntax.text import split_lines
from sadpath.grade import Confidence, Severity
from sadpath.workspace.files import SourceFile, read
from sadpath.workspace.status import Status
from sadpath.workspace.walk import project_root

NOT_ANALYSED = "not-analysed"
"""What stands for the name of a rule where a format has no other place for what could not be analysed."""


Mark: TypeAlias = tuple[str, str]
"""A finding's path and fingerprint. No two findings of a result have the same."""


def mark(finding: Finding) -> Mark:
    """By what a finding is known where only its name counts."""
    return finding.path, finding.fingerprint


@dataclass(frozen=True)
class Comparison:
    """What a change brings. `base` is what was compared with, in words or as a commit; `gone` was reported there only.

    `failing` are the statuses that the check is to fail for.
    """

    base: str
    statuses: Mapping[Mark, Status]
    gone: tuple[Finding, ...] = ()
    failing: Collection[Status] = tuple(Status)


@dataclass(frozen=True)
class Result:
    """The findings in order of path and place, those that are accepted, and what could not be analysed.

    `files` counts the files that were to be checked. `here` is the directory that the paths shown are relative to.
    `comparison` is there if the check was asked for what a change brings, `fixed` is what the check has mended.
    `known` is what the baseline has, and `stale` the number of its lines that are mended, where that is a failure.
    `texts` are those that are not on the disk, by path.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skip, ...]
    files: int
    here: Path
    accepted: tuple[Accepted, ...] = ()
    comparison: Comparison | None = None
    known: tuple[Finding, ...] = ()
    stale: int = 0
    fixed: tuple[Finding, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def brought(self) -> tuple[Finding, ...]:
        """The findings that a person is to look at: of a change, those that the check is to fail for."""
        if self.comparison is None:
            return self.findings
        return tuple(finding for finding in self.findings if self.status(finding) in self.comparison.failing)

    @property
    def failing(self) -> bool:
        """Whether there is a finding that the check is to fail for."""
        return bool(self.brought or self.stale)

    def status(self, finding: Finding) -> Status | None:
        """What the change has to do with the finding; None if the check was not asked."""
        return None if self.comparison is None else self.comparison.statuses.get(mark(finding), Status.OLD)

    def by_importance(self) -> tuple[Finding, ...]:
        """The findings, those first that a reviewer must see: of the change, with the most harm, the surest."""
        return tuple(sorted(self.findings, key=self._importance))

    def in_repository(self) -> "Result":
        """The same result, showing paths relative to the root of the repository, as services that host it want them."""
        return replace(self, here=project_root(self.here))

    def shown(self, path: str) -> str:
        """The path for a reader: relative to the current directory, with forward slashes, in valid Unicode."""
        try:
            relative = os.path.relpath(path, self.here)
        except ValueError:  # another drive of Windows
            relative = path
        return os.fsencode(relative).decode("utf-8", "replace").replace(os.sep, "/")

    def _importance(self, finding: Finding) -> tuple[int, int, int]:
        return (
            list(Status).index(self.status(finding) or Status.NEW),
            list(Severity).index(finding.severity),
            list(Confidence).index(finding.confidence),
        )

    def lines(self, path: str) -> list[str]:
        """The lines of a file, with their ends, or none if it is gone."""
        if path in self.texts:
            return split_lines(self.texts[path])
        source = read(path)
        return split_lines(source.text) if isinstance(source, SourceFile) else []


def result_of(
    reports: Sequence[FileReport], skipped: Sequence[Skip], here: Path, texts: Mapping[str, str] | None = None
) -> Result:
    """The reports on some files, and what was skipped before, in order of path and place."""
    accepted = [one for report in reports for one in report.accepted]
    skips = [*skipped, *(skip for report in reports for skip in report.skipped)]
    return Result(
        findings=in_order(finding for report in reports for finding in report.findings),
        accepted=tuple(sorted(accepted, key=lambda one: _place(one.finding))),
        skipped=tuple(sorted(skips, key=lambda skip: (skip.path, skip.line or 0, skip.reason))),
        files=len(reports),
        here=here,
        texts=texts or {},
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in order of path and place."""
    return tuple(sorted(findings, key=_place))


def _place(finding: Finding) -> tuple[object, ...]:
    return finding.path, finding.range, finding.rule
