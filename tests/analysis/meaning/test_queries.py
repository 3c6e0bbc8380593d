"""Remembered answers always equal fresh ones, and only what an input can have changed is computed again."""

from collections.abc import Hashable
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from sadpath.analysis.meaning.queries import Queries, Question, query


class Sheet:
    """Cells that hold a number or a sum of other cells: the smallest thing with questions, answers and cycles."""

    def __init__(self, cells: dict[int, int | tuple[int, ...]]) -> None:
        self.cells = cells
        self.queries = Queries(self)

    def set(self, cell: int, content: int | tuple[int, ...]) -> None:
        self.cells[cell] = content
        self.queries.change([(content_of, (cell,))])


@query(cycle=0)
def content_of(sheet: Sheet, cell: int) -> int | tuple[int, ...]:
    return sheet.cells.get(cell, 0)


@query(cycle=-1)
def value_of(sheet: Sheet, cell: int) -> int:
    content = sheet.queries.ask(content_of, cell)
    if isinstance(content, int):
        return content
    return min(sum(sheet.queries.ask(value_of, other) for other in content), 99)


@query(cycle=False)
def is_even(sheet: Sheet, cell: int) -> bool:
    return sheet.queries.ask(value_of, cell) % 2 == 0


cells = st.integers(0, 6)
contents = st.one_of(st.integers(0, 9), st.lists(cells, max_size=3).map(tuple))


Content: TypeAlias = int | tuple[int, ...]
some_cells = st.lists(cells, max_size=4)


@given(
    st.dictionaries(cells, contents),
    st.lists(st.tuples(cells, contents, some_cells, st.none() | some_cells), max_size=12),
)
def test_after_any_changes_each_answer_equals_a_fresh_one(
    start: dict[int, Content], changes: list[tuple[int, Content, list[int], list[int] | None]]
) -> None:
    sheet = Sheet(dict(start))
    for cell, content, asked, kept in changes:
        if kept is not None:
            sheet.queries.keep([(value_of, (other,)) for other in kept])
        sheet.set(cell, content)
        for other in asked:
            fresh = Sheet(dict(sheet.cells))
            assert sheet.queries.ask(value_of, other) == fresh.queries.ask(value_of, other)
            assert sheet.queries.ask(is_even, other) == fresh.queries.ask(is_even, other)


def test_an_unchanged_answer_stops_the_wave() -> None:
    sheet = Sheet({1: 2, 2: (1,)})
    assert sheet.queries.ask(is_even, 2)
    before = sheet.queries.computed
    sheet.set(1, 4)
    assert sheet.queries.ask(is_even, 2)
    assert sheet.queries.computed - before == 4  # the input, both values, and whether the new value is even
    before = sheet.queries.computed
    sheet.set(1, 4)
    assert sheet.queries.ask(is_even, 2)
    assert sheet.queries.computed - before == 1  # only the input, which is as it was


def test_what_was_not_asked_about_is_not_computed() -> None:
    sheet = Sheet({1: 1, 2: (1,), 3: (1,)})
    sheet.queries.ask(value_of, 2)
    before = sheet.queries.computed
    sheet.set(3, 7)
    sheet.queries.ask(value_of, 2)
    assert sheet.queries.computed == before


def test_a_question_that_depends_on_itself_has_an_answer_that_does_not_depend_on_the_way_in() -> None:
    loop: dict[int, int | tuple[int, ...]] = {1: (2,), 2: (3,), 3: (1,), 4: (2,)}
    sheet = Sheet(dict(loop))
    together = [sheet.queries.ask(value_of, cell) for cell in (1, 2, 3, 4)]
    assert together == [Sheet(dict(loop)).queries.ask(value_of, cell) for cell in (1, 2, 3, 4)]


def test_only_what_is_kept_and_what_it_was_made_of_is_remembered() -> None:
    sheet = Sheet({1: 1, 2: (1,), 3: (1,), 4: (3,)})
    for cell in (2, 4):
        sheet.queries.ask(value_of, cell)
    question: Question = (value_of, (2,))
    kept = sheet.queries.keep([question])
    assert kept == sheet.queries.made_of([question])
    assert sheet.queries.remembered == len(kept) == 4
    before = sheet.queries.computed
    assert sheet.queries.ask(value_of, 2) == 1
    assert sheet.queries.computed == before
    assert sheet.queries.ask(value_of, 4) == 1
    assert sheet.queries.computed == before + 4  # the two contents and values that were forgotten


def test_dropped_answers_are_forgotten() -> None:
    sheet = Sheet({1: 1, 2: (1,)})
    sheet.queries.ask(value_of, 2)
    arguments: tuple[Hashable, ...] = (2,)
    question: Question = (value_of, arguments)
    sheet.queries.drop([question])
    before = sheet.queries.computed
    assert sheet.queries.ask(value_of, 2) == 1
    assert sheet.queries.computed == before + 1
