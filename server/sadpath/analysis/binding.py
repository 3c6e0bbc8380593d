"""What binds the names of a scope: assignments, parameters, imports, loops and all other ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import libcst as cst

from sadpath.analysis.tree import Tree, children

ScopeNode: TypeAlias = cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.CompFor
"""What opens a scope. A comprehension is named by its first `for`. None stands for the scope around the unit."""

Kind: TypeAlias = Literal[
    "assign", "annotation", "augment", "for", "with", "except", "import", "function", "class", "parameter", "other"
]

SCOPES = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_NO_NAMES = frozenset[str]()
COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp)


@dataclass(frozen=True)
class Binding:
    """One place that binds a name.

    `statement` is the construct that binds (an Assign, a WithItem, a Param ...), `value` the expression that the name
    gets something of, and `path` the way into it where the target is unpacked: `(0, 1)` for `b` in `(a, b), c = value`.
    """

    name: str
    kind: Kind
    statement: cst.CSTNode
    value: cst.BaseExpression | None = None
    path: tuple[int, ...] = ()


class Scopes:
    """The bindings of every scope of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[ScopeNode | None, dict[str, list[Binding]]] = {None: {}}
        self.outside: dict[ScopeNode, set[str]] = {}
        """Per function, the names it declares `global`; they are bound in the module."""
        self._nonlocal: dict[ScopeNode, set[str]] = {}
        self._collect()

    def bindings(self, scope: ScopeNode | None, name: str) -> Sequence[Binding]:
        """What binds the name in exactly this scope, in source order."""
        return self._found.get(scope, {}).get(name, ())

    def names(self, scope: ScopeNode | None) -> Sequence[str]:
        """The names bound in exactly this scope."""
        return tuple(self._found.get(scope, {}))

    def lookup(self, name: str, node: cst.CSTNode) -> tuple[ScopeNode | None, Sequence[Binding]]:
        """The scope of this tree that a name read at `node` belongs to, and its bindings; `(None, ...)` if none inside.

        Class scopes are seen only by code that stands directly in the class body.
        """
        direct = True
        for scope in self.around(node):
            if isinstance(scope, cst.ClassDef) and not direct:
                continue
            if name in self.outside.get(scope, _NO_NAMES):
                return None, self.bindings(None, name)
            found = self.bindings(scope, name)
            if found and name not in self._nonlocal.get(scope, _NO_NAMES):
                return scope, found
            direct = direct and isinstance(scope, cst.CompFor)
        return None, self.bindings(None, name)

    def around(self, node: cst.CSTNode) -> Iterator[ScopeNode]:
        """The scopes that code at `node` runs in, innermost first."""
        below = node
        for above in self._tree.ancestors(node):
            if isinstance(above, SCOPES) and runs_inside(below, above):
                yield above
            elif isinstance(above, COMPREHENSIONS) and not self._is_first_iterable(node, above):
                yield above.for_in
            below = above

    def _is_first_iterable(self, node: cst.CSTNode, comprehension: cst.CSTNode) -> bool:
        """The first iterable of a comprehension runs outside of it."""
        if not isinstance(comprehension, COMPREHENSIONS):
            return False
        below = node
        for above in (node, *self._tree.ancestors(node)):
            if above is comprehension.for_in:
                return below is comprehension.for_in.iter
            below = above
        return False

    def _collect(self) -> None:
        stack: list[tuple[cst.CSTNode, ScopeNode | None]] = [(self._tree.root, None)]
        while stack:
            node, scope = stack.pop()
            for binding in _bound_by(node):
                self._add(self._owner(node, scope), binding)
            self._declare(node, scope)
            below = children(node)
            inner = node.for_in if isinstance(node, COMPREHENSIONS) else scope
            if isinstance(node, cst.FunctionDef | cst.Lambda):
                self._parameters(node)
            for child in reversed(below):
                entered = isinstance(node, SCOPES) and runs_inside(child, node)
                stack.append((child, node if entered and isinstance(node, SCOPES) else inner))

    def _owner(self, node: cst.CSTNode, scope: ScopeNode | None) -> ScopeNode | None:
        if isinstance(node, cst.NamedExpr):
            while isinstance(scope, cst.CompFor):
                scope = next((s for s in self.around(scope) if s is not scope and not isinstance(s, cst.CompFor)), None)
        return scope

    def _add(self, scope: ScopeNode | None, binding: Binding) -> None:
        if scope is not None and binding.name in self.outside.get(scope, _NO_NAMES):
            scope = None
        elif scope is not None and binding.name in self._nonlocal.get(scope, _NO_NAMES):
            scope = next((s for s in self.around(scope) if isinstance(s, cst.FunctionDef)), None)
        self._found.setdefault(scope, {}).setdefault(binding.name, []).append(binding)

    def _declare(self, node: cst.CSTNode, scope: ScopeNode | None) -> None:
        if scope is None or not isinstance(node, cst.Global | cst.Nonlocal):
            return
        declared = self.outside if isinstance(node, cst.Global) else self._nonlocal
        declared.setdefault(scope, set()).update(item.name.value for item in node.names)

    def _parameters(self, node: cst.FunctionDef | cst.Lambda) -> None:
        for parameter in all_parameters(node.params):
            self._add(node, Binding(parameter.name.value, "parameter", parameter))


