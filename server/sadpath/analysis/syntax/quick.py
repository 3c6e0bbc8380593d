"""Reads code that is written as usual by a few matches of regular expressions; anything else is left to `read`."""

import re
import sys
from collections.abc import Sequence

from sadpath.analysis.syntax.logical import NO_EXPRESSION
from sadpath.analysis.syntax.nesting import CHAIN

LONG = CHAIN  # no expression of so few characters nests too deeply, if few brackets are open
_DEEP = 50

# Possessive repetition changes nothing but speed. Python 3.11.4 gets it wrong around alternatives (gh-106052).
_ANY = "*+" if sys.version_info >= (3, 11, 5) else "*"


def _but(characters: str) -> str:
    return rf"[^{characters}\r\n]{_ANY}"


def _either(pattern: str) -> str:
    """The pattern and its twin with the other kind of quotes."""
    return f"{pattern}|{pattern.translate({34: 39, 39: 34})}"


_PLAIN = _but(r"""'"#()\[\]{}\\""")
_TEXT = _but(r'"\\')
_STRING = _either(rf"""\"\"\"{_TEXT}\"\"\"|"(?!""){_TEXT}(?:\\[^\r\n]{_TEXT}){_ANY}\"""")
_LITERAL = _but(r'"{}\\')
_NAMES = _but(r"""'"#{}\\""")
_INNER = _but(r"""'"{}\\""")
_FIELD = rf"\{{{_NAMES}(?:'{_INNER}'{_NAMES}){_ANY}\}}"
_FORMAT = _either(rf"""\"(?!""){_LITERAL}(?:{_FIELD}{_LITERAL}){_ANY}\"""")  # an f-string, or what may be one
_NO_FORMAT = "(?<![fFtT])(?<![fFtT][rR])"

_closed = rf"(?:{_NO_FORMAT}(?:{_STRING})|{_FORMAT})"
for _ in range(3):
    _closed = rf"(?:{_closed}|[(\[{{]{_PLAIN}(?:{_closed}{_PLAIN}){_ANY}[)\]}}])"
_CLOSED = rf"{_PLAIN}(?:{_closed}{_PLAIN}){_ANY}"
_END = rf"(?:\#{_but('')})?(?=[\r\n]|\Z)"

LINE = re.compile(rf"( {_ANY})(?:(?=[#\r\n]|\Z)()|(?![ \t\f]){_CLOSED}{_END}())?")
"""Its first group are a line's leading spaces; its last group to match says what else is known of the line."""
BLANK, WHOLE = 2, 3  # no code, or a logical line from end to end, if it is not longer than `LONG`

_STEP = re.compile(rf"""{_CLOSED}(?:([(\[{{])|([)\]}}])|{_NO_FORMAT}(\"\"\"|''')|(\\)(?=[\r\n])|{_END}())?""")
_OPEN, _CLOSE, _TRIPLE, _JOIN, _DONE = 1, 2, 3, 4, 5


def quick_end(lines: Sequence[str], row: int) -> int | None:
    """The `end` that `read` gives, or None if only that can tell. Nothing that nests too deeply is read here."""
    column = depth = size = 0
    while row < len(lines):
        line = lines[row]
        size += len(line) - column
        if size > LONG or (depth and NO_EXPRESSION.match(line)):
            return None
        depth, kind, column = _line_end(line, column, depth)
        if kind == _TRIPLE:
            row, column = _string_end(lines, row, column)
        elif kind == _DONE and not depth:
            return row + 1
        elif kind in (_DONE, _JOIN):
            row, column = row + 1, 0
        else:
            return None
    return None


def _line_end(line: str, column: int, depth: int) -> tuple[int, int | None, int]:
    """Read on to what ends the physical line or starts a string of several: the open brackets, what it is, where."""
    while depth <= _DEEP:
        match = _STEP.match(line, column)
        assert match  # it matches the empty string
        kind, column = match.lastindex, match.end()
        if kind == _OPEN:
            depth += 1
        elif kind == _CLOSE:
            depth = max(depth - 1, 0)
        else:
            return depth, kind, column
    return depth, None, column


def _string_end(lines: Sequence[str], row: int, column: int) -> tuple[int, int]:
    """The place behind a triple-quoted string that is open; below the last line if it may have no end."""
    quotes = lines[row][column - 3 : column]
    while row < len(lines):
        place = lines[row].find(quotes, column)
        if place >= 0:
            escaped = lines[row].find("\\", column, place) >= 0
            return (len(lines), 0) if escaped else (row, place + 3)
        row, column = row + 1, 0
    return row, column
