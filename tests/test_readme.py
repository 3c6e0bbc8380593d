"""What the README promises: the sample service, and the commands that CI runs."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_each_headline_rule_reports_once_in_the_sample_service() -> None:
    report = json.loads(_check("--output-format", "json"))
    found = [(item["path"].rpartition("/")[2], item["rule"]) for item in report["diagnostics"]]
    assert sorted(found) == [
        ("payments.py", "unbounded-retry"),
        ("warehouse.py", "bare-except"),
        ("warehouse.py", "missing-timeout"),
        ("warehouse.py", "retry-without-backoff"),
        ("worker.py", "lost-task"),
        ("worker.py", "swallowed-cancellation"),
        ("worker.py", "swallowed-exception"),
        ("worker.py", "unawaited-coroutine"),
    ]


def test_ci_runs_the_commands_of_the_readme() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert commands[1] in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()


def _check(*options: str) -> str:
    command = [sys.executable, "-m", "sadpath", "check", *options, "examples/orders"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout
