import json
import os
import re
from pathlib import Path

import pytest
from command import HANGS, Run

from sadpath import __version__

CLEAN, FINDINGS, MISUSE, INCOMPLETE = 0, 1, 2, 3


def test_clean_and_empty(project: Path, run: Run) -> None:
    empty = run("check")
    assert (empty.code, empty.output) == (CLEAN, "No Python files found\n")
    (project / "a.py").write_text("x = 1\n")
    clean = run("check", "a.py")
    assert (clean.code, clean.output, clean.errors) == (CLEAN, "No findings in 1 file\n", "")
    assert run("check", "-q").output == ""


def test_full(project: Path, run: Run) -> None:
    (project / "pkg").mkdir()
    (project / "pkg/a.py").write_text(HANGS)
    (project / "b.py").write_text("import asyncio\n\n\nasync def f(g):\n    asyncio.create_task(g())\n")
    ended = run("check", ".", "pkg")
    assert ended.code == FINDINGS
    headline, bar, code, carets, *notes = ended.output.split("\n\n")[1].splitlines()
    assert headline.startswith("pkg/a.py:5:12: missing-timeout [warning] `requests.get` has no timeout")
    assert (bar, code, carets) == ("  |", "5 |     return requests.get(url)", "  |            ^^^^^^^^^^^^")
    assert any(note.startswith("  = because: ") for note in notes)
    assert any(note.startswith("  = help: ") for note in notes)
    assert ended.output.startswith("b.py:5:5: lost-task ")
    assert ended.output.endswith("2 findings in 2 of 2 files\n1 fixable with `--fix --unsafe-fixes`\n")


def test_concise(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS)
    ended = run("check", "--output-format", "concise")
    line, summary, fixable = ended.output.splitlines()
    assert fixable == "1 fixable with `--fix --unsafe-fixes`"
    assert line.startswith("a.py:5:12: missing-timeout [warning] `requests.get` has no timeout")
    assert summary == "1 finding in 1 of 1 file"


def test_json(project: Path, run: Run) -> None:
    (project / "src").mkdir()
    (project / "here").mkdir()
    (project / "src/ä.py").write_text("x = '😀'; " + HANGS.replace("return", "return '😀',"))
    (project / "src/b.py").write_bytes(b"\xff")
    os.chdir(project / "here")
    ended = run("check", "--output-format", "json", "../src")
    assert ended.code == INCOMPLETE
    assert list(json.loads(ended.output)) == [
        "version",
        "diagnostics",
        "accepted",
        "known",
        "comparison",
        "skipped",
        "rules",
        "summary",
    ]
    document = ended.document
    assert document.version == __version__
    (found,) = document.diagnostics
    assert (found.path, found.rule, found.family) == ("../src/ä.py", "missing-timeout", "timeout")
    assert (found.severity, found.confidence, found.scope) == ("warning", "certain", "load")
    assert (found.range.start.line, found.range.start.column) == (5, 17)
    assert (found.range.end.line, found.range.end.column) == (5, 29)
    assert len(found.fingerprint) == 16
    assert found.evidence[0].text
    (fix,) = found.fixes
    (edit,) = fix.edits
    assert edit.range.start.line == 5
    (skipped,) = document.skipped
    assert (skipped.path, skipped.line) == ("../src/b.py", None)
    assert skipped.reason == "it is not valid UTF-8: byte 0xff in line 1"
    summary = document.summary
    assert (summary.files, summary.diagnostics, summary.skipped) == (2, 1, 1)
    assert (summary.severities, summary.rules) == ({"warning": 1}, {"missing-timeout": 1})


def test_order_does_not_depend_on_the_arguments(project: Path, run: Run) -> None:
    names = ["b.py", "a.py", "c/d.py", "c.py"]
    (project / "c").mkdir()
    for name in names:
        (project / name).write_text(HANGS * 2)
    found = [run("check", "--output-format", "json", *order).output for order in (["."], names, names[::-1])]
    assert found[0] == found[1] == found[2]


