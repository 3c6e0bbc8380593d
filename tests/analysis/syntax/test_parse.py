"""Units are parsed where they stand, and nothing that is not code can make it fail."""

import subprocess
import sys
import threading

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.parse import Broken, Parsed, parse
from sadpath.analysis.syntax.position import Positions
from sadpath.analysis.syntax.text import split_lines
from sadpath.analysis.syntax.tree import Tree


def parse_all(text: str) -> list[Parsed | Broken]:
    return [parse(segment) for segment in outline(split_lines(text)).segments]


def test_parses_a_member_in_its_place() -> None:
    text = "class A(B):\n    x = 1\n\n    # why\n    @a\n    async def f(self):\n\n        return 2\n"
    segments = outline(split_lines(text)).segments
    header, statement, function = map(parse, segments)
    assert isinstance(header, Parsed) and isinstance(header.statement, cst.ClassDef)
    assert isinstance(statement, Parsed) and isinstance(statement.statement, cst.SimpleStatementLine)
    assert isinstance(function, Parsed) and isinstance(function.statement, cst.FunctionDef)
    assert function.module.code == "class _:\n" + segments[2].text
    body = function.statement.body.body[0]
    place = Positions(Tree(function.module, function.statement, function.above), [body]).range(body)
    assert (place.start.line, place.start.column) == (5, 8)


@pytest.mark.parametrize(
    "statement",
    [
        "async def f[T: int = str](x: T) -> T:\n    async with a as b, c: await d\n    return [e async for e in f]\n",
        "type A[*Ts, **P] = B\n",
        'x = f"{a["b"]!r:{c}}", t\'{d}\'\n',
        "match x:\n    case {'a': [1, *_]} | A(b=c) if d: pass\n",
        "try:\n    pass\nexcept* A as b:\n    pass\n",
        "try:\n    pass\nexcept A, B:\n    pass\n",
        "with (a as b, c as d):\n    pass\n",
        "print(*a, sep='') if (b := c) else lambda: (yield)\n",
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_knows_all_of_the_language(statement: str, ending: str) -> None:
    (found,) = parse_all(statement.replace("\n", ending))
    assert isinstance(found, Parsed)


def test_tells_what_is_broken_and_keeps_the_rest() -> None:
    first, broken, last = parse_all("x = 1\n\n# why\ndef f():\n    return (1 +\n    pass\ny = 2\n")
    assert isinstance(first, Parsed) and isinstance(last, Parsed)
    assert isinstance(broken, Broken)
    assert broken.line == 4
    assert "error" in broken.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x = '", 0),
        ("\n\nx = \0\n", 2),
        ("class A(: pass\n", 0),
        ("x = b'a' 'b'\n", 0),
        ("x = 'a' t'b'\n", 0),
        ("\\\nx = 1\n", 0),
        ("# c\nx = " + "(" * 100_000, 1),
        ("\n@a\n", 1),
        ("\n\n", 1),
    ],
)
def test_tells_in_which_line(text: str, line: int) -> None:
    (found,) = parse_all(text)
    assert isinstance(found, Broken)
    assert found.line == line
    assert found.message


def test_takes_lone_surrogates() -> None:
    (found,) = parse_all("x = '\ud800', y\n")
    assert isinstance(found, Parsed)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "'",
                '"',
                '"""',
                "f'",
                "t'",
                "{",
                "}",
                "(",
                ")",
                ":",
                "\\",
                "\n",
                "\r",
                "    ",
                "\f",
                "\0",
                "#",
                "x",
                "=",
                "def f",
                "class A",
                "@",
                "\ud800",
                "1",
                "await ",
                "é",
            ]
        )
    ).map("".join)
)
def test_never_fails(text: str) -> None:
    for found in parse_all(text):
        assert isinstance(found, Parsed) or found.line >= 0


SURVIVES = """
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.parse import Parsed, parse
deepest = [
    "x = " + "(" * 200 + ")" * 200, "x = " + "[" * 200 + "]" * 200, "x = " + "{a:" * 200 + "b" + "}" * 200,
    "x = " + "(yield " * 200 + ")" * 200, "x = " + 'f"{' * 199 + "a" + '}"' * 199,
    "x = " + "a(b=" * 200 + "c" + ")" * 200, "x = " + " + ".join("a" * 500), "x = " + "**".join("a" * 250),
    "x = a" + ".b" * 499, "x = a" + "()" * 499, "x = a" + "[0]" * 499, "x = " + "not " * 499 + "a",
    "x = " + "-" * 499 + "a", "x = " + "lambda: " * 499 + "a", "x = " + "lambda a=" * 249 + "b" + ": c" * 249,
    "x = " + "a if b else " * 499 + "c", "x = [a " + "for a in b " * 249 + "]", "x = " + "a and b or " * 249 + "c",
    "x = (" + "'a'" * 2900 + ")", "x = " + "a = " * 499 + "b",
    "if a: pass\\n" + "elif a: pass\\n" * 1000, "".join(" " * n + "if a:\\n" for n in range(99)) + " " * 99 + "pass",
    "from " + "." * 499 + " import a", "import a" + ".b" * 499, "@a\\n" * 5000 + "def f(): pass",
]
def work():
    for text in deepest:
        (segment,) = outline(text.splitlines(keepends=True)).segments
        found = parse(segment)
        assert isinstance(found, Parsed), (text[:40], found)
        assert found.module.code.endswith(text), text[:40]
        found.module.visit(libcst.CSTVisitor())
import libcst
on_large_stack(work)
"""


def test_survives_all_that_is_not_refused() -> None:
    subprocess.run([sys.executable, "-c", SURVIVES], check=True)


def test_runs_on_another_thread_and_gives_back_what_comes() -> None:
    assert on_large_stack(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        on_large_stack(lambda: 1 // 0)
