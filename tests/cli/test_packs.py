"""Rule packs of others: selected by settings, never otherwise, and never at the expense of other rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from acme import PACK, install_acme
from command import HANGS, Ended, Run, run_process

import sadpath

CLEAN, FINDINGS, MISUSE, INCOMPLETE = 0, 1, 2, 3
CODE = f"import time\n{HANGS}\n\ndef job():\n    time.sleep(5)\n"
PACKS = 'packs = ["acme"]\n'
NO_CRASH = PACKS + 'ignore = ["broken-rule"]\n'


@pytest.fixture
def acme(project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs the pack where this process and those that it starts find it."""
    site = tmp_path_factory.mktemp("site")
    install_acme(site, monkeypatch)
    (project / "a.py").write_text(CODE)
    return site


def rules(ended: Ended) -> list[str]:
    return [found.rule for found in ended.document.diagnostics]


@pytest.mark.usefixtures("acme")
def test_only_what_settings_name(project: Path) -> None:
    check = ("check", "--output-format", "json")
    assert rules(run_process(*check)) == ["missing-timeout"]
    (project / "sadpath.toml").write_text(NO_CRASH)
    ended = run_process(*check)
    assert rules(ended) == ["missing-timeout", "sleeping-job"]
    assert {rule.name for rule in ended.document.rules} == {"missing-timeout", "sleeping-job"}
    (project / "sadpath.toml").write_text(NO_CRASH + '[severity]\nsleeping-job = "hint"\n')
    assert [found.severity for found in run_process(*check).document.diagnostics] == ["warning", "hint"]
    assert rules(run_process(*check, "--select", "sleeping-job")) == ["sleeping-job"]
    (project / "sadpath.toml").unlink()
    assert rules(run_process(*check)) == ["missing-timeout"]


@pytest.mark.slow
def test_what_a_pack_says_is_kept_until_it_changes(project: Path, acme: Path) -> None:
    (project / "sadpath.toml").write_text(NO_CRASH)
    first = run_process("check")
    assert run_process("check").output == first.output
    rule = acme / "acme_rules/checks/sleeping_job.py"
    rule.write_text(rule.read_text().replace("holds its worker", "blocks its worker"))
    assert run_process("check").output == first.output.replace("holds its worker", "blocks its worker")


@pytest.mark.slow
@pytest.mark.usefixtures("acme")
def test_a_rule_that_crashes_costs_only_itself(project: Path) -> None:
    (project / "sadpath.toml").write_text(PACKS)
    for number in range(10):
        (project / f"b{number}.py").write_text(CODE)
    ended = run_process("check", "--output-format", "json")
    assert ended.code == INCOMPLETE
    assert rules(ended) == ["missing-timeout", "sleeping-job"] * 11
    reasons = {skip.reason for skip in ended.document.skipped}
    assert reasons == {"the rule `broken-rule` failed: ZeroDivisionError('time.sleep')"}
    *_, told, summary, _ = run_process("check", "--output-format", "concise").output.splitlines()
    assert told.endswith(
        " and 10 other places: not analysed: the rule `broken-rule` failed: ZeroDivisionError('time.sleep')"
    )
    assert summary == "22 findings in 11 of 11 files; 11 places could not be analysed"


def test_a_pack_that_cannot_be_imported(project: Path, acme: Path) -> None:
    (project / "sadpath.toml").write_text(PACKS)
    (acme / "acme_rules/checks/broken_rule.py").write_text("import nowhere\n")
    ended = run_process("check", "--output-format", "concise")
    assert ended.code == INCOMPLETE
    assert ended.output.splitlines()[0] == (
        "a.py: not analysed: the rule `broken-rule` of the pack `acme` cannot be loaded: "
        "ModuleNotFoundError(\"No module named 'nowhere'\")"
    )


@pytest.mark.parametrize("code", ["def (", "@rule(family=x)\ndef broken_rule(): ...\n"])
def test_a_pack_that_cannot_be_read(project: Path, acme: Path, code: str) -> None:
    (project / "sadpath.toml").write_text(PACKS)
    (acme / "acme_rules/checks/broken_rule.py").write_text(code)
    for arguments in (("check",), ("rules", "--installed"), ("explain", "sleeping-job")):
        ended = run_process(*arguments)
        assert ended.code == MISUSE
        assert "`broken_rule.py` of the rule pack `acme` cannot be read: " in ended.errors
        assert "Traceback" not in ended.errors


@pytest.mark.usefixtures("acme")
def test_a_fix_that_breaks_the_code_is_not_written(project: Path) -> None:
    (project / "sadpath.toml").write_text(NO_CRASH)
    (project / "a.py").write_text("import time\nbreaks()\ntime.sleep(1)\n")
    ended = run_process("check", "--fix", "--output-format", "json")
    assert rules(ended) == ["breaking-fix"]
    assert (project / "a.py").read_text() == "import time\nbreaks()\nacme.defer(1)\n"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('packs = ["acne"]', ":1: no rule pack called `acne` is installed beside sadpath; installed are acme\n"),
        ('packs = "acme"', ":1: `packs` has to be a list of strings"),
        ('ignore = ["sleeping-job"]', ":1: no rule or family is called `sleeping-job`"),
        (
            PACKS + 'ignore = ["sleeping-jobs"]',
            ":2: no rule or family is called `sleeping-jobs`; did you mean `sleeping-job`?",
        ),
    ],
)
@pytest.mark.usefixtures("acme")
def test_misuse(project: Path, run: Run, settings: str, message: str) -> None:
    (project / "sadpath.toml").write_text(settings)
    ended = run("check")
    assert ended.code == MISUSE
    assert message in ended.errors


