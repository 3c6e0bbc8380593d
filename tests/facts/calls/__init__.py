"""The calls that are executed, by family. A call takes its name in the tables, a server and a bound in seconds.

Where the bound is None, it is made as the tables say that it blocks: without the parameter if that means for ever, with
None or what else means for ever if there is a finite default. What it needs is imported inside: only CI's own step has
these libraries.
"""

import functools
import importlib
import math
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from servers import Nowhere, Server, Silent

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Executed:
    """A function that makes calls, in one of the ways that bound them.

    `by` is the parameter that takes the bound, "" the only one of the entry; `default`: `socket.setdefaulttimeout`
    bounds them too. `bound` is in seconds, and so is `ends`: when they end although they have none. `needs` is a PyPI
    distribution, "" that of the table. Python has the calls `since` one of its versions and `until` another one,
    exclusive.
    """

    function: Callable[[str, Server, float | None], object]
    names: tuple[str, ...]
    server: Callable[[], Server]
    by: str
    default: bool
    bound: float
    ends: float
    needs: str
    since: tuple[int, int]
    until: tuple[int, int]

    @property
    def key(self) -> str:
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"


CALLS: dict[str, Executed] = {}
"""By module and function, such as `http.requests_function`."""


def executed(
    *names: str,
    of: str = "",
    server: Callable[[], Server] = Silent,
    by: str = "",
    default: bool = False,
    bound: float = 0.5,
    ends: float = math.inf,
    needs: str = "",
    since: tuple[int, int] = (3, 0),
    until: tuple[int, int] = (4, 0),
) -> Callable[[Function], Function]:
    """Register the function, or coroutine function, that makes the calls of these names, each prefixed with `of`."""

    def register(function: Function) -> Function:
        full = tuple(f"{of}.{name}" if of else name for name in names)
        call = Executed(function, full, server, by, default, bound, ends, needs, since, until)
        CALLS[call.key] = call
        return function

    return register


local = functools.partial(executed, server=Nowhere)
"""Register calls that need no server."""


def given(**arguments: object) -> dict[str, object]:
    """The keyword arguments that are not None."""
    return {name: value for name, value in arguments.items() if value is not None}


def last(name: str) -> str:
    """`get` of `requests.Session.get`."""
    return name.rpartition(".")[2]


for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
