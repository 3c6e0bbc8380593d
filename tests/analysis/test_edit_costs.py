"""What an edit costs does not depend on the size of the file: only what it changes is looked at again."""

from dataclasses import dataclass
from itertools import count

import pytest

from sadpath.analysis.check import check
from sadpath.analysis.engine import Engine
from sadpath.analysis.meaning.program import Program, tree_of
from sadpath.analysis.recent import Recent
from sadpath.analysis.syntax.text import split_lines
from sadpath.testing import all_rules
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.memory import MemorySources

RULES = all_rules()
KNOWN = frozenset(rule.name for rule in RULES)
SIZES = (10, 10, 300)
"""The first one has the standard library's stubs parsed, which all files share."""
_SERIAL = count()
UNIT = """
async def load_{0}(address):
    try:  # {1}
        return await read_{0}(address)
    except:  # noqa: E722
        pass


def save_{0}(url):
    # {1}
    return requests.get(url)  # sadpath: accept[missing-timeout] it is a test


async def read_{0}(address):
    return address  # {1}
"""


@dataclass(frozen=True)
class Cost:
    """Lines that were cut into units, units whose names were noted, units parsed, and questions computed."""

    scanned: int
    indexed: int
    parsed: int
    computed: int


class File:
    """One file of so many units that is checked after each edit."""

    def __init__(self, units: int) -> None:
        serial = next(_SERIAL)  # trees of the same text are shared, and this is to be another one
        self.lines = split_lines("import requests\n" + "".join(UNIT.format(number, serial) for number in range(units)))
        self.sources = MemorySources({"app.py": "".join(self.lines)})
        self.engine = Engine(Program(self.sources, library_tables()), RULES)
        self._check()

    def edit(self, old: str, *new: str) -> Cost:
        file = self.engine.program.file("app.py")
        assert file
        before = file.indexed, tree_of.computed, self.engine.program.queries.computed
        row = self.lines.index(old)
        self.lines = [*self.lines[:row], *new, *self.lines[row + 1 :]]
        self.sources.replace("app.py", "".join(self.lines))
        self.engine.edit("app.py", self.lines, row, 1, len(new))
        self._check()
        after = file.indexed, tree_of.computed, self.engine.program.queries.computed
        indexed, parsed, computed = (now - then for now, then in zip(after, before, strict=True))
        return Cost(file.outline.scanned, indexed, parsed, computed)

    def _check(self) -> None:
        check(self.engine, "app.py", RULES, KNOWN)


EDITS = {
    "a line changes": ("        return await read_4(address)\n", "        return await read_5(address)\n"),
    "a line more": (
        "        return await read_4(address)\n",
        "        await read_5(address)\n",
        "        return await read_4(address)\n",
    ),
    "a function made sync": ("async def read_4(address):\n", "def read_4(address):\n"),
    "a statement is typed between functions": ("async def read_4(address):\n", "asy\n", "async def read_4(address):\n"),
    "a comment": ("def save_4(url):\n", "def save_4(url):  # noqa\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_costs_as_much_in_a_large_file(edit: str) -> None:
    old, *new = EDITS[edit]
    _, small, large = (File(size).edit(old, *new) for size in SIZES)
    assert small == large
    assert large.scanned <= 30
    assert large.indexed <= 3
    assert large.parsed <= 3
    assert large.computed <= 12


def test_all_callers_are_checked_and_none_is_parsed_or_cut() -> None:
    calls = "".join(f"\n\nasync def call_{number}(x):\n    target(x)\n" for number in range(200))
    file = File(0)
    file.edit("import requests\n", *split_lines(f"import requests\n\n\ndef target(x):\n    return x\n{calls}"))
    cost = file.edit("def target(x):\n", "async def target(x):\n")
    assert cost.computed >= 200
    assert cost.parsed == 1
    assert cost.indexed == 1
    assert cost.scanned <= 10


def test_what_is_remembered_is_limited_by_its_size() -> None:
    asked: list[str] = []

    def ask(text: str) -> int:
        asked.append(text)
        return len(text)

    length = Recent(ask, size=lambda text: len(text), most=10)
    assert [length("a" * 4), length("b" * 4), length("a" * 4)] == [4, 4, 4]
    assert (length.held, length.computed) == (8, 2)
    length("c" * 4)
    assert length.held == 8
    length("a" * 4)
    assert asked == ["a" * 4, "b" * 4, "c" * 4]
    length("d" * 40)
    assert length.held == 40
    length("e")
    assert length.held == 1
