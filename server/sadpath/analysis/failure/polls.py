"""Loops that ask the same question until the answer is good, and judge the answer instead of catching an exception."""

from collections.abc import Iterator
from types import UnionType

import libcst as cst

from sadpath.analysis.failure import effects, guards
from sadpath.analysis.failure.delays import delay_of
from sadpath.analysis.failure.guards import Condition
from sadpath.analysis.failure.places import (
    Loop,
    answers,
    calls_in,
    exits_of,
    loaded,
    own,
    place_name,
    statements,
    stored,
)
from sadpath.rule import Failure, RetryLoop, Unit


def poll(unit: Unit, loop: Loop) -> RetryLoop | None:
    """The loop as one that asks a server until its status is good; None where it is not, or does more than that."""
    found = next(_polls(unit, loop), None) if asks_status(loop) else None
    if found is None:
        return None
    request, answer, test = found
    others = [
        call
        for call in calls_in(loop)
        if call is not request and effects.reaches_outside(unit, call) and answer not in _places(call.func)
    ]
    if others or any(isinstance(node, cst.Try | cst.TryStar) for node in own(loop.body)):
        return None
    exits = tuple(exits_of(unit, statements(loop.body), loop))
    bounded = guards.is_limited(unit, loop) or any(_gives_up(unit, exit_, loop, test) for exit_ in exits)
    delay = delay_of(unit, (call for call in calls_in(loop) if call is not request), stored(own(loop)))
    return RetryLoop(loop, "poll", request, (Failure(test, delay),), bounded)


def _gives_up(unit: Unit, exit_: cst.CSTNode, loop: Loop, test: cst.BaseExpression) -> bool:
    """Whether an exit is taken for another reason than that the answer is good."""
    tests = guards.tests_before(unit, exit_, loop)
    judging = next((one for one in tests if one.test is test), None)
    return bool(tests) and (judging is None or _ends_with(judging.body, cst.Continue))


def _polls(unit: Unit, loop: Loop) -> Iterator[tuple[cst.Call, str, cst.BaseExpression]]:
    """The request, where its answer is kept, and the test of its status, which decides whether the loop goes on."""
    if isinstance(loop, cst.While) and asks_status(loop.test) and not any(exits_of(unit, statements(loop.body), loop)):
        request = next((call for call in calls_in(loop.test) if _is_request(unit, call)), None)
        if request:
            yield request, "", loop.test
        for request, place in _requests(unit, loop):
            if place in _places(loop.test) and not asks_for_success(loop.test):
                yield request, place, loop.test
    if guards.condition(unit, loop) is not Condition.ENDLESS:
        return
    for request, place in _requests(unit, loop):
        for node in own(loop.body):
            if isinstance(node, cst.If) and asks_status(node.test) and place in _places(node.test):
                inside = {*own(node)}
                used = place in loaded((other for other in own(loop.body) if other not in inside), unit)
                if not used or _goes_round(unit, node):
                    yield request, place, node.test


def _goes_round(unit: Unit, node: cst.If) -> bool:
    """Whether an `if` does no more than to send a loop into its next round, which nothing else does."""
    block = unit.parent(node)
    if not isinstance(block, cst.IndentedBlock) or node.orelse or asks_for_success(node.test):
        return False
    return _ends_with(node.body, cst.Continue) and _ends_with(block, cst.Return | cst.Break | cst.Raise)


def _ends_with(block: cst.BaseSuite, kind: type[cst.BaseSmallStatement] | UnionType) -> bool:
    last = statements(block)[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], kind)


def _requests(unit: Unit, loop: Loop) -> Iterator[tuple[cst.Call, str]]:
    return ((call, place) for call, place in answers(own(loop.body)) if _is_request(unit, call))


def _is_request(unit: Unit, call: cst.Call) -> bool:
    name = effects.called(unit, call)
    fact = unit.libraries.timeout(name)
    return fact is not None and fact.kind == "call" and name.partition(".")[0] in _CLIENTS


def asks_status(node: cst.CSTNode) -> bool:
    """Whether an expression or statement looks at the status of an answer."""
    names = {inner.attr.value for inner in own(node) if isinstance(inner, cst.Attribute)}
    return bool(names & _STATUS) or ("status" in names and any(isinstance(inner, cst.Integer) for inner in own(node)))


def asks_for_success(test: cst.BaseExpression) -> bool:
    """Whether a test of a status is met by a good one."""
    match test:
        case cst.Attribute():
            return True
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=operator, comparator=cst.Integer() as code)]):
            return isinstance(operator, cst.Equal | cst.LessThan) and code.evaluated_value <= _FIRST_BAD
        case _:
            return False


def _places(test: cst.BaseExpression) -> set[str]:
    return {place_name(node) for node in own(test)}


_CLIENTS = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3"})
_STATUS = frozenset({"status_code", "ok", "is_success"})
_FIRST_BAD = 300
