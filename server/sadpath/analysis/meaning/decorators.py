"""What decorators make of functions: how a class binds them, and what calling them gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import libcst as cst

from sadpath.analysis.meaning import annotated, definitions, functions, generics
from sadpath.analysis.meaning.binding import all_parameters, is_name
from sadpath.analysis.meaning.denotation import NOTHING
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import query
from sadpath.rule import Denotation, Function, name_of, what_decorates

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_METHOD_KINDS: dict[str, Literal["static", "class", "property"]] = {
    "staticmethod": "static",
    "abc.abstractstaticmethod": "static",
    "classmethod": "class",
    "abc.abstractclassmethod": "class",
    "property": "property",
    "abc.abstractproperty": "property",
    "functools.cached_property": "property",
    "types.DynamicClassAttribute": "property",
}
_KEEPS_KIND = frozenset(
    {
        "abc.abstractmethod",
        "typing.overload",
        "typing.override",
        "typing.final",
        "typing.no_type_check",
        "typing_extensions.overload",
        "typing_extensions.override",
        "typing_extensions.final",
        "typing_extensions.deprecated",
        "warnings.deprecated",
        *_METHOD_KINDS,
    }
)
_MAKES_MANAGER = {"contextlib.contextmanager": "manager", "contextlib.asynccontextmanager": "async manager"}


def decorated(evaluator: Evaluator, found: Denotation, decorator: cst.BaseExpression) -> Denotation:
    """What a decorator makes of a function; unknown for decorators that are not known to keep what a call gives."""
    name = decorator_name(evaluator, decorator)
    if name in _KEEPS_KIND or evaluator.program.libraries.decorator(name) == "transparent":
        return found
    if isinstance(decorator, cst.Attribute) and decorator.attr.value in ("setter", "deleter", "getter"):
        return found
    if name in _MAKES_MANAGER and isinstance(found.value, Function) and "generator" in found.value.kind:
        function = found.value
        made = Function(function.name, _MAKES_MANAGER[name], function.path, function.qualname)
        return Denotation(made, found.because)
    value = evaluator.value(what_decorates(decorator))
    if isinstance(value, Function) and value.path and isinstance(found.value, Function):
        levels = 2 if isinstance(decorator, cst.Call) else 1
        kind = evaluator.program.queries.ask(decorates_to, value.path, value.qualname, levels)
        if kind == "same":
            return found
        if kind == "coroutine" and found.value.kind == "coroutine":
            return found
        if kind == "coroutine":
            # What awaiting it gives is up to the decorator, which may await what the plain function returns.
            return Denotation(Function(found.value.name, kind), found.because)
    return NOTHING


@query(cycle="")
def decorates_to(program: Program, path: str, qualname: str, levels: int) -> str:
    """What a decorator (`levels` 2: what a call of it gives) makes of a function: "same", "coroutine" or "".

    "same" where it is declared to return what it takes, or returns the function itself; "coroutine" where it returns an
    `async def` that it defines.
    """
    found = definitions.functions_named(program, path, qualname)
    kinds = {_decorates_to(evaluator, node, levels) for evaluator, node in found}
    return kinds.pop() if len(kinds) == 1 else ""


def _decorates_to(evaluator: Evaluator, node: cst.FunctionDef, levels: int) -> str:
    returned = [inner.value for inner in functions.own_nodes(node.body) if isinstance(inner, cst.Return)]
    inner_functions = {n.name.value: n for n in functions.own_nodes(node.body) if isinstance(n, cst.FunctionDef)}
    if levels == 1 and _declared_same(evaluator, node):
        return "same"
    if len(returned) != 1 or not isinstance(returned[0], cst.Name):
        return ""
    name = returned[0].value
    first = next(all_parameters(node.params), None)
    if levels == 1 and first is not None and first.name.value == name:
        return "same"
    inner = inner_functions.get(name)
    if inner is None:
        return ""
    if levels > 1:
        return _decorates_to(evaluator, inner, levels - 1)
    if first is not None and _only_wrapped(evaluator, inner) and _passes_on(inner, first.name.value):
        return "same"
    return "coroutine" if functions.kind_of(inner) == "coroutine" and _only_wrapped(evaluator, inner) else ""


def _passes_on(node: cst.FunctionDef, function: str) -> bool:
    """Whether every `return` of a plain wrapper gives what a call of the wrapped function gives, as it is."""
    if functions.kind_of(node) != "function":
        return False
    returned = [inner.value for inner in functions.own_nodes(node.body) if isinstance(inner, cst.Return)]
    calls = [value.func for value in returned if isinstance(value, cst.Call)]
    return bool(calls) and len(calls) == len(returned) and all(is_name(call, function) for call in calls)


def _only_wrapped(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    return all(decorator_name(evaluator, d.decorator) == "functools.wraps" for d in node.decorators)


def _declared_same(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    """`def decorate(function: F) -> F`, with a type variable `F`, or `(Callable[P, R]) -> Callable[P, R]`."""
    first = next(all_parameters(node.params), None)
    if first is None or first.annotation is None or node.returns is None:
        return False
    taken, given = first.annotation.annotation, node.returns.annotation
    if isinstance(taken, cst.Subscript) and evaluator.tree.code(taken) == evaluator.tree.code(given):
        result_type = annotated.instance(evaluator, taken).value
        return name_of(result_type) == annotated.CALLABLE and generics.is_open(result_type)
    if not isinstance(taken, cst.Name) or not isinstance(given, cst.Name) or taken.value != given.value:
        return False
    own = node.type_parameters is not None and any(
        p.param.name.value == given.value for p in node.type_parameters.params
    )
    return own or name_of(evaluator.value(given)) in ("typing.TypeVar", "typing_extensions.TypeVar")


def method_kind(evaluator: Evaluator, node: cst.FunctionDef) -> Literal["method", "static", "class", "property"]:
    """How a class binds the function to its instances."""
    if node.name.value in ("__new__", "__init_subclass__", "__class_getitem__"):
        return "class"
    for decorator in node.decorators:
        if isinstance(decorator.decorator, cst.Attribute) and decorator.decorator.attr.value in ("setter", "deleter"):
            return "property"
        known = _METHOD_KINDS.get(decorator_name(evaluator, decorator.decorator))
        if known is not None:
            return known
    return "method"


def decorator_name(evaluator: Evaluator, node: cst.BaseExpression) -> str:
    """The dotted name of what decorates, or of what is called to decorate; builtins without their module."""
    return name_of(evaluator.value(what_decorates(node))).removeprefix("builtins.")
