"""Reads one logical line exactly: where it ends, which of its text is code and which comments it has.

Any text will do. What is not closed is cut so that little of the text below is swallowed, and nothing that is valid is:
a string in single quotes ends at its line's end and takes open brackets along; an open bracket ends above a line that
starts with a keyword which cannot stand there in an expression. For triple quotes see `Unterminated`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_CODE = re.compile(r"""[^'"#()\[\]{}\\\r\n]*""")
_FIELD = re.compile(r"""[^'"#()\[\]{}\\\r\n:]*""")
_PREFIX = re.compile(r"(?:\W|\A)([fFtT][rR]?|[rR][fFtT])\Z")
_REST = {
    "'": re.compile(r"[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*"),
    '"': re.compile(r'[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*'),
    "'''": re.compile(r"[^'\\]*(?:(?:\\(?:\r\n|[\s\S]|\Z)|'(?!''))[^'\\]*)*"),
    '"""': re.compile(r'[^"\\]*(?:(?:\\(?:\r\n|[\s\S]|\Z)|"(?!""))[^"\\]*)*'),
}
_ESCAPE = re.compile(r"\\(?:N\{[^{}'\"\r\n]*\}|[^{}\r\n]?)")
_RAW_ESCAPE = re.compile(r"\\[^{}\r\n]?")
_LITERAL = re.compile(r"""[^'"{}\\\r\n]*""")

_INDENT = r"([ \t\f]*)"
_INDENTATION = re.compile(_INDENT)
NO_EXPRESSION = re.compile(
    _INDENT + r"(?:async[ \t]+def|def|class|return|import|while|with|try|raise|pass|break|continue|global|nonlocal|del"
    r"|assert|except|finally|elif)\b"
)
_HEADER = re.compile(_INDENT + r"(?:(?:async[ \t]+)?def|class)[ \t]+\w+[ \t]*[(:\[]")
_DECORATOR = re.compile(_INDENT + "@")


class Comment(NamedTuple):
    """A comment with its `#`; 0-based row in the file and column in code points."""

    row: int
    column: int
    text: str


class Logical(NamedTuple):
    """A logical line: the row after it, its text with strings and comments blanked out, its comments.

    `code` is as long as the text, so that places in it are places in the text. A string is a `'`
    and a run of `"`; of an f-string the replacement fields are code.
    """

    end: int
    code: str
    comments: tuple[Comment, ...]


class Unterminated(Exception):
    """A triple-quoted string runs to the end of the file, so a quote above may be the one too many."""


def read(lines: Sequence[str], first: int, mend: bool = False) -> Logical:
    """The logical line that starts in row `first`.

    With `mend`, a triple-quoted string that never ends, or that holds what looks like the header of a function or class
    no deeper indented than the logical line, is over at the end of its first line.

    Raises `Unterminated` where a triple-quoted string never ends, without `mend`.
    """
    reader = _Reader(lines, first, mend)
    while not reader.done:
        reader.step()
    return reader.result()


def read_all(lines: Sequence[str], mend: bool = False) -> Iterator[Logical]:
    """All logical lines; one without code is as long as its physical line. Raises `Unterminated` as `read` does."""
    row = 0
    while row < len(lines):
        logical = read(lines, row, mend)
        yield logical
        row = logical.end


class _Reader:
    """Where reading has come to.

    `open` holds what is open, innermost last: `(` for any bracket, `{` for a replacement field, for an f-string
    its quotes (after an `r` if it is raw), and the same after a `:` for a format specification in it.
    """

    def __init__(self, lines: Sequence[str], first: int, mend: bool) -> None:
        self.lines, self.first, self.mend = lines, first, mend
        self.row, self.column, self.line = first, 0, lines[first]
        self.open: list[str] = []
        self.code: list[str] = []
        self.comments: list[Comment] = []
        self.done = False
        self.end = first

    def result(self) -> Logical:
        comments = tuple(comment for comment in self.comments if comment.row < self.end)
        return Logical(self.end, "".join(self.code), comments)

    def step(self) -> None:
        top = self.open[-1] if self.open else "("
        if top == "(":
            self._read_code(_CODE)
        elif top == "{":
            self._read_code(_FIELD)
        else:
            self._read_literal(top.lstrip(":"))

    def _take(self, end: int, mask: str = "") -> None:
        taken = self.line[self.column : end]
        self.code.append(mask * len(taken) if mask else taken)
        self.column = end

    def _read_code(self, run: re.Pattern[str]) -> None:
        match = run.match(self.line, self.column)
        assert match  # it matches the empty string
        self._take(match.end())
        character = self.line[self.column : self.column + 1]
        if not character or character in "\r\n\\":
            self._end_line(character)
        elif character in "'\"":
            self._read_string(character)
        elif character == "#":
            self._read_comment()
        elif character in ")]}":
            self._close(character)
        else:
            mode = self.open[-2] if character == ":" else ""
            self.open.append(":" + mode.lstrip(":") if mode else "(")
            self._take(self.column + 1)

    def _close(self, bracket: str) -> None:
        if self.open and (self.open[-1] == "(" or bracket == "}"):
            self.open.pop()
        self._take(self.column + 1)

    def _read_comment(self) -> None:
        text = self.line[self.column :].rstrip("\r\n")
        self.comments.append(Comment(self.row, self.column, text))
        self._take(self.column + len(text), " ")

    def _end_line(self, character: str) -> None:
        """At a backslash or at the end of the physical line."""
        if character == "\\" and self.line[self.column + 1 :].strip("\r\n"):
            self._take(self.column + 2)
            return
        self._take(len(self.line))
        below = self.lines[self.row + 1] if self.row + 1 < len(self.lines) else ""
        if below and (character == "\\" or (self.open and not NO_EXPRESSION.match(below))):
            self._next_row()
        else:
            self._finish(self._above_decorators() if self.open else self.row + 1)

    def _above_decorators(self) -> int:
        """The row in which the next statement starts: decorators of a function below an open bracket are its own."""
        end = self.row + 1
        header = _HEADER.match(self.lines[end]) if end < len(self.lines) else None
        while header and end - 1 > self.first:
            decorator = _DECORATOR.match(self.lines[end - 1])
            if not decorator or decorator[1] != header[1]:
                break
            end -= 1
        return end

    def _next_row(self) -> None:
        self.row += 1
        self.column = 0
        self.line = self.lines[self.row]

    def _finish(self, end: int) -> None:
        self.done = True
        self.end = end

    def _read_string(self, quote: str) -> None:
        if self.line.startswith(quote * 3, self.column):
            quote *= 3
        prefix = _PREFIX.search(self.line[max(0, self.column - 3) : self.column])
        mended = self.mend and len(quote) == 3
        self._take(self.column + 1, "'")
        if mended and self._is_wrong(quote):
            self._take(len(self.line), '"')
            self._finish(self.row + 1)
        elif prefix and not mended:
            self.open.append(("r" if "r" in prefix[1].lower() else "") + quote)
            self._take(self.column + len(quote) - 1, '"')
        else:
            self._read_plain_string(quote)

    def _read_plain_string(self, quote: str) -> None:
        rest = _REST[quote]
        self._take(self.column + len(quote) - 1, '"')
        while True:
            match = rest.match(self.line, self.column)
            assert match  # it matches the empty string
            self._take(match.end(), '"')
            if self.line.startswith(quote, self.column):
                self._take(self.column + len(quote), '"')
                return
            joined = len(quote) == 3 or self.line.startswith("\\", self.column)
            self._take(len(self.line), '"')
            if not self._continue_string(joined, quote):
                return

    def _continue_string(self, joined: bool, quote: str) -> bool:
        if joined and self.row + 1 < len(self.lines):
            self._next_row()
            return True
        if len(quote) == 3 and not self.mend:
            raise Unterminated
        self._finish(self.row + 1)
        return False

    def _read_literal(self, mode: str) -> None:
        """The literal text of an f-string, or of a format specification in it."""
        quote = mode.lstrip("r")
        match = _LITERAL.match(self.line, self.column)
        assert match  # it matches the empty string
        self._take(match.end(), '"')
        character = self.line[self.column : self.column + 1]
        if self.line.startswith(quote, self.column):
            while self.open.pop() != mode:
                pass
            self._take(self.column + len(quote), '"')
        elif not character or character in "\r\n":
            self._take(len(self.line), '"')
            self._continue_string(len(quote) == 3, quote)
        elif character == "\\":
            self._read_escape(mode, quote)
        elif character in "{}":
            self._read_brace(character)
        else:
            self._take(self.column + 1, '"')

    def _read_escape(self, mode: str, quote: str) -> None:
        match = (_RAW_ESCAPE if mode.startswith("r") else _ESCAPE).match(self.line, self.column)
        assert match  # the character is a backslash
        self._take(match.end(), '"')
        if len(match[0]) == 1 and not self.line[self.column :].strip("\r\n"):
            self._take(len(self.line), '"')
            self._continue_string(True, quote)

    def _read_brace(self, brace: str) -> None:
        specification = self.open[-1].startswith(":")
        if brace == "{" and not specification and self.line.startswith("{{", self.column):
            self._take(self.column + 2, '"')
            return
        if brace == "{":
            self.open.append("{")
        elif specification:
            del self.open[-2:]
        self._take(self.column + 1, "" if brace == "{" or specification else '"')

    def _is_wrong(self, quote: str) -> bool:
        """Whether the triple-quoted string that starts here must be cut, in a file that has a quote too many."""
        column = self.column + len(quote) - 1
        indent = width(self.lines[self.first])
        for row in range(self.row, len(self.lines)):
            line = self.lines[row]
            header = _HEADER.match(line) if row > self.row else None
            if header and width(line) <= indent:
                return True
            match = _REST[quote].match(line, column)
            if match and line.startswith(quote, match.end()):
                return False
            column = 0
        return True


def width(line: str) -> int:
    """How far a line is indented, in columns: tab stops are 8 apart and a form feed starts again, as in CPython."""
    indent = _INDENTATION.match(line)
    return len(indent[0].rpartition("\f")[2].expandtabs(8)) if indent else 0
