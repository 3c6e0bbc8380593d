from pathlib import Path

import pytest
from click.testing import CliRunner
from command import Ended, Run

from sadpath.cli import sadpath


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, which is the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run() -> Run:
    """Runs a command in this process."""

    def run(*arguments: str, stdin: bytes = b"") -> Ended:
        found = CliRunner().invoke(sadpath, arguments, input=stdin)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return Ended(found.exit_code, found.stdout, found.stderr)

    return run
