"""The ways through a block: each is written `steps -> exit`, steps by their source, in the order in which they run."""

import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import libcst as cst
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sadpath.analysis.syntax.flow import LIMIT, paths
from sadpath.rule import Exit, Path

MODULE = cst.Module([])
WORDS = {
    Exit.FALLS: "falls",
    Exit.RETURNS: "returns",
    Exit.RAISES: "raises",
    Exit.BREAKS: "breaks",
    Exit.CONTINUES: "continues",
    Exit.ENDS: "ends",
}


def never_returns(call: cst.Call) -> bool:
    return MODULE.code_for_node(call.func) in {"sys.exit", "fail"}


def ways(code: str) -> set[str]:
    """The ways through a function's body, as text."""
    return {_text(path) for path in _paths(code)}


def _paths(code: str) -> tuple[Path, ...]:
    module = cst.parse_module("async def f():\n" + textwrap.indent(textwrap.dedent(code).strip("\n") + "\n", "    "))
    function = module.body[0]
    assert isinstance(function, cst.FunctionDef)
    return paths(function.body, never_returns)


def _text(path: Path) -> str:
    return f"{'; '.join(MODULE.code_for_node(step).rstrip('; ') for step in path.steps)} -> {WORDS[path.exit]}"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", {"pass -> falls"}),
        ("a(); b()", {"a(); b() -> falls"}),
        ("a()\nreturn b()\nc()", {"a(); return b() -> returns"}),
        ("def g():\n    return 1\na()", {"a() -> falls"}),
        ("if x:\n    a()\nb()", {"x; a(); b() -> falls", "x; b() -> falls"}),
        ("if x:\n    return\nelse:\n    a()", {"x; return -> returns", "x; a() -> falls"}),
        (
            "if x:\n    a()\nelif y:\n    raise E\nelse:\n    b()",
            {"x; a() -> falls", "x; y; raise E -> raises", "x; y; b() -> falls"},
        ),
        ("if True:\n    a()\nelse:\n    b()", {"True; a() -> falls"}),
        ("if not 1:\n    a()\nelse:\n    b()", {"not 1; b() -> falls"}),
        ("class C:\n    a()", {" -> falls"}),
    ],
)
def test_sequence_and_branches(code: str, expected: set[str]) -> None:
    assert ways(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("match x:\n    case 1:\n        a()\nb()", {"x; a(); b() -> falls", "x; b() -> falls"}),
        (
            "match x:\n    case 1:\n        a()\n    case _:\n        return",
            {"x; a() -> falls", "x; return -> returns"},
        ),
        ("match x:\n    case y if g:\n        return", {"x; g; return -> returns", "x -> falls"}),
        ("match x:\n    case 1 | _:\n        return", {"x; return -> returns"}),
        ("match x:\n    case [a, b] as c:\n        return", {"x; return -> returns", "x -> falls"}),
    ],
)
def test_match_is_exhaustive_only_with_an_irrefutable_case(code: str, expected: set[str]) -> None:
    assert ways(code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while x:\n    a()\nb()", {"x; b() -> falls", "x; a(); b() -> falls"}),
        ("while x:\n    break\nelse:\n    a()", {"x; break -> falls", "x; a() -> falls"}),
        ("while x:\n    continue\nelse:\n    a()", {"x; continue; a() -> falls", "x; a() -> falls"}),
        ("for i in x:\n    return a()", {"x -> falls", "x; return a() -> returns"}),
        (
            "for i in x:\n    while y:\n        break\n    a()",
            {"x -> falls", "x; y; break; a() -> falls", "x; y; a() -> falls"},
        ),
        ("while True:\n    a()", set()),
        ("while True:\n    a()\nb()", set()),
        ("while 1:\n    if x:\n        return\n    a()", {"1; x; return -> returns"}),
        ("while True:\n    if x:\n        break\nb()", {"True; x; break; b() -> falls"}),
        ("while False:\n    a()\nb()", {"False; b() -> falls"}),
    ],
)
def test_loops_run_once_or_not_at_all(code: str, expected: set[str]) -> None:
    assert ways(code) == expected


def test_breaks_and_continues_of_an_outer_loop_leave_the_block() -> None:
    (loop,) = cst.parse_module("for _ in y:\n    if x: continue\n    while z: break\n    break").body
    assert isinstance(loop, cst.For)
    exits = [path.exit for path in paths(loop.body, never_returns)]
    assert exits == [Exit.CONTINUES, Exit.BREAKS, Exit.BREAKS]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try:\n    a()\nexcept E:\n    b()", {"a() -> falls", "a(); b() -> falls"}),
        ("try:\n    a()\nexcept E:\n    return\nelse:\n    c()", {"a(); c() -> falls", "a(); return -> returns"}),
        (
            "try:\n    a()\n    b()\nexcept E:\n    return",
            {"a(); b() -> falls", "a(); return -> returns", "a(); b(); return -> returns"},
        ),
        ("try:\n    n = 1\n    a(n)\nexcept E:\n    raise", {"n = 1; a(n) -> falls", "n = 1; a(n); raise -> raises"}),
        ("try:\n    a()\nfinally:\n    b()", {"a(); b() -> falls"}),
        ("try:\n    return a()\nfinally:\n    b()", {"return a(); b() -> returns"}),
        ("try:\n    raise E\nfinally:\n    return", {"raise E; return -> returns"}),
        ("try:\n    a()\nexcept* E:\n    return", {"a() -> falls", "a(); return -> returns"}),
    ],
)
def test_try_fails_at_its_first_or_last_step(code: str, expected: set[str]) -> None:
    assert ways(code) == expected


