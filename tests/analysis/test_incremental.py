"""After any edits, what is remembered gives the same reports as a fresh analysis, and little is computed again."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_project import FILES

from sadpath.analysis.check import check
from sadpath.analysis.engine import Engine
from sadpath.analysis.finding import FileReport
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.syntax.text import split_lines
from sadpath.testing import all_rules
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.memory import MemorySources

RULES = all_rules()
KNOWN = frozenset(rule.name for rule in RULES)
SOURCES = {path: text for path, text in FILES.items() if path.endswith(".py")}
FRAGMENTS = (
    "\n",
    "# a comment\n",
    "    pass\n",
    "async def save(self):\n",
    "    def save(self):\n",
    "    async def save(self):\n",
    "    async def close(self):\n",
    "    self.close()\n",
    "    Client().close()\n",
    "class Store:\n",
    "from app.store import *\n",
    "from app import store as app\n",
    "import httpx as requests\n",
    "    return None\n",
    "    return Store()\n",
    "        self.store = None\n",
    "        self.session: 'store.Store' = session\n",
    "    @property\n",
    "    @staticmethod\n",
    "global make\n",
    "    global make\n",
    "    make = 1\n",
    "make = Store\n",
    "Client = make\n",
    "    except:\n",
    "    # sadpath: accept[bare-except] it is a test\n",
    "(\n",
    ")\n",
    '"""\n',
    "        raise\n",
    "if True:\n",
)
edits = st.tuples(
    st.sampled_from(sorted(SOURCES)),
    st.integers(0, 25),
    st.integers(0, 3),
    st.lists(st.sampled_from(FRAGMENTS), max_size=2),
)


class Project:
    """A project in memory whose reports are remembered."""

    def __init__(self, files: dict[str, list[str]]) -> None:
        self.lines = files
        self.sources = MemorySources({path: "".join(lines) for path, lines in files.items()})
        self.engine = Engine(Program(self.sources, library_tables()), RULES)

    def edit(self, path: str, first: int, old: int, new: list[str]) -> None:
        lines = self.lines[path]
        first = min(first, len(lines))
        old = min(old, len(lines) - first)
        after = [*lines[:first], *new, *lines[first + old :]]
        # Without its line end, a last line would run into what is put behind it.
        after = split_lines("".join(line if line.endswith("\n") else f"{line}\n" for line in after))
        self.lines[path] = after
        self.sources.replace(path, "".join(after))
        self.engine.edit(path, after, first, old, len(new))

    def reports(self) -> list[FileReport]:
        return [check(self.engine, path, RULES, KNOWN) for path in sorted(self.lines)]


def _project() -> Project:
    return Project({path: split_lines(text) for path, text in SOURCES.items()})


@pytest.mark.parametrize("count", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_incremental_equals_from_scratch(count: int) -> None:
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(edits, min_size=1, max_size=6))
    def sessions(changes: list[tuple[str, int, int, list[str]]]) -> None:
        project = _project()
        project.reports()
        for change in changes:
            project.edit(*change)
            project.reports()
        assert project.reports() == Project({path: list(lines) for path, lines in project.lines.items()}).reports()

    sessions()


def _computed(project: Project, path: str, old: str, new: str) -> int:
    """How many questions an edit of one line makes the engine compute again."""
    before = project.engine.program.queries.computed
    project.edit(path, project.lines[path].index(old), 1, [new])
    project.reports()
    return project.engine.program.queries.computed - before


def test_typing_in_a_function_checks_that_unit_and_no_other() -> None:
    project = _project()
    project.reports()
    everything = project.engine.program.queries.computed
    computed = _computed(project, "main.py", "            time.sleep(1)\n", "            time.sleep(2)\n")
    assert computed <= 3 < everything / 20


def test_a_comment_above_a_function_that_others_call_checks_none_of_them() -> None:
    project = _project()
    project.reports()
    computed = _computed(project, "app/store.py", "        pass\n", "        pass  # nothing to load\n")
    assert computed <= 8


def test_turning_a_method_async_checks_the_units_that_asked_about_it() -> None:
    project = _project()
    assert not [f for r in project.reports() for f in r.findings if "`close`" in f.message and f.family == "await"]
    project.edit("main.py", 6, 0, ["    client.close()\n"])
    project.edit(
        "app/client.py",
        project.lines["app/client.py"].index("    def close(self):\n"),
        1,
        ["    async def close(self):\n"],
    )
    found = [f for r in project.reports() for f in r.findings if "`close` never runs" in f.message]
    assert [(f.path, f.range.start.line) for f in found] == [("main.py", 6)]


def test_an_import_finds_a_file_that_came_later() -> None:
    project = Project({"main.py": split_lines("from late import save\n\nasync def main():\n    save()\n")})
    assert not project.reports()[0].findings
    project.sources.replace("late.py", "async def save():\n    pass\n")
    project.engine.reload("late.py")
    project.engine.program.refresh()
    assert [finding.message for finding in project.reports()[0].findings] == [
        "`save` never runs: its coroutine is not awaited"
    ]
