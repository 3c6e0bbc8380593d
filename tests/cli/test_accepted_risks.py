"""`sadpath accept`, `ledger`, `baseline` and `check --add-accepts`."""

import json
from datetime import date
from pathlib import Path

import pytest
from command import HANGS, Run
from repository import Repository

CLEAN, FINDINGS, MISUSE = 0, 1, 2
LINE = "    return requests.get(url)"
REASON = "  # sadpath: accept[missing-timeout] it is polled\n"
OTHER = "\n\ndef other(url):\n    return requests.get(url)\n"


def last_line(path: Path) -> str:
    return path.read_text().splitlines()[-1].strip()


def test_accept_writes_a_comment(project: Path, run: Run) -> None:
    (project / "a.py").write_bytes(HANGS.replace("\n", "\r\n").encode("utf-8-sig"))
    accepted = run("accept", "a.py:5", "--reason", "it is polled", "--until", "2999-01-31", "--owner", "@me")
    assert (accepted.code, accepted.output) == (CLEAN, "a.py:5: accepted missing-timeout\n")
    assert (
        (project / "a.py")
        .read_bytes()
        .endswith(b"get(url)  # sadpath: accept[missing-timeout] until=2999-01-31 owner=@me: it is polled\r\n")
    )
    assert run("check").code == CLEAN
    again = run("accept", "a.py:5", "--reason", "again")
    assert again.code == MISUSE
    assert "nothing is reported in line 5 of `a.py`" in again.errors


def test_accept_extends_a_comment(project: Path, run: Run) -> None:
    path = project / "a.py"
    line = "    requests.get(url); asyncio.create_task(main(url))  # sadpath: accept[missing-timeout"
    path.write_text(f"import asyncio, requests\n\n\nasync def main(url):\n{line}] owner=@me: a test\n")
    assert [one.rule for one in run("check", "--output-format", "json").document.diagnostics] == ["lost-task"]
    accepted = run("accept", "a.py:5", "--reason", "it is short", "--rule", "lost-task")
    assert accepted.code == CLEAN, accepted
    assert path.read_text().splitlines()[4] == f"{line}, lost-task] owner=@me: a test; it is short"
    assert run("check").code == CLEAN


def test_accept_on_other_terms_adds_a_comment(project: Path, run: Run) -> None:
    path = project / "a.py"
    line = (
        "    requests.get(url); asyncio.create_task(main(url))  # sadpath: accept[missing-timeout] until=2999-01-01: a"
    )
    path.write_text(f"import asyncio, requests\n\n\nasync def main(url):\n{line}\n")
    assert run("accept", "a.py:5", "--reason", "b", "--until", "2998-01-01").code == CLEAN
    assert last_line(path) == f"{line}  # sadpath: accept[lost-task] until=2998-01-01: b".strip()
    assert run("check").code == CLEAN


def test_accept_renews_what_has_expired(project: Path, run: Run) -> None:
    path = project / "a.py"
    path.write_text(HANGS.rstrip() + "  # sadpath: accept[missing-timeout] until=2024-01-01 owner=@me: soon\n")
    assert run("accept", "a.py:5", "--reason", "later", "--until", "2999-01-01").code == CLEAN
    assert last_line(path).endswith("# sadpath: accept[missing-timeout] until=2999-01-01 owner=@me: later")
    assert run("check").code == CLEAN


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.py", "--reason", "x"], "`a.py` is not a file and a line, such as `app/client.py:12`"),
        (["b.py:3", "--reason", "x"], "is not a file and a line"),
        (["a.py:4", "--reason", "x"], "nothing is reported in line 4"),
        (["a.py:5", "--reason", "x", "--rule", "bare-except"], "nothing is reported by `bare-except` in line 5"),
        (["a.py:5", "--reason", " "], "the reason, or the owner, cannot be written in a comment"),
        (["a.py:5", "--reason", "TODO"], "cannot be written in a comment"),
        (["a.py:5", "--reason", "see # noqa"], "cannot be written in a comment"),
        (["a.py:5", "--reason", "x", "--owner", "me and you"], "cannot be written in a comment"),
        (["a.py:5", "--reason", "x", "--until", "tomorrow"], "tomorrow"),
        (["a.py:5"], "--reason"),
    ],
)
def test_accept_misuse(project: Path, run: Run, arguments: list[str], message: str) -> None:
    (project / "a.py").write_text(HANGS)
    failed = run("accept", *arguments)
    assert failed.code == MISUSE
    assert message in failed.errors
    assert (project / "a.py").read_text() == HANGS


def test_add_accepts(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS + OTHER)
    (project / "b.py").write_text("x = 1\n")
    done = run("check", "--add-accepts", "was there before")
    assert done.code == CLEAN
    assert (project / "a.py").read_text().count("  # sadpath: accept[missing-timeout] was there before\n") == 2
    assert (project / "b.py").read_text() == "x = 1\n"
    assert run("check").code == CLEAN
    assert run("check", "--add-accepts", "x", "--fix").code == MISUSE


