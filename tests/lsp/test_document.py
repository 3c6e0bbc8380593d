"""The document equals a plain string on which the same edits are made, in all three encodings."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from sadpath.analysis.finding import Position
from sadpath.lsp.document import Change, Document, Encoding, offset, width

TEXTS = st.text(alphabet="ab\t\f\v\x1c\x85\u2028\u2029é€\ufeff😀\n\n\r\r", max_size=20)
COLUMNS = st.integers(0, 12) | st.just(2**31 - 1)
POSITIONS = st.builds(types.Position, st.integers(0, 8) | st.just(2**31 - 1), COLUMNS)
EDITS = st.tuples(st.tuples(POSITIONS, POSITIONS) | st.none(), TEXTS)
ENCODINGS: Sequence[Encoding] = ("utf-8", "utf-16", "utf-32")
CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
SIZES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def model_lines(text: str) -> list[str]:
    """The lines of LSP: each line with its end; the last one has none."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n|\Z)", text)


def model_offset(text: str, position: types.Position, encoding: Encoding) -> int:
    """The index in the text that a position means, the slow way."""
    starts = [0]
    starts += [match.end() for match in re.finditer(r"\r\n|\r|\n", text)]
    if position.line >= len(starts):
        return len(text)
    content = re.split(r"[\r\n]", text[starts[position.line] :])[0]
    units = 0
    for index, character in enumerate(content):
        units += len(character.encode(CODECS[encoding])) // SIZES[encoding]
        if units > position.character:
            return starts[position.line] + index
    return starts[position.line] + len(content)


def place(text: str, index: int) -> tuple[int, int]:
    """The line and the column, in code points, of an index in the text."""
    before = re.split(r"\r\n|\r|\n", text[:index])
    return len(before) - 1, len(before[-1])


@given(TEXTS, st.lists(EDITS, max_size=8), st.sampled_from(ENCODINGS))
def test_edits_equal_those_on_a_plain_string(
    text: str, edits: list[tuple[tuple[types.Position, types.Position] | None, str]], encoding: Encoding
) -> None:
    document = Document(text, encoding)
    assert "".join(document.lines) == text
    merged: Change | None = None
    opened = list(document.lines)
    for where, new in edits:
        before = list(document.lines)
        if where is None:
            splice = document.edit(None, new)
            text = new
        else:
            start = model_offset(text, where[0], encoding)
            end = max(start, model_offset(text, where[1], encoding))
            splice = document.edit(types.Range(*where), new)
            after = text[:start] + new + text[end:]
            assert (splice.start.line, splice.start.column) == place(text, start)
            assert (splice.end.line, splice.end.column) == place(text, end)
            assert (splice.new_end.line, splice.new_end.column) == place(
                after[: start + len(new)], start + len(new)
            ) or (
                new.endswith("\r") or not new  # a CR and an LF that meet become one line end
            )
            text = after
        assert "".join(document.lines) == text
        assert document.lines == Document(text, encoding).lines
        assert [*document.lines, ""][: len(model_lines(text))] == model_lines(text)
        first, old, count = splice.lines
        assert before[:first] == document.lines[:first]
        assert before[first + old :] == document.lines[first + count :]
        merged = merged.then(splice.lines) if merged else splice.lines
        assert opened[: merged.first] == document.lines[: merged.first]
        assert opened[merged.first + merged.old :] == document.lines[merged.first + merged.new :]


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_columns_go_there_and_back(text: str, encoding: Encoding) -> None:
    for column in range(len(text) + 1):
        assert offset(text, width(text[:column], encoding), encoding) == column


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_line_ends_join_and_split_across_edits(encoding: Encoding) -> None:
    document = Document("a\rX\nb", encoding)
    middle = types.Range(types.Position(1, 0), types.Position(1, 1))
    assert document.edit(middle, "").lines == Change(0, 2, 1)
    assert document.lines == ["a\r\n", "b"]
    document.edit(types.Range(types.Position(0, 1), types.Position(1, 0)), "\rX\n")
    assert document.lines == ["a\r", "X\n", "b"]


def test_a_column_inside_a_character_means_its_start() -> None:
    assert Document("x😀y", "utf-16").locate(types.Position(0, 2)) == Position(0, 1)
    assert Document("x😀y", "utf-8").locate(types.Position(0, 4)) == Position(0, 1)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_lone_surrogate_keeps_the_columns_true(encoding: Encoding) -> None:
    document = Document("\ud83dx", encoding)
    document.edit(types.Range(types.Position(0, width("\ufffd", encoding)), types.Position(0, 99)), "\ude00y")
    assert document.lines == ["\ufffd\ufffdy"]


def test_an_edit_of_a_long_document_touches_only_its_lines() -> None:
    document = Document("x = 1\n" * 50_000, "utf-16")
    untouched = document.lines[30_000]
    splice = document.edit(types.Range(types.Position(25_000, 0), types.Position(25_000, 1)), "y\nz")
    assert splice.lines == Change(25_000, 1, 2)
    assert document.lines[30_001] is untouched
