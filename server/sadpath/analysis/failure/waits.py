"""Whether a wait that nothing bounds stands where that is harmful, and is not what a healthy consumer does all day."""

from collections.abc import Iterator

import libcst as cst

from sadpath.analysis.failure import guards
from sadpath.analysis.failure.bounds import has_context, waiting
from sadpath.analysis.failure.effects import called, function_name, words_of
from sadpath.analysis.failure.places import nearest_loop, own, place_name
from sadpath.analysis.failure.replies import (
    asking,
    before,
    crossing,
    first_word,
    loop_of,
    reply_slot,
    sending_beside,
)
from sadpath.analysis.meaning.evaluator import Evaluator
from sadpath.analysis.meaning.program import mentions
from sadpath.rule import Blocking, Confidence, Context, Instance, Unit, Wait, last_name, name_of


def wait(unit: Unit, evaluator: Evaluator, node: cst.Call | cst.Await) -> Wait | None:
    """The first context in which a call, or awaiting a future, waits without a bound; None where that is harmless."""
    scope = unit.scope(node)
    if not isinstance(scope, cst.FunctionDef) or _is_lookup(node) or _is_told_of_timeouts(unit, node):
        return None
    if isinstance(node, cst.Await):
        return _on_future(unit, node, scope)
    for context, cause in _contexts(unit, evaluator, node, scope):
        found = waiting(unit, evaluator, node, context)
        if found is not None:
            return Wait(found, context, cause)
    return None


def _is_lookup(node: cst.CSTNode) -> bool:
    """Whether a call is the `get` of a dict or the `join` of a string: most are, so this spares much evaluation."""
    if not isinstance(node, cst.Call) or not node.args or function_name(node) not in ("get", "join"):
        return False
    return isinstance(node.args[0].value, cst.BaseString | cst.BaseComp) or len(node.args) > 2


def _is_told_of_timeouts(unit: Unit, node: cst.CSTNode) -> bool:
    """Whether a handler around the wait expects that it ends by a timeout, which then somebody else has set."""
    inner = node
    for outer in unit.ancestors(node):
        if isinstance(outer, cst.FunctionDef):
            return False
        if isinstance(outer, cst.Try) and inner is outer.body:
            types = [handler.type for handler in outer.handlers if handler.type is not None]
            if any("Timeout" in unit.code(one) for one in types):
                return True
        inner = outer
    return False


def _contexts(
    unit: Unit, evaluator: Evaluator, call: cst.Call, scope: cst.FunctionDef
) -> Iterator[tuple[Context, cst.CSTNode]]:
    """Where the call stands, as far as it can be told without knowing what it calls, each with what makes it so."""
    receiver = call.func.value if isinstance(call.func, cst.Attribute) else None
    earlier = before(scope, call)
    if (ignored := _ignored_timeout(unit, scope)) is not None:
        yield "ignored", ignored
    if isinstance(receiver, cst.Name) and (maker := reply_slot(unit, receiver, call, scope)) is not None:
        yield "handed", maker
    if receiver is not None and (elsewhere := crossing(unit, receiver)) is not None:
        yield "crossing", elsewhere
    if receiver is not None and (question := asking(unit, call, receiver, earlier)) is not None:
        yield "asked", question
    if receiver is not None and (sending := sending_beside(unit, receiver, scope)) is not None:
        yield "duplex", sending
    if receiver is not None and (loop := _watching_loop(unit, evaluator, call, receiver)) is not None:
        yield "watched", loop
    if nearest_loop(unit, call) is scope and (route := _route(unit, scope)) is not None:
        yield "serving", route
    if _ends_something(scope.name.value) and not _is_property(scope) and not any(map(_tells, earlier)):
        yield "ending", scope


def _on_future(unit: Unit, node: cst.Await, scope: cst.FunctionDef) -> Wait | None:
    """The wait for a future that the function made and gave to those who are to complete it."""
    if not isinstance(node.expression, cst.Name):
        return None
    maker = reply_slot(unit, node.expression, node, scope)
    if not isinstance(maker, cst.Call) or function_name(maker) not in ("create_future", "Future"):
        return None
    found = unit.denotes(node.expression)
    fact = unit.libraries.timeout(f"{name_of(found.value)}.__await__") if isinstance(found.value, Instance) else None
    if fact is None or not has_context(fact, "handed") or guards.is_limited(unit, node):
        return None
    return Wait(Blocking(fact, node.expression, None, Confidence.LIKELY, found.because), "handed", maker)


