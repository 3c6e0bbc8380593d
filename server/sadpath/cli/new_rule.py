"""`sadpath new-rule`."""

import re
import sys
from pathlib import Path
from typing import cast

import click

from sadpath.cli import Misuse

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FAMILIES = ("await", "except", "retry", "timeout")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ROOTS = ("", "src", "rules")

_RULE = '''\
"""The rule `{rule}`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Severity, Unit, rule


@rule(
    family="{family}",
    severity=Severity.WARNING,
    summary="what is wrong, in a few words and without names",
    visits=cst.Call,
    words=("dangerous",),
)
def {function}(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls of `dangerous`: say here what this rule finds.

    ```python
    dangerous()  # expect: {rule} "`dangerous` is called"
    harmless()
    ```

    ## What happens in production

    ## What you will see

    ## How to bound it

    ## When to accept it
    """
    # Names lie: ask the unit what an expression denotes, and be silent where it does not know.
    if unit.code(call.func) == "dangerous":
        yield Diagnostic(call, "`dangerous` is called")
'''

_FIXTURE = '''\
"""The hard cases of `{rule}`: what must be reported, and above all what must not."""

dangerous()  # expect: {rule}
dangerous(1)  # sadpath: accept[{rule}] because it is bounded elsewhere
object.dangerous()
harmless()
'''

_TEST = '''\
"""Each rule of this pack, by its documentation and its fixture."""

from pathlib import Path

import pytest

from sadpath.testing import all_rules, check_expectations, examples

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.py"))
RULES = {{rule.name: rule for rule in all_rules()}}


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_rule(fixture: Path) -> None:
    name = fixture.stem.replace("_", "-")
    check_expectations([name], fixture.read_text(encoding="utf-8"))
    for example in examples(RULES[name].documentation):
        check_expectations([name], example)
'''


@click.command("new-rule")
@click.argument("name")
@click.option("--family", type=click.Choice(_FAMILIES), default="timeout", show_default=True)
def new_rule(name: str, family: str) -> None:
    """Write a new rule called NAME into the rule pack in the current directory, with its fixture and its test."""
    if not _NAME.fullmatch(name):
        raise click.BadParameter("a rule is called in lower case, with dashes between words", param_hint="NAME")
    words = {"rule": name, "function": name.replace("-", "_"), "family": family}
    package = _package()
    files = {
        package / f"{words['function']}.py": _RULE,
        Path("tests/fixtures") / f"{words['function']}.py": _FIXTURE,
    }
    if not list(Path("tests").glob("test_*.py")):
        files[Path("tests/test_rules.py")] = _TEST
    for path in files:
        if path.exists():
            raise Misuse(f"{path}: is there already")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**words), encoding="utf-8", newline="\n")
        click.echo(f"Wrote {path}")


def _package() -> Path:
    """The package of the pack that the project in the current directory registers."""
    project = Path("pyproject.toml")
    if not project.is_file():
        raise Misuse("pyproject.toml: is not here; run this in the directory of a rule pack")
    try:
        entries: object = tomllib.loads(project.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misuse(f"pyproject.toml: is not valid TOML: {error}") from error
    for key in ("project", "entry-points", "sadpath.rules"):
        entries = cast(dict[str, object], entries).get(key) if isinstance(entries, dict) else None
    modules = list(map(str, cast(dict[str, object], entries).values())) if isinstance(entries, dict) else []
    if not modules:
        raise Misuse('pyproject.toml: registers no rule pack: [project.entry-points."sadpath.rules"] is missing')
    inside = modules[0].replace(".", "/")
    for root in _ROOTS:
        if (Path(root) / inside).is_dir():
            return Path(root) / inside
    raise Misuse(f"pyproject.toml: registers `{modules[0]}`, which is neither here nor in {' or '.join(_ROOTS[1:])}")
