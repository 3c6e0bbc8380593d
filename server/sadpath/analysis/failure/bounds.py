"""Whether a call may block for ever: what the library tables know about it, and all that bounds it in the code."""

import math
import re
from collections.abc import Callable
from enum import Enum

import libcst as cst
from msgspec.structs import replace

from sadpath.analysis.failure import guards
from sadpath.analysis.failure.arguments import Arguments, Given, of_call, of_constructor
from sadpath.analysis.failure.commands import may_hang
from sadpath.analysis.failure.setup import may_set_up
from sadpath.analysis.meaning.evaluator import Evaluator
from sadpath.analysis.meaning.file_index import words_of
from sadpath.analysis.meaning.program import definers, mentions
from sadpath.rule import (
    UNKNOWN,
    Argument,
    Blocking,
    Class,
    Confidence,
    Constant,
    Context,
    Display,
    External,
    Function,
    Instance,
    Libraries,
    TimeoutFact,
    Unit,
    Value,
    members,
)

_IN_THREAD = frozenset({"asyncio.to_thread", "asyncio.threads.to_thread"})
_NOTHING = (Constant(None), Constant(True))
"""What carries no bound: None, and True for a `block` that is true anyway."""


class _Bound(Enum):
    """What arguments say about how long a call may block."""

    FINITE = "for a time"
    UNSAID = "nothing, so for ever"
    FOREVER = "for ever"
    UNKNOWN = "cannot be told"


def blocking(unit: Unit, evaluator: Evaluator, call: cst.Call) -> Blocking | None:
    """How a call may block for ever; None where it does not, where something bounds it, or where files do not tell."""
    return _blocking(unit, evaluator, call, lambda fact: fact.tier != "C")


def waiting(unit: Unit, evaluator: Evaluator, call: cst.Call, context: Context) -> Blocking | None:
    """The same of a call that is reported in some contexts only, one of which is the given one."""
    return _blocking(unit, evaluator, call, lambda fact: has_context(fact, context))


def has_context(fact: TimeoutFact, context: Context) -> bool:
    """Whether a wait is reported in a context; where a timeout is ignored, each is that is reported in any."""
    return context in fact.contexts or (context == "ignored" and bool(fact.contexts))


def _blocking(
    unit: Unit, evaluator: Evaluator, call: cst.Call, counts: Callable[[TimeoutFact], bool]
) -> Blocking | None:
    function, written = call.func, call.args
    callee = unit.denotes(function).value
    if isinstance(callee, Function) and callee.name in _IN_THREAD and written:
        function, written = written[0].value, written[1:]
    found = unit.denotes(function)
    target, before = _partial(found.value)
    value, fact = _fact(unit.libraries, target)
    if fact is None:
        fact = _stub_fact(unit, evaluator, call)
    if fact is None or fact.kind == "value" or not counts(fact):
        return None
    if isinstance(value, Function) and value.kind == "coroutine" and not _is_awaited(unit, call):
        return None
    arguments = of_call(unit, written).after(of_constructor(before))
    bound, given = _bound(unit.libraries, fact, arguments)
    if bound not in (_Bound.UNSAID, _Bound.FOREVER) or _is_bounded_by_client(unit.libraries, evaluator, fact, value):
        return None
    if fact.command and not may_hang(_command(fact, arguments, value), in_coroutine=unit.can_await(call)):
        return None
    address = _address(unit, fact, arguments)
    if address is _Bound.FINITE or (bound is _Bound.UNSAID and _is_bounded_by_file(evaluator, fact)):
        return None
    if guards.is_limited(unit, call, awaits=_is_awaited(unit, call)) or may_set_up(
        unit, evaluator, call, function, fact
    ):
        return None
    confidence = Confidence.REVIEW if address is _Bound.UNKNOWN else _confidence(value)
    return Blocking(fact, function, given.node if given else None, confidence, found.because)


