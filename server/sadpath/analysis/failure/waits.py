"""Whether a wait that nothing bounds stands where that is harmful, and is not what a healthy consumer does all day."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import libcst as cst

from sadpath.analysis.failure import guards
from sadpath.analysis.failure.bounds import has_context, waiting
from sadpath.analysis.failure.effects import called, function_name, last_name, words_of
from sadpath.analysis.failure.places import Loop, calls_in, nearest_loop, own, place_name
from sadpath.analysis.meaning.evaluator import Evaluator
from sadpath.analysis.meaning.program import mentions
from sadpath.rule import Blocking, Confidence, Context, Instance, Unit, Wait, name_of


def wait(unit: Unit, evaluator: Evaluator, node: cst.Call | cst.Await) -> Wait | None:
    """The first context in which a call, or awaiting a future, waits without a bound; None where that is harmless."""
    scope = unit.scope(node)
    if not isinstance(scope, cst.FunctionDef):
        return None
    if isinstance(node, cst.Await):
        return _on_future(unit, node, scope)
    for context, cause in _contexts(unit, evaluator, node, scope):
        found = waiting(unit, evaluator, node, context)
        if found is not None:
            return Wait(found, context, cause)
    return None


def _contexts(
    unit: Unit, evaluator: Evaluator, call: cst.Call, scope: cst.FunctionDef
) -> Iterator[tuple[Context, cst.CSTNode]]:
    """Where the call stands, as far as it can be told without knowing what it calls, each with what makes it so."""
    receiver = call.func.value if isinstance(call.func, cst.Attribute) else None
    before = _before(scope, call)
    if (ignored := _ignored_timeout(unit, scope)) is not None:
        yield "ignored", ignored
    if isinstance(receiver, cst.Name) and (maker := _reply_slot(unit, receiver, call, scope)) is not None:
        yield "handed", maker
    if receiver is not None and (crossing := _crossing(unit, receiver)) is not None:
        yield "crossing", crossing
    if receiver is not None and (asking := _asking(unit, call, receiver, before)) is not None:
        yield "asked", asking
    if receiver is not None and (sending := _sending_beside(unit, receiver, scope)) is not None:
        yield "duplex", sending
    if receiver is not None and (loop := _watching_loop(unit, evaluator, call, receiver)) is not None:
        yield "watched", loop
    if nearest_loop(unit, call) is scope and (route := _route(unit, scope)) is not None:
        yield "serving", route
    if _ends_something(scope.name.value) and not any(map(_tells, before)):
        yield "ending", scope


def _on_future(unit: Unit, node: cst.Await, scope: cst.FunctionDef) -> Wait | None:
    """The wait for a future that the function made and gave to those who are to complete it."""
    if not isinstance(node.expression, cst.Name):
        return None
    maker = _reply_slot(unit, node.expression, node, scope)
    if not isinstance(maker, cst.Call) or function_name(maker) not in ("create_future", "Future"):
        return None
    found = unit.denotes(node.expression)
    fact = unit.libraries.timeout(f"{name_of(found.value)}.__await__") if isinstance(found.value, Instance) else None
    if fact is None or not has_context(fact, "handed") or guards.is_limited(unit, node):
        return None
    return Wait(Blocking(fact, node.expression, None, Confidence.LIKELY, found.because), "handed", maker)


def _before(scope: cst.FunctionDef, node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """What stands before a node in its function, nested functions left out."""
    return tuple(takewhile(lambda one: one is not node, own(scope.body)))


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


def _reply_slot(unit: Unit, slot: cst.Name, node: cst.CSTNode, scope: cst.FunctionDef) -> cst.CSTNode | None:
    """The call in this function that made what is waited for, if that was given to others and is waited for once."""
    bindings = unit.bound_by(slot)
    if len(bindings) != 1 or not isinstance(bindings[0], cst.Assign) or not isinstance(bindings[0].value, cst.Call):
        return None
    made = bindings[0]
    if unit.scope(made) is not scope or nearest_loop(unit, node) is not nearest_loop(unit, made):
        return None
    names = [name for target in made.targets for name in _names_in(target.target)]
    if slot.value not in names:
        return None
    loads = [load for name in names for load in unit.loads(name, scope)]
    return made.value if any(_is_handed_out(unit, load) for load in loads) else None


def _loop_of(unit: Unit, node: cst.CSTNode) -> Loop | None:
    """The innermost loop of the same function around a node."""
    loop = nearest_loop(unit, node)
    return loop if isinstance(loop, cst.While | cst.For) else None


def _names_in(target: cst.CSTNode) -> list[str]:
    match target:
        case cst.Name():
            return [target.value]
        case cst.Tuple():
            return [name for element in target.elements for name in _names_in(element.value)]
        case _:
            return []


def _is_handed_out(unit: Unit, load: cst.Name) -> bool:
    """Whether the value is put where others find it: an item or attribute, or an argument of a method that sends it."""
    node: cst.CSTNode = load
    for outer in unit.ancestors(load):
        match outer:
            case cst.Assign():
                targets = [target.target for target in outer.targets]
                return node is outer.value and any(isinstance(one, cst.Subscript) for one in targets)
            case cst.Arg():
                call = unit.parent(outer)
                return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and _hands_on(unit, call)
            case cst.Tuple() | cst.List() | cst.Dict() | cst.Element() | cst.DictElement():
                node = outer
            case _:
                return False
    return False


def _hands_on(unit: Unit, call: cst.Call) -> bool:
    """Whether a call keeps or sends what it is given, judged by its name."""
    return _first_word(function_name(call)) in _HANDING and not called(unit, call).startswith(("asyncio.", "builtins."))


def _crossing(unit: Unit, receiver: cst.BaseExpression) -> cst.Call | None:
    """The call that gave the coroutine to the event loop of another thread."""
    made: cst.CSTNode = receiver
    if isinstance(receiver, cst.Name):
        bindings = unit.bound_by(receiver)
        made = bindings[0].value if len(bindings) == 1 and isinstance(bindings[0], cst.Assign) else receiver
    return made if isinstance(made, cst.Call) and called(unit, made) == "asyncio.run_coroutine_threadsafe" else None


def _route(unit: Unit, scope: cst.FunctionDef) -> cst.Decorator | None:
    """The decorator that makes a function answer web requests."""
    for decorator in scope.decorators:
        made = decorator.decorator
        name = called(unit, made) if isinstance(made, cst.Call) else ""
        if name.partition(".")[0] in _FRAMEWORKS and name.rpartition(".")[2] in _ROUTES:
            return decorator
    return None


def _asking(unit: Unit, call: cst.Call, receiver: cst.BaseExpression, before: Sequence[cst.CSTNode]) -> cst.Call | None:
    """The call that sends the question whose answer is waited for: in the same round of the same loop, if in one."""
    loop, around = _loop_of(unit, call), {*unit.ancestors(call)}
    name, place = function_name(call), place_name(receiver)
    if not place:
        return None
    for node in reversed(before):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node in around:
            continue
        same = place_name(node.func.value) == place
        if not _asks(unit, node.func, name, same) or _is_elsewhere(unit, node, call):
            continue
        if nearest_loop(unit, node) is nearest_loop(unit, call) or (loop is not None and _collects(loop, node, name)):
            return node
    return None


def _asks(unit: Unit, asking: cst.Attribute, name: str, same: bool) -> bool:
    """Whether a method may send the question that a method called `name` waits for, on the same object or another."""
    verb = _first_word(asking.attr.value)
    if name.startswith("recv"):
        return same and verb in ("send", "sendall", "sendto")
    if name.startswith("read"):
        writer = unit.denotes(asking.value).value
        is_writer = name_of(writer) == "asyncio.StreamWriter" if isinstance(writer, Instance) else _is_writer(asking)
        return is_writer and verb in ("write", "writelines")
    if name.startswith("receive"):
        return verb == "send"
    return not same and verb in _ASKING


def _is_writer(asking: cst.Attribute) -> bool:
    """Whether what is written to is named as a stream's other half; a file or buffer answers nothing."""
    return bool(words_of(last_name(asking.value)) & {"writer", "stdin", "transport"})


