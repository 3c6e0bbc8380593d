"""What the expressions of one unit denote. Unknown is an answer, and the usual one."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from sadpath.analysis.meaning import annotated, calls, names, narrowing
from sadpath.analysis.meaning.binding import Binding, Scopes
from sadpath.analysis.meaning.cycles import Cycles
from sadpath.analysis.meaning.denotation import NOTHING, join
from sadpath.analysis.meaning.program import Program, module_path, scopes_of
from sadpath.analysis.syntax.position import first_line
from sadpath.analysis.syntax.tree import Tree
from sadpath.rule import Alias, Class, Constant, Denotation, Display, Evidence, Function, Instance, Value, members

_MOST_ELEMENTS = 16


@dataclass(frozen=True)
class Site:
    """A unit in its file: `scope` names the classes around it, `name` the unit itself ("" for a plain statement)."""

    path: str
    scope: str
    name: str

    @property
    def qualname(self) -> str:
        """The unit's own qualified name; for a plain statement, that of the class around it."""
        return ".".join(part for part in (self.scope, self.name) if part)


class Evaluator:
    """Evaluates expressions of one unit, for one question: what it asks elsewhere is recorded for that question."""

    def __init__(self, program: Program, site: Site, tree: Tree) -> None:
        self.program = program
        self.site = site
        self.tree = tree
        self._known: dict[cst.CSTNode, Denotation] = {}
        self._cycles = Cycles[cst.CSTNode]()

    @cached_property
    def scopes(self) -> Scopes:
        """The bindings in the unit."""
        return scopes_of(self.tree)

    def denote(self, node: cst.BaseExpression) -> Denotation:
        """What an expression of this unit denotes."""
        if self._cycles.closes(node):
            return NOTHING
        known = self._known.get(node)
        if known is not None:
            return known
        self._cycles.begin(node)
        found = NOTHING
        try:
            found = self._compute(node)
        finally:
            # As among queries, what depends on itself is unknown, from wherever the cycle is entered.
            found = NOTHING if self._cycles.end() else found
        self._known[node] = found
        return found

    def value(self, node: cst.BaseExpression) -> Value:
        """The value alone."""
        return self.denote(node).value

    def bound(self, binding: Binding) -> Denotation:
        """What a binding of this unit gives its name."""
        return names.bound(self, binding)

    def awaited(self, found: Denotation) -> Denotation:
        """What awaiting a value gives."""
        return calls.awaited(self, found)

    def builtin(self, name: str, *arguments: Value) -> Class:
        """A builtin class."""
        return self.standard("builtins", name, *arguments)

    def standard(self, module: str, name: str, *arguments: Value) -> Class:
        """A class of the standard library."""
        path = self.program.queries.ask(module_path, module, self.site.path)
        return Class(f"{module}.{name}", path or "", name, arguments)

    def evidence(self, text: str, node: cst.CSTNode) -> Evidence:
        """A step of the chain, proved by the first line of a node of this unit."""
        return Evidence(text, self.site.path, self.site.qualname, first_line(self.tree, node))

    def _compute(self, node: cst.BaseExpression) -> Denotation:
        compute = _COMPUTE.get(type(node))
        return compute(self, node) if compute else NOTHING


def _name(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Name)
    constant = {"None": Constant(None), "True": Constant(True), "False": Constant(False)}.get(node.value)
    if constant is not None:
        return Denotation(constant)
    return narrowing.narrowed(evaluator, node, names.named(evaluator, node))


def _attribute(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Attribute)
    receiver = evaluator.denote(node.value)
    found = names.attribute(evaluator, receiver, node.attr.value)
    if isinstance(found.value, Function) and _is_replaced(evaluator.tree, node):
        return NOTHING
    return narrowing.narrowed(evaluator, node, found)


def _is_replaced(tree: Tree, node: cst.Attribute) -> bool:
    """Whether the unit sets the attribute: a method is then no longer what its class says."""
    targets = [target.target for target in tree.of_type(cst.AssignTarget)]
    same = [t for t in targets if isinstance(t, cst.Attribute) and t.attr.value == node.attr.value]
    return bool(same) and tree.code(node) in map(tree.code, same)


