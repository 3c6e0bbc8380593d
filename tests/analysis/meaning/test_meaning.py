"""What expressions denote: each example reveals the value of its last line."""

import libcst as cst
import pytest

from sadpath.analysis.meaning.denotation import describe
from sadpath.analysis.meaning.evaluator import Evaluator, Site
from sadpath.analysis.meaning.program import Program, tree_of
from sadpath.analysis.syntax.tree import Tree
from sadpath.rule import Constant, Coroutine, Denotation, External, Function, Instance, Union, Value
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.memory import MemorySources

CLIENT = """\
import asyncio
from typing import Optional, Self

class Session:
    async def send(self) -> bytes: ...
    def count(self) -> int: ...

class Base:
    session: Session

    async def ping(self): ...
    def me(self) -> Self: ...

class Client(Base):
    default = Session()

    def __init__(self, session: Optional[Session] = None):
        self.made = Session()
        self.either = None
        self.either = session or Session()
        self.mixed = session or unknown()

    @property
    def current(self) -> Session: ...

    @classmethod
    def create(cls):
        return cls()

    @staticmethod
    def build() -> "Client": ...

    async def __aenter__(self) -> "Client": ...

def make():
    return Client()

async def connect() -> Client: ...

def traced(function):
    async def wrapper(*args): ...
    return wrapper

@traced
def load(): ...

@unknown_decorator
async def decorated(): ...

shared = Client()
many: list[Client] = []
named: dict[str, Client] = {}
"""


def revealed(code: str, **files: str) -> Value:
    """The value of the argument of `reveal(...)` in the code."""
    return _denotation(code, files).value


def _denotation(code: str, files: dict[str, str]) -> Denotation:
    sources = MemorySources(
        {"client.py": CLIENT, "main.py": code, **{f"{name}.py": text for name, text in files.items()}}
    )
    program = Program(sources, library_tables())
    file = program.file("main.py")
    assert file is not None
    for segment in file.outline.segments:
        tree = tree_of(segment)
        if not isinstance(tree, Tree):
            continue
        for call in tree.of_type(cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value == "reveal":
                site = Site("main.py", segment.scope, segment.name)
                return Evaluator(program, site, tree).denote(call.args[0].value)
    raise AssertionError("nothing to reveal")


def told(value: Value) -> str:
    """A value in a few words that tell all kinds apart."""
    if isinstance(value, Union):
        return " | ".join(sorted(told(member) for member in value.members))
    if isinstance(value, Coroutine):
        return f"coroutine {value.function.name}"
    if isinstance(value, Constant):
        return repr(value.value)
    if isinstance(value, Function):
        return f"{value.kind} {value.name}"
    if isinstance(value, External):
        return f"external {value.name}"
    return f"a {describe(value)}" if isinstance(value, Instance) else describe(value) or "unknown"


HEAD = "import asyncio\nimport client\nfrom client import *\n"
EXPRESSIONS = {
    "client.Client": "client.Client",
    "client.Client()": "a client.Client",
    "make()": "a client.Client",
    "make().ping": "coroutine client.Base.ping",
    "make().ping()": "coroutine client.Base.ping",
    "make().session.send()": "coroutine client.Session.send",
    "make().session.count()": "a int",
    "make().default.send()": "coroutine client.Session.send",
    "make().made.send()": "coroutine client.Session.send",
    "make().either": "None | a client.Session",
    "make().either.send()": "coroutine client.Session.send",
    "make().mixed.send()": "coroutine client.Session.send | unknown",
    "make().current.send()": "coroutine client.Session.send",
    "make().me().ping()": "coroutine client.Base.ping",
    "make().missing": "unknown",
    "Client.create().ping()": "coroutine client.Base.ping",
    "Client.build().ping()": "coroutine client.Base.ping",
    "connect()": "coroutine client.connect",
    "load()": "coroutine client.load",
    "decorated()": "unknown",
    "shared.ping()": "coroutine client.Base.ping",
    "many[0].ping()": "coroutine client.Base.ping",
    "named['a'].ping()": "coroutine client.Base.ping",
    "(Client() if shared else None)": "None | a client.Client",
    "(lambda: 1)": "unknown",
    "[Client(), 2][0]": "a client.Client",
    "-1": "-1",
    "'text'.encode()": "a bytes",
    "not_defined_anywhere": "unknown",
    "asyncio.sleep(1)": "coroutine asyncio.sleep",
    "asyncio.get_running_loop().create_task": "function asyncio.AbstractEventLoop.create_task",
    "asyncio.Lock().acquire()": "coroutine asyncio.Lock.acquire",
    "len([])": "a int",
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(expression: str) -> None:
    value = revealed(f"{HEAD}reveal({expression})\n")
    expected = EXPRESSIONS[expression]
    found = told(value)
    if expression.endswith(".ping"):
        assert isinstance(value, Function) and value.kind == "coroutine"
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = Client()\n    reveal(x)", "a client.Client"),
        ("x = None\n    x = Client()\n    reveal(x)", "a client.Client"),
        ("x = None\n    if p:\n        x = Client()\n    reveal(x)", "None | a client.Client"),
        ("x = 1\n    for _ in p:\n        reveal(x)\n        x = Client()", "1 | a client.Client"),
        ("x, y = Client(), 1\n    reveal(x)", "a client.Client"),
        ("x, *y = p\n    reveal(y)", "unknown"),
        ("for x in many:\n        reveal(x)", "a client.Client"),
        ("[reveal(x) for x in many]", "a client.Client"),
        ("async with Client() as x:\n        reveal(x)", "a client.Client"),
        ("x = await connect()\n    reveal(x)", "a client.Client"),
        ("if (x := make()):\n        reveal(x)", "a client.Client"),
        ("try:\n        pass\n    except (OSError, ValueError) as x:\n        reveal(x)", "a OSError | a ValueError"),
        ("def inner():\n        reveal(x)\n    x = Client()", "a client.Client"),
        ("x = x\n    reveal(x)", "unknown"),
        ("while p:\n        x = x.me() if p else Client()\n        reveal(x)", "unknown"),
        ("global many\n    many = 1\n    reveal(many)", "1"),
    ],
)
def test_local_names(body: str, expected: str) -> None:
    assert told(revealed(f"{HEAD}async def f(p):\n    {body}\n")) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("Client", "a client.Client"),
        ("'Client'", "a client.Client"),
        ("'client.Client'", "a client.Client"),
        ("Client | None", "None | a client.Client"),
        ("Optional[Client]", "None | a client.Client"),
        ("'Optional[Client]'", "None | a client.Client"),
        ("Annotated[Client, 3]", "a client.Client"),
        ("type[Client]", "client.Client"),
        ("Union[Client, int]", "a client.Client | a int"),
        ("Any", "unknown"),
        ("T", "unknown"),
        ("Nowhere", "unknown"),
    ],
)
def test_annotations(annotation: str, expected: str) -> None:
    head = f"{HEAD}from typing import Annotated, Any, Optional, TypeVar, Union\nT = TypeVar('T')\n"
    assert told(revealed(f"{head}def f(x: {annotation}):\n    reveal(x)\n")) == expected


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("from other import renamed as again", "a client.Client"),
        ("from other import *\nagain = renamed", "a client.Client"),
        ("import other as o\nagain = o.renamed", "a client.Client"),
        (
            "try:\n    from other import renamed as again\nexcept ImportError:\n    again = None",
            "None | a client.Client",
        ),
        ("from nowhere import again", "external nowhere.again"),
        ("if TYPE_CHECKING:\n    from other import renamed as again\nelse:\n    again = 1", "a client.Client"),
    ],
)
def test_imports(imports: str, expected: str) -> None:
    other = "import client\nrenamed = client.make()\n"
    assert told(revealed(f"from typing import TYPE_CHECKING\n{imports}\nreveal(again)\n", other=other)) == expected


