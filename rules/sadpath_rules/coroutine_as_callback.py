"""The rule `coroutine-as-callback`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    CallbackFact,
    Class,
    Confidence,
    Diagnostic,
    Function,
    Instance,
    Related,
    Severity,
    Unit,
    Usage,
    Value,
    is_coroutine,
    last_name,
    name_of,
    rule,
    what_decorates,
)

_TEST_CASES = frozenset({"unittest.TestCase", "unittest.case.TestCase"})
_TEST_METHODS = ("setUp", "tearDown", "setUpClass", "tearDownClass")
_PATCHES = ("unittest.", "mock.")
_SPECIAL = {
    "__enter__": "`with` gets the coroutine instead of what to use",
    "__exit__": "its coroutine is true, so `with` stops every exception",
    "__bool__": "`bool` fails on its coroutine",
    "__len__": "`len` fails on its coroutine",
    "__str__": "`str` fails on its coroutine",
    "__repr__": "`repr` fails on its coroutine",
    "__hash__": "`hash` fails on its coroutine",
    "__iter__": "`for` fails on its coroutine",
    "__next__": "`for` gets coroutines and never ends",
    "__aiter__": "`async for` fails on its coroutine",
    "__contains__": "`in` is always true",
    "__eq__": "`==` is always true",
    "__lt__": "`<` is always true",
    "__gt__": "`>` is always true",
    "__del__": "its coroutine is dropped",
    "__post_init__": "its coroutine is dropped",
    "__init_subclass__": "its coroutine is dropped",
    "__setattr__": "its coroutine is dropped",
    "__setitem__": "its coroutine is dropped",
    "__delitem__": "its coroutine is dropped",
}


@rule(
    family="await",
    summary="an async function is given to what calls it and never awaits it, so it never runs",
    visits=(cst.Call, cst.FunctionDef),
    severity=Severity.ERROR,
    in_tests=True,
)
def coroutine_as_callback(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds `async def` functions that are called by something that does not know how to run their coroutines.

    ```python
    import atexit
    import threading

    async def refresh(): ...
    async def save(): ...

    def start(loop):
        threading.Thread(target=refresh).start()  # expect: coroutine-as-callback "`refresh` never runs"
        threading.Timer(5, lambda: save()).start()  # expect: coroutine-as-callback "`save` never runs"
        atexit.register(save)  # expect: coroutine-as-callback "`save` never runs: `register` calls it"
    ```

    Threads, executors, timers, signal handlers, exit hooks, schedulers, command-line frameworks, `unittest` and
    Python's own `with` or `len` call a function and take what it gives for the result. What an `async def` gives is a
    coroutine, which nobody awaits. It is no finding where something in between runs it.

    ```python
    import asyncio
    import threading

    async def refresh(): ...

    def start(loop: asyncio.AbstractEventLoop):
        threading.Thread(target=lambda: asyncio.run(refresh())).start()
        loop.call_soon_threadsafe(lambda: loop.create_task(refresh()))
        loop.create_task(refresh())
    ```

    The reverse is found too: `asyncio.run(main)` needs the coroutine that `main()` gives, `anyio.run(main())` needs
    the function itself.

    ## What happens in production

    The thread ends at once, the job of the scheduler does nothing, the cleanup at exit is not done, and the test passes
    without a single assertion having run. All of them look healthy.

    ## What you will see

    `RuntimeWarning: coroutine 'refresh' was never awaited`, if anything; `unittest` adds a `DeprecationWarning` about a
    value that was returned from a test.

    ## How to bound it

    Give a function that runs the coroutine: `lambda: asyncio.run(refresh())` in a thread of its own, a function that
    calls `loop.create_task` on the loop. Use the asynchronous relative: `asynccontextmanager`, `__aenter__`,
    `IsolatedAsyncioTestCase`, `AsyncIOScheduler`, `push_async_callback`.

    ## When to accept it

    Where the caller was changed to await what it calls, in a way that sadpath does not see.
    """
    if isinstance(node, cst.Call):
        yield from _given(node, unit)
    elif isinstance(node, cst.FunctionDef) and node.asynchronous is not None:
        yield from _decorated(node, unit)
        yield from _special(node, unit)