def _command(fact: TimeoutFact, arguments: Arguments, callee: Value) -> Value:
    """The command that a call waits for."""
    if fact.command == "given":
        return arguments.positional[0].value if arguments.positional else UNKNOWN
    receiver = callee.receiver if isinstance(callee, Function) else None
    given = receiver.given if isinstance(receiver, Instance) else None
    return given[0].value if given and not given[0].keyword else UNKNOWN


def _partial(value: Value) -> tuple[Value, tuple[Argument, ...]]:
    """What `functools.partial` calls, and the arguments that it was given; anything else as it is."""
    if isinstance(value, Instance) and value.cls.name == "functools.partial" and value.given:
        return value.given[0].value, value.given[1:]
    return value, ()


def _fact(libraries: Libraries, value: Value) -> tuple[Value, TimeoutFact | None]:
    """The facts on calling a value; of several possible values, only if all have the same.

    An import that leads nowhere is not counted, where another one of the same name does: `except ImportError:`.
    """
    values = [one for one in members(value) if one != Constant(None)]
    found = [(one, fact) for one in values if (fact := _fact_on(libraries, one)) is not None]
    if not found or any(fact != found[0][1] for _, fact in found):
        return UNKNOWN, None
    known = [one for one, _ in found]
    last = found[0][1].name.rpartition(".")[2]
    others = [one for one in values if one not in known]
    if any(not isinstance(one, External) or one.name.rpartition(".")[2] != last for one in others):
        return UNKNOWN, None
    return found[0]


def _fact_on(libraries: Libraries, value: Value) -> TimeoutFact | None:
    if isinstance(value, Function | Class | External):
        return libraries.timeout(value.name)
    return libraries.timeout(f"{value.cls.name}.__call__") if isinstance(value, Instance) else None


def _stub_fact(unit: Unit, evaluator: Evaluator, call: cst.Call) -> TimeoutFact | None:
    """The facts on a method of a stub that grpcio-tools generated, which answers once; its source tells which do."""
    if not isinstance(call.func, cst.Attribute) or (unit.can_await(call) and not _is_awaited(unit, call)):
        return None
    stub, method = unit.denotes(call.func.value).value, call.func.attr.value
    if not isinstance(stub, Instance) or not re.search(r"_pb2_grpc\.\w+Stub$", stub.cls.name):
        return None
    segments = evaluator.program.queries.ask(mentions, stub.cls.path, stub.cls.qualname, method)
    once = re.compile(rf"self\.{method}\s*=\s*channel\.(?:unary|stream)_unary\b")
    answers_once = any(once.search(segment.text) for segment in segments)
    return unit.libraries.timeout("grpc.UnaryUnaryMultiCallable.__call__") if answers_once else None


def _is_awaited(unit: Unit, call: cst.Call) -> bool:
    """Whether the call is awaited, or entered by `async with`, where it stands; elsewhere others may bound it."""
    return isinstance(unit.parent(call), cst.Await | cst.WithItem)


def _bound(libraries: Libraries, fact: TimeoutFact, arguments: Arguments) -> tuple[_Bound, Given | None]:
    """What the arguments say, and the one that says "for ever"."""
    given = [one for one in map(arguments.get, fact.parameters) if one is not None]
    if fact.none_is_default:
        given = [one for one in given if one.value != Constant(None)]
    elsewhere = [one for one in map(arguments.get, fact.elsewhere) if one is not None]
    if any(one.value not in _NOTHING for one in elsewhere):
        return _Bound.UNKNOWN, None
    if not given and not arguments.closed:
        return _Bound.UNKNOWN, None
    if not given:
        return (_Bound.FINITE if fact.default < math.inf else _Bound.UNSAID), None
    said = [_meaning(libraries, fact, one.value) for one in given]
    if fact.first_given:
        said = said[:1]
    for decisive in (_Bound.FINITE, _Bound.UNKNOWN):
        if decisive in said:
            return decisive, None
    return _Bound.FOREVER, given[0]


