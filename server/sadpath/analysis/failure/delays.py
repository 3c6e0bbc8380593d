"""How much time passes on a way through code, as far as its calls tell."""

from collections.abc import Iterable

import libcst as cst

from sadpath.analysis.failure.effects import pauses, reports, sleeps
from sadpath.analysis.failure.places import place_name
from sadpath.rule import Constant, Delay, Unit


def delay_of(unit: Unit, calls: Iterable[cst.Call], changing: frozenset[str]) -> Delay:
    """What the calls amount to together: a pause that is computed outweighs a fixed one, that an uncertain one.

    `changing` are the names whose values differ from attempt to attempt.
    """
    found = {_delay(unit, call, changing) for call in calls}
    return next(
        delay for delay in (Delay.VARIES, Delay.FIXED, Delay.POSSIBLE, Delay.NONE) if delay in {*found, Delay.NONE}
    )


def _delay(unit: Unit, call: cst.Call, changing: frozenset[str]) -> Delay:
    if sleeps(unit, call):
        return _length(unit, call, changing)
    if pauses(unit, call):
        return Delay.POSSIBLE
    if isinstance(unit.parent(call), cst.Await) and not reports(unit, call):
        return Delay.POSSIBLE
    return Delay.NONE


def _length(unit: Unit, call: cst.Call, changing: frozenset[str]) -> Delay:
    """The sort of time that a `sleep` is given."""
    if not call.args or call.args[0].star:
        return Delay.POSSIBLE
    seconds = call.args[0].value
    value = unit.denotes(seconds).value
    if isinstance(value, Constant) and isinstance(seconds, cst.BaseNumber):
        return Delay.FIXED if value.value else Delay.NONE
    varies = any(isinstance(node, cst.Call) or place_name(node) in changing for node in unit.walk(seconds))
    return Delay.VARIES if varies else Delay.FIXED
