"""A session that tells of each report what it was made of."""

from pathlib import Path

from sadpath.analysis.fact import Fact
from sadpath.workspace.configuration import Settings
from sadpath.workspace.kept import Checked, Made
from sadpath.workspace.observed import State, Watch
from sadpath.workspace.packs import load_rules
from sadpath.workspace.session import Session


class Recorder:
    """Checks the files of a project, and can tell whether what earlier reports were made of is still true."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self._watch = Watch()
        self._session = Session(root, settings, load_rules(), whole=True, watch=self._watch)
        self._told: set[int] = set()

    def check(self, path: str) -> Checked:
        """All that the rules report in a file, and what of."""
        report = self._session.check(path)
        facts = self._facts(path)
        states = self.states()
        made = Made(None, (), states)
        if facts is not None and not any(skip.rule or skip.line is None for skip in report.skipped):
            new = tuple(fact for fact in facts if fact.mark not in self._told)
            self._told.update(fact.mark for fact in new)
            made = Made(tuple(sorted({fact.mark for fact in facts})), new, states)
        return Checked(report.path, report.findings, report.skipped, made)

    def _facts(self, path: str) -> list[Fact] | None:
        try:
            return self._session.facts.behind(path)
        except UnicodeEncodeError:  # the name of a file is no text
            return None

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer now."""
        return self._session.facts.is_true(fact)

    def states(self) -> dict[str, State]:
        """What was looked at since this was last asked."""
        return self._watch.take()
