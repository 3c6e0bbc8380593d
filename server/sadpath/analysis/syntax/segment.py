"""Cuts off one segment, the unit that is parsed, checked and kept on its own."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from sadpath.analysis.syntax.logical import read, read_all, width
from sadpath.analysis.syntax.nesting import CHARACTERS, branches_too_often, too_long
from sadpath.analysis.syntax.scan import Scanner

_START = re.compile(r"[ \t\f]*(?:(?P<decorator>@)|(?P<class>class)\b|(?P<async>async[ \t\f]+)?(?P<function>def)\b)")
_NAME = re.compile(r"[\s\\]*(\w+)")
_INDENT = re.compile(r"(?:[ \t\f]*\f)?([ \t]*)")
_MARK = re.compile(r"(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<colon>:)|\blambda\b")
_HASH = re.compile(r"#[^\r\n]*")
_DIRECTIVE = re.compile(r"(?i:noqa|nosec)|NOSONAR|(?:pylint|ruff|type|pyright|mypy|ty|pyrefly|sadpath)\s*:")


class Comment(msgspec.Struct, frozen=True):
    """A comment with its `#` that looks like a directive to a tool.

    `line` is 0-based and counts from the segment's first; `column` is in code points.
    """

    line: int
    column: int
    text: str


class Segment(msgspec.Struct, frozen=True):
    """A unit's piece of the file: whole lines, with the blank lines and comments above it.

    `kind` is "function", "class", "statement" or "end" (what follows the last statement). The segment of a class ends
    with its header, and `is_open_class` is set, unless the body stands on the same line. `scope` are the classes around
    it, "Outer.Inner". `indent` is the white space in front of the statement. `lead` counts the lines above its first
    line or decorator, `lines` counts all. `header` counts the code points of `text` up to the colon of a function's or
    class's header, and with it. `refused` says why it must not be parsed; it is "" if it may be.
    """

    kind: str
    name: str
    scope: str
    indent: str
    lead: int
    lines: int
    text: str
    header: int = 0
    is_async: bool = False
    is_open_class: bool = False
    comments: tuple[Comment, ...] = ()
    refused: str = ""

    @property
    def qualname(self) -> str:
        """The name with the classes around it."""
        return f"{self.scope}.{self.name}".strip(".")


class Class(NamedTuple):
    """A class whose body is being cut: its qualified name and how far its header is indented, in columns."""

    qualname: str
    columns: int


class Cut(NamedTuple):
    """A segment and the classes that are open below it, innermost last."""

    segment: Segment
    classes: tuple[Class, ...]


class _Header(NamedTuple):
    """The first logical line of a function or class, without decorators: its row, the row below it, its parts."""

    first: int
    end: int
    kind: str
    name: str
    is_async: bool
    length: int
    is_open_class: bool


def cut(scanner: Scanner, first: int, classes: tuple[Class, ...]) -> Cut:
    """The segment from row `first`, above which `classes` are open. Raises `Unterminated` as the scanner does."""
    scanner.refused = ""
    start = scanner.next_code(first)
    if start == len(scanner.lines):
        return Cut(_segment(scanner, first, start, start), ())
    columns = width(scanner.lines[start])
    while classes and columns <= classes[-1].columns:
        classes = classes[:-1]
    scope = classes[-1].qualname if classes else ""
    decorated = _below_decorators(scanner, start, columns)
    header = _header(scanner, decorated)
    if not header:
        end = decorated if decorated > start else scanner.statement_end(start, columns)
        return Cut(_segment(scanner, first, start, end, scope), classes)
    opens = header.is_open_class
    end = header.end if opens else scanner.block_end(header.end, columns)
    segment = _segment(scanner, first, start, end, scope, header)
    return Cut(segment, (*classes, Class(segment.qualname, columns)) if opens else classes)


def _below_decorators(scanner: Scanner, row: int, columns: int) -> int:
    """The row of what is decorated; the row after the decorators if no function or class follows."""
    end = row
    while row < len(scanner.lines) and width(scanner.lines[row]) == columns:
        start = _START.match(scanner.lines[row])
        if not start:
            break
        if not start["decorator"]:
            return row
        end = scanner.logical_end(row)
        row = scanner.next_code(end)
    return end


def _header(scanner: Scanner, row: int) -> _Header | None:
    start = _START.match(scanner.lines[row]) if row < len(scanner.lines) else None
    if not start or start["decorator"]:
        return None
    kind = "class" if start["class"] else "function"
    end, inline = scanner.logical_end(row), False
    text = "".join(scanner.lines[row:end])
    length = len(text.rstrip())
    if "#" in text or text[length - 1] != ":":
        code = read(scanner.lines, row, scanner.mend).code
        length = _colon(code, start.end())
        inline = bool(code[length:].strip())
    name = _NAME.match(text, start.end())
    return _Header(
        row, end, kind, name[1] if name else "", bool(start["async"]), length, kind == "class" and not inline
    )


def _colon(code: str, position: int) -> int:
    """The place behind the colon that ends a header, or the end of the code if there is none."""
    depth = lambdas = 0
    for mark in _MARK.finditer(code, position):
        if mark["open"]:
            depth += 1
        elif mark["close"]:
            depth -= 1
        elif depth <= 0 and not mark["colon"]:
            lambdas += 1
        elif depth <= 0 and lambdas:
            lambdas -= 1
        elif depth <= 0:
            return mark.end()
    return len(code.rstrip())


def _segment(
    scanner: Scanner, first: int, start: int, end: int, scope: str = "", header: _Header | None = None
) -> Segment:
    lines = scanner.lines
    text = "".join(lines[first:end])
    indent = _INDENT.match(lines[start]) if start < end else None
    return Segment(
        kind=header.kind if header else "statement" if start < end else "end",
        name=header.name if header else "",
        scope=scope,
        indent=indent[1] if indent else "",
        lead=start - first,
        lines=end - first,
        text=text,
        header=sum(map(len, lines[first : header.first])) + header.length if header else 0,
        is_async=bool(header and header.is_async),
        is_open_class=bool(header and header.is_open_class),
        comments=_directives(lines[first:end], scanner.mend)
        if any(map(_DIRECTIVE.search, _HASH.findall(text)))
        else (),
        refused=scanner.refused or _refusal(text, lines[first:end], scanner.mend),
    )


def _directives(lines: Sequence[str], mend: bool) -> tuple[Comment, ...]:
    comments = chain.from_iterable(logical.comments for logical in read_all(lines, mend))
    return tuple(Comment(*comment) for comment in comments if _DIRECTIVE.search(comment.text))


def _refusal(text: str, lines: Sequence[str], mend: bool) -> str:
    refused = branches_too_often(text)
    if len(text) > CHARACTERS and not refused:
        refused = too_long(logical.code for logical in read_all(lines, mend))
    return refused
