"""`--diff`, `--staged` and `--new-from-patch` in real repositories."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from command import HANGS, Ended, Run
from repository import Repository

CLEAN, FINDINGS, MISUSE = 0, 1, 2
OTHER = "\n\ndef other(url):\n    return requests.get(url)\n"
STORE = "class Store:\n    def save(self):\n        return 1\n"
USER = "from store import Store\n\n\nasync def run():\n    Store().save()\n"


@pytest.fixture
def repository(project: Path) -> Repository:
    """With one finding that is old, on a branch that left `main`."""
    made = Repository(project)
    made.write("old.py", HANGS)
    made.commit()
    made.git("checkout", "-q", "-b", "work")
    return made


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory outside of the project."""
    return tmp_path_factory.mktemp("elsewhere")


def statuses(ended: Ended) -> dict[tuple[str, str], str | None]:
    assert ended.code in (CLEAN, FINDINGS), ended
    return {(one.path, one.scope): one.status for one in ended.document.diagnostics}


def test_new_touched_and_old(repository: Repository, run: Run) -> None:
    repository.write("old.py", HANGS + OTHER)
    repository.write("more.py", HANGS)
    repository.commit()
    repository.git("checkout", "-q", "-b", "next")
    repository.write(
        "old.py", HANGS.replace("def load(url):\n", "def load(url):\n    print(url)\n") + OTHER + "\n\nx = 1\n"
    )
    repository.write("untracked.py", HANGS)
    found = run("check", "--diff", "work", "--output-format", "json")
    assert statuses(found) == {
        ("old.py", "load"): "touched",
        ("old.py", "other"): "old",
        ("more.py", "load"): "old",
        ("untracked.py", "load"): "new",
    }
    assert found.code == FINDINGS
    since_main = statuses(run("check", "--diff", "main", "--output-format", "json"))
    assert since_main["more.py", "load"] == since_main["old.py", "other"] == "new"


@pytest.mark.parametrize(
    ("fail_on", "paths"), [("new", ["b.py"]), ("touched", ["a.py", "b.py"]), ("all", ["a.py", "b.py", "old.py"])]
)
def test_only_what_fails_is_shown(repository: Repository, run: Run, fail_on: str, paths: list[str]) -> None:
    repository.write("a.py", HANGS)
    repository.commit()
    repository.write("a.py", HANGS.replace("url)", "url, 1)"))
    repository.write("a.py", HANGS.replace("    return", "    x = 1\n    return"))
    repository.write("b.py", HANGS)
    for command in (["check"], ["check", "--no-cache"]):
        shown = run(*command, "--diff=HEAD", "--fail-on", fail_on, "--output-format", "concise")
        assert shown.code == FINDINGS
        assert re.findall(r"^\w+\.py", shown.output, re.MULTILINE) == paths
    (repository.root / "b.py").unlink()
    assert run("check", "--diff=HEAD", "--fail-on", fail_on).code == (CLEAN if fail_on == "new" else FINDINGS)


def test_what_is_not_shown_is_counted(repository: Repository, run: Run) -> None:
    short = repository.git("rev-parse", "--short", "HEAD")
    told = run("check", "--diff")
    assert told.code == CLEAN
    assert told.output == f"No new findings in 1 file since {short} (`main`); not shown: 1 old\n"
    repository.write("new.py", HANGS)
    assert run("check", "--diff").output.splitlines()[-2] == (
        f"1 new finding in 1 of 2 files since {short} (`main`); not shown: 1 old"
    )
    repository.write("old.py", "")
    assert run("check", "--diff").output.splitlines()[-2] == (
        f"1 new finding in 1 of 2 files since {short} (`main`); gone: 1"
    )


def test_a_change_makes_a_call_elsewhere_wrong(repository: Repository, run: Run) -> None:
    repository.write("store.py", STORE)
    repository.write("user.py", USER)
    repository.commit()
    run("check")
    repository.write("store.py", STORE.replace("def save", "async def save"))
    for option in ([], ["--no-cache"]):
        found = run("check", "--diff=HEAD", "--output-format", "json", *option)
        assert statuses(found) == {("old.py", "load"): "old", ("user.py", "run"): "new"}


