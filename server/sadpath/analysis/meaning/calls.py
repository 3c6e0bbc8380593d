"""What calls give, and what comes out of awaiting, entering, iterating and unpacking values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import annotated, classes, functions, generics
from sadpath.analysis.meaning.denotation import NOTHING, after, join, present
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
_TYPE_VARIABLES = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})
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
"""What gives something that is used like its first argument."""


def called(evaluator: Evaluator, node: cst.Call) -> Denotation:
    """What a call gives."""
    special = _special(evaluator, node)
    if special is not None:
        return special
    callee = evaluator.denote(node.func)
    return after(callee, join([_call(evaluator, value, node) for value in present(callee.value)]))


def awaited(evaluator: Evaluator, found: Denotation) -> Denotation:
    """What awaiting a value gives."""
    return after(found, join([_await(evaluator, value) for value in present(found.value)]))


def entered(evaluator: Evaluator, found: Denotation, *, is_async: bool) -> Denotation:
    """What `with` binds: the result of `__enter__`, or awaiting that of `__aenter__`."""
    method = "__aenter__" if is_async else "__enter__"
    results: list[Denotation] = []
    for value in present(found.value):
        if is_async and isinstance(value, Coroutine) and not value.function.path:
            # Libraries have awaitables that may be entered instead: `async with session.get(url) as response`.
            results.append(functions.result(evaluator.program, value.function))
            continue
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
    return after(found, join([_item(evaluator, value, is_async=is_async) for value in present(found.value)]))


def _item(evaluator: Evaluator, value: Value, *, is_async: bool) -> Denotation:
    if isinstance(value, Display) and not is_async:
        return join([Denotation(item) for item in value.items]) if value.items and value.kind != "dict" else NOTHING
    if not isinstance(value, Instance):
        return NOTHING
    if value.cls.name == "builtins.tuple" and value.cls.arguments:
        return join([Denotation(item) for item in value.cls.arguments])
    iterator = _called_method(evaluator, value, "__aiter__" if is_async else "__iter__")
    if is_async:
        return evaluator.awaited(_called_method(evaluator, iterator.value, "__anext__"))
    return _called_method(evaluator, iterator.value, "__next__")


def _called_method(evaluator: Evaluator, value: Value, name: str) -> Denotation:
    method = classes.attribute(evaluator, value, name).value if isinstance(value, Instance) else UNKNOWN
    return functions.given_by(evaluator.program, method) if isinstance(method, Function) else NOTHING


def element(evaluator: Evaluator, value: Value) -> Value:
    """What subscribing an object of a class with its own `__getitem__` gives."""
    return _called_method(evaluator, value, "__getitem__").value


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
    if isinstance(value, Function | Class) and value.name in _IDENTITIES and node.args:
        return evaluator.denote(node.args[0].value)
    if isinstance(value, Function):
        return functions.given_by(
            evaluator.program, value, functions.Call(evaluator, node, bound=value.receiver is not None)
        )
    if isinstance(value, Class):
        return _construct(evaluator, value, node)
    if isinstance(value, Instance):
        return _call_instance(evaluator, value, node)
    if isinstance(value, External):
        named = evaluator.program.libraries.result(value.name)
        return Denotation(Instance(Class(named))) if named and named != "Self" else NOTHING
    return NOTHING


def _construct(evaluator: Evaluator, cls: Class, node: cst.Call) -> Denotation:
    if cls.name == "builtins.type":
        return _type_of(evaluator, node)
    if cls.name in _TYPE_VARIABLES:
        return Denotation(Instance(cls, (Argument("bound", annotated.variable_bound(evaluator, node)),)))
    known = cls.name == _PARTIAL or any(
        evaluator.program.libraries.knows(above.name)
        for above in evaluator.program.queries.ask(classes.ancestry, cls).classes
    )
    return Denotation(Instance(_solved(evaluator, cls, node), _given(evaluator, node) if known else None))


def _solved(evaluator: Evaluator, cls: Class, node: cst.Call) -> Class:
    """The class with its type arguments, as the arguments of the constructor call tell.

    A `__new__` may give another class: `reversed(...)` is an iterator.
    """
    ask = evaluator.program.queries.ask
    names = ask(generics.type_parameters, cls.path, cls.qualname) if cls.path and not cls.arguments else ()
    if not names or not node.args:
        return cls
    makes = classes.attribute(evaluator, cls, "__new__").value
    call = functions.Call(evaluator, node, bound=True)
    if isinstance(makes, Function) and makes.path:
        made = functions.result(evaluator.program, makes, call).value
        if isinstance(made, Instance) and made.cls.arguments:
            return made.cls
    meaning: dict[str, Value] = {}
    for method in (makes, classes.attribute(evaluator, Instance(cls), "__init__").value):
        if isinstance(method, Function) and method.path:
            meaning |= generics.meaning_in_call(method, call)
    arguments = tuple(meaning.get(name, UNKNOWN) for name in names)
    return Class(cls.name, cls.path, cls.qualname, arguments) if set(arguments) != {UNKNOWN} else cls


def _given(evaluator: Evaluator, node: cst.Call) -> tuple[Argument, ...]:
    return tuple(
        Argument(argument.star or (argument.keyword.value if argument.keyword else ""), evaluator.value(argument.value))
        for argument in node.args
    )


def _call_instance(evaluator: Evaluator, value: Instance, node: cst.Call) -> Denotation:
    if value.cls.name == _PARTIAL and value.given:
        return _call(evaluator, value.given[0].value, node)
    if value.cls.name == annotated.CALLABLE:
        return Denotation(generics.closed(value.cls.arguments[0]))
    found = classes.attribute(evaluator, value, "__call__")
    return after(found, _call(evaluator, found.value, node)) if isinstance(found.value, Function) else NOTHING


def _await(evaluator: Evaluator, value: Value) -> Denotation:
    if isinstance(value, Coroutine):
        return functions.result(evaluator.program, value.function)
    if isinstance(value, Instance):
        arguments = value.cls.arguments
        if value.cls.name in _AWAITABLES and arguments:
            return Denotation(arguments[2] if value.cls.name in _COROUTINES and len(arguments) == 3 else arguments[0])
        given = _called_method(evaluator, value, "__await__")
        if not isinstance(given.value, Instance) or given.value.cls.name != "typing.Generator":
            return given  # as the library tables say
        return Denotation(given.value.cls.arguments[2]) if len(given.value.cls.arguments) == 3 else NOTHING
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