def _given(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    fact = unit.libraries.callback(name_of(unit.denotes(call.func).value)) if call.args else None
    work = _work(call, fact) if fact is not None and fact.kind == "call" else None
    if fact is None or work is None or (fact.gives_result and not _is_dropped(call, unit)):
        return
    if fact.takes == "function":
        yield from _dropped(call, work, fact, unit)
    else:
        yield from _mistaken(call, work, fact, unit)


def _work(call: cst.Call, fact: CallbackFact) -> cst.BaseExpression | None:
    """The argument that is to be run."""
    names = {parameter.name for parameter in fact.parameters}
    positions = {parameter.position for parameter in fact.parameters}
    for position, argument in enumerate(call.args, 1):
        if argument.star:
            return None
        if argument.keyword.value in names if argument.keyword is not None else position in positions:
            return argument.value
    return None


def _dropped(call: cst.Call, work: cst.BaseExpression, fact: CallbackFact, unit: Unit) -> Iterator[Diagnostic]:
    name = _coroutine_function(work, unit)
    if name:
        better = f"; it takes `{fact.instead}`" if fact.instead else ""
        message = f"`{name}` never runs: `{last_name(call)}` calls it and {fact.effect}"
        place = work.body if isinstance(work, cst.Lambda) else work
        related = (Related(call.func, f"this takes a plain function{better}"),)
        yield Diagnostic(place, message, evidence=unit.denotes(_function(work)).because, related=related)


def _mistaken(call: cst.Call, work: cst.BaseExpression, fact: CallbackFact, unit: Unit) -> Iterator[Diagnostic]:
    value, runner = unit.denotes(work), last_name(call)
    name = last_name(work)
    if fact.takes == "coroutine" and isinstance(value.value, Function) and value.value.kind == "coroutine":
        message = f"`{runner}` fails: it takes the coroutine that `{name}()` gives, not the function `{name}`"
        yield Diagnostic(work, message, evidence=value.because)
    elif fact.takes == "async function" and isinstance(work, cst.Call) and is_coroutine(value.value):
        message = f"`{runner}` fails: it takes the function `{name}` itself, not the coroutine that a call of it gives"
        yield Diagnostic(work, message, evidence=value.because)


def _coroutine_function(work: cst.BaseExpression, unit: Unit) -> str:
    """The name of the `async def` that a callback is, or that it calls last; "" where it is none."""
    if isinstance(work, cst.Lambda):
        called = is_coroutine(unit.denotes(work.body).value)
        return last_name(work.body) or "the coroutine" if called else ""
    value = unit.denotes(work).value
    if isinstance(value, Instance) and value.cls.name == "functools.partial" and value.given:
        return last_name(_function(work)) if _makes_coroutine(value.given[0].value, unit) else ""
    return last_name(work) if _makes_coroutine(value, unit) else ""


def _function(work: cst.BaseExpression) -> cst.BaseExpression:
    """The expression that tells which function runs: of a `lambda` what it calls, of a `partial` what it wraps."""
    if isinstance(work, cst.Lambda):
        return work.body.func if isinstance(work.body, cst.Call) else work.body
    return work.args[0].value if isinstance(work, cst.Call) and work.args else work


def _makes_coroutine(value: Value, unit: Unit) -> bool:
    """Whether a call of a function gives a coroutine, also where a plain function returns one."""
    if not isinstance(value, Function):
        return False
    return value.kind == "coroutine" or (value.kind == "function" and is_coroutine(unit.returns(value).value))


def _is_dropped(call: cst.Call, unit: Unit) -> bool:
    """Whether nobody looks at what a call gives, or awaiting it."""
    above = unit.parent(call)
    uses = unit.uses(above if isinstance(above, cst.Await) else call)
    return all(use.kind is Usage.DROPPED for use in uses)


def _decorated(node: cst.FunctionDef, unit: Unit) -> Iterator[Diagnostic]:
    """A decorator that registers a function to be called, with none below it that could make a plain one of it."""
    for decorator in reversed(node.decorators):
        name = _decorator_name(decorator, unit)
        fact = unit.libraries.callback(name)
        if fact is not None and fact.takes == "function":
            message = f"`{node.name.value}` never runs: `{name.rpartition('.')[2]}` calls it and {fact.effect}"
            related = (Related(decorator.decorator, "this takes a plain function"),)
            yield Diagnostic(node.name, message, related=related)
            return
        if not name.startswith(("click.", "typer.")):
            return


def _decorator_name(decorator: cst.Decorator, unit: Unit) -> str:
    """The dotted name of what decorates, also where it is called first."""
    return name_of(unit.denotes(what_decorates(decorator.decorator)).value)


def _special(node: cst.FunctionDef, unit: Unit) -> Iterator[Diagnostic]:
    """A method that Python or `unittest` calls."""
    cls, name = unit.enclosing_class(node), node.name.value
    if cls is None or unit.scope(node) is not None or not _has_body(node):
        return
    yields = any(isinstance(inner, cst.Yield) and unit.scope(inner) is node for inner in unit.walk(node.body))
    if name in _SPECIAL and not node.decorators and not (yields and name == "__aiter__"):
        yield Diagnostic(node.name, f"`{name}` is `async def`: {_SPECIAL[name]}", Confidence.LIKELY)
    elif _is_run_by_unittest(node, cls, unit):
        message = f"`{name}` never runs: `unittest.TestCase` calls it and drops its coroutine"
        yield Diagnostic(node.name, message, Confidence.LIKELY)


def _has_body(node: cst.FunctionDef) -> bool:
    """Whether a method does anything but raise, or pass."""
    statements = [s for s in node.body.body if not isinstance(s, cst.SimpleStatementLine)]
    small = [s for line in node.body.body if isinstance(line, cst.SimpleStatementLine) for s in line.body]
    idle = (cst.Raise, cst.Pass)
    return bool(statements) or any(not isinstance(s, idle) and not _is_text(s) for s in small)


def _is_text(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.Expr) and isinstance(statement.value, cst.SimpleString | cst.Ellipsis)


def _is_run_by_unittest(node: cst.FunctionDef, cls: Class, unit: Unit) -> bool:
    """Whether a method is a test of a class whose base is `unittest.TestCase` itself."""
    above = unit.mro(cls)[1:2]
    names = [_decorator_name(decorator, unit) for decorator in node.decorators]
    is_test = node.name.value.startswith("test") or node.name.value in _TEST_METHODS
    is_plain = all(name.startswith(_PATCHES) for name in names)
    return is_test and is_plain and unit.complete(cls) and any(base.name in _TEST_CASES for base in above)