def test_without_a_cache_nothing_is_left(repository: Repository, run: Run) -> None:
    repository.write("new.py", HANGS)
    assert run("check", "--diff", "--no-cache").code == FINDINGS
    assert not (repository.root / ".sadpath_cache").exists()


def test_renamed_and_deleted(repository: Repository, run: Run) -> None:
    repository.write("other.py", "import requests\n" + OTHER)
    repository.commit()
    repository.git("mv", "old.py", "renamed.py")
    repository.git("rm", "-q", "other.py")
    found = run("check", "--diff=HEAD", "--output-format", "json")
    assert statuses(found) == {("renamed.py", "load"): "old"}
    assert found.code == CLEAN
    (repository.root / "package").mkdir()
    repository.git("mv", "renamed.py", "package/again.py")
    assert statuses(run("check", "--diff=HEAD", "--output-format", "json")) == {("package/again.py", "load"): "old"}


def test_staged(repository: Repository, run: Run) -> None:
    repository.write("staged.py", HANGS)
    repository.git("add", "-A")
    repository.write("staged.py", HANGS + OTHER)
    repository.write("untracked.py", HANGS)
    repository.write("old.py", "")
    found = run("check", "--staged", "--output-format", "json")
    assert statuses(found) == {("old.py", "load"): "old", ("staged.py", "load"): "new"}
    assert run("check", "--diff=HEAD", "--output-format", "json").document.summary.diagnostics == 3
    shown = run("check", "--staged")
    assert "return requests.get(url)" in shown.output  # the line of the index, which the disk does not have there


def test_staged_before_the_first_commit(project: Path, run: Run) -> None:
    repository = Repository(project)
    repository.write("a.py", HANGS)
    assert statuses(run("check", "--staged", "--output-format", "json")) == {}
    repository.git("add", "a.py")
    assert statuses(run("check", "--staged", "--output-format", "json")) == {("a.py", "load"): "new"}