@pytest.mark.parametrize(
    ("raised", "handler", "escapes"),
    [
        ("raise E()", "except", False),
        ("raise E()", "except Exception", False),
        ("raise E()", "except (KeyError, Exception)", False),
        ("raise E()", "except E", False),
        ("raise m.E from x", "except E", False),
        ("raise TimeoutError", "except OSError", False),
        ("raise OSError", "except TimeoutError", True),
        ("raise E()", "except KeyError", True),
        ("raise asyncio.CancelledError", "except Exception", True),
        ("raise asyncio.CancelledError", "except BaseException", False),
        ("raise", "except KeyError", True),
        ("assert False", "except AssertionError", False),
        ("fail()", "except Exception", False),
        ("sys.exit(1)", "except Exception", True),
        ("sys.exit(1)", "except", False),
    ],
)
def test_raise_inside_try_is_stopped_by_the_handlers_that_surely_match(
    raised: str, handler: str, escapes: bool
) -> None:
    exits = {path.exit for path in _paths(f"try:\n    {raised}\n{handler}:\n    pass")}
    assert (exits - {Exit.FALLS} != set()) is escapes
    assert Exit.FALLS in exits


@pytest.mark.parametrize(
    ("code", "exit_"),
    [
        ("sys.exit(1)", Exit.ENDS),
        ("return sys.exit(1)", Exit.ENDS),
        ("raise SystemExit(2)", Exit.ENDS),
        ("fail()", Exit.RAISES),
        ("await fail()", Exit.RAISES),
        ("assert False, 'no'", Exit.RAISES),
        ("assert_never(x)", Exit.RAISES),
        ("os._exit(1)", Exit.ENDS),
        ("assert x", Exit.FALLS),
        ("other()", Exit.FALLS),
    ],
)
def test_calls_that_never_return_end_a_path(code: str, exit_: Exit) -> None:
    (path,) = _paths(code)
    assert path.exit is exit_
    assert path.end is (None if exit_ is Exit.FALLS else path.steps[-1])


@pytest.mark.parametrize(
    ("manager", "exits"),
    [
        ("contextlib.suppress(Exception)", {Exit.FALLS}),
        ("suppress(KeyError)", {Exit.FALLS, Exit.RAISES}),
        ("pytest.raises(ValueError)", {Exit.FALLS}),
        ("move_on_after(1)", {Exit.FALLS, Exit.RAISES}),
        ("open(x)", {Exit.RAISES}),
        ("lock", {Exit.RAISES}),
    ],
)
def test_context_managers_that_stop_exceptions(manager: str, exits: set[Exit]) -> None:
    assert {path.exit for path in _paths(f"with {manager}:\n    raise ValueError")} == exits


def test_many_ways_are_merged_by_where_they_leave() -> None:
    found = _paths("".join(f"if x{n}:\n    a{n}()\n" for n in range(40)) + "if y:\n    return\nb()")
    assert len(found) <= LIMIT
    assert {path.exit for path in found} == {Exit.RETURNS, Exit.FALLS}
    assert {"a0()", "a39()"} <= {MODULE.code_for_node(step) for path in found for step in path.steps}


def test_deep_and_long_code_is_no_burden() -> None:
    deep = "".join("    " * n + ("try:\n" if n % 2 else "while x:\n") for n in range(80)) + "    " * 80 + "a()\n"
    deep += "".join("    " * n + "except E:\n" + "    " * n + "    b()\n" for n in range(79, 0, -2))
    assert Exit.FALLS in {path.exit for path in _paths(deep)}
    assert len(_paths("if x0: return\n" + "".join(f"elif x{n}: return {n}\n" for n in range(1, 900)))) <= LIMIT


COMPOUND = (
    "if x():\n{}\nelse:\n{}",
    "try:\n{}\nexcept E:\n{}",
    "try:\n{}\nexcept:\n{}",
    "try:\n{}\nfinally:\n{}",
    "while x():\n{}\nelse:\n{}",
    "for _ in (1, 2):\n{}\n    break\nelse:\n{}",
    "while True:\n{}\n{}\n    break",
)
programs = st.recursive(
    st.sampled_from(["a()", "return 1", "raise E", "pass", "sys.exit()"]),
    lambda inner: st.tuples(st.sampled_from(COMPOUND), inner, inner).map(
        lambda parts: parts[0].format(*(textwrap.indent(part, "    ") for part in parts[1:]))
    ),
    max_leaves=12,
)


class Raised(Exception):
    pass


class Failed(Raised):
    pass


@given(st.lists(programs, min_size=1, max_size=4), st.lists(st.booleans(), max_size=6))
def test_what_happens_when_the_code_runs_is_among_the_paths(code: list[str], chances: list[bool]) -> None:
    """Random programs run with random outcomes of tests and calls: how they leave must be one of the exits found."""
    text = "\n".join(code)
    found = _paths(text)
    assert len(found) <= LIMIT
    assert all((path.end is None) is (path.exit is Exit.FALLS) for path in found)
    assert all(path.end is None or path.end in path.steps for path in found)
    happened = _run(text, iter(chances))
    assert happened is None or happened in {path.exit for path in found}


def _run(text: str, chances: Iterator[bool]) -> Exit | None:
    """How the code leaves; None where an exception of a call escapes, which is not among the paths."""

    def fail() -> None:
        if next(chances, False):
            raise Failed

    names: dict[str, Any] = {"a": fail, "x": lambda: next(chances, False), "E": Raised, "sys": sys}
    exec("def f():\n" + textwrap.indent(text, "    "), names)
    try:
        return Exit.FALLS if names["f"]() is None else Exit.RETURNS
    except Failed:
        return None
    except Raised:
        return Exit.RAISES
    except SystemExit:
        return Exit.ENDS
