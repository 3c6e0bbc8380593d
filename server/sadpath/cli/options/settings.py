"""Which settings files count."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from sadpath.workspace.configuration import Overrides, Settings, default_settings
from sadpath.workspace.settings_file import Configurations, Known, read_settings


@dataclass(frozen=True)
class SettingsOptions:
    """Which settings."""

    config: Annotated[
        Path | None,
        click.Option(
            ["--config"], type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Use this settings file."
        ),
    ]
    isolated: Annotated[bool, click.Option(["--isolated"], is_flag=True, help="Use no settings file.")]

    def configurations(self, known: Known, overrides: Overrides) -> Configurations:
        """The settings of each directory. Raises ConfigurationError and click.UsageError."""
        settings: Settings | None = default_settings(Path.cwd())
        if self.config and self.isolated:
            raise click.UsageError("`--config` and `--isolated` exclude each other")
        if self.config:
            settings = read_settings(self.config.absolute(), known, Path.cwd())
        if settings is None:
            raise click.BadParameter(f"`{self.config}` has no table `tool.sadpath`", param_hint="'--config'")
        return Configurations(known, settings, overrides, fixed=bool(self.config) or self.isolated)
