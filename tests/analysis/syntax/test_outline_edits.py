"""However a text is edited, its outline is what it would be from scratch, and little of the text is looked at."""

import textwrap
from itertools import accumulate
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sadpath.analysis.syntax.outline import Change, Outline, Segment, outline
from sadpath.analysis.syntax.text import split_lines

REAL = Path(textwrap.__file__).read_text(encoding="utf-8")
LINES = [
    "",
    "# note  # noqa: E722",
    "import a",
    "x = 1; y = (2,",
    "@decorate(",
    "@a",
    ")",
    "def f(a, b=lambda: 1):",
    "def g(): return 1",
    "async def h() -> None:",
    "class A(B):",
    "class C: pass",
    "class D",
    "if a:",
    "else:",
    "try:",
    "except E:",
    "match a:",
    "case (1 | 2):",
    "return f(1,",
    "pass",
    '"""doc',
    'doc"""',
    '"""one line"""',
    "'''other",
    "s = 'open",
    "t = 'a\\",
    "u = a + \\",
    'v = f"{a["b"]} {{ {c:{d}}}"',
    "w = f'''{",
    "}'''",
    'r"\\"',
    "{[(",
    ")]}",
    "\\",
    "\f",
    "\0",
    "z = '\ud800'",
]
INDENTS = ["", "", "    ", "    ", "        ", "  ", "\t", "\f    "]
ENDS = ["\n", "\n", "\n", "\r\n", "\r"]
FRAGMENTS = [
    '"',
    "'",
    '"""',
    "'''",
    "(",
    ")",
    "{",
    "}",
    "\\",
    "#",
    ":",
    "@",
    "    ",
    "\n",
    "\r\n",
    "def ",
    "class ",
    "f",
]

line = st.builds("".join, st.tuples(st.sampled_from(INDENTS), st.sampled_from(LINES), st.sampled_from(ENDS)))
texts = st.lists(line, max_size=25).map("".join)
replacements = st.one_of(st.just(""), st.sampled_from(FRAGMENTS), st.lists(line, max_size=3).map("".join))
edits = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0, 0, 1, 3, 20, 80]), replacements), min_size=1, max_size=6
)


@settings(max_examples=300, deadline=None)
@given(texts, edits)
def test_equals_the_outline_from_scratch(text: str, edits: list[tuple[float, int, str]]) -> None:
    _edit(text, edits)


@settings(max_examples=30, deadline=None)
@given(edits)
def test_does_so_for_real_code(edits: list[tuple[float, int, str]]) -> None:
    _edit(REAL, edits)


def _edit(text: str, edits: list[tuple[float, int, str]]) -> None:
    lines = split_lines(text)
    current = outline(lines)
    for place, length, replacement in edits:
        start = round(place * len(text))
        text = text[:start] + replacement + text[start + length :]
        old, lines = lines, split_lines(text)
        before = list(current.segments)
        change = _update(current, old, lines)
        _check(current, lines, before, change)


def _update(current: Outline, old: list[str], new: list[str]) -> Change:
    """Tell the outline of the smallest range of lines that covers the edit."""
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    return current.update(new, head, len(old) - head - tail, len(new) - head - tail)


def _same(first: list[str], second: list[str]) -> int:
    return next(
        (index for index, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def _check(current: Outline, lines: list[str], before: list[Segment], change: Change) -> None:
    segments = current.segments
    assert segments == outline(lines).segments
    assert "".join(segment.text for segment in segments) == "".join(lines)
    assert current.first_lines == list(accumulate((segment.lines for segment in segments), initial=0))[:-1]
    assert len(set(map(id, segments))) == len(segments)
    assert before[change.first : change.first + len(change.old)] == list(change.old)
    before[change.first : change.first + len(change.old)] = change.new
    assert list(map(id, before)) == list(map(id, segments))
