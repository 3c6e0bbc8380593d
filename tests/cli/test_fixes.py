"""`--fix`: what is written, and what is left alone."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from command import HANGS, Run
from hypothesis import given, settings
from hypothesis import strategies as st

from sadpath.cli import sadpath
from sadpath.workspace.files import SourceFile, decode
from sadpath.workspace.writing import WriteError, rewrite

CLEAN, FINDINGS, MISUSE = 0, 1, 2
UNUSED = "x = 1  # sadpath: accept[missing-timeout] no call any more\n"
BOUND = HANGS.replace("(url)\n", "(url, timeout=10)\n")
UNSAFE = ("check", "--fix", "--unsafe-fixes")


def test_safe_fixes_alone(project: Path, run: Run) -> None:
    (project / "a.py").write_text(UNUSED + HANGS)
    ended = run("check", "--fix", "--output-format", "concise")
    assert ended.code == FINDINGS
    assert (project / "a.py").read_text() == "x = 1\n" + HANGS
    finding, *summary = ended.output.splitlines()
    assert finding.startswith("a.py:6:12: missing-timeout")
    assert summary == [
        "1 finding in 1 of 1 file",
        "Fixed 1 finding in 1 file",
        "1 fixable with `--fix --unsafe-fixes`",
    ]


def test_all_fixes(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS + UNUSED)
    (project / "b.py").write_text(HANGS)
    (project / "c.py").write_text("x = 1\n")
    before = (project / "c.py").stat()
    ended = run(*UNSAFE)
    assert (ended.code, ended.output) == (CLEAN, "No findings in 3 files\nFixed 3 findings in 2 files\n")
    assert (project / "a.py").read_text() == BOUND + "x = 1\n"
    assert (project / "b.py").read_text() == BOUND
    assert (project / "c.py").stat().st_mtime_ns == before.st_mtime_ns
    assert run(*UNSAFE).output == "No findings in 3 files\n"


def test_fixes_of_one_place_follow_each_other(project: Path, run: Run) -> None:
    code = "import requests\n\n\ndef load(url):\n    return requests.get(requests.get(requests.get(url).text).text)\n"
    (project / "a.py").write_text(code)
    assert run(*UNSAFE).code == CLEAN
    assert (project / "a.py").read_text().count("timeout=10") == 3


def test_comments_and_code_in_one_go(project: Path, run: Run) -> None:
    (project / "a.py").write_text(
        "import requests\n\n# sadpath: accept[bare-except] there was one once\nrequests.get(1)\n"
    )
    assert run(*UNSAFE).code == CLEAN
    assert (project / "a.py").read_text() == "import requests\n\nrequests.get(1, timeout=10)\n"


@pytest.mark.parametrize(
    ("head", "encoding", "line_end"),
    [
        (b"", "utf-8", b"\n"),
        (b"\xef\xbb\xbf", "utf-8", b"\r\n"),
        (b"", "utf-8", b"\r"),
        (b"# coding: latin-1\n", "latin-1", b"\n"),
        (b"# coding: shift-jis\n", "shift-jis", b"\r\n"),
    ],
)
def test_the_rest_of_the_file_stays(project: Path, run: Run, head: bytes, encoding: str, line_end: bytes) -> None:
    comment = "# caf\xe9\x0c\n" if encoding != "shift-jis" else "# \u30c6\u30b9\u30c8\n"

    def written(code: str) -> bytes:
        return head.replace(b"\n", line_end) + (comment + code).encode(encoding).replace(b"\n", line_end)

    path = project / "a.py"
    path.write_bytes(written((HANGS + UNUSED).rstrip()))
    path.chmod(0o751)
    (project / "sub").mkdir()
    (project / "sub/link.py").symlink_to("../a.py")
    assert run(*UNSAFE, "sub/link.py").code == CLEAN
    assert path.read_bytes() == written(BOUND + "x = 1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    assert (project / "sub/link.py").is_symlink()
    assert {entry.name for entry in project.iterdir()} <= {"a.py", "sub", ".sadpath_cache"}


def test_encodings_that_write_otherwise(project: Path, run: Run) -> None:
    data = b"# coding: utf-7\n" + HANGS.encode() + b"x = 'caf+AOk-'\n"
    (project / "a.py").write_bytes(data)
    ended = run(*UNSAFE)
    assert (project / "a.py").read_bytes() == data
    assert ended.code == FINDINGS
    assert ended.errors == "a.py: not fixed: writing it in `utf-7` would change more of it\n"


def test_patch(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    for name in ("sub/a.py", "b.py"):
        (project / name).write_text((UNUSED + HANGS).rstrip("\n"))
    before = (project / "b.py").stat()
    safe = run("check", "--diff-fixes")
    patch = run("check", "--diff-fixes", "--unsafe-fixes", "-q")
    assert (safe.code, patch.code) == (FINDINGS, FINDINGS)
    assert safe.output.count("@@") == 4
    assert "timeout=10" not in safe.output
    assert (project / "b.py").stat().st_mtime_ns == before.st_mtime_ns
    subprocess.run(["git", "apply", "-"], input=patch.output, text=True, check=True, cwd=project)
    assert (project / "sub/a.py").read_text() == (project / "b.py").read_text() == ("x = 1\n" + BOUND).rstrip("\n")
    assert run("check", "--diff-fixes", "--unsafe-fixes").code == CLEAN


@pytest.mark.parametrize("arguments", [["--unsafe-fixes"], ["-", "--fix"], ["-", "--diff-fixes"]])
def test_misuse(project: Path, run: Run, arguments: list[str]) -> None:
    (project / "a.py").write_text(HANGS)
    assert run("check", *arguments, stdin=HANGS.encode()).code == MISUSE
    assert (project / "a.py").read_text() == HANGS


def test_changed_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    source = decode(path.as_posix(), b"x = 1\n")
    assert isinstance(source, SourceFile)
    path.write_text("x = 2\n")
    with pytest.raises(WriteError, match="it has changed meanwhile"):
        rewrite(source, b"x = 1\n", "x = 3\n")
    assert path.read_text() == "x = 2\n"
    assert list(tmp_path.iterdir()) == [path]


STATEMENTS = st.sampled_from(
    [
        "requests.get(1)",
        "requests.get(requests.post(1), timeout=None)",
        "requests.get(\n    1,\n)",
        "x = 1  # sadpath: accept[bare-except] gone",
        "# sadpath: accept[missing-timeout, bare-except] half",
        "requests.get(1)  # sadpath: accept[missing-timeout] polled",
        "try:\n    work()\nexcept:\n    pass",
        "async def f():\n    async def g(): ...\n    g()",
        "class A:\n    def f(self): requests.get(2)",
        "def broken(:\n    requests.get(3)",
        "x = '''\n  # sadpath: accept[bare-except] no comment\n'''",
    ]
)


@settings(max_examples=8)  # each is two whole checks
@given(st.lists(STATEMENTS, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_parses_still_does_and_nothing_is_left(
    tmp_path_factory: pytest.TempPathFactory, statements: list[str], line_end: str
) -> None:
    path = tmp_path_factory.mktemp("fixed") / "a.py"
    path.write_bytes("\n".join(["import requests", *statements, ""]).replace("\n", line_end).encode())
    broken = any("broken" in statement for statement in statements)

    def fixed() -> bytes:
        arguments = [*UNSAFE, "--no-cache", "--isolated", str(path)]
        CliRunner().invoke(sadpath, arguments, catch_exceptions=False)
        return path.read_bytes()

    once = fixed()
    assert fixed() == once
    if not broken:
        compile(once, "a.py", "exec")
    assert once.count(line_end.encode()) == len(once.decode().splitlines())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_while_it_writes(tmp_path: Path, number: signal.Signals) -> None:
    """Each file is as it was or as it should be. What is ended by a word it can hear leaves nothing behind."""
    names = [f"m{number}.py" for number in range(40)]
    for name in names:
        (tmp_path / name).write_text(HANGS)
    # What runs the tests in the background may have them ignore the signal, and what they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = [sys.executable, "-m", "sadpath", *UNSAFE, "--no-cache", "--jobs", "1", "."]
    with subprocess.Popen(arguments, cwd=tmp_path, stdout=-1, stderr=-1) as run:
        while run.poll() is None and (tmp_path / "m0.py").read_text() == HANGS:
            os.sched_yield()
        run.send_signal(number)
        run.communicate()
    assert run.returncode in (-number, CLEAN)
    assert (tmp_path / "m0.py").read_text() == BOUND
    assert {(tmp_path / name).read_text() for name in names} <= {HANGS, BOUND}
    if number is not signal.SIGKILL:
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
