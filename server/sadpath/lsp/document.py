"""The text of an open document, kept as lines and changed in place by the edits that a client sends."""

import re
from typing import Literal, NamedTuple, TypeAlias

from lsprotocol import types

from sadpath.analysis.finding import Position
from sadpath.analysis.syntax.text import split_lines

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]

_SURROGATE = re.compile("[\ud800-\udfff]")


class Change(NamedTuple):
    """`old` lines from the 0-based line `first` on became `new` lines."""

    first: int
    old: int
    new: int

    def then(self, later: "Change") -> "Change":
        """This change and one made to its result, as one change."""
        first = min(self.first, later.first)
        end = max(self.first + self.new, later.first + later.old)
        return Change(first, end - self.new + self.old - first, end - later.old + later.new - first)


class Splice(NamedTuple):
    """One edit: the text from `start` to `end` was replaced by what now stands from `start` to `new_end`."""

    lines: Change
    start: Position
    end: Position
    new_end: Position


class Document:
    """A text whose positions are counted as LSP 3.17 says (section "Position").

    Lines end at LF, CRLF or CR and nowhere else; `lines` is always `split_lines` of the text. A position outside of
    the text is moved to the end of its line or of the text, one inside a character to the character's start. A lone
    surrogate becomes U+FFFD, which is as long in each of the three encodings and can be encoded.
    """

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.encoding: Encoding = encoding
        self.lines = split_lines(_sound(text))

    def edit(self, where: types.Range | None, text: str) -> Splice:
        """Put `text` in place of a range in the client's units, touching only its lines; or in place of everything."""
        if where is None:
            return self._replace_all(_sound(text))
        start = self.locate(where.start)
        return self._splice(start, max(start, self.locate(where.end)), _sound(text))

    def locate(self, position: types.Position) -> Position:
        """The place, in code points, that a position in the client's units means."""
        if position.line >= len(self.lines):
            return self._end()
        content = self.lines[position.line].rstrip("\r\n")
        return Position(position.line, offset(content, position.character, self.encoding))

    def _end(self) -> Position:
        if not self.lines or self.lines[-1].endswith(("\r", "\n")):
            return Position(len(self.lines), 0)
        return Position(len(self.lines) - 1, len(self.lines[-1]))

    def _replace_all(self, text: str) -> Splice:
        lines = split_lines(text)
        shorter = min(len(lines), len(self.lines))
        first = next((number for number in range(shorter) if lines[number] != self.lines[number]), shorter)
        same = 0
        while same < shorter - first and lines[-1 - same] == self.lines[-1 - same]:
            same += 1
        old, new = len(self.lines) - same, len(lines) - same
        self.lines = lines
        change = Change(first, old - first, new - first)
        return Splice(change, Position(first, 0), Position(old, 0), Position(new, 0))

    def _splice(self, start: Position, end: Position, text: str) -> Splice:
        lines = self.lines
        first, head = start.line, lines[start.line][: start.column] if start.column else ""
        last = min(end.line + 1, len(lines))
        tail = lines[end.line][end.column :] if end.line < len(lines) else ""
        if not head and first and (text or tail).startswith("\n") and lines[first - 1].endswith("\r"):
            first, head = first - 1, lines[first - 1]  # the CR and the LF become one line end
        pieces = split_lines(head + text + tail)
        lines[first:last] = pieces
        new_end = _advance(first, pieces, len(head) + len(text))
        return Splice(Change(first, last - first, len(pieces)), start, end, new_end)


def offset(line: str, units: int, encoding: Encoding) -> int:
    """The number of whole code points in the first `units` units of a line; at most the line's length."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    if encoding == "utf-8":
        return len(line.encode()[:units].decode("utf-8", "ignore"))
    return len(line.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def width(text: str, encoding: Encoding) -> int:
    """How many units a text takes."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return len(text.encode()) if encoding == "utf-8" else len(text.encode("utf-16-le")) // 2


def _sound(text: str) -> str:
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _advance(line: int, pieces: list[str], offset: int) -> Position:
    for piece in pieces:
        if offset < len(piece) or (offset == len(piece) and not piece.endswith(("\r", "\n"))):
            break
        offset -= len(piece)
        line += 1
    return Position(line, offset)
