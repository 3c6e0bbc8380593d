"""Checks what is open in the editor, each document with the settings that hold for it, as the command line would."""

from collections.abc import Sequence
from pathlib import Path

from sadpath.analysis.finding import FileReport
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.editor_settings import EditorSettings
from sadpath.lsp.session import IsStale, Scope, Stale, Tell
from sadpath.workspace.configuration import Settings
from sadpath.workspace.packs import load_rules
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.session import Session
from sadpath.workspace.walk import is_excluded

_LIBRARIES = Patterns("/", ("site-packages", "dist-packages", "**/lib/python3*/"))
"""Where an editor leads who asks for a definition. Within the open folders, the settings decide."""


class Projects:
    """A session for each project and each of its settings files, opened when the first document in it is checked.

    What is open stands for the files on the disk in all of them.
    """

    def __init__(self, scope: Scope, tell: Tell) -> None:
        self._tell = tell
        self._shown: dict[str, list[str]] = {}
        self._is_stale: IsStale = lambda: False
        self.reload(scope)

    def reload(self, scope: Scope) -> None:
        """Read all settings and environments anew."""
        self._sessions: dict[tuple[Path, int], Session] = {}
        self._settings = EditorSettings(scope, self._tell)

    def open(self, path: str, text: str) -> None:
        """From now on this is the file's text, whatever the disk has."""
        self._shown[path] = split_lines(text)
        for session in self._sessions.values():
            session.open(path, text)

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """`old` lines from line `first` on became `new` ones; `lines` are all lines after that."""
        self._shown[path] = lines
        for session in self._sessions.values():
            session.edit(path, lines, first, old, new)

    def close(self, path: str) -> None:
        """The disk has the file's text again."""
        self._shown.pop(path, None)
        for session in self._sessions.values():
            session.close(path)

    def changed(self, paths: Sequence[str]) -> None:
        """These files came, went, or have another text on the disk."""
        unseen = [path for path in paths if path not in self._shown]
        for session in self._sessions.values():
            session.changed(unseen)

    def check(self, path: str, is_stale: IsStale, /) -> FileReport:
        """What there is to say about a file: nothing about libraries and what the settings exclude. May raise Stale."""
        self._is_stale = is_stale
        root, settings = self._settings.of(path)
        is_library = not self._settings.folder(Path(path)) and _LIBRARIES.verdict(path)
        if is_library or is_excluded(path, settings):
            return FileReport(path)
        return self._session(root, settings).check(path)

    def learn(self, is_stale: IsStale, /) -> bool:
        """Go on reading those projects whole of which some rule wanted to know what all their files say."""
        has_learnt = [session.learn(is_stale) for session in self._sessions.values()]
        return any(has_learnt)

    def end(self) -> None:
        """Nothing to do."""

    def _pause(self) -> None:
        if self._is_stale():
            raise Stale

    def _session(self, root: Path, settings: Settings) -> Session:
        session = self._sessions.get((root, id(settings)))
        if session is None:
            rules = load_rules(settings.packs)
            session = Session(root, settings, rules, whole=True, patient=True, pause=self._pause)
            self._sessions[root, id(settings)] = session
            for path, lines in self._shown.items():
                session.open(path, "".join(lines))
        return session