def test_standard_input(project: Path, run: Run) -> None:
    (project / "pkg").mkdir()
    (project / "pkg/sadpath.toml").write_text('ignore = ["lost-task"]')
    (project / "pkg/__init__.py").touch()
    (project / "pkg/other.py").write_text("import requests\n\nclient = requests.Session()\n")
    code = b"import asyncio\nfrom .other import client\n\nclient.get('x')\nasyncio.create_task(client)\n"
    ended = run("check", "-", "--stdin-filename", "pkg/new.py", stdin=code)
    assert ended.code == FINDINGS
    assert ended.output.startswith("pkg/new.py:4:1: missing-timeout ")
    assert "4 | client.get('x')\n" in ended.output
    assert "lost-task" not in ended.output
    nameless = run("check", "-", "--output-format", "concise", stdin=b"\xef\xbb\xbf" + HANGS.encode())
    assert nameless.output.startswith("<stdin>:5:12: missing-timeout ")
    assert run("check", "-", stdin=b"x = 1").code == CLEAN
    invalid = run("check", "-", stdin=b"\xff")
    assert (invalid.code, invalid.output.splitlines()[0]) == (
        INCOMPLETE,
        "<stdin>: not analysed: it is not valid UTF-8: byte 0xff in line 1",
    )
    assert run("check", "-", "pkg", stdin=b"x = 1").code == MISUSE


@pytest.mark.usefixtures("project")
def test_standard_input_may_be_excluded(run: Run) -> None:
    arguments = ["check", "-", "--stdin-filename", "build/a.py", "--output-format", "json"]
    assert run(*arguments, stdin=HANGS.encode()).code == FINDINGS
    excluded = run(*arguments, "--force-exclude", stdin=HANGS.encode())
    assert (excluded.code, excluded.document.summary.files) == (CLEAN, 0)


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        ([], ["lost-task", "missing-timeout"]),
        (["--select", "timeout"], ["missing-timeout"]),
        (["--select", "lost-task, timeout"], ["lost-task", "missing-timeout"]),
        (["--select", "lost-task", "--select", "timeout"], ["lost-task", "missing-timeout"]),
        (["--ignore", "await"], ["missing-timeout"]),
        (["--select", "bare-except", "--extend-select", "await"], ["lost-task"]),
        (["--config", "other/ci.toml"], ["lost-task"]),
        (["--config", "other/ci.toml", "--ignore", "all"], []),
        (["--exclude", "a.py"], []),
        (["--extend-exclude", "/a.*"], []),
        (["a.py", "--exclude", "a.py"], ["lost-task", "missing-timeout"]),
        (["a.py", "--exclude", "a.py", "--force-exclude"], []),
        (["a.py", "--exclude", "b.py", "--force-exclude"], ["lost-task", "missing-timeout"]),
    ],
)
def test_selection(project: Path, run: Run, arguments: list[str], rules: list[str]) -> None:
    (project / "other").mkdir()
    (project / "other/ci.toml").write_text('select = ["await"]')
    (project / "a.py").write_text(f"import asyncio\n{HANGS}\n\nasync def f(g):\n    asyncio.create_task(g())\n")
    ended = run("check", "--output-format", "json", *arguments)
    assert sorted(found.rule for found in ended.document.diagnostics) == rules
    assert ended.code == (FINDINGS if rules else CLEAN)


