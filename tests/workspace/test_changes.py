"""What a change brings is what a check of a copy of the base does not report."""

import ast
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repository import Repository

from sadpath.analysis.finding import FileReport, Finding
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.text import split_lines
from sadpath.testing import all_rules
from sadpath.workspace.batch import check_all
from sadpath.workspace.before import Before
from sadpath.workspace.changes import Change, changed_since, staged
from sadpath.workspace.configuration import Overrides, default_settings
from sadpath.workspace.repeat import Repeat
from sadpath.workspace.review import review
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.status import Earlier, Status
from sadpath.workspace.walk import Target, walk

KNOWN = {rule.name: rule.family for rule in all_rules()}
CLIENT = """\
import requests
from app import store


class Client:
    def fetch(self, url):
        return requests.get(url)

    async def save(self, anything):
        self.fetch("a")
        store.make().save()
        anything.refresh_everything()
        requests.get("b")

    def close(self):
        try:
            self.session.close()
        except:
            pass


while True:
    try:
        requests.get("c")
    except OSError:
        continue
"""
STORE = """\
class Store:
    def save(self):
        return 1


def make():
    return Store()
"""
FILES = {
    "app/__init__.py": "",
    "app/client.py": CLIENT,
    "app/store.py": STORE,
    "app/cache.py": "import redis\n\n\ndef load(key):\n    return redis.Redis().get(key)\n",
    "main.py": "from app.client import Client\n",
}
PINS = ("redis==7.1.0\n", "redis==8.0.0\n")  # from 8.0 on, there is a timeout by default
TEXTS = {
    "app/client.py": (
        CLIENT.replace("return requests.get(url)", "return requests.get(url, timeout=3)"),
        CLIENT.replace('self.fetch("a")', 'self.fetch("a" + "b")'),
        CLIENT.replace(
            "        return requests.get(url)\n", "        requests.get(url)\n        return requests.get(url)\n"
        ),
        CLIENT.replace("except:", "except:  # sadpath: accept[bare-except]: it is closed"),
        CLIENT.replace("class Client", "class Clients"),
        CLIENT.replace("    continue", "    continue\n\n\nprint()"),
        "# a line above\n" + CLIENT.replace('"c"', '"d"'),
        CLIENT + "\n(\n",
    ),
    "app/store.py": (
        STORE.replace("def save", "async def save"),
        "import asyncio\n\n\n" + STORE.replace("return 1", "return 2"),
        STORE + "\n\nasync def refresh_everything():\n    make()\n",
        "",
    ),
    "app/other.py": (CLIENT, STORE, "import requests\n\nrequests.get('x')\n"),
    "store.py": (STORE,),
    "requests.py": ("async def get(url): ...\n",),
    "requests/__init__.py": ("async def get(url, timeout=1): ...\n",),
    "lib/jobs.py": ("class Job:\n    async def refresh_everything(self):\n        pass\n",),
    "main.py": (
        "from app.client import Client\n\nClient().save(1)\n",
        "from app.client import Clients\n\nClients().close()\n",
    ),
}

Step = Callable[[Repository], None]


def write(name: str, text: str) -> Step:
    def step(repository: Repository) -> None:
        with suppress(OSError):  # a directory may be a file by now, or the other way round
            repository.write(name, text)

    return step


def move(name: str, other: str) -> Step:
    def step(repository: Repository) -> None:
        with suppress(OSError):
            (repository.root / other).parent.mkdir(exist_ok=True)
            (repository.root / name).replace(repository.root / other)

    return step


def delete(name: str) -> Step:
    def step(repository: Repository) -> None:
        path = repository.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    return step


def on_main(name: str, text: str) -> Step:
    """Work goes on elsewhere, and is merged into this branch."""

    def step(repository: Repository) -> None:
        repository.commit()
        repository.git("checkout", "-q", "main")
        write(name, text)(repository)
        repository.commit()
        repository.git("checkout", "-q", "work")
        if repository.git("merge", "-q", "--no-edit", "-X", "ours", "main", codes=(0, 1)):
            repository.git("add", "-A")
            repository.git("commit", "-q", "-m", "merged", codes=(0, 1))

    return step


