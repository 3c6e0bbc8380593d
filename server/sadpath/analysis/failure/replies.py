"""What a wait is to be answered by: the call that asks for it, makes its reply slot or runs its work elsewhere."""

import re
from collections.abc import Sequence
from itertools import takewhile

import libcst as cst

from sadpath.analysis.failure.effects import called, function_name, words_of
from sadpath.analysis.failure.places import Loop, calls_in, nearest_loop, own, place_name
from sadpath.rule import Instance, Unit, last_name, name_of


def reply_slot(unit: Unit, slot: cst.Name, node: cst.CSTNode, scope: cst.FunctionDef) -> cst.CSTNode | None:
    """The call in this function that made what is waited for, if that was given to others and is waited for once.

    Who calls a function that is there to wait knows that it waits.
    """
    if words_of(scope.name.value) & _WAITING:
        return None
    bindings = unit.bound_by(slot)
    made = bindings[0] if len(bindings) == 1 else None
    if not isinstance(made, cst.Assign | cst.AnnAssign) or not isinstance(made.value, cst.Call):
        return None
    if unit.scope(made) is not scope or nearest_loop(unit, node) is not nearest_loop(unit, made):
        return None
    targets = [one.target for one in made.targets] if isinstance(made, cst.Assign) else [made.target]
    names = [name for target in targets for name in _names_in(target)]
    if slot.value not in names:
        return None
    is_kept = any(isinstance(target, cst.Subscript) for target in targets)
    loads = [load for name in names for load in unit.loads(name, scope)]
    return made.value if is_kept or any(_is_handed_out(unit, load) for load in loads) else None


def crossing(unit: Unit, receiver: cst.BaseExpression) -> cst.Call | None:
    """The call that gave the coroutine to the event loop of another thread."""
    made: cst.CSTNode = receiver
    if isinstance(receiver, cst.Name):
        bindings = unit.bound_by(receiver)
        made = bindings[0].value if len(bindings) == 1 and isinstance(bindings[0], cst.Assign) else receiver
    return made if isinstance(made, cst.Call) and called(unit, made) == "asyncio.run_coroutine_threadsafe" else None


def asking(unit: Unit, call: cst.Call, receiver: cst.BaseExpression, earlier: Sequence[cst.CSTNode]) -> cst.Call | None:
    """The call that sends the question whose answer is waited for: in the same round of the same loop, if in one."""
    loop, around = loop_of(unit, call), {*unit.ancestors(call)}
    name, place = function_name(call), place_name(receiver)
    if not place:
        return None
    for node in reversed(earlier):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node in around:
            continue
        same = place_name(node.func.value) == place
        if not _asks(unit, node.func, name, same) or _is_elsewhere(unit, node, call):
            continue
        if nearest_loop(unit, node) is nearest_loop(unit, call) or (loop is not None and _collects(loop, node, name)):
            return node
    return None


def sending_beside(unit: Unit, receiver: cst.BaseExpression, scope: cst.FunctionDef) -> cst.Call | None:
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
        if first_word(node.func.attr.value) == "send" and place_name(node.func.value) == place
    ]
    inside = {*unit.walk(scope)}
    if any(function_name(node) == "send_bytes" for node in sending) or any(node in inside for node in sending):
        return None
    return next(iter(sending), None)


def before(scope: cst.FunctionDef, node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """What stands before a node in its function, nested functions left out."""
    return tuple(takewhile(lambda one: one is not node, own(scope.body)))


def loop_of(unit: Unit, node: cst.CSTNode) -> Loop | None:
    """The innermost loop of the same function around a node."""
    loop = nearest_loop(unit, node)
    return loop if isinstance(loop, cst.While | cst.For) else None


def first_word(name: str) -> str:
    """The first word of a function's name in lower case: of `_stop_all` it is `stop`."""
    found = re.match(r"_*([a-z]+)", name)
    return found[1] if found else name


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
    """Whether a method keeps or sends what it is given, judged by its name; functions of asyncio only wait for it."""
    return first_word(function_name(call)) in _HANDING and not re.match(r"asyncio\.\w+$", called(unit, call))


def _asks(unit: Unit, question: cst.Attribute, name: str, same: bool) -> bool:
    """Whether a method may send the question that a method called `name` waits for, on the same object or another."""
    verb = first_word(question.attr.value)
    if name.startswith("recv"):
        return same and verb in ("send", "sendall", "sendto")
    if name.startswith("read"):
        writer = unit.denotes(question.value).value
        is_writer = name_of(writer) == "asyncio.StreamWriter" if isinstance(writer, Instance) else _is_writer(question)
        return is_writer and verb in ("write", "writelines")
    if name.startswith("receive"):
        return verb == "send"
    return not same and verb in _ASKING


def _is_writer(question: cst.Attribute) -> bool:
    """Whether what is written to is named as a stream's other half; a file or buffer answers nothing."""
    return bool(words_of(last_name(question.value)) & {"writer", "stdin", "transport"})


def _is_elsewhere(unit: Unit, question: cst.Call, call: cst.Call) -> bool:
    """Whether the question is only asked on some of the ways that lead to the wait."""
    around = {*unit.ancestors(call)}
    for outer in unit.ancestors(question):
        if outer in around:
            return isinstance(outer, cst.If)
        if isinstance(outer, cst.ExceptHandler | cst.If):
            return True
    return False


def _collects(loop: cst.While | cst.For, question: cst.Call, name: str) -> bool:
    """Whether a loop reads the pieces of one answer: it gathers them, and asks nothing more."""
    if not name.startswith("re") or question in {*own(loop.body)}:
        return False
    gathers = any(
        isinstance(node, cst.AugAssign) or (isinstance(node, cst.Call) and function_name(node) in _GATHERING)
        for node in own(loop.body)
    )
    return gathers and not any(first_word(function_name(one)) in _ASKING for one in calls_in(loop.body))


_ASKING = frozenset({"send", "put", "publish", "request", "emit"})
_HANDING = frozenset({"send", "put", "publish", "register", "enqueue", "setdefault", "set", "request", "submit"})
_WAITING = frozenset({"wait", "block", "acquire", "read", "recv", "receive", "join", "drain"})
_GATHERING = frozenset({"append", "extend", "write", "update", "feed"})