def _meaning(libraries: Libraries, fact: TimeoutFact, value: Value) -> _Bound:
    """What a value means as a timeout; one of several only if all mean the same."""
    meanings = {_meaning_of_one(libraries, fact, one) for one in members(value)}
    return meanings.pop() if len(meanings) == 1 else _Bound.UNKNOWN


def _meaning_of_one(libraries: Libraries, fact: TimeoutFact, value: Value) -> _Bound:
    if isinstance(value, Constant):
        endless = value.value is None or any(
            value.value == one and isinstance(value.value, bool) is isinstance(one, bool) for one in fact.forever
        )
        return _Bound.FOREVER if endless else _Bound.FINITE
    if isinstance(value, Display) and value.kind == "tuple" and value.items:
        # (connect, read, ...): connecting ends by itself after some minutes, reading does not.
        return _meaning(libraries, fact, value.items[min(1, len(value.items) - 1)])
    if isinstance(value, Instance) and value.given is not None:
        inner = libraries.timeout(value.cls.name)
        if inner is not None and inner.kind == "value":
            said, _ = _bound(libraries, inner, of_constructor(value.given))
            return _Bound.FOREVER if said is _Bound.UNSAID else said
    return _Bound.UNKNOWN


def _is_bounded_by_client(libraries: Libraries, evaluator: Evaluator, fact: TimeoutFact, value: Value) -> bool:
    """Whether the object that the method is called on was, or may have been, made with a timeout.

    Where it was not seen to be made, it may; of a wait in a harmful context, only if its class speaks of it.
    """
    if not fact.client:
        return False
    receiver = value.receiver if isinstance(value, Function) else None
    if not isinstance(receiver, Instance) or receiver.given is None:
        return not fact.contexts or any(_is_mentioned(evaluator, parameter.name) for parameter in fact.client)
    client = replace(fact, parameters=fact.client, default=math.inf, elsewhere=())
    said, _ = _bound(libraries, client, of_constructor(receiver.given))
    return said in (_Bound.FINITE, _Bound.UNKNOWN)


def _is_mentioned(evaluator: Evaluator, word: str) -> bool:
    """Whether a word occurs in the unit or in its class."""
    path, scope = evaluator.site.path, evaluator.site.scope
    return word in words_of(evaluator.tree.module.code) or bool(
        scope and evaluator.program.queries.ask(mentions, path, scope, word)
    )


def _address(unit: Unit, fact: TimeoutFact, arguments: Arguments) -> _Bound:
    """What a URL or DSN says: a bound in its query, nothing, or what cannot be seen."""
    given = [one for one in map(arguments.get, fact.address) if one is not None]
    said = _Bound.UNSAID
    for one in given:
        literal = one.value.value if isinstance(one.value, Constant) else None
        text = literal if isinstance(literal, str) else unit.code(one.node.value) if one.node is not None else ""
        if any(f"{query}=" in text for query in fact.queries):
            return _Bound.FINITE
        if not isinstance(literal, str):
            said = _Bound.UNKNOWN
    return said


def _is_bounded_by_file(evaluator: Evaluator, fact: TimeoutFact) -> bool:
    """Whether the module sets the default timeout of sockets, or an environment variable that bounds the call."""
    words = [*fact.environment, *(["setdefaulttimeout"] if fact.global_default else [])]
    text = evaluator.tree.module.code if words else ""
    ask = evaluator.program.queries.ask
    return any(word in text or ask(definers, evaluator.site.path, "", word) for word in words)


def _confidence(value: Value) -> Confidence:
    """Certain where the object was seen to be made, or where there is none; likely where it is only declared."""
    if value == UNKNOWN:
        return Confidence.LIKELY
    receiver = value.receiver if isinstance(value, Function) else None
    seen = not isinstance(receiver, Instance) or receiver.given is not None
    return Confidence.CERTAIN if seen else Confidence.LIKELY
