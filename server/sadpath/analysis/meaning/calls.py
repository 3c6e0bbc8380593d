"""What calls give, and what comes out of awaiting, entering, iterating and unpacking values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import annotated, classes, functions
from sadpath.analysis.meaning.denotation import NOTHING, after, join
from sadpath.rule import (
    UNKNOWN,
    Argument,
    Class,
    Coroutine,
    Denotation,
    Display,
    External,
    Function,
    Instance,
    Value,
    members,
)

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_PARTIAL = "functools.partial"
_SHOWS_ARGUMENTS = frozenset({_PARTIAL, "typing.TypeVar", "typing_extensions.TypeVar"})
_AWAITABLES = frozenset(
    {
        "typing.Awaitable",
        "typing.Coroutine",
        "collections.abc.Awaitable",
        "collections.abc.Coroutine",
        "types.CoroutineType",
        "asyncio.Task",
        "asyncio.tasks.Task",
        "_asyncio.Task",
        "asyncio.Future",
        "asyncio.futures.Future",
        "_asyncio.Future",
    }
)
_COROUTINES = frozenset({"typing.Coroutine", "collections.abc.Coroutine", "types.CoroutineType"})
_IDENTITIES = frozenset({"weakref.proxy", "_weakref.proxy", "copy.copy", "copy.deepcopy", "builtins.reversed"})
"""Functions that give something that is used like their first argument."""
_GENERATORS = {"generator": "typing.Generator", "async generator": "typing.AsyncGenerator"}


def called(evaluator: Evaluator, node: cst.Call) -> Denotation:
    """What a call gives."""
    special = _special(evaluator, node)
    if special is not None:
        return special
    callee = evaluator.denote(node.func)
    return after(callee, join([_call(evaluator, value, node) for value in members(callee.value)]))


def awaited(evaluator: Evaluator, found: Denotation) -> Denotation:
    """What awaiting a value gives."""
    return after(found, join([_await(evaluator, value) for value in members(found.value)]))


def entered(evaluator: Evaluator, found: Denotation, *, is_async: bool) -> Denotation:
    """What `with` binds: the result of `__enter__`, or awaiting that of `__aenter__`."""
    method = "__aenter__" if is_async else "__enter__"
    results: list[Denotation] = []
    for value in members(found.value):
        if not isinstance(value, Instance):
            results.append(NOTHING)
            continue
        entry = classes.attribute(evaluator, value, method).value
        if isinstance(entry, Function):
            results.append(functions.result(evaluator.program, entry))
        else:
            # A class known from the tables only: nearly all context managers of clients give themselves.
            results.append(NOTHING if value.cls.path else Denotation(value))
    return after(found, join(results))


def iterated(evaluator: Evaluator, found: Denotation, *, is_async: bool) -> Denotation:
    """What a loop over a value gives in each turn."""
    return after(found, join([_item(evaluator, value, is_async=is_async) for value in members(found.value)]))


def _item(evaluator: Evaluator, value: Value, *, is_async: bool) -> Denotation:
    if isinstance(value, Display) and not is_async:
        return join([Denotation(item) for item in value.items]) if value.items and value.kind != "dict" else NOTHING
    if not isinstance(value, Instance):
        return NOTHING
    if value.cls.name == "builtins.tuple" and value.cls.arguments:
        return join([Denotation(item) for item in value.cls.arguments])
    method = classes.attribute(evaluator, value, "__aiter__" if is_async else "__iter__").value
    iterator = functions.result(evaluator.program, method).value if isinstance(method, Function) else UNKNOWN
    arguments = iterator.cls.arguments if isinstance(iterator, Instance) else ()
    return Denotation(arguments[0]) if arguments else NOTHING


def unpacked(found: Denotation, index: int) -> Denotation:
    """What the target at a position (0-based; -1: behind a star) gets of a value."""
    value = found.value
    if index < 0:
        return NOTHING
    if isinstance(value, Display) and index < len(value.items) and value.kind != "dict":
        return Denotation(value.items[index], found.because)
    if isinstance(value, Instance) and value.cls.name == "builtins.tuple" and index < len(value.cls.arguments):
        return Denotation(value.cls.arguments[index], found.because)
    return NOTHING


def _call(evaluator: Evaluator, value: Value, node: cst.Call) -> Denotation:
    if isinstance(value, Function):
        if value.name in _IDENTITIES and node.args:
            return evaluator.denote(node.args[0].value)
        return _call_function(evaluator, value, node)
    if isinstance(value, Class):
        return _construct(evaluator, value, node)
    if isinstance(value, Instance):
        return _call_instance(evaluator, value, node)
    if isinstance(value, External):
        named = evaluator.program.libraries.result(value.name)
        return Denotation(Instance(Class(named))) if named and named != "Self" else NOTHING
    return NOTHING


def _call_function(evaluator: Evaluator, function: Function, node: cst.Call) -> Denotation:
    if function.kind == "coroutine":
        return Denotation(Coroutine(function))
    generator = _GENERATORS.get(function.kind)
    if generator is not None:
        return Denotation(Instance(Class(generator)))
    return functions.result(
        evaluator.program, function, functions.Call(evaluator, node, bound=function.receiver is not None)
    )


def _construct(evaluator: Evaluator, cls: Class, node: cst.Call) -> Denotation:
    if cls.name == "builtins.type":
        return _type_of(evaluator, node)
    known = cls.name in _SHOWS_ARGUMENTS or any(
        evaluator.program.libraries.knows(above.name)
        for above in evaluator.program.queries.ask(classes.ancestry, cls).classes
    )
    return Denotation(Instance(cls, _given(evaluator, node) if known else None))


def _given(evaluator: Evaluator, node: cst.Call) -> tuple[Argument, ...]:
    return tuple(
        Argument(argument.star or (argument.keyword.value if argument.keyword else ""), evaluator.value(argument.value))
        for argument in node.args
    )


def _call_instance(evaluator: Evaluator, value: Instance, node: cst.Call) -> Denotation:
    if value.cls.name == _PARTIAL and value.given:
        return _call(evaluator, value.given[0].value, node)
    found = classes.attribute(evaluator, value, "__call__")
    return after(found, _call(evaluator, found.value, node)) if isinstance(found.value, Function) else NOTHING


def _await(evaluator: Evaluator, value: Value) -> Denotation:
    if isinstance(value, Coroutine):
        return functions.result(evaluator.program, value.function)
    if isinstance(value, Instance):
        arguments = value.cls.arguments
        if value.cls.name in _AWAITABLES and arguments:
            return Denotation(arguments[2] if value.cls.name in _COROUTINES and len(arguments) == 3 else arguments[0])
    return NOTHING


def _special(evaluator: Evaluator, node: cst.Call) -> Denotation | None:
    """Builtins whose result follows from their arguments."""
    if not isinstance(node.func, cst.Name | cst.Attribute):
        return None
    name = node.func.value if isinstance(node.func, cst.Name) else node.func.attr.value
    if name == "super" and isinstance(node.func, cst.Name) and not node.args:
        return _super(evaluator, node)
    if name == "cast" and len(node.args) == 2:
        function = evaluator.value(node.func)
        if isinstance(function, Function) and function.name in ("typing.cast", "typing_extensions.cast"):
            return annotated.instance(evaluator, node.args[0].value)
    return None


def _super(evaluator: Evaluator, node: cst.Call) -> Denotation:
    """`super()`, looked up from the first base on."""
    function = next((a for a in evaluator.tree.ancestors(node) if isinstance(a, cst.FunctionDef)), None)
    cls = functions.enclosing_class(evaluator, function) if function is not None else None
    if cls is None:
        return NOTHING
    found = evaluator.program.queries.ask(classes.ancestry, cls)
    above = found.classes[1 : found.certain]
    return Denotation(Instance(above[0])) if above else NOTHING


def _type_of(evaluator: Evaluator, node: cst.Call) -> Denotation:
    if len(node.args) != 1:
        return NOTHING
    kinds = [m.cls if isinstance(m, Instance) else UNKNOWN for m in members(evaluator.value(node.args[0].value))]
    return join([Denotation(kind) for kind in kinds])
