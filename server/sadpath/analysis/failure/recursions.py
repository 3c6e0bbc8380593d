"""Functions that call themselves again: from a handler, or where the status of an answer is bad."""

from collections.abc import Iterator, Sequence

import libcst as cst

from sadpath.analysis.failure import effects, guards
from sadpath.analysis.failure.causes import Cause, caught_name, causes, is_not_ready
from sadpath.analysis.failure.delays import delay_of
from sadpath.analysis.failure.places import (
    AnyTry,
    answers,
    calls_in,
    exits_of,
    loaded,
    own,
    statements,
    stored,
)
from sadpath.analysis.failure.polls import asks_for_success, asks_status
from sadpath.rule import Failure, RetryLoop, Unit


def recursion(unit: Unit, node: AnyTry) -> RetryLoop | None:
    """A `try` as one in a function that tries again by calling itself from a handler; None where it does not."""
    function = unit.scope(node)
    if not isinstance(function, cst.FunctionDef):
        return None
    again = [(handler, call) for handler in node.handlers if (call := _call_again(unit, function, handler.body))]
    if not again or _changes_its_input(unit, function, node):
        return None
    arguments = {handler: _arguments(unit, function, call) for handler, call in again}
    counted = "counted" in arguments.values() or _keeps_count(function)
    found = [_failure(unit, handler, call, counted) for handler, call in again if arguments[handler] != "other"]
    failures = tuple(failure for failure in found if failure)
    tried = effects.attempt(unit, statements(node.body)) if failures else None
    if tried is None or _calls_itself(unit, function, tried):
        return None
    return RetryLoop(function, "recursion", tried, failures, counted or guards.is_limited(unit, node))


def refusal(unit: Unit, node: cst.If) -> RetryLoop | None:
    """An `if` as one that asks for the status of an answer, and has its function call itself for another one."""
    function = unit.scope(node)
    if not isinstance(function, cst.FunctionDef) or not asks_status(node.test) or asks_for_success(node.test):
        return None
    again = _call_again(unit, function, node.body)
    asked = _asked(function, node.test) if again else None
    if again is None or asked is None or _changes_its_input(unit, function, node):
        return None
    request, answer = asked
    tests = guards.tests_before(unit, again, function.body)
    if _arguments(unit, function, again) != "same" or _keeps_count(function):
        return None
    if not all(guards.asks_only_about(unit, test.test, answer) for test in tests):
        return None
    calls = [call for call in calls_in(node.body) if call is not again]
    delay = delay_of(unit, calls, stored(own(node.body)))
    mends = any(effects.reaches_outside(unit, call) for call in calls)
    failure = Failure(node.test, delay, mends=mends)
    return RetryLoop(function, "recursion", request, (failure,), guards.is_limited(unit, node))


def _asked(function: cst.FunctionDef, test: cst.BaseExpression) -> tuple[cst.Call, str] | None:
    """The call whose answer, under a name of the function, a test looks at."""
    names = {node.value for node in own(test) if isinstance(node, cst.Name)}
    return next(((call, place) for call, place in answers(own(function.body)) if place in names), None)


def _call_again(unit: Unit, function: cst.FunctionDef, block: cst.BaseSuite) -> cst.Call | None:
    """The call in a block by which a function calls itself as one of its steps, not for something to run later."""
    steps = (cst.Await, cst.Expr, cst.Return, cst.Assign, cst.From)
    calls = (call for call in calls_in(block) if isinstance(unit.parent(call), steps))
    return next((call for call in calls if _calls_itself(unit, function, call)), None)


def _failure(
    unit: Unit, handler: cst.ExceptHandler | cst.ExceptStarHandler, again: cst.Call, counted: bool
) -> Failure | None:
    found = causes(unit, handler) - {Cause.CONTROL}
    name = caught_name(handler)
    exits = [exit_ for exit_ in exits_of(unit, statements(handler.body), handler) if again not in own(exit_)]
    tests = {test for node in (again, *exits) for test in guards.tests_before(unit, node, handler)}
    asked_otherwise = not all(guards.asks_only_about(unit, test.test, name) for test in tests)
    if not found or any(is_not_ready(test.test) for test in tests) or (asked_otherwise and not counted):
        return None
    calls = [call for call in calls_in(handler.body) if call is not again]
    helpers = any(effects.reaches_outside(unit, call) for call in calls)
    if helpers and not found & {Cause.CONNECTION, Cause.TIMEOUT, Cause.ANY, Cause.REFUSED}:
        return None  # the handler mends what was wrong
    return Failure(
        handler,
        delay_of(unit, calls, stored(own(handler.body))),
        bounded=asked_otherwise or any(effects.may_give_up(unit, call, name) for call in calls),
        race=found == frozenset({Cause.RACE}),
        mends=helpers,
        timed_out=found == frozenset({Cause.TIMEOUT}),
    )


def _calls_itself(unit: Unit, function: cst.FunctionDef, call: cst.Call) -> bool:
    match call.func:
        case cst.Name(value=name):
            return name == function.name.value and not _receiver(unit, function)
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)):
            return name == function.name.value and owner == _receiver(unit, function)
        case _:
            return False


def _receiver(unit: Unit, function: cst.FunctionDef) -> str:
    """The name of a method's first parameter; "" for a function."""
    parameters = (*function.params.posonly_params, *function.params.params)
    is_method = unit.scope(function) is None and unit.enclosing_class(function) is not None
    return parameters[0].name.value if is_method and parameters else ""


def _arguments(unit: Unit, function: cst.FunctionDef, call: cst.Call) -> str:
    """ "same" where the function gets what it got before, "counted" where one argument is a step on, else "other"."""
    kinds = {_argument(unit, function, argument) for argument in call.args}
    return next((kind for kind in ("other", "counted") if kind in kinds), "same")


def _argument(unit: Unit, function: cst.FunctionDef, argument: cst.Arg) -> str:
    match argument.value:
        case cst.Name(value=name):
            return "same" if name in _parameters(function) and len(unit.stores(name, function)) == 1 else "other"
        case cst.BinaryOperation(left=cst.Name(value=name), operator=cst.Add() | cst.Subtract(), right=cst.Integer()):
            return "counted" if name in _parameters(function) else "other"
        case _:
            return "other"


def _parameters(function: cst.FunctionDef) -> set[str]:
    return {node.name.value for node in _all_parameters(function.params)}


def _all_parameters(params: cst.Parameters) -> Iterator[cst.Param]:
    stars: Sequence[object] = (params.star_arg, params.star_kwarg)
    yield from (*params.posonly_params, *params.params, *params.kwonly_params)
    yield from (star for star in stars if isinstance(star, cst.Param))


def _changes_its_input(unit: Unit, function: cst.FunctionDef, node: AnyTry | cst.If) -> bool:
    """Whether the function stores what outlives the call and is read again, so that the next call differs.

    What follows the `try` or `if` in its own block runs after success only.
    """
    block = unit.parent(node)
    after = block.body[[*block.body].index(node) + 1 :] if isinstance(block, cst.IndentedBlock) else ()
    later = {*own(*after)}
    nodes = tuple(inner for inner in own(function.body) if inner not in later)
    literal = {
        target for inner in nodes if isinstance(inner, cst.Assign) and _is_literal(inner) for target in own(inner)
    }
    changing = (inner for inner in nodes if inner not in literal and not isinstance(inner, cst.AugAssign))
    return any("." in place for place in stored(changing) & loaded(nodes, unit))


def _is_literal(node: cst.Assign) -> bool:
    return guards.truth_of(node.value) is not None


def _keeps_count(function: cst.FunctionDef) -> bool:
    """Whether the function counts something that outlives the call, and so perhaps its attempts."""
    return any(
        (isinstance(node, cst.AugAssign) and not isinstance(node.target, cst.Name)) or isinstance(node, cst.Global)
        for node in own(function.body)
    )
