"""The settings of each file, with the editor's choices on top. Mistakes are told, and cost only what they say."""

from dataclasses import replace
from pathlib import Path

from sadpath.lsp.session import Scope, Tell
from sadpath.workspace.configuration import ConfigurationError, Overrides, Selection, Settings, default_settings
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import project_root


class EditorSettings:
    """Settings as `Configurations` finds them, for each open folder with what the editor says of it."""

    def __init__(self, scope: Scope, tell: Tell) -> None:
        self._folder = scope.folders[0] if scope.folders else Path.cwd()
        self._folders = scope.folders
        families = Families()

        def settings(folder: Path, selection: Selection) -> "_FolderSettings":
            return _FolderSettings(families, default_settings(folder), Overrides(selection), scope.trusted, tell)

        self._others = settings(self._folder, scope.selection)
        self._of = {folder: settings(folder, selection) for folder, selection in scope.selections.items()}

    def nearest(self, directory: Path) -> Settings:
        """The settings that hold in a directory (absolute)."""
        folder = self.folder(directory)
        return self._of.get(folder, self._others).nearest(directory) if folder else self._others.nearest(directory)

    def of(self, path: str) -> tuple[Path, Settings]:
        """The root of the project that a file belongs to, and its settings; for what is no file, those of a folder."""
        file = Path(path)
        if not file.is_absolute():
            return project_root(self._folder), self.nearest(self._folder)
        return project_root(self.folder(file) or file), self.nearest(file.parent)

    def folder(self, file: Path) -> Path | None:
        """The innermost open folder that holds a file."""
        around = [folder for folder in self._folders if file.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts), default=None)


class _FolderSettings(Configurations):
    """Where a settings file is not understood, the defaults; rules of others only where the workspace is trusted."""

    def __init__(self, known: Families, default: Settings, overrides: Overrides, trusted: bool, tell: Tell) -> None:
        super().__init__(known, default, overrides)
        self._trusted = trusted
        self._tell = tell

    def nearest(self, directory: Path) -> Settings:
        """The settings that hold in a directory (absolute)."""
        try:
            return super().nearest(directory)
        except ConfigurationError as error:
            self._tell(f"sadpath uses its default settings: {error}")
            self._of[directory] = self._default
            return self._default

    def _own(self, directory: Path) -> Settings | None:
        settings = super()._own(directory)
        return replace(settings, packs=()) if settings and settings.packs and not self._trusted else settings