def test_what_has_expired_is_reported_again_and_never_kept(project: Path, run: Run) -> None:
    (project / "a.py").write_text(HANGS.rstrip() + "  # sadpath: accept[missing-timeout] until=2024-01-01: soon\n")
    for _ in range(2):
        found = run("check", "--output-format", "json")
        assert [one.rule for one in found.document.diagnostics] == ["missing-timeout", "expired-suppression"]
        assert found.code == FINDINGS
    assert [one.rule for one in run("check", "--ignore=suppression", "--output-format=json").document.diagnostics] == [
        "missing-timeout"
    ]


def test_ledger(project: Path, run: Run) -> None:
    repository = Repository(project)
    assert run("ledger").output == "No risk is accepted\n"
    repository.write(".github/CODEOWNERS", "* @all\n/pay/ @payments @bob  # both\n*.md\n")
    repository.write("pay/a.py", HANGS.rstrip() + REASON)
    repository.write("b.py", HANGS.rstrip() + REASON.replace(" it", " until=2024-01-01 owner=@eve: it"))
    repository.commit()
    repository.write("c.py", "x = 1" + REASON)
    told = run("ledger", "--format", "json")
    assert told.code == FINDINGS
    document = json.loads(told.output)
    assert document["expired"] == 1
    today = date.fromisoformat(document["risks"][0]["since"])
    first, second, third = document["risks"]
    assert first == {
        "path": "b.py",
        "line": 5,
        "rules": ["missing-timeout"],
        "reason": "it is polled",
        "until": "2024-01-01",
        "expired": True,
        "owner": "@eve",
        "author": "A",
        "since": today.isoformat(),
        "age": first["age"],
    }
    assert first["age"] in (0, 1)
    assert (second["path"], second["owner"], second["author"]) == ("c.py", "@all", None)
    assert (third["path"], third["owner"], third["expired"]) == ("pay/a.py", "@payments @bob", False)
    table = run("ledger").output
    assert "b.py:5      missing-timeout  2024-01-01 (expired)  @eve" in table
    assert table.endswith("3 accepted, 1 of them expired\n")
    assert run("ledger", "--format", "markdown").output.startswith("| place | rules | expires |")
    assert run("ledger", "pay").code == CLEAN


def test_ledger_without_git(project: Path, run: Run) -> None:
    (project / "a.py").write_text("x = 1" + REASON)
    (risk,) = json.loads(run("ledger", "--format=json").output)["risks"]
    assert (risk["author"], risk["since"], risk["owner"]) == (None, None, None)


def test_baseline(project: Path, run: Run) -> None:
    repository = Repository(project)
    repository.write("a.py", HANGS + OTHER)
    repository.write("b.py", HANGS)
    file = project / "sadpath-baseline.txt"
    assert run("baseline", "--locked").code == FINDINGS
    assert not file.exists()
    assert run("baseline").output == "Wrote 3 findings to sadpath-baseline.txt\n"
    assert run("baseline", "--locked").output == "sadpath-baseline.txt is up to date: 3 findings\n"
    written = file.read_text()
    assert run("check").output == "No findings in 2 files\nThe baseline has 3 more findings\n"
    assert run("check", "--no-baseline").code == FINDINGS
    repository.write("a.py", "# moved\n" + HANGS + OTHER.replace("def other", "def renamed"))
    found = run("check", "--locked", "--output-format", "json")
    assert [one.scope for one in found.document.diagnostics] == ["renamed"]
    assert file.read_text() == written
    repository.write("a.py", HANGS)
    locked = run("check", "--locked")
    assert (locked.code, file.read_text()) == (FINDINGS, written)
    assert "1 line of the baseline can go" in locked.output
    assert run("check", "b.py").code == run("check", "--select=except").code == CLEAN
    assert file.read_text() == written
    assert run("check").code == CLEAN
    assert file.read_text() == "".join(line for line in written.splitlines(True) if "\tother\t" not in line)
    (project / "b.py").unlink()
    assert run("check").code == run("check", "--locked").code == CLEAN
    assert [line.split("\t")[:3] for line in file.read_text().splitlines()[1:]] == [["a.py", "missing-timeout", "load"]]


def test_baseline_that_is_none(project: Path, run: Run) -> None:
    repository = Repository(project)
    repository.write("a.py", HANGS)
    repository.write("sadpath-baseline.txt", "# fine\n\n<<<<<<< HEAD\n")
    failed = run("check")
    assert failed.code == MISUSE
    assert "sadpath-baseline.txt:3: this is not a line of a baseline" in failed.errors