def test_in_a_hook(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells hooks where to look: of a partial commit, at an index that is not the usual one."""
    repository.write("a.py", HANGS)
    repository.write("b.py", HANGS)
    repository.git("add", "-A")
    other = repository.root / ".git" / "next-index-1.lock"
    other.write_bytes((repository.root / ".git" / "index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    repository.git("rm", "-q", "--cached", "b.py")
    monkeypatch.setenv("GIT_DIR", ".git")
    found = statuses(run("check", "--staged", "--output-format", "json"))
    assert found == {("old.py", "load"): "old", ("a.py", "load"): "new"}


@pytest.mark.parametrize("context", [0, 3])
def test_patch(repository: Repository, run: Run, context: int) -> None:
    repository.write("gone.py", "x = 1\n")
    repository.write("moved.py", HANGS + "\n\nA = 1\n")
    repository.commit()
    repository.write("old.py", "# above\n" + HANGS + OTHER)
    repository.write("neu ä.py", HANGS)
    repository.git("mv", "moved.py", "there.py")
    repository.git("rm", "-q", "gone.py")
    repository.git("add", "-A")
    patch = repository.git("diff", "--cached", f"-U{context}", "-M")
    (repository.root / "the.patch").write_text(f"{patch}\n")
    expected = {
        ("old.py", "load"): "old",
        ("old.py", "other"): "new",
        ("there.py", "load"): "old",
        ("neu ä.py", "load"): "new",
    }
    assert statuses(run("check", "--new-from-patch", "the.patch", "--output-format", "json")) == expected
    assert (
        statuses(run("check", "--new-from-patch", "-", "--output-format", "json", stdin=(f"{patch}\n").encode()))
        == expected
    )
    repository.write("old.py", HANGS)
    not_applied = run("check", "--new-from-patch", "the.patch")
    assert not_applied.code == MISUSE
    assert re.search(r"the\.patch:\d+: line \d of `old\.py` is not as the patch leaves it; apply", not_applied.errors)


def test_patch_of_files_with_special_names(repository: Repository, run: Run) -> None:
    names = ["sp ace.py", 'quo"te".py', 'last".py', "new\nline.py", "bad\udcff.py", "back\\slash.py", "t\tab.py"]
    for name in names:
        repository.write(name, HANGS)
    repository.commit()
    for name in names:
        repository.write(name, HANGS + OTHER)
    patch = subprocess.run(["git", "diff"], cwd=repository.root, capture_output=True, check=True).stdout
    assert b"bad\\377.py" in patch
    found = statuses(run("check", "--new-from-patch", "-", "--output-format", "json", stdin=patch))
    assert Counter(found.values()) == {"new": len(names), "old": len(names) + 1}


@pytest.mark.usefixtures("repository")
def test_standard_input_is_what_counts_now(run: Run) -> None:
    found = run(
        "check", "-", "--stdin-filename", "old.py", "--diff", "--output-format", "json", stdin=(HANGS + OTHER).encode()
    )
    assert statuses(found) == {("old.py", "load"): "old", ("old.py", "other"): "new"}


def test_work_tree(repository: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "third")
    (tmp_path / "tree" / "new.py").write_text(HANGS)
    monkeypatch.chdir(tmp_path / "tree")
    found = run("check", "--diff", "--output-format", "json")
    assert statuses(found) == {("old.py", "load"): "old", ("new.py", "load"): "new"}


def test_submodule(repository: Repository, run: Run, elsewhere: Path) -> None:
    library = Repository(elsewhere / "library")
    library.write("store.py", STORE)
    library.write("hangs.py", HANGS)
    library.commit()
    repository.git("submodule", "--quiet", "add", str(library.root), "library")
    repository.write("user.py", USER.replace("from store", "from library.store"))
    repository.commit()
    base = repository.git("rev-parse", "HEAD")
    inside = Repository(repository.root / "library")
    assert set(statuses(run("check", "--diff=HEAD", "--output-format", "json")).values()) == {"old"}
    inside.write("store.py", STORE.replace("def save", "async def save"))
    expected = {("old.py", "load"): "old", ("library/hangs.py", "load"): "old", ("user.py", "run"): "new"}
    assert statuses(run("check", "--diff=HEAD", "--output-format", "json")) == expected
    inside.commit()
    assert statuses(run("check", "--diff=HEAD", "--output-format", "json")) == expected
    repository.commit()
    assert statuses(run("check", f"--diff={base}", "--output-format", "json")) == expected
    assert set(statuses(run("check", "--diff=HEAD", "--output-format", "json")).values()) == {"old"}


def gone(ended: Ended) -> list[tuple[str, str]]:
    assert ended.document.comparison is not None
    return [(one.path, one.scope) for one in ended.document.comparison.gone]


@pytest.mark.parametrize("remove", [["rm", "-q"], ["rm", "-q", "--cached"], ["mv"]])
def test_removed_submodule(repository: Repository, run: Run, elsewhere: Path, remove: list[str]) -> None:
    library = Repository(elsewhere / "library")
    library.write("store.py", STORE.replace("def save", "async def save"))
    library.write("hangs.py", HANGS)
    library.commit()
    repository.git("submodule", "--quiet", "add", str(library.root), "parts/library")
    repository.write("user.py", USER.replace("from store", "from parts.library.store"))
    base = repository.commit()
    repository.git(*remove, "parts/library", *(["moved"] if remove == ["mv"] else []))
    for _ in "uncommitted", "committed":
        ended = run("check", f"--diff={base}", "--output-format", "json")
        found = statuses(ended)
        if "--cached" in remove:  # the files are still there
            assert found == {(path, "load"): "old" for path in ("old.py", "parts/library/hangs.py")} | {
                ("user.py", "run"): "old"
            }
            break
        moved = {("moved/hangs.py", "load"): "old"} if remove == ["mv"] else {}
        assert found == {("old.py", "load"): "old"} | moved
        user = ("user.py", "run")
        assert gone(ended) == ([user] if moved else [("parts/library/hangs.py", "load"), user])
        repository.commit()


def test_removed_submodule_of_which_the_commit_is_missing(repository: Repository, run: Run, elsewhere: Path) -> None:
    """The error names the command that mends it, and a submodule that was never here is none."""
    library = Repository(elsewhere / "library")
    library.write("hangs.py", HANGS)
    first = library.commit()
    repository.git("submodule", "--quiet", "add", str(library.root), "library")
    library.write("hangs.py", HANGS + OTHER)
    second = library.commit()
    repository.git("update-index", "--cacheinfo", f"160000,{second},library")
    repository.git("commit", "-q", "-m", "x")
    repository.git("-C", "library", "checkout", "-q", first)
    repository.git("rm", "-q", "-f", "library")
    failed = run("check", "--diff=HEAD")
    assert failed.code == MISUSE
    (command,) = re.findall(r"run `(git .*?)`", failed.errors)
    repository.git(*command.removeprefix("git ").split())
    found = gone(run("check", "--diff=HEAD", "--output-format", "json"))
    assert found == [("library/hangs.py", "load"), ("library/hangs.py", "other")]
    (repository.root / ".git" / "modules").rename(elsewhere / "modules")
    assert gone(run("check", "--diff=HEAD", "--output-format", "json")) == []


CACHE = "import redis\n\n\ndef load(key):\n    return redis.Redis().get(key)\n"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("requirements.txt", "redis==7.1.0\n", "redis==8.0.0\n"),
        (
            "uv.lock",
            '[[package]]\nname = "redis"\nversion = "7.1.0"\n',
            '[[package]]\nname = "redis"\nversion = "8.0.0"\n',
        ),
    ],
)
def test_version_of_a_library(repository: Repository, run: Run, name: str, old: str, new: str) -> None:
    """What a lock file says counts on the side where it says so: here, a default that older versions do not have."""
    repository.write("cache.py", CACHE)
    repository.write(name, new)
    repository.commit()
    run("check")
    repository.write(name, old)
    repository.git("add", "-A")
    expected = {("old.py", "load"): "old", ("cache.py", "load"): "new"}
    for option in (["--diff=HEAD"], ["--staged"], ["--diff=HEAD", "--no-cache"]):
        assert statuses(run("check", *option, "--output-format", "json")) == expected
    repository.commit()
    repository.write(name, new)
    repository.git("add", "-A")
    assert gone(run("check", "--diff=HEAD", "--output-format", "json")) == [("cache.py", "load")]
    repository.write(name, old)  # on the disk, but not staged
    assert gone(run("check", "--staged", "--output-format", "json")) == [("cache.py", "load")]
    (repository.root / name).unlink()
    assert gone(run("check", "--diff=HEAD", "--output-format", "json")) == [("cache.py", "load")]


def test_touched_is_what_is_in_an_edited_block(repository: Repository, run: Run) -> None:
    """Of a long function, what is in another loop, `try` or `with` than the edit is not touched."""
    text = (
        "import requests\n\n\ndef load(urls):\n    print(urls)\n    for url in urls:\n        requests.get(url)\n"
        "    while urls:\n        print(1)\n        requests.post(urls)\n    requests.put(urls)\n"
    )
    repository.write("long.py", text)
    repository.commit()

    def touched(changed: str) -> list[str]:
        repository.write("long.py", changed)
        document = run("check", "--diff=HEAD", "--output-format", "json").document
        return [one.message.split("`")[1] for one in document.diagnostics if one.status == "touched"]

    assert touched(text.replace("print(1)", "print(2)")) == ["requests.post", "requests.put"]
    assert touched(text.replace("print(urls)", "print(len(urls))")) == ["requests.put"]
    assert touched(text.replace("    for url", "    # all of them\n    for url")) == ["requests.put"]
    assert touched("\n" + text) == []


def test_merge(repository: Repository, run: Run) -> None:
    """What the other side of a merge brought is not what this branch brings."""
    repository.write("mine.py", HANGS)
    repository.commit()
    repository.git("checkout", "-q", "main")
    repository.write("theirs.py", HANGS)
    repository.commit()
    repository.git("checkout", "-q", "work")
    repository.git("merge", "-q", "--no-edit", "main")
    found = statuses(run("check", "--diff", "main", "--output-format", "json"))
    assert found == {("mine.py", "load"): "new", ("theirs.py", "load"): "old", ("old.py", "load"): "old"}


@pytest.mark.parametrize("base", [[], ["origin/main"], ["main"]])
def test_shallow_clone(
    repository: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: list[str]
) -> None:
    """The error names the command that mends it."""
    repository.write("new.py", HANGS)
    repository.commit()
    repository.git("checkout", "-q", "main")
    place = tmp_path / "clone"
    repository.git("clone", "-q", "--depth=1", "--branch=work", repository.root.as_uri(), str(place))
    monkeypatch.chdir(place)
    failed = run("check", "--diff", *base)
    assert failed.code == MISUSE
    assert not failed.output
    (command,) = re.findall(r"`(git fetch .*?)`", failed.errors)
    assert "--unshallow" in command
    subprocess.run(
        command, shell=True, check=True, cwd=place, capture_output=True, env=os.environ | {"GIT_ALLOW_PROTOCOL": "file"}
    )
    found = statuses(run("check", "--diff", *base, "--output-format", "json"))
    assert found == {("old.py", "load"): "old", ("new.py", "load"): "new"}


def test_the_default_is_the_default_branch_of_the_remote(
    repository: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("branch", "-q", "-m", "main", "trunk")
    repository.git("checkout", "-q", "trunk")
    clone = Repository(tmp_path)
    place = tmp_path / "clone"
    clone.git("clone", "-q", str(repository.root), str(place))
    clone = Repository(place)
    clone.git("checkout", "-q", "-b", "main")
    clone.write("new.py", HANGS)
    clone.commit()
    monkeypatch.chdir(place)
    found = run("check", "--diff")
    assert "(`origin/trunk`)" in found.output
    assert "new.py" in found.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--diff"], "`--diff`: `{here}` is not in a git repository"),
        (["--staged"], "`--staged`: `{here}` is not in a git repository"),
        (["--diff", "--staged"], "exclude each other"),
        (["--fail-on=new"], "`--fail-on` needs `--diff`"),
    ],
)
def test_misuse_without_git(project: Path, run: Run, arguments: list[str], message: str) -> None:
    (project / "a.py").write_text(HANGS)
    failed = run("check", *arguments)
    assert failed.code == MISUSE
    assert message.format(here=project) in failed.errors
    assert not failed.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--diff", "nowhere"], "git knows no commit `nowhere`"),
        (["--diff", "old.py"], "to check `old.py`, put it before `--diff`"),
        (["--new-from-patch", "old.py"], "old.py: this is not a patch: it names no files"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_misuse(run: Run, arguments: list[str], message: str) -> None:
    failed = run("check", *arguments)
    assert failed.code == MISUSE
    assert message in failed.errors


def test_no_git_program(repository: Repository, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.root))
    failed = run("check", "--diff")
    assert failed.code == MISUSE
    assert "the program `git` is not installed" in failed.errors


def test_no_configuration_of_the_repository_runs_a_program(repository: Repository, run: Run) -> None:
    proof = repository.root.parent / "ran"
    program = repository.root / "evil.sh"
    program.write_text(f"#!/bin/sh\ntouch '{proof}'\ncat\n")
    program.chmod(0o755)
    repository.write(".gitattributes", "*.py filter=evil diff=evil\n")
    for setting in (
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command"),
        *("core.fsmonitor", "diff.external", "core.pager", "core.sshCommand", "core.gitProxy"),
    ):
        repository.git("config", setting, str(program))
    repository.git("config", "filter.evil.required", "true")
    hooks = repository.root / ".git" / "hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction"):
        (hooks / hook).write_text(program.read_text())
        (hooks / hook).chmod(0o755)
    repository.write("old.py", HANGS + OTHER)
    repository.write("new.py", HANGS)
    proof.unlink(missing_ok=True)
    for options in (["--diff"], ["--staged"]):
        assert run("check", *options).code in (CLEAN, FINDINGS)
    assert not proof.exists()
