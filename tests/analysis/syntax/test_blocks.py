"""The innermost block around a line."""

import pytest

from sadpath.analysis.syntax.blocks import blocks, innermost

UNIT = '''\
@cached
@other(
    for_ever=True,
)
def load(urls):
    first = """
for x in y:
"""
    for url in urls:
        try:
            get(url)
            # the end of it
        except OSError:
            pass
        else:
            done()
    else:
        async with lock:
            go_on()
    format(first)
    with_ = 1

    @cached
    def inner():
        return 1

    while inner(): inner()
    return 2
'''.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        (1, 1, 28),
        (3, 1, 28),
        (7, 1, 28),
        (9, 9, 19),
        (11, 10, 16),
        (12, 10, 16),
        (14, 10, 16),
        (16, 10, 16),
        (17, 9, 19),
        (19, 18, 19),
        (20, 1, 28),
        (21, 1, 28),
        (23, 23, 25),
        (25, 23, 25),
        (27, 27, 27),
        (28, 1, 28),
    ],
)
def test_innermost(line: int, first: int, last: int) -> None:
    """Lines are 1-based here, as editors show them."""
    block = innermost(blocks(UNIT), line - 1)
    assert block is not None
    assert (block.first + 1, block.end) == (first, last)


def test_none() -> None:
    assert innermost(blocks(["x = 1\n"]), 0) is None


def test_broken_code() -> None:
    found = blocks(["for x in (\n", "    y\n", "while True:\n", "    pass\n"])
    assert [block.first for block in found] == [0, 2]