def test_settings_of_each_directory(project: Path, run: Run) -> None:
    for name in ("one", "two", "one/deep"):
        (project / name).mkdir()
        (project / name / "a.py").write_text(HANGS)
    (project / "pyproject.toml").write_text("[tool.sadpath]\nseverity.missing-timeout = 'error'\n")
    (project / "one/pyproject.toml").write_text("[tool.sadpath]\nignore = ['timeout']\n")
    (project / "two/sadpath.toml").write_text("per-file-ignores = { 'b*' = ['all'] }\n")
    (project / "two/b.py").write_text(HANGS)
    (project / "c.py").write_text(HANGS)
    document = run("check", "--output-format", "json").document
    assert [(found.path, found.severity) for found in document.diagnostics] == [
        ("c.py", "error"),
        ("two/a.py", "warning"),
    ]
    isolated = run("check", "--output-format", "json", "--isolated").document
    assert len(isolated.diagnostics) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--select", "bare-excpet"], "no rule or family is called `bare-excpet`; did you mean `bare-except`?"),
        (["--ignore", "x,timeouts"], "no rule or family is called `x`; valid are all, await, bare-except, "),
        (["--extend-select", "timeouts"], "did you mean `timeout`?"),
        (["--exclude", "x\\"], "is not a file pattern"),
        (["--output-format", "xml"], "'xml' is not one of 'full', 'concise', "),
        (["--jobs", "0"], "0 is not in the range x>=1"),
        (["nowhere.py"], "'nowhere.py' does not exist"),
        (["--config", "nowhere.toml"], "'nowhere.toml' does not exist"),
        (["--config", "pyproject.toml"], "`pyproject.toml` has no table `tool.sadpath`"),
        (["--config", "pyproject.toml", "--isolated"], "exclude each other"),
        (["--frobnicate"], "No such option"),
        (["bad"], "Error: bad/sadpath.toml:2: unknown key `selct`; did you mean `select`?\n"),
        (["broken"], "Error: broken/sadpath.toml:1: is not valid TOML: "),
    ],
)
def test_misuse(project: Path, run: Run, arguments: list[str], message: str) -> None:
    (project / "pyproject.toml").write_text("[project]\n")
    for name, text in (("bad", "\nselct = []\n"), ("broken", "[")):
        (project / name).mkdir()
        (project / name / "a.py").write_text(HANGS)
        (project / name / "sadpath.toml").write_text(text)
    ended = run("check", *arguments)
    assert (ended.code, ended.output) == (MISUSE, "")
    assert message in ended.errors


def test_part_that_does_not_parse(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS + "\n\ndef broken(:\n    requests.get(1)\n")
    ended = run("check", "--output-format", "concise")
    assert ended.code == INCOMPLETE
    finding, skipped, summary, _ = ended.output.splitlines()
    assert finding.startswith("a.py:5:12: missing-timeout")
    assert re.match(r"a\.py:\d+: not analysed: ", skipped)
    assert summary == "1 finding in 1 of 1 file; 1 place could not be analysed"


def test_suppressions(project: Path, run: Run) -> None:
    (project / "a.py").write_text(
        "import requests\n"
        "requests.get('x')  # noqa: S113\n"
        "requests.get('x')  # sadpath: accept[missing-timeout] the watchdog ends it\n"
        "requests.get('x')  # sadpath: accept[missing-timeout]\n"
        "requests.get('x', timeout=1)  # sadpath: accept[missing-timeout] why\n"
        "requests.get('x')  # sadpath: accept[mising-timeout] why\n"
    )
    found = run("check", "--output-format", "json").document.diagnostics
    assert [(one.range.start.line, one.rule) for one in found] == [
        (4, "missing-timeout"),
        (4, "invalid-suppression"),
        (5, "unused-suppression"),
        (6, "missing-timeout"),
        (6, "invalid-suppression"),
    ]
    assert run("check", "--ignore", "missing-timeout,invalid-suppression").code == CLEAN


def test_colors(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS)
    assert "\x1b[" not in run("check").output
    assert "\x1b[33m[warning]\x1b[0m" in run("check", "--color", "always").output
    assert "\x1b[" not in run("check", "--color", "always", "--output-format", "json").output


def test_what_the_terminal_shows(project: Path, run: Run) -> None:
    """Code neither controls the terminal nor moves the carets. Of a very long line, the part concerned is shown."""
    long = "('" + "a" * 200 + "', requests.get(2), '" + "b" * 200 + "')"
    code = f"import requests\nif 1:\n\tx = '日本\x1b[2J\u202e', requests.get(1)\n{long}\n"
    (project / "a.py").write_text(code, encoding="utf-8")
    lines = run("check", "--select", "timeout").output.splitlines()
    assert lines[2] == "3 |     x = '日本\\x1b[2J\\u202e', requests.get(1)"
    columns = len(lines[2]) + len("日本")  # each takes two columns
    assert lines[3] == "  |" + "^".rjust(columns - len("requests.get(1)") - len("  |") + 1) + "^" * len("equests.get")
    shown = next(number for number, line in enumerate(lines) if line.startswith("4 |"))
    assert re.fullmatch(r"4 \| …a+', requests\.get\(2\), 'b+…", lines[shown])
    assert len(lines[shown]) < 160
    assert lines[shown + 1].index("^") == lines[shown].index("requests")


