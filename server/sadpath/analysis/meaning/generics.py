"""Type variables: which ones a class has, and what they stand for on an instance or in a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import annotated
from sadpath.analysis.meaning.binding import all_parameters
from sadpath.analysis.meaning.definitions import definitions
from sadpath.analysis.meaning.denotation import join
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import query
from sadpath.rule import (
    UNKNOWN,
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
_YIELDED_BY = frozenset(
    {"typing.Awaitable", "typing.Iterable", "typing.Iterator", "typing.AsyncIterable", "typing.Sequence"}
)


@query(cycle=())
def type_parameters(program: Program, path: str, qualname: str) -> tuple[str, ...]:
    """The names of a class's type variables, in the order in which a subscript gives them."""
    for evaluator, node in definitions(program, path, qualname):
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
    return value


def is_open(value: Value) -> bool:
    """Whether a type variable is left in the value."""
    if isinstance(value, Instance | Class):
        cls = value.cls if isinstance(value, Instance) else value
        return any(is_open(argument) for argument in cls.arguments)
    if isinstance(value, Union | Display):
        return any(is_open(item) for item in (value.members if isinstance(value, Union) else value.items))
    return isinstance(value, Variable)


def closed(value: Value) -> Value:
    """The value with the bounds of the type variables that are left, or unknowns, in their place."""
    return substituted(value, _CLOSED) if is_open(value) else value


def meaning_in_call(evaluator: Evaluator, function: Function, call: cst.Call) -> dict[str, Value]:
    """What the type variables of a function stand for, as the positional arguments of a call tell."""
    for definer, node in definitions(evaluator.program, function.path, function.qualname):
        if isinstance(node, cst.FunctionDef):
            parameters = [*all_parameters(node.params)]
            taken = parameters[1:] if function.receiver is not None else parameters
            meaning: dict[str, Value] = {}
            for parameter, argument in zip(taken, call.args, strict=False):
                if argument.keyword is not None or argument.star or parameter.annotation is None:
                    break
                declared = annotated.instance(definer, parameter.annotation.annotation).value
                _match(declared, evaluator.value(argument.value), meaning, evaluator)
            return meaning
    return {}


def _match(declared: Value, given: Value, meaning: dict[str, Value], evaluator: Evaluator) -> None:
    """Note what the type variables of a declared type stand for, so that the given value fits."""
    for member in members(declared):
        if isinstance(member, Variable):
            if member.bound == UNKNOWN or not isinstance(given, Coroutine):
                meaning.setdefault(member.name, given)
        elif isinstance(member, Class) and member.arguments == () and isinstance(given, Class):
            continue
        elif isinstance(member, Instance) and member.cls.arguments:
            inner = _inner(member.cls, given, evaluator)
            if inner != UNKNOWN:
                _match(member.cls.arguments[0], inner, meaning, evaluator)


def _inner(declared: Class, given: Value, evaluator: Evaluator) -> Value:
    """What the first type argument of a declared class is for the given value."""
    if declared.name == "builtins.type":
        return Instance(given) if isinstance(given, Class) else UNKNOWN
    if isinstance(given, Coroutine) and declared.name in ("typing.Awaitable", "typing.Coroutine"):
        return evaluator.awaited(Denotation(given)).value
    if isinstance(given, Instance) and (given.cls.name == declared.name or declared.name in _YIELDED_BY):
        return given.cls.arguments[0] if given.cls.arguments else UNKNOWN
    if isinstance(given, Display) and declared.name in _YIELDED_BY and given.kind != "dict":
        return join([Denotation(item) for item in given.items]).value if given.items else UNKNOWN
    return UNKNOWN


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
