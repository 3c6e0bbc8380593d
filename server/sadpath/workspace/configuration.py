"""What a user decides about the check: which rules, how severe, in which files. Read by `settings_file`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from sadpath.grade import Severity
from sadpath.workspace.patterns import Patterns

if TYPE_CHECKING:  # imports the vocabulary, and libcst with it
    from sadpath.analysis.meaning.libraries import Library

ALL = "all"
DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".sadpath_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""ruff's defaults, and the directories that hold no source in any project."""


class ConfigurationError(Exception):
    """A setting that is not understood. `line` is 1-based, None where the whole file is meant."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message


class Named(Protocol):
    """A rule, or a description of one."""

    @property
    def name(self) -> str:
        """The rule's name."""
        ...

    @property
    def family(self) -> str:
        """The family that it belongs to."""
        ...


AnyRule = TypeVar("AnyRule", bound=Named)


@dataclass(frozen=True)
class Selection:
    """One layer of choices among the rules, by rule, family or `all`: a settings file, or the command line.

    `select` starts afresh, `extend_select` and `ignore` change what the layers below chose. Within a layer the more
    exact name wins, and `ignore` wins over `select` where both are equally exact.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def enables(self, rule: Named, below: bool) -> bool:
        """Whether the rule is on after this layer, given whether it was on below."""
        wanted = _exactness(rule, (*(self.select or ()), *self.extend_select))
        unwanted = _exactness(rule, self.ignore)
        if unwanted and unwanted >= wanted:
            return False
        return bool(wanted) or (below and self.select is None)


@dataclass(frozen=True)
class Settings:
    """What a user decides. `root` is the directory that the patterns are relative to, `source` the file, if any.

    `selections` are the layers that choose the rules, weakest first; without any, all rules are on. `severity` maps
    names of rules. `per_file_ignores` maps patterns to rules and families. `calls` is what the library tables would say
    of the user's own clients. `cache` is the directory for what is kept between checks, if not the default.
    `packs` are the rule packs that count besides sadpath's own.
    """

    root: Path = Path()
    source: Path | None = None
    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[tuple[Patterns, tuple[str, ...]], ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict[str, Severity])
    excludes: tuple[Patterns, ...] = ()
    calls: "Library | None" = None
    cache: Path | None = None
    packs: tuple[str, ...] = ()

    def chosen(self, rules: Iterable[AnyRule], path: str | None = None) -> tuple[AnyRule, ...]:
        """The rules that are on, in the given order; with an absolute path, those that are on in that file."""
        on = tuple(rule for rule in rules if self._enables(rule))
        ignored = () if path is None else self._ignored(path)
        return tuple(rule for rule in on if not _exactness(rule, ignored)) if ignored else on

    def _enables(self, rule: Named) -> bool:
        on = True
        for selection in self.selections:
            on = selection.enables(rule, on)
        return on

    def _ignored(self, path: str) -> tuple[str, ...]:
        return tuple(name for patterns, names in self.per_file_ignores if patterns.verdict(path) for name in names)


@dataclass(frozen=True)
class Overrides:
    """What the command line or the editor says on top of the settings files. `exclude` replaces their exclusions."""

    selection: Selection = Selection()
    exclude: tuple[Patterns, ...] | None = None
    extend_exclude: tuple[Patterns, ...] = ()

    def over(self, settings: Settings) -> Settings:
        """The settings with these on top."""
        excludes = settings.excludes if self.exclude is None else self.exclude
        return replace(
            settings,
            selections=(*settings.selections, self.selection),
            excludes=(*excludes, *self.extend_exclude),
        )


def default_settings(root: Path) -> Settings:
    """The settings of a project that has none."""
    return Settings(root, excludes=(Patterns(root.as_posix(), DEFAULT_EXCLUDES),))


def _exactness(rule: Named, selectors: Collection[str]) -> int:
    if rule.name in selectors:
        return 3
    if rule.family in selectors:
        return 2
    return 1 if ALL in selectors else 0
