"""A finding that is moved with its text still holds the same text."""

from fake_session import finding
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from sadpath.analysis.finding import Finding, Position, Range
from sadpath.lsp.document import Document
from sadpath.lsp.moved import moved

TEXTS = st.text(alphabet="abc \n\r😀", max_size=30)
POSITIONS = st.builds(types.Position, st.integers(0, 6), st.integers(0, 8))


def text_in(document: Document, place: Range) -> str:
    start, end = (sum(map(len, document.lines[: at.line])) + at.column for at in (place.start, place.end))
    return "".join(document.lines)[start:end]


@given(TEXTS, POSITIONS, POSITIONS, st.lists(st.tuples(POSITIONS, POSITIONS, TEXTS), max_size=4))
def test_what_is_kept_holds_the_same_text(
    text: str, start: types.Position, end: types.Position, edits: list[tuple[types.Position, types.Position, str]]
) -> None:
    document = Document(text, "utf-32")
    place = Range(*sorted((document.locate(start), document.locate(end))))
    before = text_in(document, place)
    findings: tuple[Finding, ...] = (finding("/project/file.py", place),)
    for from_, to, new in edits:
        splice = document.edit(types.Range(from_, to), new)
        findings = moved(findings, splice)
        for kept in findings:
            assert text_in(document, kept.range).replace("\r\n", "\r") == before.replace("\r\n", "\r")
            for fix in kept.fixes[:1]:
                assert fix.edits[0].range == kept.range


def moved_by(text: str, where: types.Range, new: str, place: Range) -> list[Range]:
    document = Document(text, "utf-16")
    return [kept.range for kept in moved([finding("", place)], document.edit(where, new))]


def at(line: int, start: int, end: int) -> Range:
    return Range(Position(line, start), Position(line, end))


def span(line: int, character: int, end_line: int, end_character: int) -> types.Range:
    return types.Range(types.Position(line, character), types.Position(end_line, end_character))


def test_an_edit_above_moves_down_and_one_before_moves_right() -> None:
    assert moved_by("a\nbad\n", span(0, 0, 0, 1), "x\ny", at(1, 0, 3)) == [at(2, 0, 3)]
    assert moved_by("a bad\n", span(0, 0, 0, 1), "xyz", at(0, 2, 5)) == [at(0, 4, 7)]
    assert moved_by("a bad\n", span(0, 1, 0, 2), "\n\t", at(0, 2, 5)) == [at(1, 1, 4)]


def test_an_edit_after_or_next_to_it_leaves_it() -> None:
    assert moved_by("bad\n", span(0, 3, 0, 3), "()", at(0, 0, 3)) == [at(0, 0, 3)]
    assert moved_by("bad\n", span(0, 0, 0, 0), "x", at(0, 0, 3)) == [at(0, 1, 4)]


def test_an_edit_within_it_drops_it() -> None:
    assert moved_by("bad\n", span(0, 1, 0, 1), "x", at(0, 0, 3)) == []
    assert moved_by("bad\n", span(0, 2, 1, 0), "", at(0, 0, 3)) == []
