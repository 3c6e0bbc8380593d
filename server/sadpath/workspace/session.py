"""One project under analysis: what both drivers talk to."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from sadpath.analysis.check import check
from sadpath.analysis.engine import Engine
from sadpath.analysis.expiry import enforced
from sadpath.analysis.fact import Fact
from sadpath.analysis.facts import Facts
from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.text import split_lines
from sadpath.rule import Rule
from sadpath.workspace.configuration import Settings
from sadpath.workspace.environment import site_packages
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.observed import Watch
from sadpath.workspace.sources import DiskSources
from sadpath.workspace.tree import Contents, Overlaid
from sadpath.workspace.versions import versions_used

_LAST = 200
"""Of how many files all answers are remembered. What the next files ask for was mostly asked for by one of these."""
_NEW_ANSWERS = 10_000
"""How many more are remembered before some are forgotten; each is about a kilobyte, with the file that it is about."""


class Session:
    """Checks files of a project; remembers what it found out, and keeps it true while files are edited.

    `whole` allows to read all files of the project, for what can only be told from all of them. `contents` and
    `renamed` are those of `DiskSources`, `pause` is that of `Engine`, and `patient` that of `Program`. Paths are
    absolute, with forward slashes. Not safe for use by several threads at once.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        rules: Iterable[Rule[Any]],
        *,
        whole: bool = False,
        watch: Watch | None = None,
        contents: Contents | None = None,
        renamed: Mapping[str, str] | None = None,
        pause: Callable[[], None] = lambda: None,
        patient: bool = False,
    ) -> None:
        all_rules = tuple(rules)
        self._settings = settings
        self._last = deque[str](maxlen=_LAST)
        self._most_answers = _NEW_ANSWERS
        self._known = frozenset(rule.name for rule in all_rules)
        self._rules = settings.chosen(all_rules)
        packages = site_packages(root.absolute())
        self._sources = DiskSources(
            root.absolute(), packages, whole=whole, watch=watch, contents=contents, renamed=renamed
        )
        versions = versions_used(root, packages, Overlaid(contents or {}))
        tables = library_tables(versions, settings.calls)
        self._program = Program(self._sources, tables, patient=patient)
        self._engine = Engine(self._program, self._rules, pause=pause)
        self.facts = Facts(self._engine, self._sources.typeshed)

    def check(self, path: str) -> FileReport:
        """All that the rules report in a file today. Never raises: what cannot be analysed is listed as skipped."""
        return enforced(self.report(path), date.today())

    def report(self, path: str) -> FileReport:
        """The same on any day: without an eye on what was accepted until a day that has come."""
        self._forget()
        self._last.append(path)
        report = check(self._engine, path, self._settings.chosen(self._rules, path), self._known)
        unreadable = self._sources.skips.get(path)
        if unreadable is not None:
            return FileReport(path, (), (unreadable,))
        return self._graded(report)

    def is_true(self, fact: Fact) -> bool:
        """Whether a question that some report rests on has the same answer here."""
        return self.facts.is_true(fact)

    def outline(self, path: str) -> Outline:
        """A file cut into units; empty where it cannot be read."""
        file = self._program.file(path)
        return file.outline if file else Outline(())

    def open(self, path: str, text: str) -> None:
        """Let a text stand for a file until it is closed."""
        self._sources.show(path, split_lines(text))
        self._engine.reload(path)

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """Take in that `new` lines replaced the `old` ones from line `first` (0-based); `lines` is the whole text."""
        self._sources.show(path, lines)
        self._engine.edit(path, lines, first, old, new)

    def close(self, path: str) -> None:
        """Let the file on disk count again."""
        self._sources.show(path, None)
        self._engine.reload(path)

    def changed(self, paths: Iterable[str]) -> None:
        """Take in that these files on disk came, went, or have another text."""
        self._sources.refresh()
        known = {path: self._program.knows(path) for path in paths}
        for path, is_known in known.items():
            if is_known:
                self._engine.reload(path)
        self._program.refresh(came=not all(known.values()))

    def learn(self, is_stale: Callable[[], bool]) -> bool:
        """Go on with a patient reading of the whole project; gives whether files may have other reports than before."""
        return self._program.read_names(is_stale)

    def _forget(self) -> None:
        """Forget what neither the last files nor those that are open have asked for, now and then."""
        queries = self._program.queries
        if queries.remembered > self._most_answers:
            self._engine.keep({*self._last, *self._sources.shown})
            self.facts.forget()
            self._most_answers = queries.remembered + _NEW_ANSWERS

    def _graded(self, report: FileReport) -> FileReport:
        """The report with the severities that the settings give."""
        if not self._settings.severity or not (report.findings or report.accepted):
            return report
        findings = tuple(map(self._graded_finding, report.findings))
        accepted = tuple(
            msgspec.structs.replace(
                one,
                finding=self._graded_finding(one.finding),
                expired=one.expired and self._graded_finding(one.expired),
            )
            for one in report.accepted
        )
        return msgspec.structs.replace(report, findings=findings, accepted=accepted)

    def _graded_finding(self, finding: Finding) -> Finding:
        severity = self._settings.severity.get(finding.rule)
        return finding if severity is None else msgspec.structs.replace(finding, severity=severity)
