"""Names and attribute chains, where values are kept; and the statements in which a part of a loop body runs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import libcst as cst

from sadpath.analysis.meaning.binding import SCOPE_TYPES
from sadpath.analysis.syntax.tree import children
from sadpath.rule import Unit

Loop: TypeAlias = cst.While | cst.For
AnyTry: TypeAlias = cst.Try | cst.TryStar


def place_name(node: cst.CSTNode) -> str:
    """`name` or `name.attribute...` as text; "" for what is no such chain."""
    match node:
        case cst.Name():
            return node.value
        case cst.Attribute(value=value, attr=attribute):
            receiver = place_name(value)
            return receiver and f"{receiver}.{attribute.value}"
        case _:
            return ""


def stored(nodes: Iterable[cst.CSTNode]) -> frozenset[str]:
    """The places that the nodes (each given alone, as `own` gives them) bind or change."""
    return frozenset(name for node in nodes for target in _targets(node) for name in _places(target))


def loaded(nodes: Iterable[cst.CSTNode], unit: Unit) -> frozenset[str]:
    """The places that are read in nodes (each given alone, as `own` gives them)."""
    return frozenset(
        name
        for node in nodes
        if isinstance(node, cst.Name | cst.Attribute) and not _is_bound(node, unit)
        if (name := place_name(node))
    )


def statements(suite: cst.BaseSuite) -> tuple[cst.BaseStatement, ...]:
    """A suite's statements, those of a one-line suite as one line."""
    if isinstance(suite, cst.IndentedBlock):
        return tuple(suite.body)
    assert isinstance(suite, cst.SimpleStatementSuite)
    return (cst.SimpleStatementLine(body=suite.body),)


def own(*nodes: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes and all that runs with them: nested functions and classes are left out."""
    stack = [*reversed(nodes)]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in SCOPE_TYPES:
            stack.extend(reversed(children(node)))


def calls_in(*nodes: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls that run with the nodes."""
    return (node for node in own(*nodes) if isinstance(node, cst.Call))


class Surroundings(NamedTuple):
    """The statements of a loop's (or function's) body that run before and after a statement of it, at every level."""

    before: tuple[cst.BaseStatement, ...]
    after: tuple[cst.BaseStatement, ...]


def surroundings(unit: Unit, statement: AnyTry | cst.With, whole: cst.CSTNode) -> Surroundings | None:
    """What surrounds a statement; None where it stands in a handler or a nested loop or function of the whole."""
    before: list[cst.BaseStatement] = []
    after: list[cst.BaseStatement] = []
    inner: cst.CSTNode = statement
    for outer in unit.ancestors(statement):
        match outer:
            case cst.IndentedBlock():
                place = next(number for number, child in enumerate(outer.body) if child is inner)
                before[:0] = outer.body[:place]
                after += outer.body[place + 1 :]
            case cst.Try() | cst.TryStar() if inner is outer.body:
                after += _after_success(outer)
            case cst.ExceptHandler() | cst.ExceptStarHandler():
                return None
            case _ if outer is whole:
                return Surroundings(tuple(before), tuple(after))
            case cst.While() | cst.For() | cst.FunctionDef() | cst.ClassDef():
                return None
            case _:
                pass
        inner = outer
    return None


def answers(nodes: Iterable[cst.CSTNode]) -> Iterator[tuple[cst.Call, str]]:
    """The calls among nodes (as `own` gives them) whose result is kept, awaited or entered or as it is, and where."""
    for node in nodes:
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                made = value.expression if isinstance(value, cst.Await) else value
            case cst.WithItem(item=made, asname=cst.AsName(name=target)):
                pass
            case _:
                continue
        if isinstance(made, cst.Call):
            yield made, place_name(target)


def exits_of(unit: Unit, region: Sequence[cst.BaseStatement], loop: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The statements of a region by which control leaves the loop (not: a nested one)."""
    for node in own(*region):
        match node:
            case cst.Return() | cst.Raise():
                yield node
            case cst.Break() if nearest_loop(unit, node) is loop:
                yield node
            case cst.Call() if unit.never_returns(node):
                yield node
            case _:
                pass


def nearest_loop(unit: Unit, node: cst.CSTNode) -> cst.CSTNode | None:
    """The innermost loop around a node, of its own function."""
    for outer in unit.ancestors(node):
        if isinstance(outer, cst.While | cst.For | cst.FunctionDef | cst.Lambda):
            return outer
    return None


def _after_success(statement: AnyTry) -> list[cst.BaseStatement]:
    clauses = (statement.orelse, statement.finalbody)
    return [one for clause in clauses if clause for one in statements(clause.body)]


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match node:
        case cst.AssignTarget() | cst.AugAssign() | cst.NamedExpr() | cst.CompFor() | cst.For() | cst.Del():
            yield node.target
        case cst.AnnAssign(value=cst.BaseExpression()):
            yield node.target
        case cst.AsName():
            yield node.name
        case cst.Call(func=cst.Attribute(value=receiver, attr=cst.Name(value=method))) if method in _CHANGING:
            yield receiver
        case _:
            pass


def _places(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Tuple() | cst.List():
            for element in target.elements:
                yield from _places(element.value)
        case cst.Subscript():
            yield from _places(target.value)
        case _:
            if name := place_name(target):
                yield name


def _is_bound(node: cst.CSTNode, unit: Unit) -> bool:
    parent = unit.parent(node)
    match parent:
        case cst.AssignTarget() | cst.AnnAssign() | cst.NamedExpr() | cst.CompFor() | cst.For():
            return parent.target is node
        case cst.Attribute():
            return parent.attr is node
        case cst.Arg() | cst.Param():
            return parent.keyword is node if isinstance(parent, cst.Arg) else True
        case cst.AsName():
            return True
        case cst.Element():
            outer = unit.parent(parent)
            return outer is not None and _is_bound(outer, unit)
        case _:
            return False


_CHANGING = frozenset(
    {
        *("pop", "popleft", "popitem", "remove", "append", "appendleft", "update", "add", "discard", "clear"),
        *("extend", "insert", "setdefault", "rotate"),
    }
)
