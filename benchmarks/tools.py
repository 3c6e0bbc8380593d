"""Who is measured: how each tool checks a project, and how it serves an editor."""

import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

SCRIPTS = Path(sysconfig.get_path("scripts"))
CACHE = "{cache}"


@dataclass(frozen=True)
class Tool:
    """A checker. Commands begin with the name of a script of this environment; CACHE stands for a directory."""

    name: str
    check: tuple[str, ...]
    """Checks the current directory, without settings from outside of it, and prints findings in short."""
    server: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)
    """What the server is told if it asks for its settings, by section."""
    plugins: tuple[str, ...] = ()

    @property
    def keeps(self) -> bool:
        """Whether a check uses what an earlier one found."""
        return CACHE in self.check

    @property
    def versions(self) -> str:
        """The versions of all that this tool consists of."""
        return ", ".join(f"{name} {version(name)}" for name in (self.name, *self.plugins))

    def check_command(self, cache: Path) -> list[str]:
        """What checks the current directory, and keeps what it keeps in a directory."""
        return command([str(cache) if word == CACHE else word for word in self.check])


SADPATH = Tool(
    "sadpath",
    ("sadpath", "check", "--isolated", "--quiet", "--output-format", "concise", "--cache-dir", CACHE, "."),
    ("sadpath", "server"),
)
RUFF = Tool(
    "ruff",
    ("ruff", "check", "--isolated", "--quiet", "--output-format", "concise", "--cache-dir", CACHE, "."),
    ("ruff", "server"),
)
TY = Tool("ty", ("ty", "check", "--output-format", "concise", "."), ("ty", "server"))
PYREFLY = Tool(
    "pyrefly",
    ("pyrefly", "check", "--output-format", "min-text", "."),
    ("pyrefly", "lsp"),
    {"python": {"pyrefly": {"displayTypeErrors": "force-on"}}},  # without, it publishes nothing for most projects
)
BASEDPYRIGHT = Tool("basedpyright", ("basedpyright", "."), ("basedpyright-langserver", "--stdio"))
FIXIT = Tool("fixit", ("fixit", "lint", "."))
FLAKE8 = Tool("flake8", ("flake8", "--isolated", "."), plugins=("flake8-async", "flake8-bugbear"))

TOOLS = (SADPATH, RUFF, TY, PYREFLY, BASEDPYRIGHT, FIXIT, FLAKE8)


def command(words: Iterable[str]) -> list[str]:
    """The words of a command, with the path of the script that is called."""
    script, *arguments = words
    return [str(SCRIPTS / script), *arguments]