def _is_elsewhere(unit: Unit, asking: cst.Call, call: cst.Call) -> bool:
    """Whether the question is only asked on some of the ways that lead to the wait."""
    around = {*unit.ancestors(call)}
    for outer in unit.ancestors(asking):
        if outer in around:
            return isinstance(outer, cst.If)
        if isinstance(outer, cst.ExceptHandler | cst.If):
            return True
    return False


def _collects(loop: cst.While | cst.For, asking: cst.Call, name: str) -> bool:
    """Whether a loop reads the pieces of one answer: it gathers them, and asks nothing more."""
    if not name.startswith("re") or asking in {*own(loop.body)}:
        return False
    gathers = any(
        isinstance(node, cst.AugAssign) or (isinstance(node, cst.Call) and function_name(node) in _GATHERING)
        for node in own(loop.body)
    )
    return gathers and not any(_first_word(function_name(one)) in _ASKING for one in calls_in(loop.body))


def _sending_beside(unit: Unit, receiver: cst.BaseExpression, scope: cst.FunctionDef) -> cst.Call | None:
    """A call by which another function around or beside the one that waits sends messages over the same connection.

    Bytes are no messages: what is uploaded in pieces, such as sound, need not be answered for a long time.
    """
    outer = [one for one in unit.ancestors(scope) if isinstance(one, cst.FunctionDef)]
    place = place_name(receiver)
    if not outer or not place:
        return None
    sending = [
        node
        for node in unit.walk(outer[-1].body)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
        if _first_word(node.func.attr.value) == "send" and place_name(node.func.value) == place
    ]
    inside = {*unit.walk(scope)}
    if any(function_name(node) == "send_bytes" for node in sending) or any(node in inside for node in sending):
        return None
    return next(iter(sending), None)


