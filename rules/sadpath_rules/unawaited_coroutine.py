"""The rule `unawaited-coroutine`."""

from collections.abc import Iterator, Sequence

import libcst as cst

from sadpath.rule import (
    UNKNOWN,
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Function,
    Head,
    Related,
    Role,
    Severity,
    Union,
    Unit,
    Usage,
    Use,
    Value,
    is_coroutine,
    last_name,
    members,
    name_of,
    rule,
)

_FUTURES = {
    "gather": "its tasks can vanish half-way and their errors are lost",
    "shield": "it protects nothing",
    "run_in_executor": "errors in the executor are lost",
}
_EXPECTS_FAILURE = ("raises", "warns", "assertRaises", "assertWarns", "check_warnings", "catch_warnings")
_WRONG_FOR_CONTAINERS = frozenset({Usage.DROPPED, Usage.TESTED, Usage.FORMATTED, Usage.CONVERTED, Usage.REFUSED})
_CONSEQUENCES = {
    Usage.TESTED: "`{value}` is always true here",
    Usage.COMPARED: "`{value}` is compared before it ran",
    Usage.FORMATTED: "`{value}` shows as `<coroutine object ...>`",
    Usage.CONVERTED: "`{user}` fails on `{value}`",
    Usage.ATTRIBUTE: "`.{user}` fails on `{value}`",
    Usage.CALLED: "the second call fails on `{value}`",
    Usage.INDEXED: "the subscript fails on `{value}`",
    Usage.INDEX: "the lookup by `{value}` fails",
    Usage.SEARCHED: "`in` fails on `{value}`",
    Usage.ITERATED: "iteration fails on `{value}`",
    Usage.ENTERED: "`with` fails on `{value}`",
    Usage.OPERAND: "arithmetic fails on `{value}`",
    Usage.RAISED: "`raise` fails on `{value}`",
    Usage.REFUSED: "`{value}` is {taken} before it ran",
}
_GENERATOR_ENDS = {
    Usage.ITERATED: "`for` fails",
    Usage.CONVERTED: "`{user}` fails",
    Usage.INDEXED: "the subscript fails",
    Usage.OPERAND: "arithmetic fails",
}


