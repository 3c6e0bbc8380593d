"""Parses one segment by libcst, in the place where it stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from sadpath.analysis.syntax.interpreter import uncollected
from sadpath.analysis.syntax.segment import Segment

_ABOVE = "pass\n"  # or libcst would take the comments above the unit from its statement and give them to the module
_CLASS_ABOVE = "class _:\n"
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_JOIN = re.compile(r"[\r\n][ \t\f]*\\[\r\n]")


@dataclass(frozen=True)
class Parsed:
    """A segment's statement, and the module around it that it was parsed in.

    The columns of its nodes are those in the file. `above` lines of the module stand above the segment's first line;
    they and their statement are not in the file.
    The class of a class's segment has the body `pass`, which is not in the file.
    """

    module: cst.Module
    statement: cst.BaseStatement
    above: int = 1


@dataclass(frozen=True)
class Broken:
    """Why a segment was not parsed; `line` is 0-based and counts from the segment's first."""

    line: int
    message: str


def parse(segment: Segment) -> Parsed | Broken:
    """The segment's statement. It takes any segment; one that is refused, or that has no statement, is `Broken`."""
    if segment.refused:
        return _broken(segment, segment.refused)
    above = _CLASS_ABOVE if segment.indent else _ABOVE
    source = _SURROGATE.sub("\ufffd", above + segment.text + _body(segment))
    try:
        with uncollected():
            module = cst.parse_module(source)
    except cst.ParserSyntaxError as error:
        return _broken(segment, _reason(error), error.raw_line - 1 - Parsed.above)
    except Exception as error:  # libcst's nodes check themselves, with errors of several types
        return _broken(segment, f"syntax error: {error}")
    if _LONE_JOIN.search(source) and module.code.count("\n") < source.count("\n"):
        return _broken(segment, "a statement starts behind a line join")  # libcst forgets the join, so lines move
    statements = list(_statements(module))
    if len(statements) != 1:
        return _broken(segment, "more than one statement" if statements else "no statement")
    return Parsed(module, statements[0])


def _reason(error: cst.ParserSyntaxError) -> str:
    """Why the text is no code; lists of what else could stand there, and places in the unit, help nobody."""
    tool, _, what = error.message.partition(": ")
    return f"syntax error: {what}" if tool == "tokenizer error" else "syntax error"


def _broken(segment: Segment, message: str, line: int = 0) -> Broken:
    return Broken(min(max(line, segment.lead), segment.lines - 1), message)


def _statements(module: cst.Module) -> Iterator[cst.BaseStatement]:
    first, *others = module.body
    if isinstance(first, cst.ClassDef) and isinstance(first.body, cst.IndentedBlock):
        yield from first.body.body
    yield from others


def _body(segment: Segment) -> str:
    """What must follow the header of a class whose members are other segments, to make it a statement."""
    if not segment.is_open_class:
        return ""
    line_end = "" if segment.text.endswith(("\n", "\r")) else "\n"
    return f"{line_end}{segment.indent} pass\n"
