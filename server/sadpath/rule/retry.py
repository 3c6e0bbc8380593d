"""What a rule learns about code that tries the same thing again after it failed."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

import libcst as cst

from sadpath.rule.handler import Catcher
from sadpath.rule.library import RetryFact

Retrying: TypeAlias = cst.While | cst.For | cst.Try | cst.TryStar | cst.If
"""Where a retry is looked for: a loop, or a `try` or `if` in a function that calls itself after a failure."""


class Delay(str, Enum):
    """What lies between a failed attempt and the next one."""

    NONE = "nothing"
    FIXED = "the same time each time"
    VARIES = "a time that is computed anew"
    POSSIBLE = "perhaps a time, in code that is not followed"


@dataclass(frozen=True)
class Failure:
    """A way from a failed attempt back to the next one.

    `catcher` is the handler, the `with suppress(...)` or, where a bad answer is no exception, the test that finds it
    bad. `bounded` tells that something on the way gives up, or may: a counter, a deadline, a helper that may raise.
    `race` tells that what failed was a race with another writer, which the next attempt may well win. `mends` tells
    that functions with an unknown effect are called on the way, or that something is reset for the next attempt,
    `timed_out` that the attempt had already waited.
    """

    catcher: Catcher | cst.BaseExpression
    delay: Delay
    bounded: bool = False
    race: bool = False
    mends: bool = False
    timed_out: bool = False


@dataclass(frozen=True)
class RetryLoop:
    """Code that does the same thing again after it failed.

    A "loop" is left by success, a "poll" is one that judges answers instead of catching exceptions, a "restart"
    goes on after success too (it runs something that is meant to last), a "recursion" is a function that calls
    itself from a handler, or for a better answer. `node` is the loop or that function, `attempt` what is tried.
    `bounded` tells that something ends it although the attempt keeps failing: a finite iterable, a counter, a
    deadline, a flag. `most` is the number of attempts, where it is known.
    """

    node: cst.While | cst.For | cst.FunctionDef
    kind: Literal["loop", "poll", "restart", "recursion"]
    attempt: cst.Call
    failures: tuple[Failure, ...]
    bounded: bool
    most: int | None = None

    @property
    def endless(self) -> tuple[Failure, ...]:
        """The failures after which it tries again for ever.

        A wait that grows, or that the failure itself asks for, is taken as meant: clients that never give up do so.
        """
        if self.bounded or self.kind == "restart":
            return ()
        return tuple(failure for failure in self.failures if self._is_endless(failure))

    @property
    def immediate(self) -> tuple[Failure, ...]:
        """The failures after which the next attempt follows at once."""
        return tuple(failure for failure in self.failures if failure.delay is Delay.NONE and not failure.timed_out)

    def _is_endless(self, failure: Failure) -> bool:
        if failure.bounded:
            return False
        if failure.race:
            return failure.delay is Delay.NONE
        return self.kind == "recursion" or failure.delay in (Delay.NONE, Delay.FIXED)


@dataclass(frozen=True)
class RetryPolicy:
    """What a retry library is told: `endless` to try for ever, `immediate` to wait for nothing between attempts."""

    fact: RetryFact
    endless: bool
    immediate: bool
