"""Loops that ask the same question until the answer is good, and judge the answer instead of catching an exception."""

from collections.abc import Iterator

import libcst as cst

from sadpath.analysis.failure import effects, guards
from sadpath.analysis.failure.delays import delay_of
from sadpath.analysis.failure.guards import Condition
from sadpath.analysis.failure.places import Loop, calls_in, exits_of, loaded, own, place_name, statements, stored
from sadpath.rule import Failure, RetryLoop, Unit


def poll(unit: Unit, loop: Loop) -> RetryLoop | None:
    """The loop as one that asks a server until its status is good; None where it is not, or does more than that."""
    found = next(_polls(unit, loop), None) if _asks_status(loop) else None
    if found is None:
        return None
    request, test = found
    others = [call for call in calls_in(loop) if call is not request and effects.reaches_outside(unit, call)]
    if others or any(isinstance(node, cst.Try | cst.TryStar) for node in own(loop.body)):
        return None
    exits = tuple(exits_of(unit, statements(loop.body), loop))
    judged = [exit_ for exit_ in exits if any(one.test is test for one in guards.tests_before(unit, exit_, loop))]
    plain = [exit_ for exit_ in exits if not guards.tests_before(unit, exit_, loop)]
    bounded = guards.is_limited(unit, loop) or len(judged) + len(plain) < len(exits)
    delay = delay_of(unit, (call for call in calls_in(loop) if call is not request), stored(own(loop)))
    return RetryLoop(loop, "poll", request, (Failure(test, delay),), bounded)


def _polls(unit: Unit, loop: Loop) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
    """The request and the test of its status, which is the head of the loop or leads out of an endless one."""
    if isinstance(loop, cst.While):
        request = next((call for call in calls_in(loop.test) if _is_request(unit, call)), None)
        if request and _asks_status(loop.test) and not any(exits_of(unit, statements(loop.body), loop)):
            yield request, loop.test
    if guards.condition(unit, loop) is not Condition.ENDLESS:
        return
    for request, place in _requests(unit, loop):
        for node in own(loop.body):
            if isinstance(node, cst.If) and _asks_status(node.test) and place in _places(node.test):
                inside = {*own(node)}
                if place not in loaded((other for other in own(loop.body) if other not in inside), unit):
                    yield request, node.test


def _requests(unit: Unit, loop: Loop) -> Iterator[tuple[cst.Call, str]]:
    for node in own(loop.body):
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            value = node.value.expression if isinstance(node.value, cst.Await) else node.value
            if isinstance(value, cst.Call) and _is_request(unit, value):
                yield value, place_name(node.targets[0].target)


def _is_request(unit: Unit, call: cst.Call) -> bool:
    name = effects.called(unit, call)
    fact = unit.libraries.timeout(name)
    return fact is not None and fact.kind == "call" and name.partition(".")[0] in _CLIENTS


def _asks_status(node: cst.CSTNode) -> bool:
    return any(isinstance(inner, cst.Attribute) and inner.attr.value in _STATUS for inner in own(node))


def _places(test: cst.BaseExpression) -> set[str]:
    return {place_name(node) for node in own(test)}


_CLIENTS = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3"})
_STATUS = frozenset({"status_code", "ok", "is_success"})
