"""The settings of each file, with the editor's choices on top. Mistakes are told, and cost only what they say."""

from pathlib import Path

from sadpath.lsp.session import Scope, Tell
from sadpath.workspace.configuration import ConfigurationError, Overrides, Selection, Settings, default_settings
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import project_root


class EditorSettings(Configurations):
    """Settings as `Configurations` finds them; where a settings file is not understood, the defaults."""

    def __init__(self, scope: Scope, tell: Tell) -> None:
        overrides = Overrides(Selection(scope.select, ignore=scope.ignore))
        self._folder = scope.folders[0] if scope.folders else Path.cwd()
        self._scope = scope
        self._tell = tell
        super().__init__(Families(), default_settings(self._folder), overrides)

    def nearest(self, directory: Path) -> Settings:
        """The settings that hold in a directory (absolute)."""
        try:
            return super().nearest(directory)
        except ConfigurationError as error:
            self._tell(f"sadpath uses its default settings: {error}")
            self._of[directory] = self._default
            return self._default

    def of(self, path: str) -> tuple[Path, Settings]:
        """The root of the project that a file belongs to, and its settings; for what is no file, those of a folder."""
        file = Path(path)
        if not file.is_absolute():
            return project_root(self._folder), self.nearest(self._folder)
        return project_root(self.folder(file) or file), self.nearest(file.parent)

    def folder(self, file: Path) -> Path | None:
        """The innermost open folder that holds a file."""
        around = [folder for folder in self._scope.folders if file.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts), default=None)
