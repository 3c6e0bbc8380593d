"""Finds the rules: a pack is a package with one module per rule, and the one that ships with sadpath is beside it."""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # importing the vocabulary imports libcst, which takes longer than listing all rules
    from sadpath.rule import Rule

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
    """The rules that ship with sadpath cannot be found: it is not installed as it should be."""


def load_rules() -> tuple["Rule[Any]", ...]:
    """All rules of the selected packs, by name. Imports them, and libcst with them."""
    from sadpath.rule import Rule

    rules: list[Rule[Any]] = []
    for path in _modules():
        members = vars(importlib.import_module(f"{_BUILT_IN}.{path.stem}")).values()
        rules += [member for member in members if isinstance(member, Rule)]
    return tuple(sorted(rules, key=lambda rule: rule.name))


def describe_rules() -> tuple[Description, ...]:
    """What `load_rules` would give, by name, read from the source of the rules without importing anything."""
    found = [description for path in _modules() for description in _descriptions(path.read_text(encoding="utf-8"))]
    return tuple(sorted(found, key=lambda description: description.name))


def without_expectations(documentation: str) -> str:
    """Documentation as people read it: the `# expect:` comments in its examples are for `sadpath.testing`."""
    return _EXPECTATION.sub("", documentation)


def pack_directories() -> list[Path]:
    """The directories that hold the rules and their library tables. Raises PackError."""
    spec = importlib.util.find_spec(_BUILT_IN)
    if spec is None or not spec.submodule_search_locations:
        raise PackError("the rules that belong to sadpath are not there: install it again")
    return [Path(directory) for directory in spec.submodule_search_locations]


class Families(Mapping[str, str]):
    """The names of all rules, each with its family: read when it is first asked for, as most checks need none."""

    def __getitem__(self, name: str) -> str:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    @cached_property
    def _known(self) -> dict[str, str]:
        return {rule.name: rule.family for rule in describe_rules()}


def _modules() -> list[Path]:
    return [
        path for directory in pack_directories() for path in directory.glob("*.py") if not path.stem.startswith("_")
    ]


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
