"""The rule `unawaited-coroutine`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Edit,
    Fix,
    Function,
    Related,
    Role,
    Severity,
    Unit,
    Usage,
    Use,
    is_coroutine,
    last_name,
    name_of,
    rule,
)

_FUTURES = {
    "gather": "its tasks can vanish half-way and their errors are lost",
    "shield": "it protects nothing",
    "run_in_executor": "errors in the executor are lost",
}
_EXPECTS_FAILURE = ("raises", "warns", "assertRaises", "assertWarns", "check_warnings", "catch_warnings")
_WRONG_FOR_CONTAINERS = frozenset({Usage.DROPPED, Usage.TESTED, Usage.FORMATTED, Usage.CONVERTED})
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
}


@rule(
    family="await",
    summary="the work of a coroutine function never starts, because nothing awaits it",
    visits=cst.Call,
    severity=Severity.ERROR,
    in_tests=True,
)
def unawaited_coroutine(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls of `async def` functions whose coroutine is dropped, or used as if it were the result.

    ```python
    async def save(order): ...
    async def is_open(shop): ...

    async def place(order, shop):
        if is_open(shop):  # expect: unawaited-coroutine "`is_open(...)` is always true here"
            save(order)  # expect: unawaited-coroutine "`save` never runs"
        saved = save(order)  # expect: unawaited-coroutine "`saved` holds the coroutine"
        return saved.id
    ```

    Calling a coroutine function runs none of its body. It only makes a coroutine, which runs when it is awaited or
    made a task. Coroutines that are passed on, returned or stored are no findings: someone else may await them.

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
    if isinstance(unit.parent(call), cst.Await):
        return
    if is_coroutine(unit.denotes(call).value):
        found = _misused_coroutine(call, unit)
    elif last_name(call) in _FUTURES and name_of(unit.denotes(call.func).value).startswith("asyncio."):
        found = _dropped_future(call, unit)
    else:
        return
    yield from (diagnostic for diagnostic in found if not _is_on_purpose(call, unit))


def _dropped_future(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    name = last_name(call)
    work = unit.denotes(call.args[1].value).value if name == "run_in_executor" and len(call.args) > 1 else None
    if isinstance(work, Function) and unit.contains_failures(work):
        return
    if all(use.kind is Usage.DROPPED for use in unit.uses(call)):
        message = f"nothing awaits this `{name}`: {_FUTURES[name]}"
        evidence = unit.denotes(call.func).because
        yield Diagnostic(call, message, Confidence.LIKELY, evidence, (), _fixes(call, unit), Severity.WARNING)


def _misused_coroutine(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    uses = unit.uses(call)
    wrong = [use for use in uses if _is_wrong(use) and not _is_entered(use, call, unit)]
    if not wrong:
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
    return is_async and unit.libraries.is_coroutine(name_of(unit.denotes(call.func).value))


def _is_on_purpose(call: cst.Call, unit: Unit) -> bool:
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
    return f"{_consequence(use, f'{name}(...)' if call.args else f'{name}()')}: it is {why}"


def _consequence(use: Use, value: str) -> str:
    """What the use does to a value, given its short form, that is a coroutine."""
    user = last_name(use.node)
    return _CONSEQUENCES[use.kind].format(value=value, user=user)


def _fixes(call: cst.Call, unit: Unit) -> tuple[Fix, ...]:
    """The missing `await`; never safe, since work that never ran will then run."""
    if not unit.can_await(call):
        return ()
    bare = call.with_changes(lpar=(), rpar=())
    needs_brackets = not call.lpar and isinstance(unit.parent(call), cst.Attribute | cst.Call | cst.Subscript)
    text = f"(await {unit.code(bare)})" if needs_brackets else f"await {unit.code(bare)}"
    return (Fix(f"Await `{last_name(call)}`", (Edit(call, text),)),)