def test_methods_see_what_other_methods_set_on_self() -> None:
    code = """\
from client import Client

class Service:
    def start(self):
        self.client = Client()

    async def run(self):
        reveal(self.client.ping())
"""
    assert told(revealed(code)) == "coroutine client.Base.ping"


def test_evidence_names_each_step_and_the_line_that_proves_it() -> None:
    code = """\
from client import Client

class Service:
    def __init__(self):
        self.client = Client()

    async def run(self):
        reveal(self.client.ping())
"""
    steps = _denotation(code, {}).because
    assert [(step.text, step.anchor) for step in steps] == [
        ("`self.client` is `client.Client`", "self.client = Client()"),
        ("`ping` is `async def`", "async def ping"),
    ]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("List[Client]", "a client.Client"),
        ("Dict[str, 'Client']", "a client.Client"),
        ("DefaultDict[str, Client]", "a client.Client"),
        ("Rows", "a client.Client"),
        ("Mapping[str, Maybe]", "None | a client.Client"),
        ("Pair[Client]", "a client.Client"),
        ("Named", "a client.Client"),
        ("Store[Client]", "a client.Client"),
    ],
)
def test_elements_of_annotated_containers(annotation: str, expected: str) -> None:
    head = f"""\
{HEAD}from typing import DefaultDict, Dict, Generic, List, Mapping, Optional, TypeAlias, TypeVar, Union
T = TypeVar("T")
Rows = List[Client]
Maybe = Union[Client, None]
Pair = List[T]
Named: TypeAlias = "Dict[str, Client]"
class Store(Generic[T]):
    def __getitem__(self, key: str) -> T: ...
"""
    assert told(revealed(f"{head}def f(x: {annotation}):\n    reveal(x['a'])\n")) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("many", "a client.Client"),
        ("named.values()", "a client.Client"),
        ("list(many)", "a client.Client"),
        ("sorted(many)", "a client.Client"),
        ("reversed(many)", "a client.Client"),
        ("deque([make()])", "a client.Client"),
        ("generated()", "a client.Client"),
        ("declared()", "a client.Client"),
        ("yields_from()", "unknown"),
    ],
)
def test_what_loops_give(made: str, expected: str) -> None:
    head = f"""\
{HEAD}from collections import deque
from typing import Iterator
def generated():
    yield make()
def declared() -> Iterator[Client]: ...
def yields_from():
    yield from many
"""
    assert told(revealed(f"{head}for x in {made}:\n    reveal(x)\n")) == expected


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for i, x in enumerate(many)", "a client.Client"),
        ("for k, x in named.items()", "a client.Client"),
        ("for a, x in zip(many, many)", "a client.Client"),
        ("async for x in stream()", "a client.Client"),
        ("async with opened() as x", "a client.Client"),
        ("with entered() as x", "a client.Client"),
    ],
)
def test_what_statements_bind(loop: str, expected: str) -> None:
    head = f"""\
{HEAD}from contextlib import asynccontextmanager, contextmanager
from typing import AsyncIterator
async def stream():
    yield make()
@asynccontextmanager
async def opened() -> AsyncIterator[Client]:
    yield make()
@contextmanager
def entered():
    yield make()
"""
    assert told(revealed(f"{head}async def f():\n    {loop}:\n        reveal(x)\n")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if isinstance(x, Client):\n        reveal(x)", "a client.Client"),
        ("if isinstance(x, Client):\n        x = other()\n        reveal(x)", "unknown"),
        ("if isinstance(x, Client):\n        pass\n    reveal(x)", "a client.Client | a client.Session"),
        ("if not isinstance(x, Client):\n        reveal(x)", "a client.Session"),
        ("if not isinstance(x, Client):\n        return\n    reveal(x)", "a client.Client"),
        ("if isinstance(x, Client):\n        return\n    reveal(x)", "a client.Session"),
        ("if p and isinstance(x, Client):\n        reveal(x)", "a client.Client"),
        ("if p or isinstance(x, Client):\n        reveal(x)", "a client.Client | a client.Session"),
        ("isinstance(x, Client) and reveal(x)", "a client.Client"),
        ("assert isinstance(x, (Client, Session))\n    reveal(x)", "a client.Client | a client.Session"),
        ("assert isinstance(p, Client)\n    reveal(p)", "a client.Client"),
        ("assert isinstance(p.a, Client)\n    reveal(p.a.ping())", "coroutine client.Base.ping"),
    ],
)
def test_isinstance(body: str, expected: str) -> None:
    assert told(revealed(f"{HEAD}def f(p, x: Client | Session):\n    {body}\n")) == expected


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("passing", "coroutine main.g"),
        ("typed", "coroutine main.g"),
        ("made()", "coroutine main.g"),
        ("counting", "unknown"),
    ],
)
def test_decorators_of_the_project(decorator: str, expected: str) -> None:
    code = f"""\
{HEAD}from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
P = ParamSpec("P")
R = TypeVar("R")
def passing(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        print(function)
        return function(*args, **kwargs)
    return wrapper
def typed(function: Callable[P, R]) -> Callable[P, R]: ...
def made():
    def decorate(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs)
        return wrapper
    return decorate
def counting(function):
    @wraps(function)
    def wrapper(*args):
        return len(args)
    return wrapper
@{decorator}
async def g(): ...
reveal(g())
"""
    assert told(revealed(code)) == expected


