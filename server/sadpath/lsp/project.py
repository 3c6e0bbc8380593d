"""Makes the session that checks what is open in the editor."""

from collections.abc import Callable
from pathlib import Path

from sadpath.lsp.files import Session
from sadpath.workspace.configuration import ConfigurationError, Settings, default_settings
from sadpath.workspace.packs import describe_rules, load_rules
from sadpath.workspace.settings_file import Configurations


def open_project(root: Path, tell: Callable[[str], None]) -> Session:
    """The session of a directory with its settings; where they are not understood, the user is told so."""
    from sadpath.workspace import session  # imports the whole analysis, so not before a document is opened

    return session.Session(root, _settings(root, tell), load_rules())


def _settings(root: Path, tell: Callable[[str], None]) -> Settings:
    default = default_settings(root)
    known = {description.name: description.family for description in describe_rules()}
    try:
        return Configurations(known, default).nearest(root)
    except ConfigurationError as error:
        tell(f"sadpath uses its default settings: {error}")
        return default
