"""Real projects at pinned versions: the check ends, and accounts for every file."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECTS = ["aiohttp==3.14.5", "celery==5.7.0", "distributed==2026.8.0"]


@pytest.mark.slow
@pytest.mark.parametrize("project", PROJECTS)
def test_every_file_is_analysed(project: str, tmp_path: Path) -> None:
    source = _unpacked(project, tmp_path)
    command = [sys.executable, "-m", "sadpath", "check", "--output-format", "json", str(source)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert report["skipped"] == []
    assert report["summary"]["files"] == sum(1 for _ in source.rglob("*.py"))
    assert report["diagnostics"]


def _unpacked(project: str, directory: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", project]
    subprocess.run([*command, "--dest", str(directory)], check=True, capture_output=True)
    source = directory / "source"
    for wheel in directory.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(source)
    return source
