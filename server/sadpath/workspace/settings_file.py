"""Reads settings from `sadpath.toml`, or from the table `[tool.sadpath]` of `pyproject.toml`.

The nearest directory above a file that holds either decides, and within one directory `sadpath.toml` wins. A
`pyproject.toml` without that table does not count. Files are only read: no setting can make sadpath run a program.
"""

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from sadpath.grade import Severity
from sadpath.workspace.configuration import (
    ALL,
    DEFAULT_EXCLUDES,
    ConfigurationError,
    Overrides,
    Selection,
    Settings,
)
from sadpath.workspace.names import suggestion
from sadpath.workspace.packs import Families, PackError
from sadpath.workspace.patterns import Patterns, is_pattern
from sadpath.workspace.toml_places import Keys, places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:  # as in `configuration`
    from sadpath.analysis.meaning.libraries import Library

Known: TypeAlias = Mapping[str, str]
"""The names of all rules, each with its family."""

SETTINGS_FILES = ("sadpath.toml", "pyproject.toml")
"""What they are called, the one that wins first."""

_DEEPEST = 200  # TOML parsers recurse
_KEYS = ("select", "ignore", "exclude", "extend-exclude", "per-file-ignores", "severity", "calls", "cache-dir", "packs")


class Configurations:
    """The settings of every directory, each file read once. `default` holds where no directory above has any.

    With `fixed`, the default holds everywhere, whatever files there are.
    """

    def __init__(
        self, known: Known, default: Settings, overrides: Overrides | None = None, *, fixed: bool = False
    ) -> None:
        self._known = known
        self._overrides = overrides or Overrides()
        self._default = self._overrides.over(default)
        self._fixed = fixed
        self._of: dict[Path, Settings] = {}

    def nearest(self, directory: Path) -> Settings:
        """The settings that hold in a directory (absolute). Raises ConfigurationError."""
        if self._fixed:
            return self._default
        if directory not in self._of:
            self._of[directory] = self._own(directory) or self._inherited(directory)
        return self._of[directory]

    def _own(self, directory: Path) -> Settings | None:
        for name in SETTINGS_FILES:
            path = directory / name
            settings = read_settings(path, self._known) if path.is_file() else None
            if settings:
                return self._overrides.over(settings)
        return None

    def _inherited(self, directory: Path) -> Settings:
        return self._default if directory.parent == directory else self.nearest(directory.parent)


def read_settings(path: Path, known: Known, root: Path | None = None) -> Settings | None:
    """The settings in a file, or None for a `pyproject.toml` without `[tool.sadpath]`. Raises ConfigurationError.

    Patterns are relative to `root`, by default the file's directory.
    """
    text = _text(path)
    in_pyproject = path.name == "pyproject.toml"
    if in_pyproject and "sadpath" not in text:
        return None  # not worth parsing, and a broken one somewhere among test data is none of our business
    prefix = ("tool", "sadpath") if in_pyproject else ()
    table: object = _parsed(path, text)
    for key in prefix:
        table = _inside(table, key)
    return None if table is None else _Reader(path, text, prefix, known).settings(table, root or path.parent)


def selector_problem(selector: str, known: Known) -> str | None:
    """What is wrong with the name of a rule or a family, or None."""
    valid = {ALL, *known.values(), *known}
    return None if selector in valid else f"no rule or family is called `{selector}`{suggestion(selector, valid)}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(path, None, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(path, None, "is not valid UTF-8, as TOML has to be") from error


def _parsed(path: Path, text: str) -> dict[str, object]:
    if _nesting(text) > _DEEPEST:
        raise ConfigurationError(path, None, "has more brackets inside each other than any settings need")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        message = str(error)[: place.start()] if place else str(error)
        raise ConfigurationError(path, line, f"is not valid TOML: {message}") from error


def _inside(table: object, key: str) -> object:
    return cast(dict[str, object], table).get(key) if isinstance(table, dict) else None


def _nesting(text: str) -> int:
    """How deep brackets are nested, those in strings and comments counted along."""
    depths = accumulate(1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[\]{}]", text))
    return max(depths, default=0)


