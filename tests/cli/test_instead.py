"""What `sadpath check` does instead of one check, and what shells and programs ask it for."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from command import HANGS, Run
from repository import Repository

CLEAN, FINDINGS, MISUSE = 0, 1, 2


def test_show_files(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    for name in ("a.py", "sub/b.pyi", "sub/c.txt", "build.py"):
        (project / name).write_text(HANGS)
    ended = run("check", "--show-files", "--exclude", "build.py")
    assert (ended.code, ended.output) == (CLEAN, "a.py\nsub/b.pyi\n")


def test_show_settings(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    (project / "a.py").touch()
    (project / "sub/b.py").touch()
    (project / "sub/sadpath.toml").write_text(
        'select = ["timeout"]\nignore = ["unbounded-wait"]\nexclude = ["x"]\n'
        '[severity]\nmissing-timeout = "error"\n[per-file-ignores]\n"tests/**" = ["timeout"]\n'
    )
    ended = run("check", "--show-settings")
    assert ended.code == CLEAN
    first, second = ended.output.split("# sub/sadpath.toml\n")
    assert first.startswith("# defaults\n\n[rules]\nbare-except = ")
    assert second == (
        '\n[rules]\nmissing-timeout = "error"\n\n[exclude]\n"sub" = ["x"]\n\n'
        '[per-file-ignores]\n"tests/**" = ["timeout"]\n\n'
    )
    assert run("check", "--show-settings", "-", stdin=b"").code == MISUSE


def test_watch(tmp_path: Path) -> None:
    """Each change is followed by a check, also one of the settings, and one that makes them unreadable."""
    (tmp_path / "a.py").write_text(HANGS)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = [sys.executable, "-m", "sadpath", "check", "--watch", "--output-format", "concise"]
    with subprocess.Popen(arguments, cwd=tmp_path, stdout=-1, stderr=subprocess.STDOUT, text=True) as run:
        try:
            assert said(run)[0].startswith("a.py:5:12: missing-timeout")
            (tmp_path / "a.py").write_text("x = 1\n")
            assert said(run) == ["No findings in 1 file\n"]
            (tmp_path / "b.py").write_text("\n" + HANGS)
            assert said(run)[0].startswith("b.py:6:12: missing-timeout")
            (tmp_path / "sadpath.toml").write_text("nonsense = 1")
            assert said(run)[0].startswith("Error: sadpath.toml:1: unknown key `nonsense`; valid are ")
            (tmp_path / "sadpath.toml").unlink()
            assert said(run)[0].startswith("b.py:6:12: missing-timeout")
            run.send_signal(signal.SIGINT)
            assert run.wait(60) == -signal.SIGINT
        finally:
            run.kill()


def test_watch_of_what_is_staged(tmp_path: Path) -> None:
    """What is only moved by git counts as well."""
    repository = Repository(tmp_path)
    repository.commit()
    repository.write("a.py", HANGS)
    arguments = [sys.executable, "-m", "sadpath", "check", "--watch", "--staged", "--output-format", "concise"]
    with subprocess.Popen(arguments, cwd=tmp_path, stdout=-1, stderr=subprocess.STDOUT, text=True) as run:
        try:
            assert said(run) == ["No Python files found\n"]
            repository.git("add", "a.py")
            assert said(run)[0].startswith("a.py:5:12: missing-timeout [new")
            repository.git("commit", "-q", "-m", "x")
            assert said(run)[0].startswith("No new findings in 1 file since the last commit")
        finally:
            run.kill()


def said(run: "subprocess.Popen[str]") -> list[str]:
    """What a process that watches writes about one check."""
    lines: list[str] = []
    assert run.stdout
    for line in run.stdout:
        if line.startswith("Watching"):
            break
        lines.append(line)
    return lines


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    ended = run("completion", shell)
    assert ended.code == CLEAN
    assert f"_SADPATH_COMPLETE={shell}_complete" in ended.output
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=ended.output, text=True, check=True)


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("sadpath che", ["check"]),
        ("sadpath check --unsafe", ["--unsafe-fixes"]),
        ("sadpath check --format sa", ["sarif"]),
        ("sadpath check --select unb", ["unbounded-retry", "unbounded-wait"]),
        ("sadpath explain bare", ["bare-except"]),
    ],
)
def test_completed(line: str, completed: list[str]) -> None:
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1), "_SADPATH_COMPLETE": "bash_complete"}
    ended = subprocess.run(
        [sys.executable, "-m", "sadpath"], env=os.environ | words, capture_output=True, text=True, check=True
    )
    assert [answer.partition(",")[2] for answer in ended.stdout.splitlines()] == completed


def test_json_schema(project: Path, run: Run) -> None:
    schema = json.loads(run("schema").output)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    (project / "a.py").write_text(
        HANGS + "    requests.get(1)  # sadpath: accept[missing-timeout] until=2099-01-01 why\n"
        "    requests.get(2)  # sadpath: accept[bare-except] why\n"
    )
    (project / "b.py").write_bytes(b"\xff")
    report = json.loads(run("check", "--output-format", "json").output)
    validator.validate(report)
    assert {len(report[key]) for key in ("diagnostics", "accepted", "skipped")} == {1, 3}
    del report["diagnostics"][0]["fixes"][0]["safe"]
    with pytest.raises(jsonschema.ValidationError, match="'safe' is a required property"):
        validator.validate(report)


def test_all_that_it_takes_to_act(project: Path, run: Run) -> None:
    """A program that reads only the JSON fixes one finding by its edits, and accepts the others by theirs."""
    path = project / "a.py"
    path.write_text(
        "import requests\n\n\ndef load(url):\n    requests.get('ä', 1)\n    try:\n        requests.get(2)\n"
        "    except:\n        pass\n",
        encoding="utf-8",
    )
    while found := json.loads(run("check", "--output-format", "json").output)["diagnostics"]:
        one = found[0]
        edits = one["fixes"][0]["edits"] if one["range"]["start"]["line"] == 5 else [one["accept"]["edit"]]
        lines = path.read_text(encoding="utf-8").split("\n")
        for edit in edits:
            start, end = edit["range"]["start"], edit["range"]["end"]
            assert start["line"] == end["line"]
            line = lines[start["line"] - 1]
            text = edit["text"].replace(one["accept"]["placeholder"], "only at start-up")
            lines[start["line"] - 1] = line[: start["column"] - 1] + text + line[end["column"] - 1 :]
        path.write_text("\n".join(lines), encoding="utf-8")
        story = json.loads(run("check", "--output-format", "json").output)["rules"]
        assert all("## What happens in production" in rule["documentation"] for rule in story)
    assert path.read_text(encoding="utf-8").splitlines()[4:8] == [
        "    requests.get('ä', 1, timeout=10)",
        "    try:",
        "        requests.get(2)  # sadpath: accept[missing-timeout] only at start-up",
        "    except:  # sadpath: accept[bare-except] only at start-up",
    ]
