"""What it costs when guarded code fails and nobody is told."""

from collections.abc import Sequence

import libcst as cst

from sadpath.analysis.effects import called, last_name
from sadpath.analysis.places import own
from sadpath.rule import Catcher, Exit, Handling, Harm, Outcome, Unit, name_of

_LONG = 40
"""From how many characters on a name is shortened in messages."""


def harm(unit: Unit, node: Catcher, body: cst.BaseSuite, ways: Sequence[Handling]) -> Harm:
    """What is gone for good on the worst way through a handler."""
    guarded = list(own(body))
    if any(isinstance(inner, cst.Yield) for inner in guarded) and _is_context_manager(unit, unit.scope(node)):
        return Harm.BLOCK
    calls = [inner for inner in guarded if isinstance(inner, cst.Call)]
    worst = min(ways, key=lambda way: way.outcome)
    loop = _loop(unit, node)
    if loop and calls and worst.outcome not in (Outcome.REPLACED, Outcome.TIDIED):
        succeeds = any(path.exit in (Exit.BREAKS, Exit.RETURNS) for path in unit.paths(body))
        if not succeeds and (worst.path.exit is Exit.CONTINUES or _is_last(unit, node, loop, worst)):
            return Harm.ITEM if isinstance(loop, cst.For) else Harm.ROUND
    return Harm.WRITE if any(_is_write(unit, call) for call in calls) else Harm.NONE


def attempt(unit: Unit, body: cst.BaseSuite, calls: Sequence[cst.Call]) -> str:
    """What may fail, for a message: the one call, or how many there are."""
    if not calls:
        return "this"
    if len(body.body) > 1 and len(calls) > 1:
        return f"any of these {len(calls)} calls"
    code = unit.code(calls[0].func)
    return f"`{code if len(code) <= _LONG else last_name(calls[0].func)}`"


def _loop(unit: Unit, node: Catcher) -> cst.For | cst.While | None:
    for above in unit.ancestors(node):
        if isinstance(above, cst.For | cst.While):
            return above
        if isinstance(above, cst.FunctionDef | cst.Lambda):
            return None
    return None


def _is_last(unit: Unit, node: Catcher, loop: cst.For | cst.While, way: Handling) -> bool:
    statement = node if isinstance(node, cst.With) else unit.parent(node)
    return way.path.exit is Exit.FALLS and loop.body.body[-1] is statement


def _is_write(unit: Unit, call: cst.Call) -> bool:
    root, _, rest = called(unit, call).partition(".")
    return root in _STORES and rest.rpartition(".")[2].partition("_")[0] in _WRITES


def _is_context_manager(unit: Unit, function: cst.CSTNode | None) -> bool:
    decorators = function.decorators if isinstance(function, cst.FunctionDef) else ()
    names = {name_of(unit.denotes(decorator.decorator).value) for decorator in decorators}
    return bool(names & {"contextlib.contextmanager", "contextlib.asynccontextmanager"})


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
        *("bulk", "commit", "delete", "execute", "executemany", "hset", "index", "insert", "lpush", "patch", "post"),
        *("produce", "publish", "put", "rpush", "save", "send", "sendmail", "set", "storbinary", "update", "upload"),
        *("write", "xadd"),
    }
)
