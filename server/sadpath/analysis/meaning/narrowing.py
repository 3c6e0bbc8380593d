"""What `isinstance` tests around a place say about a value there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import classes
from sadpath.analysis.meaning.denotation import because, join
from sadpath.analysis.syntax.tree import Tree, once_per_tree
from sadpath.rule import UNKNOWN, Class, Denotation, Display, Instance, Value, last_name, members

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_LEAVES = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def narrowed(evaluator: Evaluator, node: cst.BaseExpression, found: Denotation) -> Denotation:
    """The value of a name or an attribute chain, less what the tests that control passed on its way here exclude."""
    for test, holds in _tests(evaluator.tree, node):
        kinds = _kinds(evaluator.value(test.args[1].value))
        if kinds:
            found = _with(evaluator, found, kinds, test) if holds else _without(evaluator, found, kinds)
    return found


def _tests(tree: Tree, node: cst.BaseExpression) -> Iterator[tuple[cst.Call, bool]]:
    """The `isinstance` calls about the same code that have run before, with the result that leads here."""
    same_ending = _by_last_name(tree).get(last_name(node), ())
    if not same_ending:
        return
    code = tree.code(node)
    for call in same_ending:
        if tree.order[call] < tree.order[node] and tree.code(call.args[0].value) == code:
            holds = _result_here(tree, call, node)
            if holds is not None and not _is_rebound(tree, code, call, node):
                yield call, holds


@once_per_tree
def _by_last_name(tree: Tree) -> dict[str, list[cst.Call]]:
    """The `isinstance` calls of a tree by the last name of what they are about."""
    found: dict[str, list[cst.Call]] = {}
    for call in tree.of_type(cst.Call):
        if isinstance(call.func, cst.Name) and call.func.value == "isinstance" and len(call.args) == 2:
            found.setdefault(last_name(call.args[0].value), []).append(call)
    return found


def _result_here(tree: Tree, test: cst.BaseExpression, node: cst.CSTNode) -> bool | None:
    """The result that a test must have had for control to come to a node; None where either will do."""
    above = set(tree.ancestors(node))
    truth = {True: True, False: False}
    below: cst.CSTNode = test
    for parent in tree.ancestors(test):
        if isinstance(parent, cst.UnaryOperation) and isinstance(parent.operator, cst.Not):
            truth = {not whole: result for whole, result in truth.items()}
        elif isinstance(parent, cst.BooleanOperation):
            decisive = isinstance(parent.operator, cst.And)
            if below is parent.left and parent.right in above | {node}:
                return truth.get(decisive)
            # Of `a and b`, only the truth of the whole tells something about each; of `a or b`, only the falsehood.
            truth = {whole: result for whole, result in truth.items() if whole is decisive}
        elif isinstance(parent, cst.If | cst.While | cst.IfExp | cst.Assert) and below is parent.test:
            whole = _way_here(tree, parent, node, above)
            return truth.get(whole) if whole is not None else None
        elif not isinstance(parent, cst.NamedExpr):
            return None
        below = parent
    return None


def _way_here(
    tree: Tree, statement: cst.If | cst.While | cst.IfExp | cst.Assert, node: cst.CSTNode, above: set[cst.CSTNode]
) -> bool | None:
    """Whether control comes to a node by the true way or the false way of a statement's test."""
    if isinstance(statement, cst.Assert):
        line = tree.parents.get(statement)
        return True if line is not None and tree.parents.get(line) in above else None
    inside = above | {node}
    if statement.body in inside:
        return True
    if statement.orelse is not None and statement.orelse in inside:
        return False
    leaves = isinstance(statement, cst.If) and statement.orelse is None and _leaves(statement.body)
    return False if leaves and tree.parents.get(statement) in above else None


def _leaves(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _LEAVES)


def _is_rebound(tree: Tree, code: str, test: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether an assignment stands between; one to a part of the chain counts as well."""
    between = range(tree.order[test], tree.order[node])
    targets = [target.target for target in tree.of_type(cst.AssignTarget)]
    targets += [loop.target for loop in tree.of_type(cst.For)]
    return any(tree.order[target] in between and f"{code}.".startswith(f"{tree.code(target)}.") for target in targets)


def _kinds(value: Value) -> tuple[Class, ...]:
    """The classes of the second argument of `isinstance`; none where one of them is unknown."""
    found = value.items if isinstance(value, Display) else members(value)
    kinds = tuple(kind for kind in found if isinstance(kind, Class))
    return kinds if len(kinds) == len(found) else ()


def _with(evaluator: Evaluator, found: Denotation, kinds: tuple[Class, ...], test: cst.Call) -> Denotation:
    kept = [m for m in members(found.value) if isinstance(m, Instance) and _is_one(evaluator, m, kinds)]
    if kept:
        return join([Denotation(member, found.because) for member in kept])
    step = evaluator.evidence(f"`{evaluator.tree.code(test)}` holds here", test)
    return because(join([Denotation(Instance(kind), found.because) for kind in kinds]), step)


def _without(evaluator: Evaluator, found: Denotation, kinds: tuple[Class, ...]) -> Denotation:
    if found.value == UNKNOWN:
        return found
    kept = [m for m in members(found.value) if not (isinstance(m, Instance) and _is_one(evaluator, m, kinds))]
    return join([Denotation(member, found.because) for member in kept]) if kept else found


def _is_one(evaluator: Evaluator, value: Instance, kinds: tuple[Class, ...]) -> bool:
    above = {(cls.path, cls.name) for cls in evaluator.program.queries.ask(classes.ancestry, value.cls).classes}
    return any((kind.path, kind.name) in above for kind in kinds)
