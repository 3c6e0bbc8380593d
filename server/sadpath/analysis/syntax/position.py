"""Where nodes stand in the text of their unit. Computed for what is reported only."""

from bisect import bisect_right
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate

import libcst as cst
from libcst._nodes.internal import CodegenState  # the one door to exact positions; public providers need a whole file

from sadpath.analysis.finding import Position, Range
from sadpath.analysis.syntax.text import split_lines
from sadpath.analysis.syntax.tree import Tree, children
from sadpath.rule import Between, Edit, Head, Place


class Positions:
    """Ranges of places in one unit, relative to the unit's first line."""

    def __init__(self, tree: Tree, places: Iterable[Place | Edit]) -> None:
        self._written = tree.derive(_Written)
        self._written.find({node for place in places for node in _nodes(place)})

    def range(self, place: Place) -> Range:
        """The range of a place: 0-based lines of the unit, columns in code points."""
        start, end = self._span(place)
        return Range(self._position(start), self._position(end))

    def edited(self, edit: Edit) -> Range:
        """The range that an edit replaces; empty for one that inserts."""
        start, end = self._span(edit.node)
        if edit.where == "before":
            end = start
        elif edit.where == "after":
            start = end
        return Range(self._position(start), self._position(end))

    def text(self, place: Place) -> str:
        """The source text of a place."""
        start, end = self._span(place)
        return self._written.text[start:end]

    def _span(self, place: Place) -> tuple[int, int]:
        spans, text = self._written.spans, self._written.text
        if isinstance(place, Between):
            return spans[place.first][0], spans[place.last][1]
        if isinstance(place, Head):
            start = spans[place.node][0]
            behind = max((spans[node][1] for node in _header(place.node)), default=start)
            colon = text.find(":", behind)
            return start, behind + len(text[behind:colon].rstrip())
        return spans[place]

    def _position(self, offset: int) -> Position:
        starts = self._written.starts
        line = bisect_right(starts, offset) - 1
        return Position(line - self._written.above, offset - starts[line])


class _Written:
    """The text of a tree, and where in it nodes stand: each is looked for once, as that takes long."""

    def __init__(self, tree: Tree) -> None:
        self._module = tree.module
        self.above = tree.above
        self.text = ""
        self.starts: list[int] = []
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}

    def find(self, nodes: set[cst.CSTNode]) -> None:
        """Find the nodes, unless all of them are known."""
        if nodes <= self.spans.keys():
            return
        recorder = _Recorder(self._module, set(nodes))
        self._module._codegen(recorder)  # pyright: ignore[reportPrivateUsage]  # see the import
        self.text = "".join(recorder.tokens)
        self.spans.update((node, span) for node, span in recorder.spans.items() if node in nodes)
        self.starts = [0, *accumulate(map(len, split_lines(self.text)))]
        if not self.text.endswith(("\n", "\r")):
            self.starts.pop()  # the end of the last line is in that line, not in one below


def _nodes(place: Place | Edit) -> Iterator[cst.CSTNode]:
    if isinstance(place, Between):
        yield place.first
        yield place.last
    elif isinstance(place, Head):
        yield place.node
        yield from _header(place.node)
    elif isinstance(place, Edit):
        yield from _nodes(place.node)
    else:
        yield place


def first_line(tree: Tree, node: cst.CSTNode) -> str:
    """The first line of a node's source text. What follows it, which may be a whole function, is not written."""
    start = _FirstLine(tree.module)
    with suppress(_Complete):
        node._codegen(start)  # pyright: ignore[reportPrivateUsage]  # see the import
    return "".join(start.tokens).strip().partition("\n")[0].strip()


class _Complete(Exception):
    """The line is written."""


class _FirstLine(CodegenState):
    """Writes until a line is complete that is not blank."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        if "\n" in value and any(not token.isspace() for token in self.tokens if token):
            raise _Complete


_BODIES = (cst.BaseSuite, cst.Else, cst.Finally, cst.ExceptHandler, cst.ExceptStarHandler, cst.MatchCase, cst.Decorator)


def _header(node: cst.CSTNode) -> list[cst.CSTNode]:
    """What stands between a compound statement's keyword and its colon."""
    return [child for child in children(node) if not isinstance(child, _BODIES) and not _is_elif(node, child)]


def _is_elif(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    return isinstance(node, cst.If) and child is node.orelse


class _Recorder(CodegenState):
    """Writes a module's code and notes where the wanted nodes start and end."""

    def __init__(self, module: cst.Module, wanted: set[cst.CSTNode]) -> None:
        super().__init__(default_indent=module.default_indent, default_newline=module.default_newline)
        self.spans: dict[cst.CSTNode, tuple[int, int]] = {}
        self._wanted = wanted
        self._open: list[int] = []
        self._offset = 0

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self._offset += len(value)

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self._offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:  # noqa: ARG002 # the signature is libcst's
        self._open.append(self._offset)

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self._open.pop()
        if node in self._wanted:
            self.spans.setdefault(node, (start, self._offset))

    @contextmanager
    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> Generator[None]:
        if end_node is not None:
            self._wanted.add(end_node)
        if start_node is not None:
            self._wanted.add(start_node)
        start = self._offset
        yield
        start = self.spans[start_node][0] if start_node is not None else start
        end = self.spans[end_node][1] if end_node is not None else self._offset
        if node in self._wanted:
            self.spans[node] = (start, end)