TEXT = st.sampled_from([(name, text) for name, texts in TEXTS.items() for text in (*texts, FILES.get(name, ""))])
NAMES = st.sampled_from([*TEXTS, "app"])
STEPS = st.one_of(
    TEXT.map(lambda pair: write(*pair)),
    TEXT.map(lambda pair: write(*pair)),
    TEXT.map(lambda pair: on_main(*pair)),
    st.tuples(NAMES, st.sampled_from([*TEXTS, "lib/moved.py", "tests/test_moved.py"])).map(lambda pair: move(*pair)),
    NAMES.map(delete),
    st.sampled_from(PINS).map(lambda text: write("requirements.txt", text)),
    st.sampled_from([Repository.commit, lambda repository: repository.git("add", "-A")]),
)


def targets_in(root: Path) -> list[Target]:
    configurations = Configurations(KNOWN, default_settings(root), Overrides())
    targets = [found for found in walk([root], configurations) if isinstance(found, Target)]
    return [Target(target.path, target.settings, root) for target in targets]


def check(root: Path) -> dict[str, FileReport]:
    """The report on each file of a project, by its path in it."""
    return {report.path.removeprefix(f"{root.as_posix()}/"): report for report in check_all(targets_in(root), 1)}


def marks(report: FileReport, path: Path) -> dict[tuple[str, str, str, int], Finding]:
    """The findings by what a fingerprint is to be made of, but for the path."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found: dict[tuple[str, str, str, int], Finding] = {}
    lines = split_lines(path.read_text())
    for finding in report.findings:
        start, end = finding.range.start, finding.range.end
        rows = lines[start.line : end.line + 1]
        rows[-1] = rows[-1][: end.column]
        rows[0] = rows[0][start.column :]
        key = (finding.rule, finding.scope, " ".join("".join(rows).split()))
        found[(*key, seen[key])] = finding
        seen[key] += 1
    return found


BLOCKS = (ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef)


def blocks(path: Path) -> dict[int, tuple[str, str]]:
    """For each line of a file the innermost block, or the statement, around it, as Python's own parser sees it."""
    text = path.read_text()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        tree = ast.parse(text.removesuffix("\n(\n"))  # the unit that TEXTS breaks
    lines = text.splitlines()
    found: dict[int, tuple[str, str]] = {}

    def visit(body: Iterable[ast.stmt], scope: str) -> None:
        for statement in body:
            if isinstance(statement, ast.ClassDef):
                visit(statement.body, f"{scope}.{statement.name}")
                continue
            name = statement.name if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) else ""
            inside = [node for node in ast.walk(statement) if isinstance(node, BLOCKS)]  # those around come first
            for block in (statement, *inside):
                end = block.end_lineno or block.lineno
                text = (f"{scope}.{name}", "\n".join(lines[block.lineno - 1 : end]).rstrip())
                found.update(dict.fromkeys(range(block.lineno - 1, end), text))

    visit(tree.body, "")
    return found


Statuses = dict[tuple[str, str], str]


def expected(now: Path, base: Path, renamed: dict[str, str]) -> tuple[Statuses, Counter[str]]:
    """The status of each finding, and the rules of those that are gone, from copies of both sides."""
    before = check(base)
    statuses: Statuses = {}
    gone = Counter(finding.rule for report in before.values() for finding in report.findings)
    for name, report in check(now).items():
        was = renamed.get(name, name)
        there = was in before
        known = marks(before[was], base / was) if there else {}
        edited = set(blocks(now / name).values()) - (set(blocks(base / was).values()) if there else set())
        around = blocks(now / name)
        for mark, finding in marks(report, now / name).items():
            touched = around.get(finding.range.start.line) in edited
            status = "new" if mark not in known else "touched" if touched else "old"
            statuses[name, finding.fingerprint] = status
            gone[finding.rule] -= status != "new"
    return statuses, +gone


def of_each_file(root: Path, change: Change) -> Statuses:
    """The status of each finding, as it is found for one file."""
    before = Before(root, default_settings(root), change)
    statuses: Statuses = {}
    for name, report in check(root).items():
        found = before.statuses(report.path, split_lines((root / name).read_text()), report.findings)
        for finding, status in zip(report.findings, found, strict=True):
            statuses[name, finding.fingerprint] = status.value
    return statuses


