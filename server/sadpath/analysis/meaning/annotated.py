"""What annotations say: the value that an object of the annotated type is, and what subscripts pick out of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import calls, generics
from sadpath.analysis.meaning.denotation import NOTHING, after, join, present
from sadpath.analysis.syntax.tree import walk
from sadpath.rule import (
    UNKNOWN,
    Alias,
    Class,
    Constant,
    Denotation,
    Display,
    Instance,
    Union,
    Value,
    Variable,
    last_name,
    members,
    name_of,
)

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_TRANSPARENT = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar"})
SELF = Instance(Class("typing.Self"))
"""What a method's `Self` gives until its receiver is known."""
_TYPE_VARIABLES = frozenset({"typing.TypeVar", "typing_extensions.TypeVar"})
_ALIASES = {"Tuple": "tuple", "Type": "type"}
_FORMS = frozenset(
    f"typing.{form}" for form in ("Optional", "Union", "Annotated", "Type", "Tuple", "Callable", "Literal")
)
"""Special forms that make a type when they are subscripted."""
CALLABLE = "typing.Callable"
"""The class of what is only known to be called; its one type argument is what that gives."""


def instance(evaluator: Evaluator, node: cst.BaseExpression) -> Denotation:
    """What an object of the annotated type is."""
    if isinstance(node, cst.SimpleString):
        return _quoted(evaluator, node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return join([instance(evaluator, node.left), instance(evaluator, node.right)])
    if isinstance(node, cst.Subscript):
        return _subscripted_annotation(evaluator, node)
    found = evaluator.denote(node)
    if isinstance(node, cst.Name | cst.Attribute) and name_of(found.value) in _TYPE_VARIABLES:
        return Denotation(Variable(last_name(node), _bound(found.value)))
    return after(found, Denotation(_instance_of(evaluator, found.value)))


def _bound(variable: Value) -> Value:
    """What every object of a type variable's type is at least."""
    given = variable.given if isinstance(variable, Instance) else None
    bound = next((argument.value for argument in given or () if argument.keyword == "bound"), UNKNOWN)
    return bound.of if isinstance(bound, Alias) else UNKNOWN


def variable_bound(evaluator: Evaluator, node: cst.Call) -> Alias:
    """What every object of the type variable that a call makes is at least; a default is closer than a bound."""
    by_name = {argument.keyword.value: argument.value for argument in node.args if argument.keyword is not None}
    for name in ("default", "bound"):
        if name in by_name:
            return Alias(instance(evaluator, by_name[name]).value)
    constraints = [argument.value for argument in node.args[1:] if argument.keyword is None and not argument.star]
    return Alias(join([instance(evaluator, constraint) for constraint in constraints]).value)


def subscripted(evaluator: Evaluator, node: cst.Subscript) -> Denotation:
    """What a subscript denotes: an element of a known container, or a class with type arguments."""
    receiver = evaluator.denote(node.value)
    found: list[Denotation] = []
    for value in present(receiver.value):
        if isinstance(value, Class) and not value.arguments:
            arguments = tuple(instance(evaluator, argument).value for argument in _arguments(node))
            found.append(Denotation(Class(value.name, value.path, value.qualname, arguments)))
        elif isinstance(value, Alias) or name_of(value) in _FORMS:
            found.append(Denotation(Alias(_subscripted_annotation(evaluator, node).value)))
        else:
            found.append(Denotation(_element(evaluator, value, node)))
    return after(receiver, join(found))


def with_receiver(value: Value, receiver: Value | None) -> Value:
    """A method's result where `Self` stands for the receiver's own class."""
    if SELF not in members(value):
        return value
    if receiver is None:
        return UNKNOWN
    this = (
        receiver if isinstance(receiver, Instance) else Instance(receiver) if isinstance(receiver, Class) else UNKNOWN
    )
    replaced = tuple(this if member == SELF else member for member in members(value))
    return replaced[0] if len(replaced) == 1 else Union(replaced)


def _quoted(evaluator: Evaluator, node: cst.SimpleString) -> Denotation:
    text = node.evaluated_value
    if not isinstance(text, str):
        return NOTHING
    try:
        expression = cst.parse_expression(text.strip())
    except (cst.ParserSyntaxError, RecursionError):
        return NOTHING
    if any(isinstance(inner, cst.SimpleString) for inner in walk(expression)) and "Literal" not in text:
        return NOTHING
    return instance(evaluator, expression)


def _subscripted_annotation(evaluator: Evaluator, node: cst.Subscript) -> Denotation:
    name = name_of(evaluator.value(node.value))
    short = name.removeprefix("typing.")
    arguments = _arguments(node)
    if not arguments:
        return NOTHING
    if short == "Optional":
        return join([instance(evaluator, arguments[0]), Denotation(Constant(None))])
    if short == "Union":
        return join([instance(evaluator, argument) for argument in arguments])
    if short in _TRANSPARENT or name.endswith("dataclasses.InitVar"):
        return instance(evaluator, arguments[0])
    if name == "builtins.type" or short == "Type":
        found = instance(evaluator, arguments[0])
        kinds = [m.cls if isinstance(m, Instance) else UNKNOWN for m in members(found.value)]
        return join([Denotation(kind, found.because) for kind in kinds])
    if short == "Callable" or name == "collections.abc.Callable":
        return Denotation(Instance(Class(CALLABLE, arguments=(instance(evaluator, arguments[-1]).value,))))
    if short == "Literal":
        return join([Denotation(evaluator.value(argument)) for argument in arguments])
    found = evaluator.denote(node.value)
    value = found.value
    if isinstance(value, Alias):
        meant = [instance(evaluator, argument).value for argument in arguments]
        meaning = dict(zip(generics.variables(value.of), meant, strict=False))
        return after(found, Denotation(generics.substituted(value.of, meaning)))
    if not isinstance(value, Class):
        return after(
            found, Denotation(_instance_of(evaluator, value, tuple(instance(evaluator, a).value for a in arguments)))
        )
    given = tuple(instance(evaluator, argument).value for argument in arguments)
    return after(found, Denotation(Instance(Class(value.name, value.path, value.qualname, given))))


def _instance_of(evaluator: Evaluator, value: Value, arguments: tuple[Value, ...] = ()) -> Value:
    if isinstance(value, Class):
        if value.name in ("typing.Any", "typing.TypeVar", "builtins.object"):
            return UNKNOWN
        return Instance(value)
    if isinstance(value, Constant) and value.value is None:
        return value
    if isinstance(value, Alias):
        return value.of
    name = name_of(value)
    short = name.removeprefix("typing.")
    if short == "Self":
        return SELF
    if short in _ALIASES:
        return Instance(evaluator.builtin(_ALIASES[short], *arguments))
    return UNKNOWN


def _arguments(node: cst.Subscript) -> list[cst.BaseExpression]:
    found: list[cst.BaseExpression] = []
    for element in node.slice:
        if isinstance(element.slice, cst.Index):
            found.append(element.slice.value)
    if len(found) == 1 and isinstance(found[0], cst.Tuple):
        return [element.value for element in found[0].elements]
    return found


def _element(evaluator: Evaluator, value: Value, node: cst.Subscript) -> Value:
    arguments = _arguments(node)
    if len(arguments) != 1:
        return UNKNOWN
    if isinstance(value, Display):
        index = evaluator.value(arguments[0])
        if value.kind != "dict" and isinstance(index, Constant) and isinstance(index.value, int):
            return value.items[index.value] if -len(value.items) <= index.value < len(value.items) else UNKNOWN
        return join([Denotation(item) for item in value.items]).value if value.items else UNKNOWN
    if isinstance(value, Instance):
        known = _generic_element(value.cls)
        return known if known != UNKNOWN else calls.element(evaluator, value)
    return UNKNOWN


_MAPPINGS = frozenset(
    {"builtins.dict", "typing.Mapping", "typing.MutableMapping", "collections.defaultdict", "collections.OrderedDict"}
)
_SEQUENCES = frozenset({"builtins.list", "typing.Sequence", "typing.MutableSequence", "collections.deque"})


def _generic_element(cls: Class) -> Value:
    if cls.name in _MAPPINGS and len(cls.arguments) == 2:
        return cls.arguments[1]
    if cls.name in _SEQUENCES and len(cls.arguments) == 1:
        return cls.arguments[0]
    return UNKNOWN