def _watching_loop(unit: Unit, evaluator: Evaluator, call: cst.Call, receiver: cst.BaseExpression) -> cst.While | None:
    """The loop around the wait that looks at a flag which a method of its class sets to end it, and wakes nobody."""
    loop, place = _loop_of(unit, call), place_name(receiver)
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
    return name in ("__exit__", "__aexit__", "__del__") or _first_word(name) in _ENDING


def _tells(node: cst.CSTNode) -> bool:
    """Whether something tells those that are waited for that they are to end."""
    if isinstance(node, cst.Assign):
        return any(isinstance(one.target, cst.Attribute) for one in node.targets) and (
            guards.truth_of(node.value) is not None
        )
    return isinstance(node, cst.Call) and _first_word(function_name(node)) in _TELLING


def _first_word(name: str) -> str:
    found = re.match(r"_*([a-z]+)", name)
    return found[1] if found else name


_ENDING = frozenset(
    {"stop", "close", "aclose", "shutdown", "terminate", "teardown", "cleanup", "disconnect", "quit", "destroy", "exit"}
)
_TELLING = frozenset(
    {
        *("set", "put", "send", "write", "enqueue", "notify", "signal", "wake", "wakeup", "interrupt", "request"),
        *("cancel", "abort", "shutdown", "terminate", "kill", "release"),
    }
)
_ASKING = frozenset({"send", "put", "publish", "request", "emit"})
_HANDING = frozenset({"send", "put", "publish", "register", "enqueue", "setdefault", "set", "request", "submit"})
_GATHERING = frozenset({"append", "extend", "write", "update", "feed"})
_FRAMEWORKS = frozenset({"fastapi", "flask", "starlette", "sanic", "quart", "litestar", "aiohttp", "bottle"})
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "route", "api_route"})
