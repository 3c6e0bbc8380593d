"""What it costs when guarded code fails and nobody is told."""

import re
from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.failure.causes import catches
from sadpath.analysis.failure.effects import called
from sadpath.analysis.failure.places import loaded, own, stored
from sadpath.rule import Catcher, Exit, Handling, Harm, Outcome, Unit, last_name, members, name_of

_LONG = 40
"""From how many characters on a name is shortened in messages."""


def harm(unit: Unit, node: Catcher, body: cst.BaseSuite, ways: Sequence[Handling]) -> Harm:
    """What is gone for good on the worst way through a handler."""
    guarded = list(own(body))
    if any(isinstance(inner, cst.Yield) for inner in guarded) and _is_context_manager(unit, unit.scope(node)):
        return Harm.BLOCK
    calls = [inner for inner in guarded if isinstance(inner, cst.Call)]
    worst = min(ways, key=lambda way: way.outcome)
    loop = loop_around(unit, node)
    goes_on = loop is not None and worst.path.exit in (Exit.FALLS, Exit.CONTINUES) and worst.outcome < Outcome.KEPT
    raises = [inner for inner in guarded if isinstance(inner, cst.Raise)]
    if goes_on and isinstance(loop, cst.While) and any(_is_limit(unit, one, node, loop) for one in raises):
        return Harm.LIMIT
    if worst.outcome >= Outcome.ANSWERED:
        return Harm.NONE
    if loop and calls and worst.outcome not in (Outcome.REPLACED, Outcome.TIDIED):
        skips = worst.path.exit is Exit.CONTINUES or _is_last(unit, node, loop, worst)
        if skips and not leaves_loop(unit, node):
            return _harm_in_loop(loop)
    return Harm.WRITE if any(_is_write(unit, call) for call in calls) else Harm.NONE


def instead(unit: Unit, way: Handling) -> str:
    """What stands in for the result on one way, for a message: a returned value or an assignment; "" for nothing."""
    replacing = [
        step.value if isinstance(step, cst.Return) else step
        for step in way.path.steps
        if isinstance(step, cst.Assign) or (isinstance(step, cst.Return) and step.value)
    ]
    code = unit.code(replacing[0]) if len(replacing) == 1 and replacing[0] else ""
    return f"`{code}`" if 0 < len(code) <= _LONG and "\n" not in code else ""


def loop_around(unit: Unit, node: cst.CSTNode) -> cst.For | cst.While | None:
    """The innermost loop of the same function."""
    for above in unit.ancestors(node):
        if isinstance(above, cst.For | cst.While):
            return above
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return None
    return None


def leaves_loop(unit: Unit, node: Catcher) -> bool:
    """Whether the success of what a catcher guards can end the loop around it."""
    statement = node if isinstance(node, cst.With) else unit.parent(node)
    success = [statement.body] if isinstance(statement, cst.With | cst.Try | cst.TryStar) else []
    if isinstance(statement, cst.Try | cst.TryStar) and statement.orelse:
        success.append(statement.orelse.body)
    return any(path.exit in (Exit.BREAKS, Exit.RETURNS) for block in success for path in unit.paths(block))


def attempt(unit: Unit, body: cst.BaseSuite, calls: Sequence[cst.Call]) -> str:
    """What may fail, for a message: the one call, or how many there are."""
    if len(body.body) == 1 and isinstance(manager := body.body[0], cst.With):
        inner = [node for node in own(manager.body) if isinstance(node, cst.Call)]
        return attempt(unit, manager.body, inner or calls)
    if not calls:
        code = " ".join(unit.code(statement) for statement in body.body)
        return f"`{code}`" if len(code) <= _LONG and "\n" not in code else "the code in this `try`"
    is_simple = len(body.body) == 1 and isinstance(body.body[0], cst.SimpleStatementLine | cst.BaseSmallStatement)
    if not is_simple and len(calls) > 1:
        return f"any of these {len(calls)} calls"
    code = unit.code(calls[0].func)
    return f"`{code if len(code) <= _LONG else last_name(calls[0].func)}`"


def _harm_in_loop(loop: cst.For | cst.While) -> Harm:
    """Things that are listed in the code itself are no data."""
    if isinstance(loop, cst.While):
        return Harm.ROUND
    return Harm.NONE if isinstance(loop.iter, cst.Tuple | cst.List | cst.Set) else Harm.ITEM


