"""Every rule's documentation and fixtures, run, and what all rules have in common."""

import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import sadpath_rules
from sadpath.analysis.finding import Finding
from sadpath.rule import Rule
from sadpath.testing import all_rules, check_expectations, examples, expectations

ROOT = Path(__file__).parent.parent
FIXTURES = Path(__file__).parent / "fixtures"
RULES = {rule.name: rule for rule in all_rules()}
SECTIONS = ["What happens in production", "What you will see", "How to bound it", "When to accept it"]

each_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


@each_rule
def test_documentation_examples_hold(rule: Rule[Any]) -> None:
    for example in examples(rule.documentation):
        _check_style(check_expectations([rule.name], example))


@pytest.mark.parametrize(
    "fixture", sorted(FIXTURES.rglob("*.py")), ids=lambda path: path.relative_to(FIXTURES).as_posix()
)
def test_fixture_holds(fixture: Path) -> None:
    """A rule's directory of fixtures is one project: its files may import each other."""
    name, *inside = fixture.relative_to(FIXTURES).parts
    root = FIXTURES / name if inside else FIXTURES
    others = {path.relative_to(root).as_posix(): _read(path) for path in root.rglob("*.py*")} if inside else {}
    path = fixture.relative_to(root).as_posix()
    _check_style(check_expectations([_rule_name(name)], _read(fixture), path, others))


@each_rule
def test_names_agree(rule: Rule[Any]) -> None:
    """Function, module, docs page and fixture are called as the rule is."""
    name = rule.name.replace("-", "_")
    assert rule.check.__name__ == name
    assert rule.check.__module__ == f"sadpath_rules.{name}"
    assert (ROOT / f"docs/rules/{rule.name}.md").is_file()
    assert (FIXTURES / f"{name}.py").is_file() or (FIXTURES / name).is_dir()


def test_nothing_is_left_over() -> None:
    """Each module of the pack is one rule, and each page and fixture belongs to one."""
    names = {rule.name for rule in RULES.values()}
    modules = {module.name for module in pkgutil.iter_modules(sadpath_rules.__path__) if not module.ispkg}
    assert {_rule_name(name) for name in modules} == names
    assert {page.stem for page in (ROOT / "docs/rules").glob("*.md")} - {"README"} == names
    assert {_rule_name(path.name) for path in FIXTURES.iterdir() if path.name != "__pycache__"} == names
    for name in modules:
        rules = [
            value for value in vars(importlib.import_module(f"sadpath_rules.{name}")).values() if type(value) is Rule
        ]
        assert len(rules) == 1, name


@each_rule
def test_documentation_has_its_parts(rule: Rule[Any]) -> None:
    headings = re.findall(r"^ *## (.+)$", rule.documentation, re.MULTILINE)
    assert headings == SECTIONS
    shown = [bool(expectations(example)) for example in examples(rule.documentation)]
    assert True in shown, "no bad example"
    assert False in shown, "no good example"


@each_rule
def test_summary_says_what_is_wrong(rule: Rule[Any]) -> None:
    """The problem and not the remedy, in words that go on in the middle of a sentence."""
    assert not re.match(r"(check|avoid|use|no|do not|don't|never)\b", rule.summary, re.IGNORECASE), rule.summary
    assert rule.summary[0].islower()
    assert rule.summary[-1] not in ".!"
    assert len(rule.summary) <= 90


def _check_style(findings: list[Finding]) -> None:
    """A message is a sentence without its capital and its dot, a title of a fix an imperative without its dot."""
    for finding in findings:
        assert re.match(r"[`a-z0-9]", finding.message), finding.message
        assert finding.message[-1] not in ".!", finding.message
        assert "\n" not in finding.message
        for fix in finding.fixes:
            assert fix.title[0].isupper(), fix.title
            assert fix.title[-1] not in ".!", fix.title


def _rule_name(name: str) -> str:
    return name.removesuffix(".py").replace("_", "-")


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()
