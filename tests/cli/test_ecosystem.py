"""The files for other tools do what docs/ci.md says: their commands are run as those tools would."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import yaml
from command import HANGS

ROOT = Path(__file__).parents[2]
CI = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
AGENTS = (ROOT / "docs/agents.md").read_text(encoding="utf-8")
CLEAN, FINDINGS = 0, 1


def examples(text: str, language: str) -> Iterator[str]:
    """The fenced blocks of a page."""
    return (block[1] for block in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one finding in `src`, with `sadpath` and `pip` where a shell finds them."""
    (tmp_path / "repository/src").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    (tmp_path / "repository/src/a b.py").write_text(HANGS)
    subprocess.run(["git", "init", "-q"], check=True)
    commands = {"sadpath": f'exec "{sys.executable}" -m sadpath "$@"', "pip": f'echo "$@" >> "{tmp_path}/pip"'}
    (tmp_path / "bin").mkdir()
    for name, script in commands.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def shell(script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as GitHub runs those of `shell: bash`."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    ("inputs", "installed"), [({}, "install --quiet ACTION"), ({"version": "0.1.0"}, "install --quiet sadpath==0.1.0")]
)
def test_action(work: Path, inputs: dict[str, str], installed: str) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    install, check = action["runs"]["steps"]
    given = {name: inputs.get(name, one["default"]) for name, one in action["inputs"].items()}
    given |= {"paths": "src", "sarif-file": "out/a.sarif", "args": "--color never"}

    def variables(step: dict[str, dict[str, str]]) -> dict[str, str]:
        """What GitHub makes of the expressions of a step."""
        places = {f"inputs.{name}": value for name, value in given.items()} | {"github.action_path": "ACTION"}
        values = {"RUNNER_TEMP": str(work / "temp")}
        for name, value in step["env"].items():
            values[name] = re.sub(r"\$\{\{ (.*?) \}\}", lambda found: places[found[1]], value)
        return values

    assert not any("${{" in step["run"] for step in (install, check)), "values of others would become code"
    (work / "temp/sadpath").mkdir(parents=True)
    (work / "temp/sadpath/bin").symlink_to(work / "bin")
    (work / "bin/python").write_text("#!/bin/sh\n")  # makes the environment, which is there
    (work / "bin/python").chmod(0o755)
    assert shell(install["run"], **variables(install)).returncode == CLEAN
    assert (work / "pip").read_text() == f"{installed}\n"
    ended = shell(check["run"], **variables(check), GITHUB_STEP_SUMMARY=str(work / "summary.md"))
    assert (ended.returncode, ended.stderr) == (FINDINGS, "")
    assert ended.stdout.startswith("::warning title=missing-timeout,file=src/a b.py,line=5,")
    assert "| missing-timeout (warning) |" in (work / "summary.md").read_text()
    assert json.loads(Path("out/a.sarif").read_text())["version"] == "2.1.0"


def test_workflow_uses_what_the_action_takes() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (workflow,) = (text for text in examples(CI, "yaml") if "runs-on" in text)
    steps = yaml.safe_load(workflow)["jobs"]["sadpath"]["steps"]
    (own,) = (step for step in steps if "/sadpath@" in step["uses"])
    assert set(own["with"]) <= set(action["inputs"])


@pytest.mark.parametrize("name", [".gitlab-ci.yml", "a step of any CI", "azure-pipelines.yml"])
def test_recipes(work: Path, name: str) -> None:
    """Each line runs, and what it is said to write is there and holds the finding."""
    (recipe,) = (text for text in examples(CI, "yaml") if text.startswith(f"# {name}\n"))
    parsed = cast(dict[str, object], yaml.safe_load(recipe))
    (work / "bin/reviewdog").write_text('#!/bin/sh\necho "$@"\ncat\n')
    (work / "bin/reviewdog").chmod(0o755)
    lines = re.findall(r"(?:^| )- (?:script: )?((?:pip|sadpath|reviewdog) .*)", recipe)
    ended = [shell(line) for line in lines]
    assert len(lines) >= 2, parsed
    assert {one.returncode for one in ended} <= {CLEAN, FINDINGS}
    assert all(not one.stderr for one in ended), ended
    written = set(re.findall(r":([\w.-]+\.\w+)", " ".join(lines)))
    assert written
    for path in written:
        assert "missing-timeout" in Path(path).read_text(), path
        assert recipe.count(path) > 1


def test_agents_loop(work: Path) -> None:
    (script,) = examples(AGENTS, "python")
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert (ended.returncode, ended.stderr) == (CLEAN, "")
    assert ended.stdout == "src/a b.py 5 missing-timeout ['Bound `requests.get` with `timeout=10`']\n"
    assert work.exists()


def test_hook_as_pre_commit_reads_it() -> None:
    """The manifest is valid, and its entry is a command that takes files."""
    manifest = ROOT / ".pre-commit-hooks.yaml"
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(manifest)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    (hook,) = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    assert hook["entry"].split() == ["sadpath", "check", "--force-exclude"]


@pytest.mark.slow
def test_pre_commit(work: Path) -> None:
    """pre-commit installs this repository as it installs any, and runs the hook on what is to be committed."""
    Path("pyproject.toml").write_text('[tool.sadpath]\nexclude = ["left"]\n')
    Path("left").mkdir()
    Path("left/a.py").write_text(HANGS)
    Path("notes.txt").write_text("requests.get(url)\n")
    subprocess.run(["git", "add", "-A"], check=True)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "sadpath", "--all-files", "--verbose"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    ended = subprocess.run(
        command, env=environment | {"PRE_COMMIT_HOME": str(work / "home")}, capture_output=True, text=True, timeout=900
    )
    assert ended.returncode == FINDINGS, ended.stdout + ended.stderr
    assert "- exit code: 1" in ended.stdout
    assert "src/a b.py:5:12: missing-timeout [warning]" in ended.stdout
    assert "1 finding in 1 of " in ended.stdout
    assert "left/a.py" not in ended.stdout
