"""A session that tells of each report what it was made of."""

from pathlib import Path

from sadpath.analysis.fact import Fact
from sadpath.analysis.meaning.project_names import Names
from sadpath.workspace.configuration import Settings
from sadpath.workspace.kept import Checked, Made
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import State, Watch
from sadpath.workspace.packs import load_rules
from sadpath.workspace.session import Session


class Recorder:
    """Checks the files of a project, and can tell whether what earlier reports were made of is still true."""

    def __init__(self, root: Path, settings: Settings, names: NameIndex | None = None) -> None:
        self._watch = Watch(names)
        self._session = Session(root, settings, load_rules(settings.packs), whole=True, watch=self._watch)

    def check(self, path: str) -> Checked:
        """All that the rules report in a file on any day, and what of."""
        report = self._session.report(path)
        marks = self._marks(path)
        if any(skip.rule or skip.line is None for skip in report.skipped):
            marks = None  # a rule failed, or the file cannot be read: next time that may be otherwise
        made = Made(None if marks is None else tuple(marks), self._session.facts.new(), self.states(), self.names())
        return Checked(report.path, report.findings, report.skipped, report.accepted, made)

    def _marks(self, path: str) -> set[int] | None:
        try:
            return self._session.facts.behind(path)
        except UnicodeEncodeError:  # the name of a file is no text
            return None

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer now."""
        return self._session.is_true(fact)

    def states(self) -> dict[str, State]:
        """What was looked at since this was last asked."""
        return self._watch.take()

    def names(self) -> dict[str, Names | None] | None:
        """The names in all files of the project, if any are new since this was last asked."""
        return self._watch.names.take()
