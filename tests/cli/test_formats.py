"""The formats for machines, judged by readers that others wrote."""

import json
import re
import shutil
import struct
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from command import HANGS, Run, run_process
from junitparser import JUnitXml

from sadpath.analysis.finding import Finding, Position, Range, Skip
from sadpath.cli.formats import FORMATS, writer
from sadpath.cli.result import Comparison, Result, mark
from sadpath.grade import Confidence, Severity
from sadpath.workspace.packs import describe_rules
from sadpath.workspace.status import Status

SARIF = json.loads((Path(__file__).parent / "data/sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
"""The schema of the OASIS committee as schemastore.org has it; found in the npm package @microsoft/jest-sarif 1.0.0."""
CLEAN, FINDINGS, MISUSE, INCOMPLETE = 0, 1, 2, 3

ACCEPTED = (
    "    requests.get(url)  # sadpath: accept[missing-timeout] until=2099-03-01 owner=@pay: polled | <by> a dog\n"
)
ROWS = HANGS.replace("def", "# \U0001f600 ä\ndef").replace("    return", "    'ä\U0001f600', requests.get(1); return")
"""Two findings in one line, behind characters that count differently in each unit of columns."""


@pytest.fixture
def repository(project: Path) -> Path:
    """A repository with everything that there may be, whose directory `sub` is the current one."""
    subprocess.run(["git", "init", "-q"], check=True)
    (project / "sub").mkdir()
    (project / "sub/a b%ü.py").write_text(ROWS + ACCEPTED, encoding="utf-8")
    (project / "worker.py").write_text("async def save(): ...\n\n\nasync def main():\n    save()\n")
    (project / "broken.py").write_bytes(b"\xff")
    return project


def written(run: Run, name: str, *paths: str, code: int = INCOMPLETE) -> str:
    ended = run("check", "--format", name, *paths, "--exit-zero")
    assert ended.code == CLEAN
    assert run("check", "--format", name, *paths).code == code
    return ended.output


def test_sarif(repository: Path, run: Run) -> None:
    text = written(run, "sarif", ".")
    log = json.loads(text)
    jsonschema.Draft4Validator(SARIF).validate(log)
    (found,) = log["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.name for rule in describe_rules()]
    assert all(rule["help"]["text"] and rule["help"]["markdown"] and rule["fullDescription"]["text"] for rule in rules)
    base = found["originalUriBaseIds"]["SRCROOT"]["uri"]
    assert base == f"file://{repository}/"
    for one in found["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        (location,) = one["locations"]
        place = location["physicalLocation"]
        path = repository / unquote(place["artifactLocation"]["uri"])
        line = path.read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] - 1]
        assert line[place["region"]["startColumn"] - 1 : place["region"]["endColumn"] - 1] in ("requests.get", "save()")
    never, first, second, accepted = found["results"]
    assert (never["level"], first["level"], never["ruleId"]) == ("error", "warning", "unawaited-coroutine")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub/a%20b%25%C3%BC.py"
    assert len({one["partialFingerprints"]["sadpath/v1"] for one in found["results"]}) == 4
    assert "primaryLocationLineHash" not in text  # upload-sarif computes that itself
    (flow,) = never["codeFlows"][0]["threadFlows"]
    assert flow["locations"][0]["location"]["message"]["text"] == "`save` is `async def`"
    assert flow["locations"][0]["location"]["physicalLocation"]["region"] == {"startLine": 1}
    replacement = second["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == ", timeout=10"
    (suppression,) = accepted["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("inSource", "accepted")
    assert suppression["justification"] == "polled | <by> a dog"
    assert suppression["properties"] == {"until": "2099-03-01", "owner": "@pay"}
    (invocation,) = found["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "not analysed: it is not valid UTF-8: byte 0xff in line 1"


@pytest.fixture(autouse=True)
def _in_sub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "repository" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("repository"))
        monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_github(repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub/many.py").write_text("import requests\n" + "requests.get(1)\n" * 12)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(repository / "summary.md"))
    monkeypatch.chdir(repository / "sub")
    lines = written(run, "github", "..").splitlines()
    commands = [re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line) for line in lines]
    assert all(commands)
    kinds = [command[1] for command in commands if command]
    assert (kinds.count("error"), kinds.count("warning"), kinds.count("notice")) == (1, 10, 1)
    assert lines[0] == (
        "::warning title=not-analysed,file=broken.py::not analysed: it is not valid UTF-8: byte 0xff in line 1"
    )
    assert "::error title=unawaited-coroutine,file=worker.py,line=5,endLine=5,col=5,endColumn=11::" in lines[1]
    assert "file=sub/a b%25ü.py,line=6," in lines[2]
    assert lines[-1] == "::notice title=sadpath::5 more: see the summary of this job, or the log"
    page = (repository / "summary.md").read_text(encoding="utf-8")
    assert page.count("| missing-timeout (warning) |") == 2 * 14  # the command ran twice
    assert "| `sub/a b%ü.py`:7 | missing-timeout | polled \\| &lt;by> a dog | 2099-03-01 | @pay |" in page


def test_gitlab(repository: Path, run: Run) -> None:
    issues = json.loads(written(run, "gitlab", "."))
    assert [issue["check_name"] for issue in issues] == [
        "missing-timeout",
        "missing-timeout",
        "unawaited-coroutine",
        "not-analysed",
    ]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert [issue["severity"] for issue in issues] == ["major", "major", "critical", "blocker"]
    assert issues[0]["location"] == {
        "path": "sub/a b%ü.py",
        "positions": {"begin": {"line": 6, "column": 11}, "end": {"line": 6, "column": 23}},
    }
    (repository / "worker.py").unlink()
    (repository / "broken.py").unlink()
    moved = repository / "sub/a b%ü.py"
    moved.write_text("# more\n" * 9 + moved.read_text(encoding="utf-8"), encoding="utf-8")
    again = json.loads(written(run, "gitlab", ".", code=FINDINGS))
    assert [one["fingerprint"] for one in again] == [one["fingerprint"] for one in issues[:2]]


def test_junit(repository: Path, run: Run) -> None:
    (repository / "worker.py").write_text("import requests\nrequests.get(1)['\x0c']\n")
    report = JUnitXml.fromstring(written(run, "junit", ".").encode())
    suites = {suite.name: suite for suite in report}
    assert list(suites) == ["sub/a b%ü.py", "worker.py", "broken.py"]
    assert [(suite.tests, suite.failures, suite.errors) for suite in report] == [(2, 2, 0), (1, 1, 0), (1, 0, 1)]
    case = next(iter(suites["worker.py"]))
    assert (case.name, case.classname) == ("missing-timeout:2:1", "worker.py")
    (failure,) = case.result
    assert failure.message.startswith("`requests.get` has no timeout")
    (repository / "ok.py").write_text("x = 1\n")
    (clean,) = JUnitXml.fromstring(written(run, "junit", "ok.py", code=CLEAN).encode())
    assert (clean.tests, clean.failures, clean.errors) == (1, 0, 0)


def test_rdjson(repository: Path, run: Run) -> None:
    """Columns are bytes, so the bytes of the file must be found there."""
    report = json.loads(written(run, "rdjson", "."))
    assert report["source"] == {"name": "sadpath"}
    *found, skipped = report["diagnostics"]
    assert (skipped["location"], skipped["severity"]) == ({"path": "broken.py"}, "ERROR")
    for one in found:
        place = one["location"]["range"]
        line = (repository / one["location"]["path"]).read_bytes().split(b"\n")[place["start"]["line"] - 1]
        marked = line[place["start"]["column"] - 1 : place["end"]["column"] - 1]
        assert marked in (b"requests.get", b"save()")
    (suggestion,) = found[0]["suggestions"]
    assert suggestion["text"] == ", timeout=10"
    assert found[2]["code"] == {"value": "unawaited-coroutine"}


def test_azure(repository: Path, run: Run) -> None:
    (repository / "sub/a;b].py").write_text(HANGS)
    lines = written(run, "azure", ".").splitlines()
    assert lines[0] == (
        "##vso[task.logissue type=error;sourcepath=broken.py;code=not-analysed;]"
        "it is not valid UTF-8: byte 0xff in line 1"
    )
    assert lines[1].startswith(
        "##vso[task.logissue type=error;sourcepath=worker.py;linenumber=5;columnnumber=5;code=unawaited-coroutine;]"
    )
    assert any("sourcepath=sub/a b%AZP25ü.py;" in line for line in lines)
    assert any("sourcepath=sub/a%3Bb%5D.py;linenumber=5;" in line for line in lines)


@pytest.mark.usefixtures("repository")
def test_json_lines(run: Run) -> None:
    lines = [json.loads(line) for line in written(run, "json-lines", ".").splitlines()]
    assert all(len(line) == 1 for line in lines)
    whole = json.loads(written(run, "json", "."))
    assert [line["diagnostic"] for line in lines if "diagnostic" in line] == whole["diagnostics"]
    assert [line["rule"] for line in lines if "rule" in line] == whole["rules"]
    assert [line["accepted"] for line in lines if "accepted" in line] == whole["accepted"]
    assert lines[-1] == {"summary": whole["summary"]}


@pytest.mark.usefixtures("repository")
def test_grouped(run: Run) -> None:
    lines = written(run, "grouped", ".").splitlines()
    assert lines[0] == "sub/a b%ü.py"
    assert lines[1].startswith("  6:11  missing-timeout [warning] ")
    assert lines[2].startswith("  6:35  missing-timeout [warning] ")
    assert (lines[3], lines[4]) == ("", "worker.py")
    assert lines[7] == "broken.py: not analysed: it is not valid UTF-8: byte 0xff in line 1"


def test_several_formats(repository: Path, run: Run) -> None:
    alone = {name: run("check", "--format", name).output for name in FORMATS}
    files = [f"--format={name}:out/{name}" for name in FORMATS if name != "concise"]
    ended = run("check", "--format", "concise", *files, "--color", "always")
    assert ended.code == INCOMPLETE
    assert re.sub(r"\x1b\[\d*m", "", ended.output) == alone["concise"]
    summary = "".join(alone["concise"].splitlines(keepends=True)[-2:])
    for name in set(FORMATS) - {"concise"}:
        text = (repository / "out" / name).read_text(encoding="utf-8")
        assert text == alone[name].removesuffix(summary)
    only = run("check", "--format", "json:out/only.json")
    assert only.output == summary
    assert (repository / "out/only.json").read_text(encoding="utf-8") == alone["json"]
    assert run("check", "--output-format", "json", "--output-file", "out/2.json", "-q").output == ""
    assert (repository / "out/2.json").read_text(encoding="utf-8") == alone["json"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], "'xml' is not one of 'full', 'concise', 'grouped', 'json'"),
        (["--format", "json:"], "after `json:` the name of a file is missing"),
        (["--format", "json", "--format", "sarif"], "two formats go to standard output: write `--format NAME:FILE`"),
        (["--format", "json:x", "--format", "sarif:./x"], "two formats go to `"),
        (["--format", "json:x", "--output-file", "y"], "`--output-file` is for a format that names no file"),
        (["--format", "json:a.py/x"], "a.py/x: cannot be written: "),
    ],
)
def test_misuse(project: Path, run: Run, arguments: list[str], message: str) -> None:
    (project / "a.py").write_text(HANGS)
    ended = run("check", *arguments)
    assert ended.code == MISUSE
    assert message in ended.errors


def test_statistics(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS * 11 + "import asyncio\nasync def f(g):\n    asyncio.create_task(g())\n")
    lines = run("check", "--statistics").output.splitlines()
    assert lines[:2] == ["11  missing-timeout  11 fixable", " 1  lost-task"]
    assert lines[2] == "12 findings in 1 of 1 file"


def compared(tmp_path: Path) -> Result:
    """What a check says that was asked what a change brings."""

    def finding(name: str, severity: Severity = Severity.WARNING) -> Finding:
        place = Range(Position(1, 0), Position(1, 3))
        return Finding(
            (tmp_path / "a.py").as_posix(), "missing-timeout", "timeout", severity, Confidence.CERTAIN,
            f"`{name}` <waits>", place, "", name * 4,
        )  # fmt: skip

    (tmp_path / "a.py").write_text("import requests\n" * 3)
    old, touched, new, gone = finding("oldy", Severity.ERROR), finding("edit"), finding("news"), finding("gone")
    statuses = {mark(new): Status.NEW, mark(touched): Status.TOUCHED}
    comparison = Comparison("origin/main", statuses, (gone,), (Status.NEW,))
    return Result((old, touched, new), (), 1, tmp_path, comparison=comparison)


def test_what_a_change_brings(tmp_path: Path) -> None:
    result = compared(tmp_path)
    log = json.loads(writer("sarif")(result))
    jsonschema.Draft4Validator(SARIF).validate(log)
    states = [(one["message"]["text"], one["baselineState"]) for one in log["runs"][0]["results"]]
    assert states == [
        ("`news` <waits>", "new"),
        ("`edit` <waits>", "updated"),
        ("`oldy` <waits>", "unchanged"),
        ("`gone` <waits>", "absent"),
    ]
    document = json.loads(writer("json")(result))
    assert [one["status"] for one in document["diagnostics"]] == ["old", "touched", "new"]
    assert document["summary"]["statuses"] == {"new": 1, "old": 1, "touched": 1}
    assert document["comparison"]["base"] == "origin/main"
    assert [one["fingerprint"] for one in document["comparison"]["gone"]] == ["gone" * 4]
    assert "[new, warning]" in writer("concise")(result)
    assert "| missing-timeout (new, warning) |" in writer("markdown")(result)


def test_what_the_baseline_has(repository: Path, run: Run) -> None:
    """It is neither reported nor forgotten."""
    (repository / "broken.py").unlink()
    assert run("baseline").code == CLEAN
    log = json.loads(written(run, "sarif", ".", code=CLEAN))
    jsonschema.Draft4Validator(SARIF).validate(log)
    kinds = [one["suppressions"][0]["kind"] for one in log["runs"][0]["results"]]
    assert kinds == ["inSource", "external", "external", "external"]
    report = json.loads(written(run, "json", ".", code=CLEAN))
    assert (len(report["diagnostics"]), len(report["known"]), report["summary"]["known"]) == (0, 3, 3)
    assert "In the baseline" in written(run, "html", ".", code=CLEAN)
    before = {path: path.read_bytes() for path in repository.rglob("*.py")}
    assert run("check", "--fix", "--unsafe-fixes").code == CLEAN
    assert {path: path.read_bytes() for path in repository.rglob("*.py")} == before


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_everything(tmp_path: Path, name: str) -> None:
    """Also what is in no file any more, and names that are no text."""
    one = compared(tmp_path)
    lost = Skip(f"{tmp_path}/gone\udcff\x07.py", "why\x1b", 4)
    result = Result(one.findings, (lost,), 1, tmp_path, comparison=one.comparison)
    (tmp_path / "a.py").unlink()
    text = writer(name)(result)
    assert text.encode()
    assert "\x1b" not in text.replace("\x1b[", "")
    empty: Any = writer(name)(Result((), (), 0, tmp_path))
    assert isinstance(empty, str)


def test_html(repository: Path, run: Run) -> None:
    """The page is well formed, says all there is to say, loads nothing and runs nothing."""
    (repository / "sub/x.py").write_text(HANGS.replace("(url)\n", "(url['<script>alert(1)</script>'])\n"))
    page = Page()
    page.feed(written(run, "html", "."))
    assert page.open == []
    assert not page.loads
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object"})
    headings = [text.strip() for tag, text in page.texts if tag in ("h1", "h2")]
    assert headings == ["4 findings", "Not analysed", "Errors", "Warnings", "Accepted", "By rule"]
    everything = "".join(text for _, text in page.texts)
    assert "url['<script>alert(1)</script>']" in everything
    assert "polled | <by> a dog" in everything
    assert "What happens in production" in everything
    assert [text for tag, text in page.texts if tag == "mark"] == ["save()", *["requests.get"] * 3]


def test_html_of_a_change(tmp_path: Path) -> None:
    page = Page()
    page.feed(writer("html")(compared(tmp_path)))
    assert page.open == []
    everything = "".join(text for _, text in page.texts)
    headings = [text.strip() for tag, text in page.texts if tag in ("h1", "h2")]
    assert headings == ["1 finding", "Since origin/main", "Warnings", "There before", "Gone", "By rule"]
    assert re.findall(r"(\d+) (new|touched|old|gone)", everything)[-4:] == [
        ("1", "new"),
        ("1", "touched"),
        ("1", "old"),
        ("1", "gone"),
    ]


@pytest.mark.slow
def test_html_in_a_browser(tmp_path: Path) -> None:
    """It is looked at by Chromium: nothing is wider than the page, and there is something to see."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert browser, "this test needs Chromium"
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    examples = Path(__file__).parents[2] / "examples/orders"
    arguments = ["check", "--isolated", "--no-cache", "--exit-zero", f"--format=html:{page}", str(examples)]
    assert run_process(*arguments).code == CLEAN
    probe = (
        "<script>document.title = document.documentElement.scrollWidth - document.documentElement.clientWidth</script>"
    )
    page.write_text(page.read_text(encoding="utf-8") + probe, encoding="utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/profile",
        "--window-size=700,2400",
    ]
    shot = subprocess.run(
        [browser, *options, f"--screenshot={picture}", page.as_uri()], capture_output=True, timeout=120
    )
    assert shot.returncode == 0, shot.stderr
    dom = subprocess.run([browser, *options, "--dump-dom", page.as_uri()], capture_output=True, timeout=120)
    assert b"<title>0</title>" in dom.stdout
    assert dom.stdout.count(b"<article") == 8
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (700, 2400)  # the header of a PNG: its width and height
    assert len(data) > 50_000  # an empty page of that size takes 10,000 bytes


class Page(HTMLParser):
    """What a page is made of. Raises AssertionError where a tag closes that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[tuple[str, str]] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href") or name.startswith("on")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append((self.open[-1], data))
