"""Type variables: which ones a class has, and what they stand for on an instance or in a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import annotated, classes, definitions, functions
from sadpath.analysis.meaning.binding import all_parameters
from sadpath.analysis.meaning.denotation import join
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import query
from sadpath.rule import (
    UNKNOWN,
    Alias,
    Class,
    Coroutine,
    Denotation,
    Display,
    Function,
    Instance,
    Union,
    Value,
    Variable,
    members,
)

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_CLOSED: Mapping[str, Value] = {}
"""Stands for "nothing more is known": each variable is replaced by its bound."""
_DECLARE = frozenset({"typing.Generic", "typing.Protocol"})
_AWAITED = frozenset({"typing.Awaitable", "typing.Coroutine"})
_ITERABLES = frozenset({"typing.Iterable", "typing.Collection", "typing.Sequence", "typing.Container"})


@query(cycle=())
def type_parameters(program: Program, path: str, qualname: str) -> tuple[str, ...]:
    """The names of a class's type variables, in the order in which a subscript gives them."""
    for evaluator, node in definitions.definitions(program, path, qualname):
        if isinstance(node, cst.ClassDef):
            if node.type_parameters is not None:
                return tuple(item.param.name.value for item in node.type_parameters.params)
            return _from_bases([evaluator.value(argument.value) for argument in node.bases])
    return ()


def solved(program: Program, cls: Class) -> dict[str, Value]:
    """What a class's type variables stand for where it is subscripted."""
    if not cls.arguments or not cls.path:
        return {}
    names = program.queries.ask(type_parameters, cls.path, cls.qualname)
    return dict(zip(names, cls.arguments, strict=False))


def substituted(value: Value, meaning: Mapping[str, Value]) -> Value:
    """The value with type variables replaced by what they stand for; those without a meaning stay."""
    if isinstance(value, Variable):
        return value.bound if meaning is _CLOSED else meaning.get(value.name, value)
    if isinstance(value, Instance) and value.cls.arguments:
        return Instance(_class(value.cls, meaning), value.given)
    if isinstance(value, Class) and value.arguments:
        return _class(value, meaning)
    if isinstance(value, Union):
        return join([Denotation(substituted(member, meaning)) for member in value.members]).value
    if isinstance(value, Display):
        return Display(value.kind, tuple(substituted(item, meaning) for item in value.items))
    if isinstance(value, Alias):
        return Alias(substituted(value.of, meaning))
    return value


def is_open(value: Value) -> bool:
    """Whether a type variable is left in the value."""
    return isinstance(value, Variable) or any(is_open(part) for part in _parts(value))


def variables(value: Value) -> tuple[str, ...]:
    """The names of the type variables in a value, in order of their first appearance."""
    if isinstance(value, Variable):
        return (value.name,)
    return tuple(dict.fromkeys(name for part in _parts(value) for name in variables(part)))


def closed(value: Value) -> Value:
    """The value with the bounds of the type variables that are left, or unknowns, in their place."""
    return substituted(value, _CLOSED) if is_open(value) else value


def meaning_in_call(function: Function, call: functions.Call) -> dict[str, Value]:
    """What the type variables of a function stand for, as the arguments of a call tell."""
    evaluator = call.evaluator
    for definer, node in functions.fitting(evaluator.program, function.path, function.qualname, call.shape):
        meaning: dict[str, Value] = {}
        for parameter, argument in _given(node.params, call.node, bound=call.bound):
            if parameter.annotation is not None:
                declared = annotated.instance(definer, parameter.annotation.annotation).value
                if is_open(declared):
                    _match(declared, evaluator.value(argument), meaning, evaluator)
        if meaning:
            return meaning
    return {}


def _given(
    parameters: cst.Parameters, call: cst.Call, *, bound: bool
) -> Iterator[tuple[cst.Param, cst.BaseExpression]]:
    """Each argument of a call with the parameter that takes it, up to the first unpacked one."""
    positional = [*parameters.posonly_params, *parameters.params][bound:]
    named = {parameter.name.value: parameter for parameter in all_parameters(parameters)}
    rest = parameters.star_arg if isinstance(parameters.star_arg, cst.Param) else None
    for index, argument in enumerate(call.args):
        if argument.star:
            return
        if argument.keyword is not None:
            parameter = named.get(argument.keyword.value)
        else:
            parameter = positional[index] if index < len(positional) else rest
        if parameter is not None:
            yield parameter, argument.value


def _match(declared: Value, given: Value, meaning: dict[str, Value], evaluator: Evaluator) -> None:
    """Note what the type variables of a declared type stand for, so that the given value fits."""
    for member in members(declared):
        if isinstance(member, Variable):
            if member.bound == UNKNOWN or not isinstance(given, Coroutine):
                meaning.setdefault(member.name, given)
        elif isinstance(member, Instance) and member.cls.arguments:
            for argument, found in _arguments(member.cls, given, evaluator):
                if found != UNKNOWN:
                    _match(argument, found, meaning, evaluator)


def _arguments(declared: Class, given: Value, evaluator: Evaluator) -> Iterable[tuple[Value, Value]]:
    """The type arguments of a declared class, each with what it is for the given value."""
    last = declared.arguments[-1]
    if isinstance(given, Class):
        return [(last, Instance(given))] if declared.name in ("builtins.type", annotated.CALLABLE) else []
    if isinstance(given, Function):
        return (
            [(last, functions.given_by(evaluator.program, given).value)] if declared.name == annotated.CALLABLE else []
        )
    if isinstance(given, Coroutine):
        return [(last, evaluator.awaited(Denotation(given)).value)] if declared.name in _AWAITED else []
    if isinstance(given, Display):
        whole = declared.name in _ITERABLES and given.kind != "dict" and given.items
        return [(last, join([Denotation(item) for item in given.items]).value)] if whole else []
    if isinstance(given, Instance):
        for above in evaluator.program.queries.ask(classes.ancestry, given.cls).classes:
            if above.name == declared.name:
                return zip(declared.arguments, above.arguments, strict=False)
    return []


def _parts(value: Value) -> tuple[Value, ...]:
    """The values that type variables may stand in."""
    if isinstance(value, Instance):
        return value.cls.arguments
    if isinstance(value, Class):
        return value.arguments
    if isinstance(value, Union | Display):
        return value.members if isinstance(value, Union) else value.items
    return (value.of,) if isinstance(value, Alias) else ()


def _class(cls: Class, meaning: Mapping[str, Value]) -> Class:
    return Class(cls.name, cls.path, cls.qualname, tuple(substituted(item, meaning) for item in cls.arguments))


def _from_bases(bases: Iterable[Value]) -> tuple[str, ...]:
    """`Generic[...]` and `Protocol[...]` give the order; without them, the order in which the bases name them."""
    found: dict[str, None] = {}
    for base in bases:
        if isinstance(base, Class):
            named = [item.name for item in base.arguments if isinstance(item, Variable)]
            if base.name in _DECLARE and named:
                return tuple(named)
            found.update(dict.fromkeys(named))
    return tuple(found)