def _ignored_timeout(unit: Unit, scope: cst.FunctionDef) -> cst.Param | None:
    """A parameter for a timeout that the function never reads."""
    parameters = (*scope.params.posonly_params, *scope.params.params, *scope.params.kwonly_params)
    for parameter in parameters:
        name = parameter.name.value
        if "timeout" in words_of(name) and not any(
            isinstance(node, cst.Name) and node.value == name for node in unit.walk(scope.body)
        ):
            return parameter
    return None


def _route(unit: Unit, scope: cst.FunctionDef) -> cst.Decorator | None:
    """The decorator that makes a function answer web requests."""
    for decorator in scope.decorators:
        made = decorator.decorator
        name = called(unit, made) if isinstance(made, cst.Call) else ""
        if name.partition(".")[0] in _FRAMEWORKS and name.rpartition(".")[2] in _ROUTES:
            return decorator
    return None


def _watching_loop(unit: Unit, evaluator: Evaluator, call: cst.Call, receiver: cst.BaseExpression) -> cst.While | None:
    """The loop around the wait that looks at a flag which a method of its class sets to end it, and wakes nobody."""
    loop, place = loop_of(unit, call), place_name(receiver)
    if not isinstance(loop, cst.While) or "." not in place:
        return None
    flag = _flag_of(loop)
    if not flag or flag == place or _is_examined(unit, call, loop):
        return None
    ending = _ending_methods(evaluator, flag)
    return loop if ending and ending.isdisjoint(_ending_methods(evaluator, place)) else None


def _flag_of(loop: cst.While) -> str:
    """The flag or event that a loop asks before each round whether to go on; "" where there is none."""
    test = loop.test
    if guards.is_true(test):
        first = _first_of(loop)
        if not isinstance(first, cst.If) or not guards.decides(first, None):
            return ""
        test = first.test
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test = test.expression
    if isinstance(test, cst.Call):
        is_event = function_name(test) in ("is_set", "isSet") and isinstance(test.func, cst.Attribute)
        return place_name(test.func.value) if is_event and isinstance(test.func, cst.Attribute) else ""
    return place_name(test) if isinstance(test, cst.Attribute) else ""


def _first_of(loop: cst.While) -> cst.CSTNode | None:
    """The first statement of a loop."""
    return loop.body.body[0] if isinstance(loop.body, cst.IndentedBlock) and loop.body.body else None


def _is_examined(unit: Unit, call: cst.Call, loop: cst.While) -> bool:
    """Whether the loop leaves for what it got: `if item is None: break`."""
    return any(
        isinstance(node, cst.If) and guards.decides(node, None) and call not in {*unit.walk(node)}
        for node in own(loop.body)
        if node is not _first_of(loop)
    )


def _ending_methods(evaluator: Evaluator, place: str) -> frozenset[str]:
    """The methods of the class that end something, and use a place."""
    path, scope = evaluator.site.path, evaluator.site.scope
    segments = evaluator.program.queries.ask(mentions, path, scope, place.rpartition(".")[2]) if scope else ()
    return frozenset(segment.name for segment in segments if _ends_something(segment.name))


def _ends_something(name: str) -> bool:
    """Whether a function of that name ends something now, not when something else happens."""
    if words_of(name) & {"when", "on", "after", "until", "if", "wait", "join"}:
        return False
    return name in ("__exit__", "__aexit__", "__del__") or first_word(name) in _ENDING


def _tells(node: cst.CSTNode) -> bool:
    """Whether something tells those that are waited for that they are to end."""
    if isinstance(node, cst.Assign):
        return any(isinstance(one.target, cst.Attribute) for one in node.targets) and (
            guards.truth_of(node.value) is not None
        )
    return isinstance(node, cst.Call) and first_word(function_name(node)) in _TELLING


def _is_property(scope: cst.FunctionDef) -> bool:
    """Whether a function is read as an attribute: `exit_code` ends nothing."""
    return any("property" in last_name(decorator.decorator) for decorator in scope.decorators)


_ENDING = frozenset(
    {"stop", "close", "aclose", "shutdown", "terminate", "teardown", "cleanup", "disconnect", "quit", "destroy", "exit"}
)
_TELLING = frozenset(
    {
        *("set", "put", "send", "write", "enqueue", "notify", "signal", "wake", "wakeup", "interrupt", "request"),
        *("cancel", "abort", "shutdown", "terminate", "kill", "release"),
    }
)
_FRAMEWORKS = frozenset({"fastapi", "flask", "starlette", "sanic", "quart", "litestar", "aiohttp", "bottle"})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route"})
