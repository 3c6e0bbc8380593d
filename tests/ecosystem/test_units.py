"""Parsing a file unit by unit gives the statements that libcst finds in the whole file, where they stand there."""

import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import libcst as cst
import pytest

from sadpath.analysis.finding import Position, Range
from sadpath.analysis.syntax.interpreter import on_large_stack, uncollected
from sadpath.analysis.syntax.outline import Segment, outline
from sadpath.analysis.syntax.parse import Parsed, parse
from sadpath.analysis.syntax.position import Positions
from sadpath.analysis.syntax.text import split_lines
from sadpath.analysis.syntax.tree import Tree
from sadpath.rule import Head, Place

STANDARD = Path(sysconfig.get_path("stdlib"))
INSTALLED = Path(sysconfig.get_path("purelib"))
CHUNKS = 40
SAMPLE = ["ast.py", "asyncio/events.py", "dataclasses.py", "heapq.py", "http/cookies.py", "textwrap.py", "typing.py"]
KINDS: dict[type[cst.CSTNode], str] = {cst.FunctionDef: "function", cst.ClassDef: "class"}


@pytest.mark.parametrize("name", SAMPLE)
def test_units_are_the_statements_of_a_sample(name: str) -> None:
    on_large_stack(lambda: _compare([STANDARD / name]))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_units_are_the_statements_of_all_that_is_installed(chunk: int) -> None:
    standard = (path for path in STANDARD.rglob("*.py") if "site-packages" not in path.parts)
    files = sorted({*standard, *INSTALLED.rglob("*.py")})
    assert len(files) > CHUNKS
    with uncollected():
        on_large_stack(lambda: _compare(files[chunk::CHUNKS]))


def _compare(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            text = path.read_bytes().decode().removeprefix("\ufeff")
        except ValueError:
            continue  # the workspace decodes what has a coding cookie; here it is about the text
        try:
            _compare_text(text)
        except AssertionError as error:
            raise AssertionError(f"in {path}") from error


def _compare_text(text: str) -> None:
    found = outline(split_lines(text))
    assert "".join(segment.text for segment in found.segments) == text
    units = [
        (first, segment, parse(segment))
        for first, segment in zip(found.first_lines, found.segments, strict=True)
        if segment.kind != "end"
    ]
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError:
        return
    statements = list(_statements(module.body))
    assert len(units) == len(statements)
    pairs = [(statement, segment) for statement, (_, segment, _) in zip(statements, units, strict=True)]
    whole = Positions(Tree(module, module, 0), [part for pair in pairs for part in _parts(*pair)])
    for (first, segment, parsed), statement in zip(units, statements, strict=True):
        assert segment.kind == KINDS.get(type(statement), "statement")
        if not segment.refused:
            assert isinstance(parsed, Parsed), parsed
            parts = _parts(parsed.statement, segment)
            own = Positions(Tree(parsed.module, parsed.statement, parsed.above), parts)
            assert _described(own, parts, first) == _described(whole, _parts(statement, segment), 0)


def _statements(body: Sequence[cst.BaseStatement]) -> Iterator[cst.BaseStatement]:
    """The statements of a module and of the bodies of its classes."""
    for statement in body:
        yield statement
        if isinstance(statement, cst.ClassDef) and isinstance(statement.body, cst.IndentedBlock):
            yield from _statements(statement.body.body)


def _parts(statement: cst.BaseStatement, segment: Segment) -> list[Place]:
    """All of a statement; of a class whose members are other units, the header."""
    decorators = statement.decorators if isinstance(statement, cst.FunctionDef | cst.ClassDef) else ()
    return [*decorators, Head(statement) if segment.is_open_class else statement]


def _described(positions: Positions, parts: Sequence[Place], first: int) -> list[tuple[Range, str]]:
    """Where parts stand in the file, of which the text of the positions begins at line `first`, and what they say."""
    ranges = (positions.range(part) for part in parts)
    moved = (
        Range(*(Position(place.line + first, place.column) for place in (found.start, found.end))) for found in ranges
    )
    return [(found, positions.text(part)) for found, part in zip(moved, parts, strict=True)]
