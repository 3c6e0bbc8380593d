"""Which bindings of a local name may reach the place where it is read."""

from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.meaning.binding import SCOPE_TYPES, Binding
from sadpath.analysis.syntax.tree import Tree

_LOOPS = (cst.For, cst.While)
_BINDS_ITS_BODY = (cst.For, cst.With, cst.ExceptHandler, cst.ExceptStarHandler)


def reaching(tree: Tree, node: cst.CSTNode, bindings: Sequence[Binding]) -> Sequence[Binding]:
    """The bindings whose value the name may have at `node`.

    They are the last one that must have run before, and those that may have run since; in a nested function, which runs
    at another time, all of them.
    """
    if len(bindings) == 1 or _function(tree, node) is not _function_of(tree, bindings[0]):
        return bindings
    above = set(tree.ancestors(node))
    before = [b for b in bindings if _runs_before(tree, b, node, above)]
    certain = [b for b in before if _must_run(tree, b, above)]
    if certain:
        last = max(tree.order[b.statement] for b in certain)
        before = [b for b in before if tree.order[b.statement] >= last]
    carried = [b for b in bindings if b not in before and _carried(tree, b, above)]
    return [*before, *carried] or bindings


def _runs_before(tree: Tree, binding: Binding, node: cst.CSTNode, above: set[cst.CSTNode]) -> bool:
    statement = binding.statement
    if statement in above:
        return _in_body(statement, above)
    return tree.order[statement] < tree.order[node]


def _in_body(statement: cst.CSTNode, above: set[cst.CSTNode]) -> bool:
    """Whether the reading place is in the block that runs after the binding was made, not in the bound expression."""
    return isinstance(statement, cst.For | cst.ExceptHandler | cst.ExceptStarHandler) and statement.body in above


def _must_run(tree: Tree, binding: Binding, above: set[cst.CSTNode]) -> bool:
    """Whether control cannot come to the reading place without passing the binding."""
    statement = binding.statement
    if binding.kind == "parameter":
        return True
    parent = tree.parents.get(statement)
    if isinstance(statement, _BINDS_ITS_BODY) or isinstance(parent, cst.With):
        owner = parent if isinstance(parent, cst.With) else statement
        if owner in above:
            return True
        if isinstance(owner, cst.With):
            return tree.parents.get(owner) in above
        return False
    if isinstance(parent, cst.SimpleStatementLine):
        return tree.parents.get(parent) in above
    if isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return parent in above
    if isinstance(statement, cst.NamedExpr) and isinstance(parent, cst.If | cst.While):
        return parent in above
    return False


def _carried(tree: Tree, binding: Binding, above: set[cst.CSTNode]) -> bool:
    """Whether an earlier turn of a loop around both may have made the binding."""
    return any(isinstance(outer, _LOOPS) and outer in above for outer in tree.ancestors(binding.statement))


def _function(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    return next((a for a in tree.ancestors(node) if type(a) in SCOPE_TYPES), None)


def _function_of(tree: Tree, binding: Binding) -> cst.CSTNode | None:
    if binding.kind == "parameter":
        parameters = tree.parents.get(binding.statement)
        return tree.parents.get(parameters) if parameters is not None else None
    return _function(tree, binding.statement)
