"""The project's own promises: layers, types, style, dependencies and generated pages."""

import ast
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
STANDARD = {*sys.stdlib_module_names, "tomllib"}  # which Python 3.10 does not have
SOURCES = {"server": "sadpath", "rules": "sadpath_rules"}

COMMANDS = {
    "mypy": ["-m", "mypy"],
    "basedpyright": ["-m", "basedpyright", "--pythonpath", sys.executable],
    "ruff check": ["-m", "ruff", "check", "--quiet", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "--diff", "--quiet", "."],
    "sadpath": ["-m", "sadpath", "check", "server", "rules", "docs", "benchmarks"],
    "generated pages": ["docs/generate.py", "--check"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_to_complain(command: list[str]) -> None:
    _run(sys.executable, *command)


def test_import_contracts_hold() -> None:
    _run(f"{sysconfig.get_path('scripts')}/lint-imports", "--no-cache", "--no-logo")


@pytest.mark.parametrize(("root", "package"), SOURCES.items())
def test_a_source_root_holds_one_package(root: str, package: str) -> None:
    """An editable install puts the roots on `sys.path`: whatever lies beside the package would be importable."""
    assert _names_in(root) == {package}


def test_each_invariant_names_what_holds_it() -> None:
    """ARCHITECTURE.md states each contract once, and each of its invariants names a contract or a test."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    invariants = re.findall(r"^- \*\*Invariant.*?(?=^- |^\s*$)", text, re.MULTILINE | re.DOTALL)
    named = [re.findall(r"\(held by (.*?)\)", invariant, re.DOTALL) for invariant in invariants]
    holders = [holder for one in named for group in one for holder in re.findall(r"`(.*?)`", group)]
    contracts = {contract["id"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}
    assert all(named), invariants
    assert contracts <= set(holders)
    for holder in set(holders) - contracts:
        path, _, test = holder.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), holder


def test_dependencies_are_what_is_imported() -> None:
    declared = {_import_name(requirement) for requirement in PYPROJECT["project"]["dependencies"]}
    imported = {name for root in SOURCES for path in (ROOT / root).rglob("*.py") for name in _imports(path)}
    assert imported - set(SOURCES.values()) == declared


def test_tests_import_only_what_the_dev_extra_installs() -> None:
    requirements = PYPROJECT["project"]["dependencies"] + PYPROJECT["project"]["optional-dependencies"]["dev"]
    declared = {_import_name(requirement) for requirement in requirements}
    tests = [path for path in (ROOT / "tests").rglob("*.py") if not {"fixtures", "calls"} & {*path.parts}]
    imported = {name for path in tests for name in _imports(path)}
    # tests/facts/calls is what needs the extra `facts`, where it makes a call.
    assert imported - declared <= {*SOURCES.values(), "calls", *(path.stem for path in tests)}


def _run(*command: str) -> None:
    """Fail with all that the command prints, unless it succeeds."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def _names_in(directory: str) -> set[str]:
    """What lies in the directory, except what tools leave behind."""
    return {path.name for path in (ROOT / directory).iterdir()} - {"__pycache__"}


def _imports(path: Path) -> Iterator[str]:
    """The top-level names of the third-party modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            modules = [node.module or ""]
        else:
            continue
        for module in modules:
            name = module.partition(".")[0]
            if name not in STANDARD:
                yield name


def _import_name(requirement: str) -> str:
    name = re.match(r"[\w-]+", requirement)
    assert name
    others = {"import-linter": "importlinter", "pytest-xdist": "xdist", "pyyaml": "yaml"}
    return others.get(name[0], name[0].replace("-", "_"))
