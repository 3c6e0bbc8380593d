"""The unit that rules look at: their questions, answered by the evaluator and recorded."""

from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.failure import handlers
from sadpath.analysis.failure.bounds import blocking
from sadpath.analysis.failure.containment import (
    computes_only,
    contains_failures,
    records_failures,
    waits_for_future,
)
from sadpath.analysis.failure.retries import retry_loop
from sadpath.analysis.failure.retry_policy import retry_policy
from sadpath.analysis.failure.usage import uses
from sadpath.analysis.failure.waits import wait
from sadpath.analysis.meaning import classes, functions
from sadpath.analysis.meaning.evaluator import Evaluator
from sadpath.analysis.meaning.program import mentions, tree_of
from sadpath.analysis.meaning.reaching import reaching
from sadpath.analysis.meaning.unanimity import unanimous
from sadpath.analysis.syntax import flow
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.tree import comments, walk
from sadpath.rule import (
    Blocking,
    Class,
    Denotation,
    Evidence,
    Function,
    Handler,
    Instance,
    Libraries,
    Path,
    Retrying,
    RetryLoop,
    RetryPolicy,
    Role,
    Use,
    Value,
    Wait,
)


class CheckedUnit:
    """Implements `sadpath.rule.Unit` for one unit of one file."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree = evaluator.tree
        self._program = evaluator.program
        self._retry_loops: dict[cst.CSTNode, RetryLoop | None] = {}
        self._handlers: dict[cst.CSTNode, Handler | None] = {}

    @property
    def path(self) -> str:
        """The file."""
        return self._evaluator.site.path

    @property
    def role(self) -> Role:
        """What the file is for."""
        return self._program.sources.role(self.path)

    @property
    def libraries(self) -> Libraries:
        """The library tables."""
        return self._program.libraries

    def denotes(self, expression: cst.BaseExpression) -> Denotation:
        """What an expression denotes."""
        return self._evaluator.denote(expression)

    def mro(self, cls: Class) -> tuple[Class, ...]:
        """The class and its known ancestors."""
        return self._program.queries.ask(classes.ancestry, cls).classes

    def complete(self, cls: Class) -> bool:
        """Whether every ancestor is known."""
        return self._program.queries.ask(classes.ancestry, cls).complete

    def returns(self, function: Function) -> Denotation:
        """What a call of the function gives."""
        return functions.result(self._program, function)

    def unanimous(self, call: cst.Call) -> tuple[Evidence, ...]:
        """Why a method call gives a coroutine although its receiver is unknown: every function of that name does."""
        if not isinstance(call.func, cst.Attribute):
            return ()
        return self._program.queries.ask(unanimous, self.path, call.func.attr.value)

    def contains_failures(self, function: Function) -> bool:
        """Whether the function stops every exception."""
        return self._program.queries.ask(contains_failures, function.path, function.qualname)

    def records_failures(self, function: Function) -> bool:
        """Whether the function keeps the traceback of the exception under way."""
        return self._program.queries.ask(records_failures, function.path, function.qualname)

    def only_computes(self, function: Function) -> bool:
        """Whether the function reaches nothing outside."""
        return self._program.queries.ask(computes_only, function.path, function.qualname)

    def waits_for_future(self, function: Function) -> bool:
        """Whether the function awaits a future that it made."""
        return self._program.queries.ask(waits_for_future, function.path, function.qualname)

    def never_returns(self, call: cst.Call) -> bool:
        """Whether the call always raises or ends the process."""
        return functions.never_returns(self._evaluator, call)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node directly above."""
        return self._tree.parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """The nodes above, innermost first."""
        return tuple(self._tree.ancestors(node))

    def walk(self, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """The node and all below."""
        return self._tree.walk(node)

    def scope(self, node: cst.CSTNode) -> cst.FunctionDef | cst.Lambda | None:
        """The innermost function whose body contains the node."""
        scopes = self._evaluator.scopes.around(node)
        return next((s for s in scopes if isinstance(s, cst.FunctionDef | cst.Lambda)), None)

    def can_await(self, node: cst.CSTNode) -> bool:
        """Whether `await` may be written at the node."""
        below = node
        above = self.ancestors(node)
        for outer in above:
            if isinstance(outer, cst.Lambda | cst.ClassDef):
                return False
            if isinstance(outer, cst.FunctionDef):
                return outer.asynchronous is not None and below is outer.body
            # An `await` would make it an asynchronous generator, but for its first iterable, evaluated outside.
            if isinstance(outer, cst.GeneratorExp) and outer.for_in.iter not in (node, *above):
                return False
            below = outer
        return False

    def enclosing_class(self, node: cst.CSTNode) -> Class | None:
        """The class around the node."""
        evaluator = self._evaluator
        outermost = node
        for above in (node, *self._tree.ancestors(node)):
            if isinstance(above, cst.ClassDef) and above is not node:
                return classes.defined(evaluator, above)
            outermost = above
        return functions.enclosing_class(evaluator, outermost)

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text."""
        return self._tree.code(node)

    def comments(self, node: cst.CSTNode) -> tuple[str, ...]:
        """The comments inside the node."""
        return tuple(comments(node))

    def paths(self, block: cst.BaseSuite | Sequence[cst.BaseStatement]) -> tuple[Path, ...]:
        """The ways through a block."""
        return flow.paths(block, self.never_returns)

    def handler(self, node: cst.CSTNode) -> Handler | None:
        """What a handler stops, and what becomes of it."""
        if node not in self._handlers:
            self._handlers[node] = handlers.handler(self, node)
        return self._handlers[node]

    def loads(self, name: str, scope: cst.FunctionDef | cst.Lambda | None) -> tuple[cst.Name, ...]:
        """Where the name of a scope is read."""
        found: list[cst.Name] = []
        for node in self._tree.of_type(cst.Name):
            if node.value == name and self._is_load(node):
                owner, _ = self._evaluator.scopes.lookup(name, node)
                if owner is scope:
                    found.append(node)
        return tuple(found)

    def stores(self, name: str, scope: cst.FunctionDef | cst.Lambda | None) -> tuple[cst.CSTNode, ...]:
        """What binds the name in a scope."""
        return tuple(binding.statement for binding in self._evaluator.scopes.bindings(scope, name))

    def bound_by(self, name: cst.Name) -> tuple[cst.CSTNode, ...]:
        """What may have bound the name where it is read."""
        _, bindings = self._evaluator.scopes.lookup(name.value, name)
        return tuple(binding.statement for binding in reaching(self._tree, name, bindings)) if bindings else ()

    def uses(self, expression: cst.BaseExpression) -> tuple[Use, ...]:
        """What is done with the value of an expression."""
        return uses(self, self._evaluator, expression)

    def attribute_uses(self, receiver: cst.BaseExpression) -> frozenset[str]:
        """The attributes of the same receiver that are used in its whole function or class."""
        wanted = self.code(receiver)
        scope: cst.CSTNode = self.scope(receiver) or self._tree.root
        found = _attributes_of(scope, wanted)
        is_member = isinstance(receiver, cst.Attribute) and isinstance(receiver.value, cst.Name)
        if is_member and self._evaluator.site.scope:
            for segment in self._program.queries.ask(
                mentions, self.path, self._evaluator.site.scope, wanted.rpartition(".")[2]
            ):
                tree = tree_of(segment)
                if not isinstance(tree, Broken):
                    found |= _attributes_of(tree.root, wanted)
        return frozenset(found)

    def retry_loop(self, node: Retrying) -> RetryLoop | None:
        """How a loop, or a function that calls itself from a handler of a `try`, tries again."""
        if node not in self._retry_loops:
            self._retry_loops[node] = retry_loop(self, node)
        return self._retry_loops[node]

    def retry_policy(self, node: cst.Call | cst.Decorator) -> RetryPolicy | None:
        """What a call of a retry library, or its name as a decorator, asks for."""
        return retry_policy(self, node)

    def blocking(self, call: cst.Call) -> Blocking | None:
        """How a call may block for ever."""
        return blocking(self, self._evaluator, call)

    def wait(self, node: cst.Call | cst.Await) -> Wait | None:
        """How a call, or awaiting a future, waits without a bound where that is harmful."""
        return wait(self, self._evaluator, node)

    def is_exception(self, value: Value, *names: str) -> bool:
        """Whether the value is one of the named exception classes."""
        return isinstance(value, Class | Instance) and classes.is_subclass(self._program, value, frozenset(names))

    def _is_load(self, node: cst.Name) -> bool:
        parent = self._tree.parents.get(node)
        if isinstance(parent, cst.Attribute):
            return parent.value is node
        if isinstance(parent, cst.Arg):
            return parent.keyword is not node
        if isinstance(parent, cst.Param):
            return parent.default is node
        if isinstance(
            parent, cst.FunctionDef | cst.ClassDef | cst.AsName | cst.Global | cst.NameItem | cst.ImportAlias
        ):
            return False
        below: cst.CSTNode = node
        while isinstance(parent, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
            below, parent = parent, self._tree.parents.get(parent)
        if isinstance(parent, cst.AssignTarget | cst.AnnAssign | cst.NamedExpr | cst.For | cst.CompFor):
            return parent.target is not below
        return not isinstance(parent, cst.Del)


def _attributes_of(node: cst.CSTNode, receiver: str) -> set[str]:
    """The attribute names that follow a receiver, given as its source text."""
    words = receiver.split(".")
    found: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, cst.Attribute) and _dotted(inner.value) == words:
            found.add(inner.attr.value)
    return found


def _dotted(node: cst.BaseExpression) -> list[str]:
    if isinstance(node, cst.Attribute):
        above = _dotted(node.value)
        return [*above, node.attr.value] if above else []
    return [node.value] if isinstance(node, cst.Name) else []
