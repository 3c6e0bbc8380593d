"""The benchmarks run, on small projects and for sadpath alone; what they measure here means nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MEASURE = Path(__file__).parent.parent / "benchmarks/measure.py"
WORKS = {
    "start": ["start: `--version`", "start: `explain` a rule"],
    "cold": [
        f"check {project} lines: {work}"
        for project in ("large, 980", "other, 196")
        for work in ("cold", "again, nothing changed", "again, one file changed")
    ],
    "edits": [
        "one edit in module_0.py, 50 lines",
        "one edit in module_1.py, 50 lines",
        "one edit in module_0.py, 50 lines",
        "each key of a new function in module_0.py, 50 lines",
        "49 lines pasted into module_0.py, 50 lines",
        "the same edit in small.py, 50 lines",
        "the same edit in large.py, 638 lines",
        "method that 20 functions in 2 open files call: renamed in client.py, 4 lines",
        "method that 20 functions in 2 open files call: `async` or not, in client.py, 4 lines",
    ],
    "memory": [
        "check large, 980 lines: memory",
        "session in large: 20 open files, 200 edits (peers: 10 s): memory",
        "session in large: 20 open files, 200 edits (peers: 10 s): growth after the first tenth",
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(("part", "works"), WORKS.items(), ids=WORKS)
def test_a_part_measures_its_works(part: str, works: list[str], tmp_path: Path) -> None:
    done = _measure(part, "--quick", "--only", "sadpath", "--work", str(tmp_path))
    assert done.returncode == 0, done.stderr
    rows = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["rows"]
    assert [row["work"] for row in rows] == works
    assert all(row["tools"]["sadpath"]["values"] for row in rows)
    table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + len(works)


def test_a_part_of_a_run_is_not_written_into_the_readme(tmp_path: Path) -> None:
    done = _measure("start", "--write-readme", "--work", str(tmp_path))
    assert done.returncode == 2
    assert "--write-readme writes a whole run" in done.stderr


def _measure(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(MEASURE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)
