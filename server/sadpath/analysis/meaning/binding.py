"""What binds the names of a scope: assignments, parameters, imports, loops and all other ways."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast
from weakref import proxy

import libcst as cst

from sadpath.analysis.syntax.tree import Tree

ScopeNode: TypeAlias = cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.CompFor
"""What opens a scope. A comprehension is named by its first `for`. None stands for the scope around the unit."""

Kind: TypeAlias = Literal[
    "assign", "annotation", "augment", "for", "with", "except", "import", "function", "class", "parameter", "other"
]

_NO_NAMES = frozenset[str]()
SCOPE_TYPES = frozenset[type[cst.CSTNode]]({cst.FunctionDef, cst.Lambda, cst.ClassDef})
_COMPREHENSION_TYPES = frozenset[type[cst.CSTNode]]({cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp})
_OPENERS = SCOPE_TYPES | _COMPREHENSION_TYPES
_TAKES_PARAMETERS = frozenset[type[cst.CSTNode]]({cst.FunctionDef, cst.Lambda})
_DECLARATIONS = frozenset[type[cst.CSTNode]]({cst.Global, cst.Nonlocal})


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
        self._tree: Tree = proxy(tree)  # which holds what is derived from it
        self._found: dict[ScopeNode | None, dict[str, list[Binding]]] = {None: {}}
        self.outside: dict[ScopeNode, set[str]] = {}
        """Per function, the names it declares `global`; they are bound in the module."""
        self._nonlocal: dict[ScopeNode, set[str]] = {}
        self._collect(tree)

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
            if type(above) in SCOPE_TYPES:
                if runs_inside(below, above):
                    yield cast("ScopeNode", above)
            elif type(above) in _COMPREHENSION_TYPES and not self._is_first_iterable(node, above):
                yield cast("cst.ListComp", above).for_in
            below = above

    def _is_first_iterable(self, node: cst.CSTNode, comprehension: cst.CSTNode) -> bool:
        """The first iterable of a comprehension runs outside of it."""
        first = cast("cst.ListComp", comprehension).for_in
        below = node
        for above in (node, *self._tree.ancestors(node)):
            if above is first:
                return below is first.iter
            if above is comprehension:
                return False
            below = above
        return False

    def _collect(self, tree: Tree) -> None:
        nodes = tree.nodes
        inside: list[ScopeNode | None] = []
        for node, number in zip(nodes, tree.parent_numbers, strict=True):
            scope = None if number < 0 else inside[number]
            if number >= 0 and type(nodes[number]) in _OPENERS:
                scope = _entered(nodes[number], node, scope)
            inside.append(scope)
            bind = _BINDERS.get(type(node))
            if bind is not None:
                for binding in bind(node):
                    self._add(self._owner(node, scope), binding)
            elif type(node) in _DECLARATIONS:
                self._declare(node, scope)
            if type(node) in _TAKES_PARAMETERS:
                self._parameters(cast("cst.FunctionDef", node))

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
            return  # at the top of a unit, `global` changes nothing
        declared = self.outside if isinstance(node, cst.Global) else self._nonlocal
        declared.setdefault(scope, set()).update(item.name.value for item in node.names)

    def _parameters(self, node: cst.FunctionDef | cst.Lambda) -> None:
        for parameter in all_parameters(node.params):
            self._add(node, Binding(parameter.name.value, "parameter", parameter))


def bound_attributes(tree: Tree, owner: str) -> Iterator[Binding]:
    """What binds attributes of a name, such as `self`. The bindings are named with it: `self.client`."""
    for kind_of_node, targets in _BINDERS_OF_ATTRIBUTES.items():
        for node in tree.of_type(kind_of_node):
            for target, kind, value in targets(node):
                for leaf, path in _leaves(target):
                    if isinstance(leaf, cst.Attribute) and is_name(leaf.value, owner):
                        yield Binding(f"{owner}.{leaf.attr.value}", kind, node, value, path)


def is_name(node: cst.BaseExpression, name: str) -> bool:
    """Whether an expression is a name and no more."""
    return isinstance(node, cst.Name) and node.value == name


def runs_inside(child: cst.CSTNode, scope: cst.CSTNode) -> bool:
    """Whether a direct child of a scope runs in it: decorators, defaults and bases do not."""
    return type(scope) not in SCOPE_TYPES or child is cast("cst.FunctionDef", scope).body


def all_parameters(parameters: cst.Parameters) -> Iterator[cst.Param]:
    """Every parameter, in order: positional ones, `*args`, keyword-only ones, `**kwargs`."""
    yield from parameters.posonly_params
    yield from parameters.params
    if isinstance(parameters.star_arg, cst.Param):
        yield parameters.star_arg
    yield from parameters.kwonly_params
    if parameters.star_kwarg is not None:
        yield parameters.star_kwarg


def _entered(parent: cst.CSTNode, node: cst.CSTNode, scope: ScopeNode | None) -> ScopeNode | None:
    """The scope of a node, given its parent's."""
    if type(parent) in SCOPE_TYPES:
        return cast("ScopeNode", parent) if runs_inside(node, parent) else scope
    return cast("cst.ListComp", parent).for_in if type(parent) in _COMPREHENSION_TYPES else scope


