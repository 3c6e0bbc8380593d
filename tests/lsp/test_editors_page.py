"""docs/editors.md names all that there is to set and to ask for, and tests that exist."""

import re
from pathlib import Path

import msgspec

from sadpath.lsp.execute_command import COMMANDS
from sadpath.lsp.options import Changes, Options

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "editors.md").read_text(encoding="utf-8")


def test_each_setting_and_command_is_described() -> None:
    settings = {field.encode_name for field in msgspec.structs.fields(Options)} - {"changes"}
    settings |= {f"changes.{field.encode_name}" for field in msgspec.structs.fields(Changes)}
    assert set(re.findall(r"^\| `(sadpath\.\w+)` \|", PAGE, re.MULTILINE)) == set(COMMANDS)
    described = re.findall(r"^\| ((?:`[\w.]+`(?:, )?)+) \| (?:`|lists|a git)", PAGE, re.MULTILINE)
    assert settings <= set(re.findall(r"`([\w.]+)`", " ".join(described)))


def test_the_tests_that_it_names_exist() -> None:
    named = re.findall(r"`(test_\w+\.py)(?:::(?:Test\w+::)?(test_\w+))?`", PAGE)
    assert len(named) >= 25
    for file, test in named:
        assert f"def {test}" in (HERE / file).read_text(encoding="utf-8"), (file, test)