def _is_limit(unit: Unit, statement: cst.Raise, node: Catcher, loop: cst.While) -> bool:
    """Whether a `raise` says that the time of the whole loop is up, and it is this catcher that stops it."""
    raised = statement.exc.func if isinstance(statement.exc, cst.Call) else statement.exc
    if raised is None or any(catches(unit, other, raised) for other in _before(unit, node)):
        return False
    guard = node if isinstance(node, cst.With) else unit.parent(node)
    tests: list[cst.BaseExpression] = []
    for above in unit.ancestors(statement):
        if above is guard or isinstance(above, cst.Try | cst.TryStar | cst.For | cst.While):
            return above is guard and any(_asks_time(unit, test, loop) for test in tests)
        if isinstance(above, cst.If):
            tests.append(above.test)
    return False


def _before(unit: Unit, node: Catcher) -> Sequence[Catcher]:
    """The handlers of the same `try` that come first."""
    statement = unit.parent(node)
    handlers: Sequence[Catcher] = statement.handlers if isinstance(statement, cst.Try | cst.TryStar) else ()
    return handlers[: next((number for number, other in enumerate(handlers) if other is node), 0)]


def _asks_time(unit: Unit, test: cst.BaseExpression, loop: cst.While) -> bool:
    """Whether a test compares what a clock says with a time that stands for the whole loop."""
    compares = any(isinstance(inner, cst.Comparison) for inner in own(test))
    clocks = any(called(unit, inner) in _CLOCKS for inner in own(test) if isinstance(inner, cst.Call))
    return compares and clocks and not loaded(own(test), unit) & stored(own(loop.body))


def _is_last(unit: Unit, node: Catcher, loop: cst.For | cst.While, way: Handling) -> bool:
    statement = node if isinstance(node, cst.With) else unit.parent(node)
    return way.path.exit is Exit.FALLS and loop.body.body[-1] is statement


def _is_write(unit: Unit, call: cst.Call) -> bool:
    names = [name_of(value) for value in members(unit.denotes(call.func).value)]
    verbs = {name.rpartition(".")[2].partition("_")[0] for name in names if name.partition(".")[0] in _STORES}
    return bool(verbs & _WRITES) or ("execute" in verbs and _says_to_write(call))


def _says_to_write(call: cst.Call) -> bool:
    """Whether the statement that a call executes is written here, and changes something."""
    texts = [node.evaluated_value for node in own(*call.args) if isinstance(node, cst.SimpleString)]
    return any(isinstance(text, str) and _CHANGING.match(text) for text in texts)


def _is_context_manager(unit: Unit, function: cst.CSTNode | None) -> bool:
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    names = {name_of(unit.denotes(decorator.decorator).value) for decorator in decorators}
    return bool(names & {"contextlib.contextmanager", "contextlib.asynccontextmanager"})


_CLOCKS = frozenset(
    {
        *("time.time", "time.monotonic", "time.perf_counter", "datetime.datetime.now", "datetime.datetime.utcnow"),
        *("asyncio.AbstractEventLoop.time", "asyncio.events.AbstractEventLoop.time"),
    }
)
_CHANGING = re.compile(r"\s*(insert|update|delete|replace|merge|create|alter|drop|truncate|grant)\b", re.IGNORECASE)
_STORES = frozenset(
    {
        *(
            "aio_pika",
            "aiohttp",
            "aiokafka",
            "asyncpg",
            "boto3",
            "botocore",
            "elasticsearch",
            "ftplib",
            "grpc",
            "httpx",
        ),
        *(
            "kafka",
            "kombu",
            "motor",
            "pika",
            "psycopg",
            "psycopg2",
            "pymongo",
            "pymysql",
            "redis",
            "requests",
            "smtplib",
        ),
        *("sqlalchemy", "sqlite3", "urllib3"),
    }
)
_WRITES = frozenset(
    {
        *("bulk", "commit", "delete", "executemany", "hset", "index", "insert", "lpush", "patch", "post"),
        *("produce", "publish", "put", "rpush", "save", "send", "sendmail", "set", "storbinary", "update", "upload"),
        *("write", "xadd"),
    }
)
