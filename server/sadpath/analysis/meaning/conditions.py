"""Conditions that are decided before the program runs: `TYPE_CHECKING`, `sys.version_info` and constants."""

import libcst as cst

from sadpath.analysis.syntax.tree import Tree

NEWEST_PYTHON = (3, 14)
"""Stubs hold one branch per version; the analysis reads them as the newest Python does."""


def reachable(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether no `if` around the node is known to go the other way.

    `TYPE_CHECKING` decides for classes and values, whose types it tells, not for functions, which may run otherwise.
    """
    below = node
    for above in tree.ancestors(node):
        if isinstance(above, cst.If):
            truth = decided(above.test, for_types=not isinstance(node, cst.FunctionDef))
            if truth is not None and ((below is above.body and not truth) or (below is above.orelse and truth)):
                return False
        below = above
    return True


def decided(test: cst.BaseExpression, *, for_types: bool) -> bool | None:
    """Which way a condition goes, where that is known before the program runs."""
    if _last_name(test) == "TYPE_CHECKING":
        return True if for_types else None
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        inner = decided(test.expression, for_types=for_types)
        return None if inner is None else not inner
    if isinstance(test, cst.Name) and test.value in ("True", "False"):
        return test.value == "True"
    if isinstance(test, cst.BooleanOperation):
        decisive = isinstance(test.operator, cst.Or)
        sides = [decided(side, for_types=for_types) for side in (test.left, test.right)]
        return decisive if decisive in sides else None
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1 and _is_version(test.left):
        return _version(test.comparisons[0])
    return None


def _last_name(node: cst.BaseExpression) -> str:
    # Not by libcst.matchers: importing that takes longer than importing all the rest of libcst.
    name = node.attr if isinstance(node, cst.Attribute) else node
    return name.value if isinstance(name, cst.Name) else ""


def _is_version(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Attribute) and _last_name(node) == "version_info" and _last_name(node.value) == "sys"


def _version(comparison: cst.ComparisonTarget) -> bool | None:
    target = comparison.comparator
    if not isinstance(target, cst.Tuple):
        return None
    numbers = [element.value for element in target.elements]
    wanted = tuple(n.evaluated_value for n in numbers if isinstance(n, cst.Integer))
    if len(wanted) != len(numbers):
        return None
    if isinstance(comparison.operator, cst.GreaterThanEqual):
        return wanted <= NEWEST_PYTHON
    if isinstance(comparison.operator, cst.LessThan):
        return wanted > NEWEST_PYTHON
    return None