def _either(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    """`Client | None`, where a type is written as an expression."""
    assert isinstance(node, cst.BinaryOperation)
    if not isinstance(node.operator, cst.BitOr):
        return NOTHING
    sides = (evaluator.value(node.left), evaluator.value(node.right))
    if not all(isinstance(side, Class | Alias) or side == Constant(None) for side in sides):
        return NOTHING
    return Denotation(Alias(annotated.instance(evaluator, node).value))


def _number(_evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Integer | cst.Float)
    try:
        return Denotation(Constant(node.evaluated_value))
    except (ValueError, SyntaxError):  # more digits than Python converts
        return NOTHING


def _string(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    if isinstance(node, cst.SimpleString) and "b" not in node.prefix.lower():
        value = node.evaluated_value
        if isinstance(value, str):
            return Denotation(Constant(value))
    if isinstance(node, cst.SimpleString):
        return Denotation(Instance(evaluator.builtin("bytes")))
    return Denotation(Instance(evaluator.builtin("str")))


def _display(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Tuple | cst.List | cst.Set)
    if len(node.elements) > _MOST_ELEMENTS or any(isinstance(e, cst.StarredElement) for e in node.elements):
        return Denotation(Instance(evaluator.builtin(type(node).__name__.lower())))
    items = tuple(evaluator.value(element.value) for element in node.elements)
    return Denotation(Display(type(node).__name__.lower(), items))


def _dict(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Dict)
    if len(node.elements) > _MOST_ELEMENTS or any(isinstance(e, cst.StarredDictElement) for e in node.elements):
        return Denotation(Instance(evaluator.builtin("dict")))
    return Denotation(Display("dict", tuple(evaluator.value(element.value) for element in node.elements)))


def _comprehension(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.ListComp | cst.SetComp)
    kind = "list" if isinstance(node, cst.ListComp) else "set"
    return Denotation(Instance(evaluator.builtin(kind, evaluator.value(node.elt))))


def _choice(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    if isinstance(node, cst.IfExp):
        return join([evaluator.denote(node.body), evaluator.denote(node.orelse)])
    assert isinstance(node, cst.BooleanOperation)
    left = evaluator.denote(node.left)
    if isinstance(node.operator, cst.Or):
        # A falsy left side never comes out of an `or`.
        kept = [Denotation(m, left.because) for m in members(left.value) if m not in (Constant(None), Constant(False))]
        return join([*kept, evaluator.denote(node.right)])
    return join([left, evaluator.denote(node.right)])


def _walrus(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.NamedExpr)
    return evaluator.denote(node.value)


def _negative(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.UnaryOperation)
    if isinstance(node.operator, cst.Not):
        return Denotation(Instance(evaluator.builtin("bool")))
    value = evaluator.value(node.expression)
    if isinstance(node.operator, cst.Minus) and isinstance(value, Constant) and isinstance(value.value, int | float):
        return Denotation(Constant(-value.value))
    return NOTHING


def _comparison(evaluator: Evaluator, _node: cst.BaseExpression) -> Denotation:
    return Denotation(Instance(evaluator.builtin("bool")))


def _subscript(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Subscript)
    return annotated.subscripted(evaluator, node)


def _call(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Call)
    return calls.called(evaluator, node)


def _await(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    assert isinstance(node, cst.Await)
    return calls.awaited(evaluator, evaluator.denote(node.expression))


_COMPUTE: dict[type[cst.CSTNode], Callable[[Evaluator, cst.BaseExpression], Denotation]] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: _call,
    cst.Await: _await,
    cst.Subscript: _subscript,
    cst.Integer: _number,
    cst.Float: _number,
    cst.SimpleString: _string,
    cst.ConcatenatedString: _string,
    cst.FormattedString: _string,
    cst.Tuple: _display,
    cst.List: _display,
    cst.Set: _display,
    cst.Dict: _dict,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.IfExp: _choice,
    cst.BooleanOperation: _choice,
    cst.NamedExpr: _walrus,
    cst.UnaryOperation: _negative,
    cst.Comparison: _comparison,
    cst.BinaryOperation: _either,
}
