"""What is done to open documents, without end. Where that can be, each text is a new one, which no server has seen."""

import re
from collections.abc import Iterator
from itertools import count

from client import Change


def comments(lines: list[str], row: int) -> Iterator[Change]:
    """A line gets a comment, which becomes another one each time."""
    begin = end = len(lines[row])
    for number in count():
        text = f"  # {number}"
        yield Change((row, begin), (row, end), text)
        end = begin + len(text)


def statements(lines: list[str], row: int) -> Iterator[Change]:
    """A new statement before a line becomes another one each time."""
    indent = " " * (len(lines[row]) - len(lines[row].lstrip()))
    yield Change((row, 0), (row, 0), "\n")
    column = 0
    for number in count():
        text = f"{indent}value_{number} = {number}"
        yield Change((row, 0), (row, column), text)
        column = len(text)


def pasted(row: int, text: str) -> Iterator[Change]:
    """Whole lines are pasted before a line, and taken away again; each time, functions have other names."""
    for number in count():
        yield Change((row, 0), (row, 0), re.sub(r"\bdef (\w+)", rf"def \1_{number}", text))
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
    """A word becomes another one, which may hold a number, and back."""
    for number in count():
        text = other.format(number)
        yield Change((row, column), (row, column + len(one)), text)
        yield Change((row, column), (row, column + len(text)), one)


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
