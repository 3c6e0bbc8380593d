"""`missing-timeout` knows the default of the version that a project has locked."""

from pathlib import Path

import pytest

from sadpath.workspace.configuration import Settings
from sadpath.workspace.session import Session
from sadpath_rules.missing_timeout import missing_timeout

CODE = "import redis\n\ncache = redis.Redis('cache')\nother = redis.from_url('redis://cache?socket_timeout=5')\n"


@pytest.mark.parametrize(("version", "lines"), [("7.1.0", [2]), ("8.0.0", [])])
def test_the_locked_version_decides(tmp_path: Path, version: str, lines: list[int]) -> None:
    (tmp_path / "uv.lock").write_text(f'[[package]]\nname = "redis"\nversion = "{version}"\n')
    path = tmp_path / "cache.py"
    path.write_text(CODE)
    report = Session(tmp_path, Settings(), [missing_timeout]).check(path.as_posix())
    assert report.skipped == ()
    assert [finding.range.start.line for finding in report.findings] == lines