def runs_inside(child: cst.CSTNode, scope: cst.CSTNode) -> bool:
    """Whether a direct child of a scope runs in it: decorators, defaults and bases do not."""
    if isinstance(scope, cst.FunctionDef | cst.Lambda | cst.ClassDef):
        return child is scope.body
    return True


def all_parameters(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """Every parameter, in order: positional ones, `*args`, keyword-only ones, `**kwargs`."""
    yield from parameters.posonly_params
    yield from parameters.params
    if isinstance(parameters.star_arg, cst.Param):
        yield parameters.star_arg
    yield from parameters.kwonly_params
    if parameters.star_kwarg is not None:
        yield parameters.star_kwarg


def _bound_by(node: cst.CSTNode) -> Iterator[Binding]:
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from _targets(target.target, "assign", node, node.value)
    elif isinstance(node, cst.AnnAssign):
        yield from _targets(node.target, "annotation", node, node.value)
    elif isinstance(node, cst.AugAssign):
        yield from _targets(node.target, "augment", node, node.value)
    elif isinstance(node, cst.NamedExpr):
        yield from _targets(node.target, "assign", node, node.value)
    elif isinstance(node, cst.For | cst.CompFor):
        yield from _targets(node.target, "for", node, node.iter)
    elif isinstance(node, cst.WithItem) and node.asname is not None:
        yield from _targets(node.asname.name, "with", node, node.item)
    elif isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler) and node.name is not None:
        yield from _targets(node.name.name, "except", node, node.type)
    elif isinstance(node, cst.FunctionDef | cst.ClassDef):
        yield Binding(node.name.value, "function" if isinstance(node, cst.FunctionDef) else "class", node)
    else:
        yield from _bound_by_rarer(node)


def _bound_by_rarer(node: cst.CSTNode) -> Iterator[Binding]:
    if isinstance(node, cst.Import | cst.ImportFrom):
        if not isinstance(node.names, cst.ImportStar):
            for alias in node.names:
                yield Binding(_imported_name(alias), "import", alias)
    elif isinstance(node, cst.MatchAs | cst.MatchStar) and node.name is not None:
        yield Binding(node.name.value, "other", node)
    elif isinstance(node, cst.MatchMapping) and node.rest is not None:
        yield Binding(node.rest.value, "other", node)
    elif isinstance(node, cst.TypeAlias | cst.TypeVar | cst.TypeVarTuple | cst.ParamSpec):
        yield Binding(node.name.value, "other", node)
    elif isinstance(node, cst.Del):
        yield from _targets(node.target, "other", node, None)


def _imported_name(alias: cst.ImportAlias) -> str:
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    name: cst.BaseExpression = alias.name
    while isinstance(name, cst.Attribute):
        name = name.value
    return name.value if isinstance(name, cst.Name) else ""


def _targets(
    target: cst.BaseExpression, kind: Kind, statement: cst.CSTNode, value: cst.BaseExpression | None
) -> Iterator[Binding]:
    waiting: list[tuple[cst.BaseExpression, tuple[int, ...]]] = [(target, ())]
    while waiting:
        node, path = waiting.pop(0)
        if isinstance(node, cst.Name):
            yield Binding(node.value, kind, statement, value, path)
        elif isinstance(node, cst.Tuple | cst.List):
            starred = False
            for index, element in enumerate(node.elements):
                # Behind a star, positions count from an unknown place: -1 says so.
                starred = starred or isinstance(element, cst.StarredElement)
                waiting.append((element.value, (*path, -1 if starred else index)))
