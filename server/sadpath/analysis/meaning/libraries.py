"""The library tables: what is known about calls, classes and decorators of libraries that need not be installed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Literal

from sadpath.rule import CallbackFact, LimitFact, RetryFact, RetryValue, TimeoutFact, Words


@dataclass(frozen=True)
class Library:
    """What one table file says of a top-level package, each thing under its dotted public name.

    `aliases` maps a module or object to the public name of the same thing. `classes` maps to the names of the bases,
    `returns` a function to the class that its call (or awaiting that) gives an instance of, "Self" for the receiver's
    class, `attributes` an attribute to the class of its value.
    """

    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    returns: Mapping[str, str] = field(default_factory=dict[str, str])
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    coroutines: frozenset[str] = frozenset()
    takers: frozenset[str] = frozenset()
    transparent: frozenset[str] = frozenset()
    changing: frozenset[str] = frozenset()
    timeouts: Mapping[str, TimeoutFact] = field(default_factory=dict[str, TimeoutFact])
    retries: Mapping[str, RetryFact] = field(default_factory=dict[str, RetryFact])
    values: Mapping[str, RetryValue] = field(default_factory=dict[str, RetryValue])
    limits: Mapping[str, LimitFact] = field(default_factory=dict[str, LimitFact])
    callbacks: Mapping[str, CallbackFact] = field(default_factory=dict[str, CallbackFact])

    def packages(self) -> frozenset[str]:
        """The top-level packages that it says something about."""
        names = [name for table in fields(self) for name in getattr(self, table.name)]
        return frozenset(name.partition(".")[0] for name in names)

    @cached_property
    def names(self) -> frozenset[str]:
        """What it says anything about, under its own name."""
        tables = [getattr(self, table.name) for table in fields(self) if table.name != "aliases"]
        return frozenset[str]().union(*tables)

    def extended(self, other: "Library") -> "Library":
        """All that both say; where they differ, what the other one says."""
        tables = [table.name for table in fields(self)]
        return Library(**{name: getattr(self, name) | getattr(other, name) for name in tables})


NOTHING = Library()


class LibraryTables:
    """The tables of all libraries, asked by dotted name; a package's table is loaded when it is first asked for.

    Every question takes any name of a thing, public or not (`requests.sessions.Session.get`); a method is asked for on
    the class that defines it. `load` gives the table of a top-level package, or None; `callers` are the packages
    whose tables have timeouts or retries.
    """

    def __init__(self, load: Callable[[str], Library | None], callers: Iterable[str]) -> None:
        self._load = load
        self._callers = tuple(callers)
        self._loaded: dict[str, Library] = {}

    def canonical(self, name: str) -> str:
        """The public name of a thing, found through the aliases of the thing itself and of all that contain it."""
        aliases = self._library(name).aliases
        head, tail = name, ""
        while head and aliases:
            if head in aliases:
                return self.canonical(aliases[head] + tail)
            head, dot, last = head.rpartition(".")
            tail = dot + last + tail
        return name

    def knows(self, name: str) -> bool:
        """Whether the tables say anything about a class, function, method or attribute."""
        library, name = self._find(name)
        return name in library.names

    def is_class(self, name: str) -> bool:
        """Whether the name is a class."""
        library, name = self._find(name)
        return name in library.classes

    def bases(self, name: str) -> tuple[str, ...]:
        """The public names of a class's bases."""
        library, name = self._find(name)
        return library.classes.get(name, ())

    def result(self, name: str) -> str:
        """The class that a call of the function gives an instance of (of a coroutine function: awaiting the call).

        "Self" is the class of the receiver, "" unknown. Of a class: the class itself.
        """
        library, name = self._find(name)
        return name if name in library.classes else library.returns.get(name, "")

    def attribute(self, name: str) -> str:
        """The class that the value of an attribute is an instance of; "" unknown."""
        library, name = self._find(name)
        return library.attributes.get(name, "")

    def is_coroutine(self, name: str) -> bool:
        """Whether a call of the function gives something that must be awaited (or entered by `async with`)."""
        library, name = self._find(name)
        return name in library.coroutines

    def decorator(self, name: str) -> Literal["transparent", "changes", ""]:
        """What a decorator, or what a call of the name gives, does to the kind of the function; "" unknown."""
        library, name = self._find(name)
        return "transparent" if name in library.transparent else "changes" if name in library.changing else ""

    def timeout(self, name: str) -> TimeoutFact | None:
        """The facts on a call that may block, or None."""
        library, name = self._find(name)
        return library.timeouts.get(name)

    def retry(self, name: str) -> RetryFact | None:
        """The facts on a retry library's entry point, or None."""
        library, name = self._find(name)
        return library.retries.get(name)

    def retry_value(self, name: str) -> RetryValue | None:
        """What an object or class given to a retry library means, or None."""
        library, name = self._find(name)
        return library.values.get(name)

    def limit(self, name: str) -> LimitFact | None:
        """The facts on something that limits the time of other code, or None."""
        library, name = self._find(name)
        return library.limits.get(name)

    def takes_values(self, name: str) -> bool:
        """Whether a call takes values to show or to send, and so can make no use of an awaitable."""
        library, name = self._find(name)
        return name in library.takers

    def callback(self, name: str) -> CallbackFact | None:
        """The facts on something that runs what it is given, or None."""
        library, name = self._find(name)
        return library.callbacks.get(name)

    def words(self, kind: Words) -> frozenset[str]:
        """The last name of each call and class of the timeout or retry tables that may be reported."""
        libraries = [self._library(package) for package in self._callers]
        if kind is Words.RETRY_CALLS:
            return frozenset(_last(name) for library in libraries for name in library.retries)
        facts = [fact for library in libraries for fact in library.timeouts.values()]
        if kind is Words.WAITS:
            return frozenset(_last(fact.name) for fact in facts if fact.contexts)
        return frozenset(_last(fact.name) for fact in facts if fact.tier != "C" and fact.kind != "value")

    def _find(self, name: str) -> tuple[Library, str]:
        name = self.canonical(name)
        return self._library(name), name

    def _library(self, name: str) -> Library:
        package = name.partition(".")[0]
        if package not in self._loaded:
            self._loaded[package] = self._load(package) or NOTHING
        return self._loaded[package]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
