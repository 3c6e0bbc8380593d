"""Reading by one match, where it has an answer, gives the answer of exact reading."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sadpath.analysis.syntax.logical import Unterminated, read
from sadpath.analysis.syntax.nesting import nests_too_deeply
from sadpath.analysis.syntax.quick import LINE, LONG, WHOLE, quick_end
from sadpath.analysis.syntax.text import split_lines

PIECES = [
    "a",
    "f",
    "rb",
    "rf",
    "t",
    " ",
    ":",
    ",",
    "'",
    '"',
    '"""',
    "'''",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "{{",
    "\\",
    "\\'",
]
MORE = ["#", "\n", "\n", "\r\n", "def f", "\n  class ", "\nreturn", 'f"', "f'{", '\\"', "\\N{DASH}", "\n@"]
texts = st.lists(st.sampled_from(PIECES + MORE), min_size=1, max_size=40).map("".join)


@settings(deadline=None)
@given(texts)
def test_gives_what_exact_reading_gives(text: str) -> None:
    lines = split_lines(text)
    for row, line in enumerate(lines):
        match = LINE.match(line)
        if match and match.lastindex == WHOLE and len(line) <= LONG:
            assert read(lines, row).end == row + 1
        end = quick_end(lines, row)
        if end is not None:
            logical = read(lines, row)
            assert end == logical.end
            assert not nests_too_deeply(logical.code)


@pytest.mark.parametrize(
    "text",
    [
        "x = f(a, 'b', [c, {d: (e)}])  # it's closed\n",
        "x = f(\n    a,\n    '#',\n)\n",
        '"""doc\n\nit\'s"""\n',
        "x = a + \\\n    b\n",
        "x = f\"{a!r:>10} {b['c']}\"\n",
    ],
)
def test_reads_what_is_usual(text: str) -> None:
    lines = split_lines(text)
    assert quick_end(lines, 0) == len(lines)


def test_leaves_the_unusual_to_exact_reading() -> None:
    for text in ['f"""{a}\n"""', 'f"{a["b"]}"', "'open", "(\ndef f(): ...", '"""open', "(" * 100, "a" * (LONG + 1)]:
        assert quick_end(split_lines(text), 0) is None
    with pytest.raises(Unterminated):
        read(['"""open'], 0)
