"""The arguments of a call, found by the parameters that they are for."""

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from sadpath.rule import Argument, Parameter, Unit, Value


@dataclass(frozen=True)
class Given:
    """One argument: its value, and where it stands (None where its call is in another place)."""

    value: Value
    node: cst.Arg | None = None


@dataclass(frozen=True)
class Arguments:
    """Arguments by position and keyword. `closed` tells that there are no others: nothing unpacked is among them."""

    positional: tuple[Given, ...]
    named: dict[str, Given]
    closed: bool

    def get(self, parameter: Parameter) -> Given | None:
        """The argument for a parameter, or None where none of the visible ones is."""
        if 0 < parameter.position <= len(self.positional):
            return self.positional[parameter.position - 1]
        return self.named.get(parameter.name)

    def after(self, others: "Arguments") -> "Arguments":
        """These arguments of a call of what `functools.partial` gave other arguments before."""
        named = {**others.named, **self.named}
        return Arguments((*others.positional, *self.positional), named, self.closed and others.closed)


def of_call(unit: Unit, arguments: Iterable[cst.Arg]) -> Arguments:
    """The arguments that a call writes. A dict display behind `**` is looked into."""
    positional: list[Given] = []
    named: dict[str, Given] = {}
    closed = True
    for argument in arguments:
        if argument.star == "**" and isinstance(argument.value, cst.Dict):
            closed = _unpack(unit, argument.value, named) and closed
        elif argument.star:
            closed = False
        elif argument.keyword is None:
            positional.append(Given(unit.denotes(argument.value).value, argument))
        else:
            named[argument.keyword.value] = Given(unit.denotes(argument.value).value, argument)
    return Arguments(tuple(positional), named, closed)


def of_constructor(given: Iterable[Argument]) -> Arguments:
    """The arguments that an object was made with."""
    given = tuple(given)
    return Arguments(
        tuple(Given(argument.value) for argument in given if not argument.keyword),
        {argument.keyword: Given(argument.value) for argument in given if argument.keyword.isidentifier()},
        not any(argument.keyword in ("*", "**") for argument in given),
    )


def _unpack(unit: Unit, display: cst.Dict, named: dict[str, Given]) -> bool:
    """Take in the items of a dict display; whether all its keys are literal."""
    literal = True
    for element in display.elements:
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            named[str(element.key.evaluated_value)] = Given(unit.denotes(element.value).value)
        else:
            literal = False
    return literal
