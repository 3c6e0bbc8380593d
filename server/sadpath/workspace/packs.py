"""Finds the rules: a pack is a package with one module per rule, and the one that ships with sadpath is beside it.

Others register in the entry point group `sadpath.rules`, and count where settings name them.
"""

import ast
import importlib
import importlib.util
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import msgspec

if TYPE_CHECKING:  # importing the vocabulary imports libcst, which takes longer than listing all rules
    from sadpath.rule import Rule

_GROUP = "sadpath.rules"
_BUILT_IN = "sadpath_rules"
_EXPECTATION = re.compile(r"^[ \t]*# expect:.*\n|[ \t]*# expect:.*$", re.MULTILINE)


class Description(msgspec.Struct, frozen=True):
    """What a rule says about itself. `documentation` is Markdown, the rule's docstring without its indentation."""

    name: str
    family: str
    summary: str
    severity: str
    documentation: str


class PackError(Exception):
    """Rules cannot be found or loaded; says which, and why."""


def load_rules(packs: Sequence[str] = ()) -> tuple["Rule[Any]", ...]:
    """All rules that ship with sadpath, and those of the packs, by name. Imports them, and libcst. Raises PackError."""
    rules: dict[str, Rule[Any]] = {}
    origin: dict[str, str] = {}
    for pack in _packs(packs):
        for path in _modules(pack):
            members: list[object] = list(vars(_imported(pack, path.stem)).values())
            for rule in filter(_is_rule, members):
                if rules.setdefault(rule.name, rule) is not rule:
                    raise PackError(f"`{origin[rule.name]}` and `{pack.name}` both have a rule `{rule.name}`")
                origin.setdefault(rule.name, pack.name)
    return tuple(rule for _, rule in sorted(rules.items()))


def describe_rules(packs: Sequence[str] = ()) -> tuple[Description, ...]:
    """What `load_rules` would give, by name, read from the source without importing anything. Raises PackError."""
    found = [one for pack in _packs(packs) for path in _modules(pack) for one in _described(pack, path)]
    return tuple(sorted(found, key=lambda description: description.name))


def descriptions_of(names: Collection[str]) -> tuple[Description, ...]:
    """The rules that ship with sadpath; where they do not have all the names, with those of all installed packs."""
    own = describe_rules()
    return own if {rule.name for rule in own}.issuperset(names) else describe_rules(installed_packs())


def installed_packs() -> tuple[str, ...]:
    """The names of the rule packs that are installed beside sadpath, besides its own."""
    from importlib.metadata import entry_points

    here = Path.cwd()  # which `python -m` puts on the path, but what lies there is installed by nobody
    found = [entry for entry in entry_points(group=_GROUP) if entry.dist and entry.module != _BUILT_IN]
    return tuple(sorted({one.name for one in found if one.dist and Path(str(one.dist.locate_file(""))) != here}))


def without_expectations(documentation: str) -> str:
    """Documentation as people read it: the `# expect:` comments in its examples are for `sadpath.testing`."""
    return _EXPECTATION.sub("", documentation)


def pack_directories(packs: Sequence[str] = ()) -> list[Path]:
    """The directories that hold the rules and their library tables. Raises PackError."""
    return [directory for pack in _packs(packs) for directory in pack.directories]


class Families(Mapping[str, str]):
    """The names of all rules, each with its family: read when it is first asked for, as most checks need none.

    `packs` are those whose rules are meant as well; None for all that are installed. Asking may raise PackError.
    """

    def __init__(self, packs: Sequence[str] | None = ()) -> None:
        self._packs = packs

    def __getitem__(self, name: str) -> str:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @cached_property
    def _known(self) -> dict[str, str]:
        packs = installed_packs() if self._packs is None else self._packs
        return {rule.name: rule.family for rule in describe_rules(packs)}


class _Pack(NamedTuple):
    """A package with one module for each rule. `name` is what settings call it, `module` what Python does."""

    name: str
    module: str
    directories: tuple[Path, ...]


def _packs(names: Sequence[str]) -> Iterator[_Pack]:
    """The pack that ships with sadpath, and those of the names."""
    yield _Pack("sadpath", _BUILT_IN, _directories("sadpath", _BUILT_IN))
    if not names:
        return
    from importlib.metadata import entry_points

    installed = installed_packs()
    for name in names:
        if name not in installed:
            there = f"; installed are {', '.join(installed)}" if installed else ""
            raise PackError(f"no rule pack called `{name}` is installed beside sadpath{there}")
        modules = {entry.module for entry in entry_points(group=_GROUP, name=name)}
        if len(modules) > 1:
            raise PackError(f"several packages are called `{name}`: {', '.join(sorted(modules))}")
        (module,) = modules
        yield _Pack(name, module, _directories(name, module))


def _directories(name: str, module: str) -> tuple[Path, ...]:
    """Where a package is. Of a package in another one, nothing is imported either."""
    top, *inside = module.split(".")
    spec = importlib.util.find_spec(top)
    for part in inside:
        top = f"{top}.{part}"
        spec = spec and PathFinder.find_spec(top, spec.submodule_search_locations)
    if spec is None or not spec.submodule_search_locations:
        raise PackError(f"the package `{module}` of the rule pack `{name}` is not there: install it again")
    return tuple(Path(directory) for directory in spec.submodule_search_locations)


def _modules(pack: _Pack) -> list[Path]:
    paths = (path for directory in pack.directories for path in directory.glob("*.py"))
    return [path for path in paths if not path.stem.startswith("_")]


def _is_rule(member: object) -> "TypeGuard[Rule[Any]]":
    from sadpath.rule import Rule

    return isinstance(member, Rule)


def _imported(pack: _Pack, name: str) -> ModuleType:
    try:
        return importlib.import_module(f"{pack.module}.{name}")
    except Exception as error:
        if pack.module == _BUILT_IN:
            raise
        rule = name.replace("_", "-")
        raise PackError(f"the rule `{rule}` of the pack `{pack.name}` cannot be loaded: {error!r}") from error


def _described(pack: _Pack, path: Path) -> list[Description]:
    try:
        return list(_descriptions(path.read_text(encoding="utf-8")))
    except (SyntaxError, ValueError, KeyError) as error:  # not what `@rule` takes, or not written out
        raise PackError(f"`{path.name}` of the rule pack `{pack.name}` cannot be read: {error}") from error


def _descriptions(source: str) -> Iterator[Description]:
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        for decorator in statement.decorator_list:
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "rule":
                yield _description(statement, decorator)


def _description(function: ast.FunctionDef, decorator: ast.Call) -> Description:
    given = {keyword.arg: keyword.value for keyword in decorator.keywords}
    severity = given.get("severity")
    return Description(
        name=function.name.replace("_", "-"),
        family=ast.literal_eval(given["family"]),
        summary=ast.literal_eval(given["summary"]),
        severity=severity.attr.lower() if isinstance(severity, ast.Attribute) else "warning",
        documentation=without_expectations(ast.get_docstring(function) or ""),
    )
