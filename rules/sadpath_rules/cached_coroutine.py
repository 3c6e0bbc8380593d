"""The rule `cached-coroutine`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Diagnostic,
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
    what_decorates,
)

_CACHES = frozenset({"lru_cache", "cache", "cached_property", "cached", "cachedmethod", "memoize"})
_CACHING = ("functools.", "cachetools.", "django.utils.functional.", "werkzeug.utils.", "methodtools.")
_KEEP_KIND = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "final", "wraps"})
_TAKES = frozenset(
    {"create_task", "ensure_future", "gather", "wait_for", "shield", "run", "run_until_complete"}
    | {"run_coroutine_threadsafe", "as_completed", "wait"}
)
"""What runs a coroutine that it is given, of asyncio."""


@rule(
    family="await",
    summary="a coroutine is kept and awaited again, which raises instead of running it a second time",
    visits=(cst.Decorator, cst.Call),
    severity=Severity.ERROR,
    in_tests=True,
)
def cached_coroutine(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds caches around `async def` functions, and coroutines that are awaited twice.

    ```python
    from functools import lru_cache

    @lru_cache  # expect: cached-coroutine "the second call of `rate` raises"
    async def rate(currency): ...

    async def price(order): ...

    async def show(order):
        found = price(order)  # expect: cached-coroutine "`found` is awaited twice"
        print(await found)
        return await found
    ```

    A coroutine runs once. What a cache keeps of an `async def` is the coroutine and not its result, so whoever asks
    for the same key again gets one that is already done. Tasks and results may be kept and awaited as often as wanted.

    ```python
    import asyncio
    from functools import lru_cache

    async def rate(currency): ...

    @lru_cache
    def rate_task(currency):
        return asyncio.ensure_future(rate(currency))

    async def convert(order):
        found = await rate(order.currency)
        again = asyncio.ensure_future(rate(order.currency))
        return found * await again, await again
    ```

    ## What happens in production

    The first request works, and so does every test that asks once. Each later request with the same arguments fails,
    until the entry is evicted or the process restarts; then one works again.

    ## What you will see

    `RuntimeError: cannot reuse already awaited coroutine`.

    ## How to bound it

    Cache the awaited result (`async_lru.alru_cache`, `aiocache`, a dict that is filled after the `await`), or a task
    that runs the coroutine, in an event loop that outlives the cache. Await a coroutine once and keep what it gives.

    ## When to accept it

    Where each key is provably asked for once, which makes the cache useless.
    """
    if isinstance(node, cst.Decorator):
        yield from _cached(node, unit)
    elif (
        isinstance(node, cst.Call)
        and unit.role is not Role.TEST
        and isinstance(unit.parent(node), cst.Assign | cst.AnnAssign)
    ):
        yield from _awaited_twice(node, unit)


def _cached(decorator: cst.Decorator, unit: Unit) -> Iterator[Diagnostic]:
    function = unit.parent(decorator)
    if not isinstance(function, cst.FunctionDef) or function.asynchronous is None:
        return
    below = function.decorators[function.decorators.index(decorator) + 1 :]
    yields = any(isinstance(inner, cst.Yield) and unit.scope(inner) is function for inner in unit.walk(function.body))
    if not yields and _is_cache(decorator, unit) and all(_name(other, unit)[1] in _KEEP_KIND for other in below):
        again = "use" if _name(decorator, unit)[1] == "cached_property" else "call"
        kept = "its first coroutine is kept, and runs only once"
        message = f"the second {again} of `{function.name.value}` raises when it is awaited: {kept}"
        yield Diagnostic(decorator.decorator, message)


def _is_cache(decorator: cst.Decorator, unit: Unit) -> bool:
    package, last = _name(decorator, unit)
    return f"{package}.".startswith(_CACHING) and (last in _CACHES or last.endswith("_cache"))


def _name(decorator: cst.Decorator, unit: Unit) -> tuple[str, str]:
    """Where a decorator comes from, and its last name."""
    name = name_of(unit.denotes(what_decorates(decorator.decorator)).value)
    package, _, last = name.rpartition(".")
    return package, last


def _awaited_twice(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    if not is_coroutine(unit.denotes(call).value):
        return
    runs = [use for use in unit.uses(call) if use.name and not use.collected and _runs(use, unit)]
    for first in runs:
        again = next((use for use in runs if _comes_after(use.node, first.node, call, unit)), None)
        if again is not None:
            message = f"`{first.name}` is awaited twice: a coroutine runs once, and the second `await` raises"
            related = (Related(first.node, "runs it here"), Related(again.node, "and raises here"))
            yield Diagnostic(call, message, evidence=unit.denotes(call).because, related=related)
            return


def _runs(use: Use, unit: Unit) -> bool:
    """Whether a use runs the coroutine to its end, or starts to."""
    if use.kind is not Usage.AWAITED:
        return False
    if isinstance(use.node, cst.Await):
        return True
    function = unit.denotes(use.node.func).value if isinstance(use.node, cst.Call) else None
    is_asyncio = isinstance(function, Function) and function.name.startswith("asyncio.")
    return is_asyncio and last_name(use.node) in _TAKES


def _comes_after(node: cst.CSTNode, first: cst.CSTNode, call: cst.Call, unit: Unit) -> bool:
    """Whether a node runs after the first one whenever both do: in a later statement, or in the next turn of a loop."""
    if any(isinstance(outer, cst.With) and _expects_failure(outer) for outer in unit.ancestors(node)):
        return False
    above, made = unit.ancestors(first), unit.ancestors(call)
    statement = next((n for n in (first, *above) if isinstance(n, cst.SimpleStatementLine)), None)
    block = unit.parent(statement) if statement is not None else None
    if statement is None or not isinstance(block, cst.IndentedBlock) or unit.scope(node) is not unit.scope(first):
        return False
    if node is first:
        return any(
            isinstance(loop, cst.For | cst.While) and loop not in made and _goes_on(loop, unit) for loop in above
        )
    later = block.body[block.body.index(statement) + 1 :]
    return any(other in later for other in (node, *unit.ancestors(node)))


def _expects_failure(block: cst.With) -> bool:
    return any(last_name(item.item).startswith(("raises", "assertRaises")) for item in block.items)


def _goes_on(loop: cst.For | cst.While, unit: Unit) -> bool:
    """Whether nothing leaves a loop but its end."""
    return not any(isinstance(inner, cst.Break | cst.Return | cst.Raise) for inner in unit.walk(loop.body))