@pytest.mark.usefixtures("acme")
def test_listed_and_explained_without_being_imported(project: Path) -> None:
    listed = run_process("rules", "--installed", options=("-X", "importtime"))
    assert "sleeping-job" in listed.output
    assert "acme_rules" not in listed.errors
    assert "sleeping-job" not in run_process("rules").output
    assert "The worker does nothing else." in run_process("explain", "sleeping-job").output
    assert project.exists()


def test_what_lies_in_the_current_directory_is_not_installed(project: Path) -> None:
    """A project cannot bring along a pack that runs when it is checked."""
    shutil.copytree(PACK / "acme_rules", project / "acme_rules")
    (project / "acme_rules/__init__.py").write_text("raise SystemExit('it runs')\n")
    (project / "acme-1.0.dist-info").mkdir()
    (project / "acme-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (project / "acme-1.0.dist-info/entry_points.txt").write_text("[sadpath.rules]\nacme = acme_rules.checks\n")
    (project / "sadpath.toml").write_text(PACKS)
    ended = run_process("check", str(project))
    assert ended.code == MISUSE
    assert "no rule pack called `acme` is installed beside sadpath" in ended.errors


def test_what_lies_in_the_current_directory_is_not_imported(project: Path) -> None:
    """Neither by this process nor by those that it starts. `-m` would put the directory on the path itself."""
    for name in ("multiprocessing", "pickle", "runpy", "signal", "threading", "typing", *"abcdefghijkl"):
        (project / f"{name}.py").write_text("raise SystemExit('it runs')\n")
    script = "import sys; del sys.path[0]; from sadpath.cli import main; main()"
    ended = subprocess.run([sys.executable, "-c", script, "check", "--jobs", "2"], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr, ended.stdout) == (CLEAN, "", "No findings in 18 files\n")


def test_new_rule(project: Path, run: Run) -> None:
    (project / "pyproject.toml").write_text((PACK / "pyproject.toml").read_text())
    (project / "src/acme_rules/checks").mkdir(parents=True)
    ended = run("new-rule", "stuck-queue", "--family", "retry")
    assert ended.code == CLEAN, ended.errors
    assert ended.output.splitlines() == [
        "Wrote src/acme_rules/checks/stuck_queue.py",
        "Wrote tests/fixtures/stuck_queue.py",
        "Wrote tests/test_rules.py",
    ]
    again = run("new-rule", "stuck-queue")
    assert (again.code, again.errors) == (MISUSE, "Error: src/acme_rules/checks/stuck_queue.py: is there already\n")
    assert run("new-rule", "other-one").output.count("Wrote") == 2
    assert run("new-rule", "Not_A_Name").code == MISUSE
    (project / "pyproject.toml").write_text("[project]\n")
    assert "registers no rule pack" in run("new-rule", "x").errors


@pytest.mark.slow
def test_a_pack_from_start_to_end(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A new rule is written into a pack, which is built, installed, tested by its own tests, and used."""
    pack = tmp_path_factory.mktemp("pack")
    shutil.copytree(PACK, pack, dirs_exist_ok=True)
    (pack / "acme_rules/checks/broken_rule.py").unlink()
    own = [str(Path(sadpath.__file__).parents[1]), str(Path(sadpath.__file__).parents[2] / "rules")]

    def python(*arguments: str, where: Path = pack, site: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([*site, *own])}
        return subprocess.run(
            [sys.executable, *arguments], cwd=where, env=environment, capture_output=True, text=True, timeout=600
        )

    assert python("-m", "sadpath", "new-rule", "stuck-queue").returncode == CLEAN
    site = tmp_path_factory.mktemp("site")
    built = python("-m", "pip", "install", "-q", "--no-deps", "--target", str(site), str(pack))
    assert built.returncode == 0, built.stderr
    tested = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", site=(str(site),))
    assert tested.returncode == 0, tested.stdout
    (project / "sadpath.toml").write_text(PACKS)
    (project / "a.py").write_text(f"{CODE}\n\ndangerous()\n")
    ended = python("-m", "sadpath", "check", "--format", "concise", where=project, site=(str(site),))
    assert ended.returncode == FINDINGS, ended.stdout + ended.stderr
    assert [line.split()[1] for line in ended.stdout.splitlines()[:3]] == [
        "missing-timeout",
        "sleeping-job",
        "stuck-queue",
    ]


@pytest.mark.usefixtures("acme")
def test_what_a_change_brings(project: Path) -> None:
    """Both sides are checked with the pack, and so is what is staged."""
    (project / "sadpath.toml").write_text(NO_CRASH)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "before"], check=True)
    (project / "b.py").write_text("import time\ntime.sleep(2)\n")
    subprocess.run([*git, "add", "b.py"], check=True)
    (project / "b.py").write_text("x = 1\n")
    ended = run_process("check", "--staged", "--output-format", "json")
    found = [(one.path, one.rule, one.status) for one in ended.document.diagnostics]
    assert ("b.py", "sleeping-job", "new") in found
    assert ("a.py", "sleeping-job", "old") in found
