"""Lines end where the Language Server Protocol says."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sadpath.analysis.syntax.text import split_lines

TEXTS = st.text(st.sampled_from("ab\n\r\f\v\x1c\x85\u2028\u2029\0\ud800"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a\n"]),
        ("\n\n", ["\n", "\n"]),
        ("a\r\nb\rc\n\rd", ["a\r\n", "b\r", "c\n", "\r", "d"]),
        ("a\fb\vc\x1cd\x85e\u2028f\u2029g\n", ["a\fb\vc\x1cd\x85e\u2028f\u2029g\n"]),
    ],
)
def test_splits(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


@settings(deadline=None)
@given(TEXTS)
def test_lines_joined_are_the_text(text: str) -> None:
    assert "".join(split_lines(text)) == text


@settings(deadline=None)
@given(TEXTS)
def test_lines_are_those_of_the_protocol(text: str) -> None:
    assert split_lines(text) == re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
