"""What is done to open documents: endless changes, which leave a document as it was each time they start anew."""

from collections.abc import Iterator
from itertools import count

from client import Change

MARK = "  # x"


def comments(lines: list[str], row: int) -> Iterator[Change]:
    """A comment at the end of a line comes and goes."""
    column = len(lines[row])
    while True:
        yield Change((row, column), (row, column), MARK)
        yield Change((row, column), (row, column + len(MARK)), "")


def statements(lines: list[str], row: int) -> Iterator[Change]:
    """A new statement before a line becomes another one each time: no two texts are the same."""
    indent = " " * (len(lines[row]) - len(lines[row].lstrip()))
    yield Change((row, 0), (row, 0), "\n")
    column = 0
    for number in count():
        text = f"{indent}value_{number} = {number}"
        yield Change((row, 0), (row, column), text)
        column = len(text)


def pasted(row: int, text: str) -> Iterator[Change]:
    """Whole lines are pasted before a line, and taken away again."""
    while True:
        yield Change((row, 0), (row, 0), text)
        yield Change((row, 0), (row + text.count("\n"), 0), "", is_timed=False)


def typed(row: int, text: str) -> Iterator[Change]:
    """Whole lines are typed before a line, key by key, and taken away again; a line's indent comes as the line does."""
    while True:
        yield Change((row, 0), (row, 0), "\n" * 3, is_timed=False)
        lines = text.splitlines()
        for number, line in enumerate(lines, row):
            code = line.lstrip()
            indent = len(line) - len(code)
            for column, key in enumerate(code, indent):
                yield Change((number, column), (number, column), key)
            if number - row + 1 < len(lines):
                after = lines[number - row + 1]
                new_line = "\n" + " " * (len(after) - len(after.lstrip()))
                yield Change((number, len(line)), (number, len(line)), new_line)
        yield Change((row, 0), (row + len(lines) + 2, 0), "", is_timed=False)


def toggled(row: int, column: int, one: str, other: str) -> Iterator[Change]:
    """A word becomes another one and back."""
    while True:
        yield Change((row, column), (row, column + len(one)), other)
        yield Change((row, column), (row, column + len(other)), one)


def inside(lines: list[str], after: int) -> int:
    """The first line from one on that is plain code inside of a function; else the last such line. Counted from 0."""
    plain = [row for row, line in enumerate(lines) if _is_plain(line)]
    return next((row for row in plain if row >= after), plain[-1])


def between(lines: list[str], after: int) -> int:
    """The first line from one on where a top-level definition begins; else the line after the last. Counted from 0."""
    begins = (row for row in range(after, len(lines)) if lines[row].startswith(("def ", "async def ", "class ", "@")))
    return next(begins, len(lines) - 1)


def _is_plain(line: str) -> bool:
    return line.isascii() and line.startswith("    ") and " = " in line and line.endswith((")", "]"))
