"""What a check gave, ready to be written in any format."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sadpath.analysis.finding import FileReport, Finding, Skip
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.files import SourceFile, read


@dataclass(frozen=True)
class Result:
    """The findings in order of path and place, and what could not be analysed.

    `files` counts the files that were to be checked. `texts` are those that are not on the disk, by path.
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skip, ...]
    files: int
    here: Path
    texts: Mapping[str, str] = field(default_factory=dict[str, str])

    def shown(self, path: str) -> str:
        """The path for a reader: relative to the current directory, with forward slashes, in valid Unicode."""
        try:
            relative = os.path.relpath(path, self.here)
        except ValueError:  # another drive of Windows
            relative = path
        return os.fsencode(relative).decode("utf-8", "replace").replace(os.sep, "/")

    def lines(self, path: str) -> list[str]:
        """The lines of a file, with their ends, or none if it is gone."""
        if path in self.texts:
            return split_lines(self.texts[path])
        source = read(path)
        return split_lines(source.text) if isinstance(source, SourceFile) else []


def result_of(
    reports: list[FileReport], skipped: list[Skip], here: Path, texts: Mapping[str, str] | None = None
) -> Result:
    """The reports on some files, and what was skipped before, in order of path and place."""
    findings = [finding for report in reports for finding in report.findings]
    skips = [*skipped, *(skip for report in reports for skip in report.skipped)]
    return Result(
        findings=tuple(sorted(findings, key=lambda finding: (finding.path, finding.range, finding.rule))),
        skipped=tuple(sorted(skips, key=lambda skip: (skip.path, skip.line or 0, skip.reason))),
        files=len(reports),
        here=here,
        texts=texts or {},
    )
