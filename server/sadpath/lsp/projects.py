"""Checks what is open in the editor, each document with the settings that hold for it, as the command line would."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sadpath.analysis.finding import FileReport
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.session import Scope, Tell
from sadpath.workspace.configuration import ConfigurationError, Overrides, Selection, Settings, default_settings
from sadpath.workspace.packs import describe_rules, load_rules
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.session import Session
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import is_excluded, project_root

_LIBRARIES = Patterns("/", ("site-packages", "dist-packages", "**/lib/python3*/"))
"""Where an editor leads who asks for a definition. Within the open folders, the settings decide."""


class Projects:
    """A session for each project and each of its settings files, opened when the first document in it is checked.

    What is open stands for the files on the disk in all of them.
    """

    def __init__(self, scope: Scope, tell: Tell) -> None:
        self._tell = tell
        self._shown: dict[str, list[str]] = {}
        self.reload(scope)

    def reload(self, scope: Scope) -> None:
        """Read all settings and environments anew."""
        self._scope = scope
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

    def check(self, path: str) -> FileReport:
        """What there is to say about a file: nothing about libraries, and what the settings exclude."""
        root, settings = self._settings.of(path)
        is_library = not _is_inside(Path(path), self._scope.folders) and _LIBRARIES.verdict(path)
        if is_library or is_excluded(path, settings):
            return FileReport(path)
        return self._session(root, settings).check(path)

    def end(self) -> None:
        """Nothing to do."""

    def _session(self, root: Path, settings: Settings) -> Session:
        session = self._sessions.get((root, id(settings)))
        if session is None:
            session = self._sessions[root, id(settings)] = Session(root, settings, load_rules(settings.packs))
            for path, lines in self._shown.items():
                session.open(path, "".join(lines))
        return session


class EditorSettings:
    """The settings and the project of each file. Where a settings file is not understood, the user is told so."""

    def __init__(self, scope: Scope, tell: Tell) -> None:
        self._scope = scope
        self._tell = tell
        known = {description.name: description.family for description in describe_rules()}
        overrides = Overrides(Selection(scope.select, ignore=scope.ignore))
        self._default = overrides.over(default_settings(self._folder()))
        self.configurations = Configurations(known, default_settings(self._folder()), overrides)

    def of(self, path: str) -> tuple[Path, Settings]:
        """The root of the project that a file belongs to, and its settings; for what is no file, those of a folder."""
        file = Path(path)
        folder = next(iter(_above(file, self._scope.folders)), file if file.is_absolute() else self._folder())
        directory = file.parent if file.is_absolute() else self._folder()
        try:
            return project_root(folder), self.configurations.nearest(directory)
        except ConfigurationError as error:
            self._tell(f"sadpath uses its default settings: {error}")
            return project_root(folder), self._default

    def _folder(self) -> Path:
        return self._scope.folders[0] if self._scope.folders else Path.cwd()


def _above(file: Path, folders: Iterable[Path]) -> list[Path]:
    """The folders that hold a file, the innermost first."""
    return sorted((folder for folder in folders if file.is_relative_to(folder)), key=lambda folder: -len(folder.parts))


def _is_inside(file: Path, folders: Iterable[Path]) -> bool:
    return bool(_above(file, folders))
