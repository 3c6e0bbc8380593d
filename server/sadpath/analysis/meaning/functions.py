"""What functions are and give: kind, decorators, parameters, declared and inferred results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import libcst as cst
import msgspec

from sadpath.analysis.meaning import annotated, classes, decorators, definitions, generics
from sadpath.analysis.meaning.binding import SCOPE_TYPES, all_parameters
from sadpath.analysis.meaning.denotation import NOTHING, because, describe, join
from sadpath.analysis.meaning.program import Program, module_name, module_path
from sadpath.analysis.meaning.queries import query
from sadpath.analysis.syntax.flow import paths
from sadpath.analysis.syntax.tree import children
from sadpath.rule import (
    UNKNOWN,
    Class,
    Constant,
    Coroutine,
    Denotation,
    Exit,
    Function,
    Instance,
    Value,
    is_coroutine,
    last_name,
    members,
    name_of,
)

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_GENERATORS = {"generator": "Generator", "async generator": "AsyncGenerator"}
_MANAGERS = {"manager": "_GeneratorContextManager", "async manager": "_AsyncGeneratorContextManager"}
_ENDS = frozenset({"sys.exit", "os._exit", "os.abort", "_sitebuiltins.Quitter"})
"""The last one is the class of the builtins `exit` and `quit`."""
_NEVER = frozenset({"typing.NoReturn", "typing.Never", "typing_extensions.NoReturn", "typing_extensions.Never"})
_MOST_RETURNS = 8


def defined(evaluator: Evaluator, node: cst.FunctionDef) -> Denotation:
    """The function that a definition of this unit makes, after its decorators."""
    qualname = definitions.qualname_of(evaluator.site.scope, evaluator.tree, node)
    module = evaluator.program.queries.ask(module_name, evaluator.site.path)
    name = evaluator.program.libraries.canonical(f"{module}.{qualname}")
    found = Denotation(Function(name, kind_of(node), evaluator.site.path, qualname))
    for decorator in reversed(node.decorators):
        found = decorators.decorated(evaluator, found, decorator.decorator)
    value = found.value
    if isinstance(value, Function) and value.kind == "coroutine":
        head = f"async def {node.name.value}" if node.asynchronous else f"def {node.name.value}"
        step = evaluator.evidence(f"`{node.name.value}` is `async def`", node)
        return because(found, type(step)(step.text, step.path, step.scope, head))
    return found


def kind_of(node: cst.FunctionDef) -> Literal["function", "coroutine", "generator", "async generator"]:
    """What calling the plain function gives."""
    yields = any(isinstance(inner, cst.Yield) for inner in own_nodes(node.body))
    if node.asynchronous is not None:
        yields = yields or (_is_abstract(node) and _promises_iterator(node))
        return "async generator" if yields else "coroutine"
    return "generator" if yields else "function"


def _promises_iterator(node: cst.FunctionDef) -> bool:
    """Whether a function is declared to return an asynchronous iterator: what implements an abstract one yields."""
    declared = node.returns.annotation if node.returns is not None else None
    if isinstance(declared, cst.Subscript):
        declared = declared.value
    return declared is not None and last_name(declared) in ("AsyncIterator", "AsyncGenerator", "AsyncIterable")


def own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes of a function's body that run when it runs: not the bodies of functions and classes in it."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in SCOPE_TYPES:
            stack.extend(reversed(children(node)))


def parameter(evaluator: Evaluator, node: cst.Param) -> Denotation:
    """What a parameter is in the body of its function."""
    parameters = evaluator.tree.parents.get(node)
    function = evaluator.tree.parents.get(parameters) if parameters is not None else None
    if isinstance(function, cst.FunctionDef) and isinstance(parameters, cst.Parameters):
        if node is parameters.star_arg or node is parameters.star_kwarg:
            return NOTHING
        this = _this(evaluator, function, node)
        if this is not None:
            return Denotation(this)
    if node.annotation is None:
        return NOTHING
    found = annotated.instance(evaluator, node.annotation.annotation)
    found = Denotation(generics.closed(found.value), found.because)
    what = describe(found.value)
    if not what:
        return found
    return because(found, evaluator.evidence(f"`{node.name.value}` is declared `{what}`", node))


def result(program: Program, function: Function, call: Call | None = None) -> Denotation:
    """What a call of the function gives; of a coroutine function, what awaiting that gives.

    `call`, where it is known, tells which overload is meant and what type variables stand for.
    """
    named = program.libraries.result(function.name)
    if named == "Self":
        return Denotation(function.receiver) if function.receiver is not None else NOTHING
    if named:
        return Denotation(Instance(classes.named(program, named, function.path)))
    if not function.path:
        return NOTHING
    found = program.queries.ask(returns, function.path, function.qualname, call.shape if call is not None else None)
    value = generics.substituted(found.value, _of_receiver(program, function))
    if call is not None and generics.is_open(value):
        value = generics.substituted(value, generics.meaning_in_call(function, call))
    if is_coroutine(value) and value != found.value:
        return NOTHING  # it only passes through, so this call is not what made it
    return Denotation(generics.closed(annotated.with_receiver(value, function.receiver)), found.because)


def given_by(program: Program, function: Function, call: Call | None = None) -> Denotation:
    """What a call of the function evaluates to: of a coroutine function its coroutine, of a manager the manager."""
    if function.kind == "coroutine":
        return Denotation(Coroutine(function))
    found = result(program, function, call)
    manager = _MANAGERS.get(function.kind)
    if manager is None:
        return found
    yielded = found.value.cls.arguments[:1] if isinstance(found.value, Instance) else ()
    path = program.queries.ask(module_path, "contextlib", function.path) or ""
    return Denotation(Instance(Class(f"contextlib.{manager}", path, manager, yielded)), found.because)


def _of_receiver(program: Program, function: Function) -> dict[str, Value]:
    """What the type variables of the class that defines a method stand for on its receiver."""
    receiver = function.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    if cls is None:
        return {}
    defining = function.qualname.rpartition(".")[0]
    for owner in program.queries.ask(classes.ancestry, cls).classes:
        if owner.path == function.path and owner.qualname == defining:
            return generics.solved(program, owner)
    return {}


class Shape(msgspec.Struct, frozen=True):
    """How many positional arguments a call gives, `self` included, and which keywords."""

    positional: int
    keywords: frozenset[str]


@dataclass(frozen=True)
class Call:
    """A call in the unit of an evaluator, of a function that may be bound."""

    evaluator: Evaluator
    node: cst.Call
    bound: bool

    @property
    def shape(self) -> Shape | None:
        """The shape of the arguments; None where some are unpacked."""
        if any(argument.star for argument in self.node.args):
            return None
        keywords = frozenset(argument.keyword.value for argument in self.node.args if argument.keyword is not None)
        return Shape(len(self.node.args) - len(keywords) + self.bound, keywords)


@query(cycle=NOTHING)
def returns(program: Program, path: str, qualname: str, shape: Shape | None) -> Denotation:
    """What a function returns, as declared or else as its `return` statements tell.

    Of several overloads, what those return that take a call of that shape: which of them is meant, types decide.
    """
    found = fitting(program, path, qualname, shape)
    results = [_declared(e, node) if node.returns is not None else _inferred(e, node) for e, node in found]
    return join(results) if results else NOTHING


def fitting(program: Program, path: str, qualname: str, shape: Shape | None) -> list[tuple[Evaluator, cst.FunctionDef]]:
    """The definitions of a function that take a call of a shape; all of them, if none seems to."""
    found = definitions.functions_named(program, path, qualname)
    if len(found) > 1 and shape is not None:
        return [(e, node) for e, node in found if _takes(node.params, shape)] or found
    return found


def _takes(parameters: cst.Parameters, shape: Shape) -> bool:
    """Whether a call of a shape fits the parameters."""
    positional = [*parameters.posonly_params, *parameters.params]
    if shape.positional > len(positional) and not isinstance(parameters.star_arg, cst.Param):
        return False
    named = {p.name.value for p in (*parameters.params, *parameters.kwonly_params)}
    if not shape.keywords <= named and parameters.star_kwarg is None:
        return False
    left = [*positional[shape.positional :], *parameters.kwonly_params]
    return all(p.default is not None or p.name.value in shape.keywords for p in left)


def _declared(evaluator: Evaluator, node: cst.FunctionDef) -> Denotation:
    assert node.returns is not None
    declared = annotated.instance(evaluator, node.returns.annotation)
    what = describe(declared.value)
    if not what or evaluator.site.path.endswith(".pyi"):
        return declared
    return because(declared, evaluator.evidence(f"`{node.name.value}` returns `{what}`", node))


def never_returns(evaluator: Evaluator, call: cst.Call) -> bool:
    """Whether a call always raises or ends the process."""
    values = members(evaluator.value(call.func))
    return all(_never(evaluator.program, value) for value in values)


def _never(program: Program, value: Value) -> bool:
    if name_of(value) in _ENDS:
        return True
    return (
        isinstance(value, Function)
        and value.kind == "function"
        and bool(value.path)
        and program.queries.ask(always_raises, value.path, value.qualname)
    )


@query(cycle=False)
def always_raises(program: Program, path: str, qualname: str) -> bool:
    """Whether a function is declared never to return, or every way through it raises; abstract ones do not count."""
    found = definitions.functions_named(program, path, qualname)
    return bool(found) and all(_raises(evaluator, node) for evaluator, node in found)


def _raises(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    if node.returns is not None:
        if name_of(evaluator.value(node.returns.annotation)) in _NEVER:
            return True
        if evaluator.site.path.endswith(".pyi"):
            return False
    ways = paths(node.body, lambda call: never_returns(evaluator, call))
    if not ways or any(way.exit not in (Exit.RAISES, Exit.ENDS) for way in ways):
        return False
    # `raise NotImplementedError` marks a method that subclasses replace.
    return not any("NotImplemented" in evaluator.tree.code(way.end) for way in ways if way.end is not None)


def _inferred(evaluator: Evaluator, node: cst.FunctionDef) -> Denotation:
    if evaluator.site.path.endswith(".pyi"):
        return NOTHING
    generator = _GENERATORS.get(kind_of(node))
    if generator is not None:
        return Denotation(Instance(evaluator.standard("typing", generator, _yielded(evaluator, node))))
    found = [inner for inner in own_nodes(node.body) if isinstance(inner, cst.Return)]
    if len(found) > _MOST_RETURNS:
        return NOTHING
    if not found:
        return Denotation(Constant(None)) if not _is_abstract(node) else NOTHING
    return join([evaluator.denote(r.value) if r.value is not None else Denotation(Constant(None)) for r in found])


def _yielded(evaluator: Evaluator, node: cst.FunctionDef) -> Value:
    """What a generator function without a declared result yields."""
    found = [inner.value for inner in own_nodes(node.body) if isinstance(inner, cst.Yield)]
    values = [value for value in found if value is not None and not isinstance(value, cst.From)]
    return join([evaluator.denote(value) for value in values]).value if len(values) == len(found) else UNKNOWN


def _is_abstract(node: cst.FunctionDef) -> bool:
    """A body of `...`, `pass`, a docstring or a single `raise` says nothing about what overriding methods return."""
    body = node.body.body
    statements = [s.body[0] if isinstance(s, cst.SimpleStatementLine) else s for s in body]
    return all(
        isinstance(s, cst.Pass | cst.Raise)
        or (isinstance(s, cst.Expr) and isinstance(s.value, cst.Ellipsis | cst.SimpleString | cst.ConcatenatedString))
        for s in statements
    )


def _this(evaluator: Evaluator, function: cst.FunctionDef, node: cst.Param) -> Value | None:
    """The instance or class that the first parameter of a method is."""
    if next(all_parameters(function.params), None) is not node:
        return None
    cls = enclosing_class(evaluator, function)
    if cls is None:
        return None
    kind = decorators.method_kind(evaluator, function)
    if kind == "static":
        return None
    return cls if kind == "class" else Instance(cls)


def enclosing_class(evaluator: Evaluator, function: cst.CSTNode) -> Class | None:
    """The class in whose body a definition directly stands."""
    for above in evaluator.tree.ancestors(function):
        if isinstance(above, cst.ClassDef):
            return classes.defined(evaluator, above)
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return None
    scope = evaluator.site.scope
    if not scope:
        return None
    module = evaluator.program.queries.ask(module_name, evaluator.site.path)
    return Class(evaluator.program.libraries.canonical(f"{module}.{scope}"), evaluator.site.path, scope)
