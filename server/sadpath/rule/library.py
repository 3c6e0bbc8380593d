"""What is known about library calls, as rules see it. The facts are data: `sadpath_rules/libraries/*.toml`."""

from typing import Protocol

import msgspec


class TimeoutFact(msgspec.Struct, frozen=True):
    """How long a call may block and what bounds it."""

    name: str


class RetryFact(msgspec.Struct, frozen=True):
    """What bounds and delays the attempts of a retry library's decorator, class or call."""

    name: str


class Libraries(Protocol):
    """The library tables, asked by the dotted public name of a function, method or class."""

    def timeout(self, name: str) -> TimeoutFact | None:
        """The facts on a call that may block, or None."""
        ...

    def retry(self, name: str) -> RetryFact | None:
        """The facts on a retry library's entry point, or None."""
        ...