def test_attributes_are_unpacked_entered_and_declared_by_a_bound() -> None:
    code = """\
import asyncio
import weakref
from client import Client
from typing import Callable, Generic, TypeVar

C = TypeVar("C", bound="Client")

class Service(Generic[C]):
    of: C
    factory: Callable[[], Client]

    async def start(self):
        self.client, self.count = Client(), 1
        async with Client() as self.entered: ...
        self.ref = weakref.ref(self.client)

    def run(self):
        reveal(SHOWN)
"""
    for shown in ("self.client", "self.entered", "self.of", "self.factory()"):
        assert told(revealed(code.replace("SHOWN", shown))) == "a client.Client"
    assert told(revealed(code.replace("SHOWN", "self.ref()"))) == "None | a client.Client"


def test_members_of_enums_and_members_of_unions_that_lack_an_attribute() -> None:
    code = """\
from enum import Enum
from typing import Literal, TypeVar
import client
import shapes

class Empty(Enum):
    VALUE = 0

Nothing = Literal[Empty.VALUE]

def f(x: client.Client | Nothing, y: shapes.Sized):
    reveal(SHOWN)
"""
    shapes = "import client\nfrom typing import TypeVar\nSized = TypeVar('Sized', bound=client.Client)\n"
    assert told(revealed(code.replace("SHOWN", "x"), shapes=shapes)) == "a client.Client | a main.Empty"
    assert told(revealed(code.replace("SHOWN", "x.ping()"), shapes=shapes)) == "coroutine client.Base.ping"
    assert told(revealed(code.replace("SHOWN", "y"), shapes=shapes)) == "a client.Client"
