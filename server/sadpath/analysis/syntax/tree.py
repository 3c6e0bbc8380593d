"""The tree of one unit: what contains what, without white space."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import cache, cached_property
from typing import TypeVar, cast

import libcst as cst

_LAYOUT: tuple[type[cst.CSTNode], ...] = (
    cst.BaseParenthesizableWhitespace,
    cst.TrailingWhitespace,
    cst.EmptyLine,
    cst.Comment,
    cst.Newline,
    cst.Comma,
    cst.Dot,
    cst.Semicolon,
    cst.Colon,
    cst.AssignEqual,
    cst.LeftParen,
    cst.RightParen,
    cst.LeftSquareBracket,
    cst.RightSquareBracket,
    cst.LeftCurlyBrace,
    cst.RightCurlyBrace,
    cst.BaseUnaryOp,
    cst.BaseBinaryOp,
    cst.BaseBooleanOp,
    cst.BaseAugOp,
    cst.ParamSlash,
)


Node = TypeVar("Node", bound=cst.CSTNode)
Derived = TypeVar("Derived")
_NODE, _SEQUENCE, _LEFT_OUT = "node", "sequence", "left out"
_SORTS: dict[type, str] = {}
"""What children of a type are. libcst's classes are abstract, so `isinstance` costs ten times a dictionary."""


def _sort(kind: type) -> str:
    if issubclass(kind, tuple | list):
        found = _SEQUENCE
    else:
        found = _NODE if issubclass(kind, cst.CSTNode) and not issubclass(kind, _LAYOUT) else _LEFT_OUT
    _SORTS[kind] = found
    return found


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes directly below, in source order, without white space and punctuation."""
    below: list[cst.CSTNode] = []
    for name in _child_fields(type(node)):
        value: object = getattr(node, name)
        sort = _SORTS.get(type(value))
        if sort is None:
            sort = _sort(type(value))
        if sort is _NODE:
            below.append(cast("cst.CSTNode", value))
        elif sort is _SEQUENCE:
            below += [
                item
                for item in cast("Sequence[cst.CSTNode]", value)
                if (_SORTS.get(type(item)) or _sort(type(item))) is _NODE
            ]
    return below


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it, in source order. Where the tree is at hand, `Tree.walk` is faster."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        below = children(node)
        below.reverse()
        stack += below


class Tree:
    """The parsed statement of one unit. Trees are shared between units of the same text, so they know no file."""

    def __init__(self, module: cst.Module, root: cst.CSTNode, above: int) -> None:
        self.module = module
        self.root = root
        self.above = above
        """How many lines of the module stand above the unit's own first line."""
        self._derived: dict[object, object] = {}

    @cached_property
    def _grown(self) -> tuple[tuple[cst.CSTNode, ...], tuple[int, ...]]:
        nodes: list[cst.CSTNode] = []
        above: list[int] = []
        stack: list[tuple[cst.CSTNode, int]] = [(self.root, -1)]
        while stack:
            node, parent = stack.pop()
            number = len(nodes)
            nodes.append(node)
            above.append(parent)
            stack += [(child, number) for child in reversed(children(node))]
        return tuple(nodes), tuple(above)

    @property
    def nodes(self) -> tuple[cst.CSTNode, ...]:
        """All nodes, in source order; what contains a node comes before it."""
        return self._grown[0]

    @property
    def parent_numbers(self) -> tuple[int, ...]:
        """For each node, the place of its parent among the nodes; -1 for the root."""
        return self._grown[1]

    @cached_property
    def order(self) -> dict[cst.CSTNode, int]:
        """Each node's number in source order."""
        return {node: number for number, node in enumerate(self.nodes)}

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """Each node's parent; the root has none."""
        nodes, above = self._grown
        # Nodes are hashed in Python, so this is made for the trees only in which someone asks.
        return {node: nodes[number] for node, number in zip(nodes, above, strict=True) if number >= 0}

    @cached_property
    def _by_type(self) -> dict[type[cst.CSTNode], list[cst.CSTNode]]:
        found: dict[type[cst.CSTNode], list[cst.CSTNode]] = {}
        for node in self.nodes:
            found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def _ends(self) -> list[int]:
        """For each node, the number behind that of the last node in it."""
        above = self.parent_numbers
        ends = [*range(1, len(above) + 1)]
        for number in range(len(above) - 1, 0, -1):
            ends[above[number]] = max(ends[above[number]], ends[number])
        return ends

    def walk(self, node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
        """The node and everything below it, in source order."""
        number = self.order[node]
        return self.nodes[number : self._ends[number]]

    def of_type(self, kind: type[Node]) -> list[Node]:
        """All nodes of exactly one type, in source order."""
        return cast("list[Node]", self._by_type.get(kind, []))

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes that contain this one, innermost first."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text, without surrounding white space."""
        return self.module.code_for_node(node).strip()

    def derive(self, compute: "Callable[[Tree], Derived]") -> Derived:
        """What a function makes of the tree: once, and kept as long as the tree.

        It must not hold the tree, or only the garbage collector, which is off during a check, would free either.
        """
        if compute not in self._derived:
            self._derived[compute] = compute(self)
        return cast("Derived", self._derived[compute])


def once_per_tree(compute: Callable[[Tree], Derived]) -> Callable[[Tree], Derived]:
    """Make a function of a tree remember its answers, as `Tree.derive` does."""

    def derived(tree: Tree) -> Derived:
        return tree.derive(compute)

    return derived


def comments(node: cst.CSTNode) -> Iterator[str]:
    """The comments inside a node, each with its `#`, in source order."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Comment):
            yield node.value
        else:
            stack.extend(reversed(node.children))


# Source order differs from field order in these: libcst keeps what stands first in a later field.
_SOURCE_ORDER: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.FunctionDef: ("decorators", "asynchronous", "name", "type_parameters", "params", "returns", "body"),
    cst.ClassDef: ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.Parameters: (
        "posonly_params",
        "params",
        "star_arg",
        "kwonly_params",
        "star_kwarg",
    ),
}

_NEVER_NODES = frozenset(
    {"lpar", "rpar", "leading_lines", "header", "footer", "trailing_whitespace", "lines_after_decorators"}
    | {"equal", "second_colon", "separator", "star"}
)


@cache
def _child_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node type that can hold children, in source order."""
    if kind in _SOURCE_ORDER:
        return _SOURCE_ORDER[kind]
    return tuple(
        field.name
        for field in fields(kind)
        if field.name not in _NEVER_NODES
        and not field.name.startswith(("whitespace", "lbr", "rbr", "semicolon", "comma"))
        and not (isinstance(field.type, type) and _sort(field.type) is _LEFT_OUT)
    )