def _bound_by_assign(node: cst.Assign) -> Iterator[Binding]:
    for target in node.targets:
        yield from _targets(target.target, "assign", node, node.value)


def _bound_by_with(node: cst.WithItem) -> Iterator[Binding]:
    if node.asname is not None:
        yield from _targets(node.asname.name, "with", node, node.item)


def _bound_by_handler(node: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[Binding]:
    if node.name is not None:
        yield from _targets(node.name.name, "except", node, node.type)


def _bound_by_import(node: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    if not isinstance(node.names, cst.ImportStar):
        for alias in node.names:
            yield Binding(_imported_name(alias), "import", alias)


def _bound_by_pattern(node: cst.MatchAs | cst.MatchStar) -> Iterator[Binding]:
    if node.name is not None:
        yield Binding(node.name.value, "other", node)


def _bound_by_mapping(node: cst.MatchMapping) -> Iterator[Binding]:
    if node.rest is not None:
        yield Binding(node.rest.value, "other", node)


def _bound_by_name(node: cst.TypeAlias | cst.TypeVar | cst.TypeVarTuple | cst.ParamSpec) -> Iterator[Binding]:
    yield Binding(node.name.value, "other", node)


_BINDERS: dict[type[cst.CSTNode], Callable[[Any], Iterator[Binding]]] = {
    cst.Assign: _bound_by_assign,
    cst.AnnAssign: lambda node: _targets(node.target, "annotation", node, node.value),
    cst.AugAssign: lambda node: _targets(node.target, "augment", node, node.value),
    cst.NamedExpr: lambda node: _targets(node.target, "assign", node, node.value),
    cst.For: lambda node: _targets(node.target, "for", node, node.iter),
    cst.CompFor: lambda node: _targets(node.target, "for", node, node.iter),
    cst.WithItem: _bound_by_with,
    cst.ExceptHandler: _bound_by_handler,
    cst.ExceptStarHandler: _bound_by_handler,
    cst.FunctionDef: lambda node: iter((Binding(node.name.value, "function", node),)),
    cst.ClassDef: lambda node: iter((Binding(node.name.value, "class", node),)),
    cst.Import: _bound_by_import,
    cst.ImportFrom: _bound_by_import,
    cst.MatchAs: _bound_by_pattern,
    cst.MatchStar: _bound_by_pattern,
    cst.MatchMapping: _bound_by_mapping,
    cst.TypeAlias: _bound_by_name,
    cst.TypeVar: _bound_by_name,
    cst.TypeVarTuple: _bound_by_name,
    cst.ParamSpec: _bound_by_name,
    cst.Del: lambda node: _targets(node.target, "other", node, None),
}


_Target: TypeAlias = tuple[cst.BaseExpression, Kind, cst.BaseExpression | None]

_BINDERS_OF_ATTRIBUTES: dict[type[cst.CSTNode], Callable[[Any], Sequence[_Target]]] = {
    cst.Assign: lambda node: [(target.target, "assign", node.value) for target in node.targets],
    cst.AnnAssign: lambda node: [(node.target, "annotation", node.value)],
    cst.For: lambda node: [(node.target, "for", node.iter)],
    cst.WithItem: lambda node: [(node.asname.name, "with", node.item)] if node.asname is not None else [],
}


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
    for node, path in _leaves(target):
        if isinstance(node, cst.Name):
            yield Binding(node.value, kind, statement, value, path)


def _leaves(target: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, tuple[int, ...]]]:
    """The single targets in a target, each with its way into the value."""
    waiting: list[tuple[cst.BaseExpression, tuple[int, ...]]] = [(target, ())]
    while waiting:
        node, path = waiting.pop(0)
        if not isinstance(node, cst.Tuple | cst.List):
            yield node, path
        else:
            starred = False
            for index, element in enumerate(node.elements):
                # Behind a star, positions count from an unknown place: -1 says so.
                starred = starred or isinstance(element, cst.StarredElement)
                waiting.append((element.value, (*path, -1 if starred else index)))