@dataclass(frozen=True)
class _Reader:
    """Turns a table into settings. The methods take the place of a value in the table, for messages, and the value."""

    path: Path
    text: str
    prefix: Keys
    known: Known

    def settings(self, value: object, root: Path) -> Settings:
        table = self.table((), value)
        self.check_names((), table, _KEYS, "key")
        packs = self.packs(table.get("packs", []))
        if packs:
            self = replace(self, known=Families(packs))
        select = self.selectors(("select",), table["select"]) if "select" in table else None
        ignore = self.selectors(("ignore",), table.get("ignore", []))
        exclude = self.patterns(("exclude",), table.get("exclude", list(DEFAULT_EXCLUDES)))
        extend_exclude = self.patterns(("extend-exclude",), table.get("extend-exclude", []))
        base = root.as_posix()
        return Settings(
            root=root,
            source=self.path,
            selections=(Selection(select, ignore=ignore),),
            per_file_ignores=self.per_file_ignores(base, table.get("per-file-ignores", {})),
            severity=self.severity(table.get("severity", {})),
            excludes=(Patterns(base, exclude), Patterns(base, extend_exclude)),
            calls=self.calls(table["calls"]) if "calls" in table else None,
            cache=root / self.string(("cache-dir",), table["cache-dir"]) if "cache-dir" in table else None,
            packs=packs,
        )

    def packs(self, value: object) -> tuple[str, ...]:
        names = self.strings(("packs",), value)
        for index in range(len(names)):
            try:
                len(Families(names[: index + 1]))  # reads what the rules say of themselves
            except PackError as error:
                raise self.error(("packs", index), str(error)) from error
        return names

    def calls(self, value: object) -> "Library":
        from sadpath.workspace.library_files import LibraryError, library_of

        table = self.table(("calls",), value)
        for key in ("distribution", "verified"):
            if key in table:
                raise self.error(("calls", key), f"`{key}` is for libraries that come with the rules")
        try:
            return library_of(table, verified="configured")
        except LibraryError as error:
            raise self.error(("calls", *error.place), f"in `calls`, {error.message}") from error

    def per_file_ignores(self, base: str, value: object) -> tuple[tuple[Patterns, tuple[str, ...]], ...]:
        table = self.table(("per-file-ignores",), value)
        for pattern in table:
            self.check_pattern(("per-file-ignores", pattern), pattern)
        return tuple(
            (Patterns(base, (pattern,)), self.selectors(("per-file-ignores", pattern), names))
            for pattern, names in table.items()
        )

    def severity(self, value: object) -> dict[str, Severity]:
        table = self.table(("severity",), value)
        self.check_names(("severity",), table, self.known, "rule")
        valid = [severity.value for severity in Severity]
        for rule, name in table.items():
            if name not in valid:
                raise self.error(("severity", rule), f"unknown severity `{name}`{suggestion(str(name), valid)}")
        return {rule: Severity(name) for rule, name in table.items()}

    def selectors(self, place: Keys, value: object) -> tuple[str, ...]:
        names = self.strings(place, value)
        for index, name in enumerate(names):
            if problem := selector_problem(name, self.known):
                raise self.error((*place, index), problem)
        return names

    def patterns(self, place: Keys, value: object) -> tuple[str, ...]:
        lines = self.strings(place, value)
        for index, line in enumerate(lines):
            self.check_pattern((*place, index), line)
        return lines

    def strings(self, place: Keys, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(place, f"`{place[-1]}` has to be a list of strings")
        strings: list[str] = []
        for index, item in enumerate(cast(list[object], value)):
            if not isinstance(item, str):
                raise self.error((*place, index), f"`{place[-1]}` has to be a list of strings")
            strings.append(item)
        return tuple(strings)

    def string(self, place: Keys, value: object) -> str:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.error(place, f"`{place[-1]}` has to be a string")
        return value

    def table(self, place: Keys, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.error(place, f"`{'.'.join(map(str, self.prefix + place))}` has to be a table")
        return cast(dict[str, object], value)

    def check_names(self, place: Keys, table: Mapping[str, object], valid: Collection[str], what: str) -> None:
        for name in table:
            if name not in valid:
                raise self.error((*place, name), f"unknown {what} `{name}`{suggestion(name, valid)}")

    def check_pattern(self, place: Keys, pattern: str) -> None:
        if not is_pattern(pattern):
            raise self.error(place, f"`{pattern}` is not a file pattern in the form of .gitignore")

    def error(self, place: Keys, message: str) -> ConfigurationError:
        lines = places(self.text)
        known = self.prefix + place
        while known and known not in lines:
            known = known[:-1]
        return ConfigurationError(self.path, lines.get(known), message)
