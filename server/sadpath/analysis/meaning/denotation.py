"""Putting denotations together: unions, longer chains of evidence, and values in words."""

from collections.abc import Sequence

from sadpath.rule import UNKNOWN, Constant, Denotation, Evidence, Instance, Union, Value, members

NOTHING = Denotation(UNKNOWN)
_MOST_MEMBERS = 8
_MOST_EVIDENCE = 8


def join(found: Sequence[Denotation]) -> Denotation:
    """One of several: the union of the values. None at all, and too many, are as good as unknown."""
    if len(found) == 1:
        return found[0]
    values: dict[Value, None] = {}
    steps: dict[Evidence, None] = {}
    for denotation in found:
        values.update(dict.fromkeys(members(denotation.value)))
        steps.update(dict.fromkeys(denotation.because))
    if len(values) > _MOST_MEMBERS or all(value == UNKNOWN for value in values):
        return NOTHING
    value = next(iter(values)) if len(values) == 1 else Union(tuple(values))
    return Denotation(value, tuple(steps)[:_MOST_EVIDENCE])


def present(value: Value) -> list[Value]:
    """The members without `None`: where something is done with the value that `None` cannot do, it was another one."""
    return [member for member in members(value) if member != Constant(None)]


def because(found: Denotation, *steps: Evidence) -> Denotation:
    """The same value with further steps at the end of its chain."""
    new = [step for step in steps if step not in found.because]
    return Denotation(found.value, (*found.because, *new)[:_MOST_EVIDENCE])


def after(earlier: Denotation, found: Denotation) -> Denotation:
    """The found value, its chain behind the chain of what it was found through."""
    return because(Denotation(found.value, earlier.because), *found.because)


def describe(value: Value) -> str:
    """A value in a few words, for evidence; "" where there is nothing worth saying."""
    if isinstance(value, Instance):
        return value.cls.name.removeprefix("builtins.")
    if isinstance(value, Union):
        known = [describe(member) for member in value.members if not isinstance(member, Constant)]
        return " or ".join(known) if known and all(known) else ""
    name: str = getattr(value, "name", "")
    return name