def reviewed(root: Path, change: Change) -> tuple[Statuses, Counter[str]]:
    """The status of each finding, and the rules of those that are gone, as they are found for all files at once."""
    targets = targets_in(root)
    repeat = Repeat(targets, 1)
    reports = [*repeat.reports()]
    more = [path for path in (*change.before, *change.now) if path.endswith(".py") and not Path(path).is_file()]
    deleted = [Target(path, targets[0].settings if targets else default_settings(root), root) for path in more]
    found = review(reports, [*targets, *deleted], {root: change}, 1, repeat)
    statuses = {
        (report.path.removeprefix(f"{root.as_posix()}/"), finding.fingerprint): found.statuses.get(
            (finding.path, finding.fingerprint), Status.OLD
        ).value
        for report in found.reports
        for finding in report.findings
    }
    assert not found.skipped
    return statuses, Counter(finding.rule for finding in found.gone)


@pytest.fixture(autouse=True)
def _without_an_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    on_large_stack(lambda: None)  # raises the recursion limit, which hypothesis does not want to see
    for module in ("batch", "repeat", "elsewhere"):
        monkeypatch.setattr(f"sadpath.workspace.{module}.FILES_PER_PROCESS", 1000)


def copy_of(repository: Repository, commit: str, place: Path) -> Path:
    place.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=repository.root, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(place)], input=archive.stdout, check=True)
    return place


def renamed_since(repository: Repository, commit: str) -> dict[str, str]:
    """What git takes for renamed, of what is in its index."""
    told = repository.git("diff", "--cached", "-M", "--name-status", "--diff-filter=R", commit)
    return {now: before for before, now in re.findall(r"^R\d+\t(.*)\t(.*)$", told, re.MULTILINE)}


@pytest.mark.parametrize("count", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_statuses_are_those_of_a_check_of_both_sides(tmp_path_factory: pytest.TempPathFactory, count: int) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEPS, min_size=1, max_size=6))
    def histories(steps: list[Step]) -> None:
        place = tmp_path_factory.mktemp("history")
        repository = Repository(place / "now")
        for name, text in FILES.items():
            repository.write(name, text)
        repository.commit()
        repository.git("checkout", "-q", "-b", "work")
        reviewed(repository.root, Change("", {}))  # of which something is kept
        for step in steps:
            step(repository)
        _assert_right_about_index(repository, place)
        change = changed_since(repository.root, "main")
        found = reviewed(repository.root, change)
        assert of_each_file(repository.root, change) == found[0]
        base = repository.git("merge-base", "HEAD", "main")
        copy = copy_of(repository, base, place / "base")
        repository.git("add", "-A")
        assert found == expected(repository.root, copy, renamed_since(repository, base))

    histories()


def _assert_right_about_index(repository: Repository, place: Path) -> None:
    found = reviewed(repository.root, staged(repository.root))
    (place / "index").mkdir()
    repository.git("checkout-index", "--all", f"--prefix={place / 'index'}/")
    copy = copy_of(repository, "HEAD", place / "head")
    assert found == expected(place / "index", copy, renamed_since(repository, "HEAD"))


def test_what_was_kept_of_the_base_is_not_checked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an earlier check has seen the base, its reports count; else those are checked that the change concerns."""
    checked: list[str] = []
    check_before = Before.check

    def counted(self: Before, path: str) -> Earlier:
        checked.append(Path(path).name)
        return check_before(self, path)

    monkeypatch.setattr(Before, "check", counted)
    repository = Repository(tmp_path)
    for name, text in FILES.items():
        repository.write(name, text)
    repository.commit()
    reviewed(tmp_path, Change("", {}))
    repository.write("app/store.py", TEXTS["app/store.py"][0])
    change = changed_since(tmp_path, "HEAD")
    found = reviewed(tmp_path, change)
    assert Status.NEW.value in found[0].values()
    assert checked == []
    assert reviewed(tmp_path, change) == found
    assert set(checked) == {"store.py", "client.py"}


def test_what_was_kept_of_another_state_does_not_count(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    for name, text in FILES.items():
        repository.write(name, text)
    repository.commit()
    repository.write("app/store.py", TEXTS["app/store.py"][0])
    reviewed(tmp_path, Change("", {}))  # neither the base nor what counts in the end
    repository.write("app/store.py", STORE.replace("return 1", "return 2"))
    found, gone = reviewed(tmp_path, changed_since(tmp_path, "HEAD"))
    assert set(found.values()) == {"old"}
    assert not gone
