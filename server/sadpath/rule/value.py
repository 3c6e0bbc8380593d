"""What an expression denotes, as far as files can tell. All values are immutable, comparable and serialisable."""

from typing import TypeAlias

import msgspec

from sadpath.rule.diagnostic import Evidence


class Unknown(msgspec.Struct, frozen=True, tag="unknown"):
    """Nothing is known: a rule stays silent."""


UNKNOWN = Unknown()


class Constant(msgspec.Struct, frozen=True, tag="constant"):
    """A literal. Distinguish `True` from `1` with `is` on `value`."""

    value: bool | int | float | str | None


class Module(msgspec.Struct, frozen=True, tag="module"):
    """An imported module whose file is known."""

    name: str
    path: str


class External(msgspec.Struct, frozen=True, tag="external"):
    """Something reached through an import that leads to no file, known by its dotted name only."""

    name: str


class Class(msgspec.Struct, frozen=True, tag="class"):
    """A class. `path` is "" where only the library tables know it; `qualname` is its name inside its module.

    `arguments` are its type arguments: `list[Client]` is `Class("builtins.list", arguments=(Instance(Client),))`.
    """

    name: str
    path: str = ""
    qualname: str = ""
    arguments: tuple["Value", ...] = ()


class Argument(msgspec.Struct, frozen=True):
    """One argument of a call: `keyword` is "" for a positional one, "*" and "**" for unpacked ones."""

    keyword: str
    value: "Value"


class Instance(msgspec.Struct, frozen=True, tag="instance"):
    """An object of a class. `given` holds the arguments of the constructor call, None where that was not seen."""

    cls: Class
    given: tuple[Argument, ...] | None = None


class Function(msgspec.Struct, frozen=True, tag="function"):
    """A function or method, bound where `receiver` is set. `kind` tells what calling it gives.

    A "manager" is a generator that `contextlib.contextmanager` decorates.

    `name` is dotted: the library's public name where the library tables know it ("requests.Session.get"), otherwise
    module and qualified name.
    """

    name: str
    kind: str = "function"  # "function" | "coroutine" | "generator" | "async generator" | "manager" | "async manager"
    path: str = ""
    qualname: str = ""
    receiver: "Instance | Class | None" = None


class Coroutine(msgspec.Struct, frozen=True, tag="coroutine"):
    """A coroutine object: what calling an `async def` gives before it is awaited."""

    function: Function
    result: "Value" = UNKNOWN


class Display(msgspec.Struct, frozen=True, tag="display"):
    """A tuple, list, set or dict display; of a dict, the values. `kind` is the builtin's name."""

    kind: str
    items: tuple["Value", ...]


class Variable(msgspec.Struct, frozen=True, tag="variable"):
    """A type variable, in the declared types of generic classes and functions; no rule ever sees one."""

    name: str
    bound: "Value" = UNKNOWN


class Alias(msgspec.Struct, frozen=True, tag="alias"):
    """A type that is written as an expression, such as `Client | None`: `of` is what its objects are."""

    of: "Value"


class Union(msgspec.Struct, frozen=True, tag="union"):
    """One of several values, none of them a union; Unknown may be among them."""

    members: tuple["Value", ...]


Value: TypeAlias = (
    Unknown
    | Constant
    | Module
    | External
    | Class
    | Instance
    | Function
    | Coroutine
    | Display
    | Variable
    | Alias
    | Union
)


class Denotation(msgspec.Struct, frozen=True):
    """A value, and the chain of evidence that led to it."""

    value: Value
    because: tuple[Evidence, ...] = ()


def members(value: Value) -> tuple[Value, ...]:
    """The possible values: the members of a union, or the value alone."""
    return value.members if isinstance(value, Union) else (value,)


def name_of(value: Value) -> str:
    """The dotted name of a module, class, function or external; of an instance, its class's; else ""."""
    if isinstance(value, Instance):
        return value.cls.name
    if isinstance(value, Module | External | Class | Function):
        return value.name
    return ""


def is_coroutine(value: Value) -> bool:
    """Whether the value is a coroutine object, whichever of its members it is."""
    return all(isinstance(member, Coroutine) or name_of(member) in _COROUTINE_CLASSES for member in members(value))


_COROUTINE_CLASSES = frozenset({"typing.Coroutine", "collections.abc.Coroutine", "types.CoroutineType"})
