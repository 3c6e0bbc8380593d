"""A check that uses what earlier ones kept reports what a check without does, and does no more than it has to."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_project import FILES

from sadpath.analysis.finding import FileReport
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.testing import all_rules
from sadpath.workspace.batch import check_all
from sadpath.workspace.configuration import Overrides, default_settings
from sadpath.workspace.observed import Watch
from sadpath.workspace.recorder import Recorder
from sadpath.workspace.repeat import check_again
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, walk

KNOWN = {rule.name: rule.family for rule in all_rules()}
VERSIONS = {
    "app/store.py": (
        FILES["app/store.py"].replace("async def save", "      def save"),
        FILES["app/store.py"].replace("        pass", "        pass  # nothing to load"),
        "# one line more\n" + FILES["app/store.py"],
        FILES["app/store.py"].replace("    return Store()", "    return None"),
        "class Store:\n",
    ),
    "app/__init__.py": ("from app.client import *\n", "", "import psycopg as Client\n"),
    "app/client.py": (
        FILES["app/client.py"].replace("async def fetch", "def fetch"),
        FILES["app/client.py"].replace("except:", "except OSError:  # sadpath: accept[bare-except]: it is a test"),
        FILES["app/client.py"] + "\n\ndef get_all():\n    return requests.get('x')\n",
    ),
    "main.py": (FILES["main.py"].replace("store.save()", "await store.save()"), FILES["main.py"] + "\n(\n"),
    "extra/helpers.py": (
        "def run():\n    pass\n",
        FILES["extra/helpers.py"] + "\nclass Other:\n    def refresh_everything(self):\n        pass\n",
    ),
    "extra/__init__.py": ("run = 1\n",),
    "extra.py": ("class helpers:\n    @staticmethod\n    async def run(): ...\n",),
    "src/extra/helpers.py": ("def run():\n    pass\n",),
    "requests.py": ("class Session:\n    def get(self, url): ...\n    def close(self): ...\n",),
    "app/store.pyi": ("class Store:\n    def save(self) -> None: ...\ndef make() -> Store: ...\n",),
    "requirements.txt": ("redis==8.1\n",),
    "sadpath.toml": ('ignore = ["timeout"]\n', '[severity]\nbare-except = "error"\n'),
    ".venv/pyvenv.cfg": ("\n",),
    ".venv/lib/python3.11/site-packages/psycopg/__init__.py": ("async def connect(dsn): ...\n", "connect = None\n"),
}


class Project:
    """A project on the disk, and what checks of it gave and did."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.checked: list[str] = []
        self.read: list[str] = []
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        with suppress(OSError):  # a directory may be a file by now, or the other way round
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def targets(self) -> list[Target]:
        configurations = Configurations(KNOWN, default_settings(self.root), Overrides())
        return [found for found in walk([self.root], configurations) if isinstance(found, Target)]

    def check(self, *only: str) -> dict[str, FileReport]:
        targets = [target for target in self.targets() if not only or Path(target.path).name in only]
        return {report.path: report for report in check_again(targets, 1)}

    def fresh(self) -> dict[str, FileReport]:
        return {report.path: report for report in check_all(self.targets(), 1)}

    def caches(self) -> list[Path]:
        return sorted((self.root / ".sadpath_cache").glob("*.reports"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Small enough to be checked in this process, whatever is kept."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    on_large_stack(lambda: None)  # raises the recursion limit, which hypothesis does not want to see
    made = Project(tmp_path / "project")
    check = Recorder.check

    def counted(self: Recorder, path: str) -> FileReport:
        made.checked.append(os.path.relpath(path, made.root))
        return check(self, path)

    saw = Watch.saw

    def noted(self: Watch, path: str, status: os.stat_result | None, data: bytes) -> None:
        made.read.append(os.path.relpath(path, made.root))
        saw(self, path, status, data)

    monkeypatch.setattr(Recorder, "check", counted)
    monkeypatch.setattr(Watch, "saw", noted)
    monkeypatch.setattr("sadpath.workspace.repeat.FILES_PER_PROCESS", 1000)
    monkeypatch.setattr("sadpath.workspace.batch.FILES_PER_PROCESS", 1000)
    yield made


def write(name: str, text: str) -> Callable[[Project], None]:
    return lambda project: project.write(name, text)


def write_unnoticed(name: str, text: str) -> Callable[[Project], None]:
    """Another text of the same size with the times of the old one."""

    def step(project: Project) -> None:
        path = project.root / name
        if path.is_file():
            status = path.stat()
            path.write_text(text[: status.st_size].ljust(status.st_size, "\n"))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    return step


def replace(name: str, other: str) -> Callable[[Project], None]:
    def step(project: Project) -> None:
        with suppress(OSError):  # what is to be moved may be gone, or the other one a directory
            (project.root / name).replace(project.root / other)

    return step


def delete(name: str) -> Callable[[Project], None]:
    def step(project: Project) -> None:
        path = project.root / name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    return step


def corrupt(at: int, data: bytes) -> Callable[[Project], None]:
    def step(project: Project) -> None:
        for cache in project.caches():
            content = bytearray(cache.read_bytes())
            place = at % len(content)
            content[place : place + len(data)] = data
            cache.write_bytes(content)

    return step


def truncate(size: int) -> Callable[[Project], None]:
    def step(project: Project) -> None:
        for cache in project.caches():
            cache.write_bytes(cache.read_bytes()[: size * 512])

    return step


def check_some(name: str) -> Callable[[Project], None]:
    return lambda project: void(project.check(name))


def check_twice_at_once(name: str, text: str) -> Callable[[Project], None]:
    """One check is half-way when a file changes and another check begins and ends."""

    def step(project: Project) -> None:
        slow = check_again(project.targets(), 1)
        next(slow, None)
        project.write(name, text)
        project.check()
        list(slow)

    return step


def void(_: object) -> None: ...


CHANGED = st.sampled_from([(name, text) for name, texts in VERSIONS.items() for text in (*texts, FILES.get(name, ""))])
NAMES = st.sampled_from([*VERSIONS, "app", "extra", ".venv", ".sadpath_cache"])
STEPS = st.one_of(
    CHANGED.map(lambda pair: write(*pair)),
    CHANGED.map(lambda pair: write(*pair)),
    CHANGED.map(lambda pair: write_unnoticed(*pair)),
    CHANGED.map(lambda pair: check_twice_at_once(*pair)),
    # Settings of Python code end a check with an error, which is another test's business.
    st.tuples(NAMES, NAMES.filter(lambda name: not name.endswith(".toml"))).map(lambda pair: replace(*pair)),
    NAMES.map(delete),
    st.builds(corrupt, st.integers(0, 1_000_000), st.binary(min_size=1, max_size=40)),
    st.builds(truncate, st.integers(0, 40)),
    st.sampled_from(["main.py", "store.py"]).map(check_some),
)


@pytest.mark.parametrize("count", [1, pytest.param(20, marks=pytest.mark.slow)])
def test_repeated_equals_fresh(project: Project, count: int) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(STEPS, min_size=min(count, 3), max_size=5))
    def histories(steps: list[Callable[[Project], None]]) -> None:
        shutil.rmtree(project.root)
        project.__init__(project.root)  # type: ignore[misc]  # each example begins with the same project
        assert project.check() == project.fresh()
        for step in steps:
            step(project)
            assert project.check() == project.fresh()
            assert project.check() == project.fresh()

    histories()


def test_nothing_is_checked_when_nothing_has_changed(project: Project) -> None:
    first = project.check()
    assert set(project.checked) == {os.path.relpath(path, project.root) for path in first}
    project.checked.clear()
    assert project.check() == first
    assert project.check("main.py").keys() == {f"{project.root.as_posix()}/main.py"}
    assert project.checked == []


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("app/store.py", "    async def save", "    def save", {"app/store.py", "app/client.py", "main.py"}),
        ("app/store.py", "        pass", "        pass  # more", {"app/store.py"}),
        ("main.py", "client.fetch()", "client.close()", {"main.py"}),
        ("extra/helpers.py", "class Job", "class Task", {"extra/helpers.py", "main.py"}),
    ],
    ids=["what others asked about", "what nobody asked about", "what nobody imports", "evidence"],
)
def test_one_change_checks_the_file_and_who_asked(
    project: Project, name: str, old: str, new: str, expected: set[str]
) -> None:
    project.check()
    project.checked.clear()
    project.write(name, FILES[name].replace(old, new))
    assert project.check() == project.fresh()
    assert set(project.checked) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("extra/empty.py", {"extra/empty.py"}),
        ("app/store.py", {"app/store.py"}),
        ("main.py", {"main.py", "app/__init__.py", "app/client.py", "app/store.py", "extra/helpers.py"}),
    ],
)
def test_one_change_reads_the_file_and_where_it_leads(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, expected: set[str]
) -> None:
    monkeypatch.setattr("sadpath.workspace.observed._SETTLED", 0)  # the files are young, and would be read for that
    first = project.check()
    project.write(name, FILES[name] + "\n# one line more\n")
    project.read.clear()
    assert project.check() == first
    assert set(project.read) == expected
    project.write("extra/new.py", "async def refresh_everything(): ...\n")
    project.read.clear()
    assert project.check() == project.fresh()
    assert "extra/empty.py" not in project.read
    project.read.clear()
    project.check()
    assert project.read == []