def test_file_names_that_are_no_text(project: Path, run: Run) -> None:
    asks_for_all_names = "async def all_there_is(): ...\n\nasync def run(anything):\n    anything.all_there_is()\n"
    (project / os.fsdecode(b"\xff\n\x1b.py")).write_text(HANGS + asks_for_all_names)
    assert run("check", "--output-format", "json").document.diagnostics[0].path == "\ufffd\n\x1b.py"
    assert run("check", "--output-format", "concise").output.startswith("\ufffd\\n\\x1b.py:5:12: ")


IN_HOUSE = """
[[tool.sadpath.calls.timeout]]
of = "shop.http.Client"
calls = ["get"]
parameters = { timeout = 2 }
bound_with = "timeout=10"
fix = "timeout=10"

[[tool.sadpath.calls.timeout]]
calls = ["requests.get"]
tier = "C"
"""


def test_calls_of_the_users_own_clients(project: Path, run: Run) -> None:
    (project / "pyproject.toml").write_text(IN_HOUSE)
    (project / "shop").mkdir()
    (project / "shop/__init__.py").write_text("")
    (project / "shop/http.py").write_text("class Client:\n    def get(self, url, timeout=None): ...\n")
    (project / "shop/prices.py").write_text(
        "import requests\n\nfrom shop.http import Client\n\n\ndef price(client: Client, url):\n"
        "    client.get(url, 5)\n    requests.get(url)\n    return client.get(url)\n"
    )
    found = run("check", "--output-format", "json").document.diagnostics
    (one,) = found
    assert (one.path, one.rule, one.range.start.line) == ("shop/prices.py", "missing-timeout", 9)
    assert "`client.get` has no timeout" in one.message
    assert any("as your settings say" in step.text for step in one.evidence)
    (project / "pyproject.toml").write_text(IN_HOUSE.replace("bound_with", "bound_by"))
    ended = run("check")
    assert ended.code == MISUSE
    assert "pyproject.toml:6: in `calls`, unknown key `timeout.bound_by`; did you mean `bound_with`?" in ended.errors


def test_what_is_kept(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS)
    first = run("check", "--no-cache")
    assert [entry.name for entry in project.iterdir()] == ["a.py"]
    assert run("check").output == run("check").output == first.output
    kept = project / ".sadpath_cache"
    assert sorted(path.suffix or path.name for path in kept.iterdir()) == [".TAG", ".gitignore", ".reports"]
    (project / "sadpath.toml").write_text('cache-dir = "elsewhere"\n')
    run("check")
    assert len(list((project / "elsewhere").glob("*.reports"))) == 1
    run("check", "--cache-dir", "deep/inside")
    assert len(list((project / "deep/inside").glob("*.reports"))) == 1
    (project / "elsewhere/mine.txt").write_text("is left alone")
    assert run("clean").output == "Removed 1 file in .sadpath_cache\n"
    assert run("clean", "elsewhere").output == "Removed 1 file in elsewhere\n"
    assert [path.name for path in (project / "elsewhere").iterdir()] == ["mine.txt"]
    assert not kept.exists()


def test_only_the_last_files_are_left(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sadpath.workspace.cache_directory.MOST_FILES", 2)
    (project / "a.py").write_text("x = 1\n")
    for rule in ("bare-except", "lost-task", "missing-timeout", "unbounded-retry"):
        assert run("check", "--ignore", rule).code == CLEAN
    assert len(list((project / ".sadpath_cache").glob("*.reports"))) == 3


def test_finding_at_the_end_of_a_file_without_a_last_line_end(project: Path, run: Run) -> None:
    (project / "a.py").write_text("async def f():\n    async def g(): ...\n    g()")
    (found,) = run("check", "--output-format", "json").document.diagnostics
    assert (found.range.end.line, found.range.end.column) == (3, 8)
