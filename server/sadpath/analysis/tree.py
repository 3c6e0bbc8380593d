"""The tree of one unit: what contains what, without white space."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache, cached_property
from typing import cast

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


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes directly below, in source order, without white space and punctuation."""
    below: list[cst.CSTNode] = []
    for name in _child_fields(type(node)):
        value: object = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            if not isinstance(value, _LAYOUT):
                below.append(value)
        elif isinstance(value, tuple | list):
            items = cast("Sequence[object]", value)
            below.extend(item for item in items if isinstance(item, cst.CSTNode) and not isinstance(item, _LAYOUT))
    return below


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The node and everything below it, in source order."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


class Tree:
    """The parsed statement of one unit. Trees are shared between units of the same text, so they know no file."""

    def __init__(self, module: cst.Module, root: cst.CSTNode) -> None:
        self.module = module
        self.root = root

    @cached_property
    def order(self) -> dict[cst.CSTNode, int]:
        """Each node's number in source order; what contains a node comes before it."""
        return {node: number for number, node in enumerate(walk(self.root))}

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """Each node's parent; the root has none."""
        found: dict[cst.CSTNode, cst.CSTNode] = {}
        stack = [self.root]
        while stack:
            node = stack.pop()
            below = children(node)
            for child in below:
                found[child] = node
            stack.extend(reversed(below))
        return found

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes that contain this one, innermost first."""
        above = self.parents.get(node)
        while above is not None:
            yield above
            above = self.parents.get(above)

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text, without surrounding white space."""
        return self.module.code_for_node(node).strip()


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
    )