def test_another_version_of_a_library_is_noticed(project: Project) -> None:
    """redis-py has a default timeout since 8.0."""
    path = f"{project.root.as_posix()}/extra/cache.py"
    assert project.check()[path].findings
    project.write("requirements.txt", "redis==8.1\n")
    assert not project.check()[path].findings
    assert project.check() == project.fresh()


def test_touched_files_are_not_checked(project: Project) -> None:
    project.check()
    project.checked.clear()
    for name, text in FILES.items():
        delete(name)(project)
        project.write(name, text)
    project.check()
    assert project.checked == []


def test_a_cache_that_cannot_be_used_is_replaced(project: Project) -> None:
    first = project.check()
    (cache,) = project.caches()
    for content in (b"", b"no database", cache.read_bytes()[:5000], b"\xff" * 100_000):
        cache.write_bytes(content)
        project.checked.clear()
        assert project.check() == first
        assert project.checked
        project.checked.clear()
        assert project.check() == first
        assert not project.checked


def test_of_a_damaged_cache_nothing_is_used(project: Project) -> None:
    project.check()
    (cache,) = project.caches()
    with sqlite3.connect(cache) as connection:
        connection.execute("UPDATE kept SET value = x'00' WHERE kind = 'report'")
    connection.close()
    project.write("extra/helpers.py", FILES["extra/helpers.py"].replace("async def refresh", "def refresh"))
    assert project.check() == project.fresh()
    assert project.check() == project.fresh()


def test_a_cache_with_code_in_it_is_replaced(project: Project) -> None:
    first = project.check()
    (cache,) = project.caches()
    with sqlite3.connect(cache) as connection:
        connection.execute("CREATE VIEW evil AS SELECT load_extension('evil')")
    connection.close()
    assert project.check() == first
    with sqlite3.connect(cache) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall() == []
    connection.close()


def test_where_nothing_can_be_kept_everything_is_checked(project: Project) -> None:
    (project.root / ".sadpath_cache").write_text("a file")
    assert project.check() == project.fresh()
    assert project.check() == project.fresh()


def test_processes_tell_what_their_reports_were_made_of(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sadpath.workspace.repeat.FILES_PER_PROCESS", 1)
    monkeypatch.setattr("sadpath.workspace.batch.FILES_PER_PROCESS", 1)
    first = {report.path: report for report in check_again(project.targets(), 2)}
    assert first == project.fresh()
    monkeypatch.setattr("sadpath.workspace.repeat.FILES_PER_PROCESS", 1000)
    project.write("app/store.py", FILES["app/store.py"].replace("    async def save", "    def save"))
    assert project.check() == project.fresh()
    assert set(project.checked) == {"app/store.py", "app/client.py", "main.py"}
