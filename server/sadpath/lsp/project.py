"""Makes the session that checks what is open in the editor."""

from collections.abc import Callable
from pathlib import Path

from sadpath.analysis.finding import FileReport
from sadpath.lsp.files import Session
from sadpath.workspace.configuration import ConfigurationError, Settings, default_settings
from sadpath.workspace.packs import describe_rules, load_rules
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import is_excluded, project_root

_LIBRARIES = Patterns("/", ("site-packages", "dist-packages", "**/lib/python3*/"))
"""Where an editor leads who asks for a definition. Within the project, the settings decide."""


def open_project(root: Path, tell: Callable[[str], None]) -> Session:
    """The session of a directory with its settings; where they are not understood, the user is told so."""
    from sadpath.workspace import session  # imports the whole analysis, so not before a document is opened

    settings = _settings(root, tell)
    return _Project(root, settings, session.Session(root, settings, load_rules()))


def root_for(path: str) -> Path:
    """The directory to take for the project where the editor has no folder open, only a document."""
    file = Path(path)
    return project_root(file) if file.is_absolute() else Path.cwd()


class _Project:
    """A session that has nothing to say about libraries and what the settings exclude."""

    def __init__(self, root: Path, settings: Settings, session: Session) -> None:
        self._root = f"{root.as_posix()}/"
        self._settings = settings
        self._session = session
        self.open, self.edit, self.close = session.open, session.edit, session.close

    def check(self, path: str) -> FileReport:
        is_library = not path.startswith(self._root) and _LIBRARIES.verdict(path)
        if is_library or is_excluded(path, self._settings):
            return FileReport(path)
        return self._session.check(path)


def _settings(root: Path, tell: Callable[[str], None]) -> Settings:
    default = default_settings(root)
    known = {description.name: description.family for description in describe_rules()}
    try:
        return Configurations(known, default).nearest(root)
    except ConfigurationError as error:
        tell(f"sadpath uses its default settings: {error}")
        return default
