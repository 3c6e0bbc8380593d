"""What is known about library calls, as rules see it. The facts are data: `sadpath_rules/libraries/*.toml`."""

import math
from typing import Literal, Protocol, TypeAlias

import msgspec

Scalar: TypeAlias = bool | int | float | str
Tier: TypeAlias = Literal["A", "B", "C"]
"""How much an unbounded call matters: A is reported, B is reported as a hint, C only in one of its contexts."""
Context: TypeAlias = Literal["ignored", "handed", "crossing", "asked", "duplex", "watched", "serving", "ending"]
"""Where a wait is harmful without a bound that is otherwise what a healthy consumer does: in a function that takes a
timeout and never looks at it; on a reply slot that the function made and handed out; for what an event loop in another
thread is to run; for the answer to what was just sent; beside another task that sends over the same connection; in a
loop that someone else is to stop; in a function that answers web requests; in a function that ends something."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a call. `position` is 1-based among positional arguments, without `self`; 0 is keyword only."""

    name: str
    position: int = 0


class TimeoutFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a call may block and what bounds it.

    A "call" blocks itself; a "client" is an object whose calls block, bounded where it is made; a "value" (such as
    `httpx.Timeout`) is what other facts' parameters take, and is never reported itself.

    Any finite one of `parameters` is a bound (`first_given`: the first given one decides). Where none is given the
    call blocks for at most `default` (in `unit`; infinite: for ever). None means for ever in every parameter, and so
    do the values of `forever`.
    """

    name: str
    kind: Literal["call", "client", "value"] = "call"
    tier: Tier = "A"
    parameters: tuple[Parameter, ...] = ()
    first_given: bool = False
    default: float = math.inf
    forever: tuple[Scalar, ...] = ()
    none_is_default: bool = False
    """Whether None as an argument means the default and not for ever."""
    unit: Literal["s", "ms"] = "s"
    client: tuple[Parameter, ...] = ()
    """Parameters of the receiver's constructor that bound this call too."""
    elsewhere: tuple[Parameter, ...] = ()
    """Parameters that, when given, may carry the bound in a way that is not followed (a pool, a transport)."""
    address: tuple[Parameter, ...] = ()
    """The parameters that take a URL or DSN, in which `queries` bound the call."""
    queries: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """Environment variables that bound the call."""
    global_default: bool = False
    """Whether `socket.setdefaulttimeout` bounds the call where no parameter is given."""
    quiet: tuple[str, ...] = ()
    """Attributes that may bound the call where they are used on its receiver or on what it is assigned to."""
    replaced: tuple[str, ...] = ()
    """Methods that may bound the call where they are assigned to its receiver or overridden."""
    brief: tuple[str, ...] = ()
    """Of a call that runs a command given first: the beginnings of commands that end at once."""
    contexts: tuple[Context, ...] = ()
    """Where `unbounded-wait` reports the call; "ignored" is always among them if any is."""
    waits: str = "the server never answers"
    """The event that makes the call hang, as a clause."""
    bound_with: str = ""
    """How to bound it, as code."""
    fix: str = ""
    """The argument to add, such as `timeout=10`; "" where no argument does it."""
    verified: str = "unverified"
    """"executed", "source", "documented" or "unverified", and the version."""


class RetryFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What bounds and delays the attempts of a retry library's decorator, class or call.

    `stops` bound the attempts or the time: any one whose value is not None or one of `forever` does; the defaults of
    those in `stops_by_default` do too. `waits` delay the next attempt: any one whose value is not None, 0 or one of
    `zero` does, and so do the defaults of those in `waits_by_default`. `forever` and `zero` may hold dotted names;
    what an object or class means that is given as value, `Libraries.retry_value` tells.
    """

    name: str
    kind: Literal["decorator", "loop", "call", "options"] = "decorator"
    """`loop` is iterated or entered, `call` runs a function, `options` are given to something else."""
    bare: bool = False
    """Whether it also decorates without being called: `@retry`."""
    stops: tuple[Parameter, ...] = ()
    stops_by_default: tuple[str, ...] = ()
    forever: tuple[Scalar, ...] = ()
    waits: tuple[Parameter, ...] = ()
    waits_by_default: tuple[str, ...] = ()
    zero: tuple[Scalar, ...] = ()
    grows: bool = False
    """Whether the delay grows from attempt to attempt where no wait is given."""
    jitter: tuple[Parameter, ...] = ()
    jitters: bool = False
    """Whether the delay is randomised where no `jitter` is given."""
    by_design: bool = False
    """Whether reconnecting for ever is what it is made for, so that it is never reported."""
    bound_with: str = ""
    delay_with: str = ""
    verified: str = "unverified"


class RetryValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an object given to a retry library means, such as `tenacity.stop_never` or `tenacity.wait_fixed(3)`."""

    name: str
    meaning: Literal["bound", "for ever", "no delay", "fixed delay", "growing delay", "random delay"]
    parameters: tuple[Parameter, ...] = ()
    """The parameters that make it a delay: where all that are given are 0, there is none."""
    default: float = 0.0
    """The delay where none of them is given."""
    verified: str = "unverified"


class LimitFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What limits the time of other code: a `with` scope, a call that wraps an awaitable, a decorator, an alarm.

    `parameters` take the time (None there: no limit). `awaits` tells that only awaited calls are limited.
    """

    name: str
    kind: Literal["scope", "wrapper", "decorator", "alarm"]
    parameters: tuple[Parameter, ...] = ()
    awaits: bool = False
    verified: str = "unverified"


class CallbackFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is given a function, or a coroutine, to run it.

    `takes` a "function": it calls the function and does not await what that gives. A "coroutine": it runs a coroutine,
    and fails on a function. An "async function": it calls and awaits the function, and fails on a coroutine.
    """

    name: str
    kind: Literal["call", "decorator"] = "call"
    """A decorator may also be called first: `@command()`."""
    takes: Literal["function", "coroutine", "async function"] = "function"
    parameters: tuple[Parameter, ...] = ()
    """The parameters that are given it; of a decorator none."""
    gives_result: bool = False
    """Whether what the function gives comes back to whoever made the call, who may await it."""
    effect: str = "its coroutine is dropped"
    """What becomes of the coroutine of an `async def` that is given as function, as a clause."""
    instead: str = ""
    """What takes an `async def` in its place, as code; "" where nothing does."""
    verified: str = "unverified"


class Libraries(Protocol):
    """The library tables, asked by the dotted public name of a function, method (of its defining class) or class."""

    def timeout(self, name: str) -> TimeoutFact | None:
        """The facts on a call that may block, or None."""
        ...

    def retry(self, name: str) -> RetryFact | None:
        """The facts on a retry library's entry point, or None."""
        ...

    def retry_value(self, name: str) -> RetryValue | None:
        """What an object or class given to a retry library means, or None."""
        ...

    def is_coroutine(self, name: str) -> bool:
        """Whether a call gives something to await, or else to enter or loop over by `async with` and `async for`."""
        ...

    def limit(self, name: str) -> LimitFact | None:
        """The facts on something that limits the time of other code, or None."""
        ...

    def takes_values(self, name: str) -> bool:
        """Whether a call takes values to show or to send, and so can make no use of an awaitable."""
        ...

    def callback(self, name: str) -> CallbackFact | None:
        """The facts on something that runs what it is given, or None."""
        ...
