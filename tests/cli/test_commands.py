"""What is the same for all commands, and the small ones."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import HANGS, Ended, Run, run_process

import sadpath
from sadpath.analysis.finding import FileReport
from sadpath.cli import progress
from sadpath.cli.color import colored
from sadpath.cli.formats import FORMATS
from sadpath.workspace.packs import describe_rules, load_rules

HEAVY = (
    "libcst",
    "pygls",
    "lsprotocol",
    "cattrs",
    "rich",
    "typeshed_client",
    "asyncio",
    "multiprocessing",
    "importlib.metadata",
)
"""What takes longer to import than most commands take."""


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["rules"], ["explain", "missing-timeout"]])
def test_small_commands_import_little(arguments: list[str]) -> None:
    """They take a twentieth of a second, which importing one of the heavy packages alone would exceed."""
    ended, imported = importing(*arguments)
    assert ended.code == 0
    assert ended.output
    assert imported.isdisjoint(HEAVY)


@pytest.mark.parametrize("output_format", FORMATS)
def test_repeated_check_imports_little(project: Path, run: Run, output_format: str) -> None:
    (project / "a.py").write_text(HANGS)
    (project / "sadpath.toml").write_text('[severity]\nmissing-timeout = "error"\n')
    first = run("check", "--output-format", output_format)
    again, imported = importing("check", "--output-format", output_format)
    assert again.code == first.code == 1
    assert again.output == first.output
    assert imported.isdisjoint({*HEAVY, "sadpath.rule", "sadpath.workspace.session", "sadpath.workspace.pool"})
    tells_where_to_accept = output_format in ("json", "json-lines")
    assert ("sadpath.analysis.syntax.outline" in imported) is tells_where_to_accept


def test_first_check_imports_the_analysis(project: Path) -> None:
    (project / "a.py").write_text(HANGS)
    _, imported = importing("check")
    assert imported.issuperset({"libcst", "sadpath.workspace.session"})


def importing(*arguments: str) -> tuple[Ended, set[str]]:
    """How a command ended, and the names of the modules that it imported."""
    ended = run_process(*arguments, options=("-X", "importtime"))
    imported = {line.rpartition("|")[2].strip() for line in ended.errors.splitlines()}
    assert "sadpath.cli" in imported
    return ended, imported


def test_version(run: Run) -> None:
    assert run("--version").output == f"sadpath {sadpath.__version__}\n"


def test_help(run: Run) -> None:
    ended = run("-h")
    assert [name for name in ("check", "clean", "explain", "rules", "server") if f"  {name} " in ended.output] == [
        "check",
        "clean",
        "explain",
        "rules",
        "server",
    ]
    assert "3  something could not be analysed" in run("check", "--help").output
    unknown = run("chekc")
    assert (unknown.code, unknown.output) == (2, "")
    assert "No such command 'chekc'" in unknown.errors


def test_rules(run: Run) -> None:
    listed = json.loads(run("rules", "--output-format", "json").output)
    assert listed == [
        {"name": rule.name, "family": rule.family, "summary": rule.summary, "severity": rule.severity.value}
        for rule in load_rules()
    ]
    lines = run("rules").output.splitlines()
    assert [line.split()[:3] for line in lines] == [[one["name"], one["family"], one["severity"]] for one in listed]
    assert all(line.endswith(one["summary"]) for line, one in zip(lines, listed, strict=True))


def test_descriptions_agree_with_the_rules() -> None:
    """They are read from the source, so that nothing need be imported to list the rules."""
    described = [(one.name, one.family, one.summary, one.severity) for one in describe_rules()]
    assert described == [(one.name, one.family, one.summary, one.severity.value) for one in load_rules()]


def test_explain(run: Run) -> None:
    ended = run("explain", "missing-timeout")
    assert ended.code == 0
    assert ended.output.startswith("# missing-timeout\n\ntimeout, warning: ")
    assert "\n## What happens in production\n" in ended.output
    assert "\n```python\n" in ended.output
    terminal = run("explain", "missing-timeout", "--color", "always").output
    assert "\x1b[" in terminal
    assert "What happens in production" in terminal
    unknown = run("explain", "mising-timeout")
    assert (unknown.code, unknown.output) == (2, "")
    assert "no rule is called `mising-timeout`; did you mean `missing-timeout`?" in unknown.errors


def test_interrupted(tmp_path: Path) -> None:
    """The shell sees that the command ended by the signal, and nothing is printed."""
    # What runs the tests in the background may have them ignore the signal, and what they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.mkfifo(tmp_path / "settings.toml")
    arguments = [sys.executable, "-m", "sadpath", "check", "--config", "settings.toml"]
    with (
        subprocess.Popen(arguments, cwd=tmp_path, stdout=-1, stderr=-1) as run,
        (tmp_path / "settings.toml").open("w"),  # opens when the command opens it, which then waits
    ):
        run.send_signal(signal.SIGINT)
        output, errors = run.communicate()
    assert (run.returncode, output, errors) == (-signal.SIGINT, b"", b"")


def test_reader_that_has_seen_enough() -> None:
    with subprocess.Popen([sys.executable, "-m", "sadpath", "rules"], stdout=-1, stderr=-1) as run:
        assert run.stdout
        run.stdout.close()
        assert run.stderr
        assert run.stderr.read() == b""
    assert run.returncode == 128 + signal.SIGPIPE


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "variables", "terminal", "expected"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colors(
    monkeypatch: pytest.MonkeyPatch, choice: str, variables: dict[str, str], terminal: bool, expected: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert colored(choice, Terminal() if terminal else io.StringIO()) is expected


@pytest.mark.parametrize(
    ("terminal", "patience", "shown"), [(True, -1.0, True), (True, 100.0, False), (False, -1.0, False)]
)
def test_progress(monkeypatch: pytest.MonkeyPatch, terminal: bool, patience: float, shown: bool) -> None:
    errors = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    monkeypatch.setattr(progress, "_PATIENCE", patience)
    reports = [FileReport(f"{number}") for number in range(3)]
    assert list(progress.with_progress(iter(reports), 3)) == reports
    assert ("Checking" in errors.getvalue()) is shown