@rule(
    family="await",
    summary="the work of a coroutine function never starts, because nothing awaits it",
    visits=(cst.Call, cst.Await),
    severity=Severity.ERROR,
    in_tests=True,
)
def unawaited_coroutine(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls of `async def` functions whose coroutine is dropped, or used as if it were the result.

    ```python
    async def save(order): ...
    async def is_open(shop): ...

    async def place(order, shop):
        if is_open(shop):  # expect: unawaited-coroutine "`is_open(...)` is always true here"
            save(order)  # expect: unawaited-coroutine "`save` never runs"
        saved = save(order)  # expect: unawaited-coroutine "`saved` holds the coroutine"
        return saved.id

    async def count(shop) -> int:
        return is_open(shop)  # expect: unawaited-coroutine "`is_open(...)` is returned before it ran"
    ```

    Calling a coroutine function runs none of its body. It only makes a coroutine, which runs when it is awaited or
    made a task. Coroutines that are passed on, returned or stored are no findings, as someone else may await them,
    unless what takes them is declared or written for the result.

    ```python
    import asyncio

    async def save(order): ...

    async def place(orders):
        await save(orders[0])
        await asyncio.gather(*[save(order) for order in orders])
        return save(orders[1])
    ```

    ## What happens in production

    The order is never saved, and the caller goes on as if it had been. A permission check on a coroutine is always
    true and lets everybody in. Tests that use a mock pass.

    ## What you will see

    At best one line on stderr, at some later garbage collection: `RuntimeWarning: coroutine 'save' was never awaited`.
    In formatted text `<coroutine object save at 0x...>`, elsewhere `'coroutine' object has no attribute 'id'`.

    ## How to bound it

    Put `await` before the call. In a function that is not async, make it async and await it in turn, or start the
    outermost one with `asyncio.run`. To let it run in the background, keep the task of `asyncio.create_task`.

    ## When to accept it

    Where a coroutine is made only to be thrown away, as in a test of the warning itself; better call its `close()`.
    """
    if isinstance(node, cst.Await):
        found = _awaited_to_coroutine(node, unit)
    elif isinstance(node, cst.Call):
        found = _called(node, unit)
    else:
        return
    yield from (diagnostic for diagnostic in found if not _is_on_purpose(node, unit))


def _called(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    value = unit.denotes(call).value
    if name_of(value) in ("typing.AsyncGenerator", "typing.AsyncIterator"):
        yield from _misused_generator(call, unit)
    elif isinstance(unit.parent(call), cst.Await):
        return
    elif is_coroutine(value):
        yield from _misused_coroutine(call, unit)
    elif last_name(call) in _FUTURES and name_of(unit.denotes(call.func).value).startswith("asyncio."):
        yield from _dropped_future(call, unit)
    elif value == UNKNOWN and _stands_alone(call, unit):
        yield from _dropped_by_name(call, unit)
    elif isinstance(value, Union) and all(map(_is_awaitable, value.members)):
        yield from _dropped_either(call, unit)


def _stands_alone(call: cst.Call, unit: Unit) -> bool:
    """Whether a call of an unknown method is a whole statement of an async function."""
    function = unit.scope(call)
    is_async = isinstance(function, cst.FunctionDef) and function.asynchronous is not None
    return is_async and isinstance(unit.parent(call), cst.Expr) and unit.denotes(call.func).value == UNKNOWN


def _dropped_by_name(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    because = unit.unanimous(call)
    if because:
        message = f"`{last_name(call)}` never runs: its coroutine is not awaited"
        yield Diagnostic(call, message, Confidence.LIKELY, because, (), _fixes(call, unit))


def _is_awaitable(value: Value) -> bool:
    return is_coroutine(value) or name_of(value).rpartition(".")[2] in ("Task", "Future", "Awaitable")


def _dropped_either(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """One of several awaitables; as a task or future it would run."""
    value, because = unit.denotes(call).value, unit.denotes(call).because
    if any(map(is_coroutine, members(value))) and all(use.kind is Usage.DROPPED for use in unit.uses(call)):
        message = f"what `{last_name(call)}` gives may be a coroutine, and then never runs: nothing awaits it"
        yield Diagnostic(call, message, Confidence.LIKELY, because, (), _fixes(call, unit), Severity.WARNING)


def _awaited_to_coroutine(node: cst.Await, unit: Unit) -> Iterator[Diagnostic]:
    """An `async def` of another place that returns a coroutine instead of awaiting it, where that is awaited once."""
    call = node.expression
    if not isinstance(call, cst.Call) or not is_coroutine(unit.denotes(node).value):
        return
    function = unit.denotes(call.func).value
    uses = unit.uses(node)
    is_own = isinstance(function, Function) and function.path == unit.path and "." in function.qualname
    if not is_own and uses and all(map(_is_wrong, uses)):
        name = last_name(call)
        message = f"`await {_short(call)}` gives a coroutine, which never runs: `{name}` returns it without `await`"
        yield Diagnostic(node, message, Confidence.LIKELY, unit.denotes(node).because)


def _dropped_future(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    name = last_name(call)
    work = unit.denotes(call.args[1].value).value if name == "run_in_executor" and len(call.args) > 1 else None
    if isinstance(work, Function) and unit.contains_failures(work):
        return
    if all(use.kind is Usage.DROPPED for use in unit.uses(call)):
        message = f"nothing awaits this `{name}`: {_FUTURES[name]}"
        evidence = unit.denotes(call.func).because
        yield Diagnostic(call, message, Confidence.LIKELY, evidence, (), _fixes(call, unit), Severity.WARNING)


def _misused_generator(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """What an `async def` with `yield` gives, used otherwise than by `async for`."""
    function, uses = unit.denotes(call.func), unit.uses(call)
    if not isinstance(function.value, Function) or function.value.kind != "async generator" or len(uses) != 1:
        return
    use, name = uses[0], last_name(call)
    if use.kind is Usage.DROPPED and not use.collected:
        message = f"`{name}` never runs: nothing iterates its asynchronous generator"
        yield Diagnostic(call, message, evidence=function.because)
    elif _ends_generator(use):
        ends = _GENERATOR_ENDS.get(use.kind, "`await` fails").format(user=last_name(use.node))
        message = f"{ends} on `{_short(call)}`: it is an asynchronous generator, which only `async for` runs"
        loops = isinstance(use.node, cst.For) and unit.can_await(use.node)
        fixes = (Fix("Loop with `async for`", (Edit(use.node, "async ", "before"),)),) if loops else ()
        yield Diagnostic(call, message, evidence=function.because, fixes=fixes)


def _ends_generator(use: Use) -> bool:
    """Whether an asynchronous generator fails where it is used."""
    if isinstance(use.node, cst.For | cst.CompFor) and use.node.asynchronous is not None:
        return False
    return not use.collected and (use.kind in _GENERATOR_ENDS or isinstance(use.node, cst.Await))


def _misused_coroutine(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    uses = unit.uses(call)
    wrong = [use for use in uses if _is_wrong(use) and not _is_entered(use, call, unit)]
    if not wrong:
        yield from _outlived(uses, call, unit)
        return
    certain = len(wrong) == len(uses)
    telling = [use for use in wrong if not use.collected and use.kind not in (Usage.DROPPED, Usage.FORMATTED)]
    meant = any(use.kind is Usage.AWAITED or (use.kind is Usage.ATTRIBUTE and use not in wrong) for use in uses)
    if not certain and (meant or not telling):
        return
    worst = (telling or wrong)[0]
    related = tuple(Related(use.node, _consequence(use, use.name)) for use in telling[:3] if use.name)
    confidence = Confidence.CERTAIN if certain else Confidence.LIKELY
    fixes = () if worst.collected else _fixes(call, unit)
    yield Diagnostic(call, _message(worst, call, unit), confidence, unit.denotes(call).because, related, fixes)


def _outlived(uses: Sequence[Use], call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """A coroutine that is returned from inside a `try` or `with`, and so runs when that is over."""
    for use in uses:
        block = _left_behind(use, call, unit)
        if block is not None:
            name, what = last_name(call) or "it", "with" if isinstance(block, cst.With) else "try"
            message = f"`{name}` runs when this `{what}` is over: its coroutine is returned, not awaited"
            related = (Related(Head(block), f"the `{what}` ends here, before the coroutine starts"),)
            because = unit.denotes(call).because
            yield Diagnostic(call, message, Confidence.LIKELY, because, related, _fixes(call, unit), Severity.WARNING)
            return


def _left_behind(use: Use, call: cst.Call, unit: Unit) -> cst.Try | cst.With | None:
    """The innermost block that a returned coroutine was to run in; of a sync function, only where that is evident."""
    function = unit.scope(use.node)
    if use.kind is not Usage.RETURNED or use.collected or not isinstance(use.node, cst.Return):
        return None
    is_async = isinstance(function, cst.FunctionDef) and function.asynchronous is not None
    below: cst.CSTNode = use.node
    for above in unit.ancestors(use.node):
        if above is function:
            break
        if isinstance(above, cst.With) and (is_async or _gives(above, call, unit)):
            return above
        if isinstance(above, cst.Try) and below is above.body and above.handlers:
            return above if is_async or _guards_only(above, call, unit) else None
        below = above
    return None


def _gives(block: cst.With, call: cst.Call, unit: Unit) -> bool:
    """Whether the call takes what the `with` opened, which is closed when the coroutine runs."""
    names = {item.asname.name.value for item in block.items if item.asname and isinstance(item.asname.name, cst.Name)}
    return any(isinstance(node, cst.Name) and node.value in names for node in unit.walk(call))


def _guards_only(block: cst.Try, call: cst.Call, unit: Unit) -> bool:
    """Whether nothing but the call itself could fail in a `try`, so that its handlers are meant for the coroutine."""
    only = len(block.body.body) == 1 and not isinstance(block.body.body[0], cst.BaseCompoundStatement)
    given = [node for argument in call.args for node in unit.walk(argument)]
    return only and not any(isinstance(node, cst.Call | cst.Subscript | cst.Await) for node in given)


def _is_wrong(use: Use) -> bool:
    if use.collected:
        return use.kind in _WRONG_FOR_CONTAINERS
    if use.kind is Usage.ATTRIBUTE:
        name = last_name(use.node)
        return name not in ("send", "throw", "close") and not name.startswith(("cr_", "__"))
    return use.kind is Usage.DROPPED or use.kind in _CONSEQUENCES


def _is_entered(use: Use, call: cst.Call, unit: Unit) -> bool:
    """Whether the value stands in `async with` or `async for`, and is of a library whose awaitables may stand there."""
    node = unit.parent(use.node) if isinstance(use.node, cst.WithItem) else use.node
    is_async = isinstance(node, cst.With | cst.For | cst.CompFor) and node.asynchronous is not None
    functions = members(unit.denotes(call.func).value)
    return is_async and any(unit.libraries.is_coroutine(name_of(function)) for function in functions)


def _is_on_purpose(call: cst.Call | cst.Await, unit: Unit) -> bool:
    """Whether a test names the function in a string, to patch it, or wants the call to fail or warn."""
    above = unit.ancestors(call)
    if unit.role is not Role.TEST or not above:
        return False
    patched = {n.raw_value.rpartition(".")[2] for n in unit.walk(above[-1]) if isinstance(n, cst.SimpleString)}
    entered = [item.item for node in above if isinstance(node, cst.With) for item in node.items]
    fails = any(last_name(item).startswith(_EXPECTS_FAILURE) for item in entered)
    return fails or last_name(call) in patched


def _message(use: Use, call: cst.Call, unit: Unit) -> str:
    name, caller = last_name(call) or "it", unit.scope(call)
    sync = caller.name.value if isinstance(caller, cst.FunctionDef) and caller.asynchronous is None else ""
    if use.kind is Usage.DROPPED or use.collected:
        if use.name:
            return f"`{name}` never runs: its coroutine is left in `{use.name}`, which nothing awaits"
        if sync:
            return f"`{name}` never runs: `{sync}` is not async, so the coroutine is created and dropped"
        return f"`{name}` never runs: its coroutine is not awaited"
    if use.name:
        return f"`{use.name}` holds the coroutine of `{name}`, not its result: nothing awaits it"
    why = f"a coroutine, and `{sync}` is not async" if sync else "a coroutine that is not awaited"
    return f"{_consequence(use, _short(call))}: it is {why}"


def _short(call: cst.Call) -> str:
    return f"{last_name(call) or 'it'}(...)" if call.args else f"{last_name(call) or 'it'}()"


def _consequence(use: Use, value: str) -> str:
    """What the use does to a value, given its short form, that is a coroutine."""
    user = last_name(use.node)
    return _CONSEQUENCES[use.kind].format(value=value, user=user, taken=_taken(use.node))


def _taken(node: cst.CSTNode) -> str:
    """What takes a value where something else belongs."""
    match node:
        case cst.Return():
            return "returned"
        case cst.Yield():
            return "yielded"
        case cst.Call():
            return f"given to `{last_name(node)}`"
        case _:
            return "stored"


def _fixes(call: cst.Call, unit: Unit) -> tuple[Fix, ...]:
    """The missing `await`; never safe, since work that never ran will then run."""
    if not unit.can_await(call):
        return ()
    bare = call.with_changes(lpar=(), rpar=())
    needs_brackets = not call.lpar and isinstance(unit.parent(call), cst.Attribute | cst.Call | cst.Subscript)
    text = f"(await {unit.code(bare)})" if needs_brackets else f"await {unit.code(bare)}"
    return (Fix(f"Await `{last_name(call)}`", (Edit(call, text),)),)
