"""Finds the rules: packs are packages that register in the entry point group `sadpath.rules`, one module per rule."""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # importing the vocabulary imports libcst, which takes longer than listing all rules
    from sadpath.rule import Rule

_GROUP = "sadpath.rules"
_BUILT_IN = "sadpath"
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

    pack, _ = _built_in_pack()
    rules: list[Rule[Any]] = []
    for path in _modules():
        members = vars(importlib.import_module(f"{pack}.{path.stem}")).values()
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
    """The directories that hold the rules and their library tables."""
    _, directories = _built_in_pack()
    return directories


def _modules() -> list[Path]:
    return [
        path for directory in pack_directories() for path in directory.glob("*.py") if not path.stem.startswith("_")
    ]


def _built_in_pack() -> tuple[str, list[Path]]:
    for entry in entry_points(group=_GROUP, name=_BUILT_IN):
        spec = importlib.util.find_spec(entry.module)
        if entry.dist is not None and entry.dist.name == _BUILT_IN and spec and spec.submodule_search_locations:
            return entry.module, [Path(directory) for directory in spec.submodule_search_locations]
    raise PackError("the rules that belong to sadpath are not registered: install it again")


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
