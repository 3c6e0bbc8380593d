"""What a rule learns about code that stops exceptions: an `except` clause, or a `with suppress(...)`."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeAlias

import libcst as cst

from sadpath.rule.path import Path
from sadpath.rule.value import Value

Catcher: TypeAlias = cst.ExceptHandler | cst.ExceptStarHandler | cst.With
"""What stops exceptions."""


class Width(IntEnum):
    """How much is caught, from narrow to wide, without what an earlier handler of the same `try` takes."""

    NARROW = 0
    """Particular errors."""
    ERRORS = 1
    """`Exception`: every error, expected or not."""
    EVERYTHING = 2
    """`BaseException`: also `KeyboardInterrupt` and `SystemExit`."""


class Outcome(IntEnum):
    """What becomes of the exception on one way through a handler, from worst to best."""

    NOTHING = 0
    """Nothing at all."""
    REPLACED = 1
    """A plain value is returned or assigned instead."""
    TIDIED = 2
    """Something is closed, cancelled or rolled back."""
    WHISPERED = 3
    """It is logged for debugging only, without a traceback."""
    MENTIONED = 4
    """A message is logged or printed that does not say what the exception was."""
    LOGGED = 5
    """Its text is logged or printed, without a traceback."""
    ANSWERED = 6
    """Something else is done, which may tell of it."""
    RECORDED = 7
    """It is logged, or reported to an error tracker, with its traceback."""
    KEPT = 8
    """It is examined, stored, returned or handed on."""
    CONVERTED = 9
    """Another exception is raised."""
    ENDED = 10
    """The process ends."""
    RAISED = 11
    """It is raised again."""


class Work(str, Enum):
    """What the guarded code is there for."""

    IMPORT = "import"
    """It imports, and defines what depends on that."""
    CLOSE = "close"
    """It releases something that is not needed any more."""
    OTHER = "other"


class Loss(str, Enum):
    """What happens after a cancellation was swallowed."""

    LOOPS = "loops"
    """The loop around goes on."""
    CONTINUES = "continues"
    """The coroutine goes on to wait for something else."""
    ANSWERS = "answers"
    """The caller gets an ordinary result."""


@dataclass(frozen=True)
class Handling:
    """One way through a handler, and what becomes of the exception on it."""

    path: Path
    outcome: Outcome


@dataclass(frozen=True)
class Handler:
    """Code that stops exceptions.

    `body` is what it guards, `calls` are the calls in it, `waits` and `yields` tell whether it awaits or yields, nested
    functions aside. `caught` are the classes. `excused` tells that it stands where nobody could do anything about a
    failure: in `__del__`, `__repr__` and the like, at interpreter exit, or while another exception is being handled.
    """

    node: Catcher
    body: cst.BaseSuite
    caught: tuple[Value, ...]
    width: Width
    ways: tuple[Handling, ...]
    work: Work
    calls: tuple[cst.Call, ...]
    waits: bool
    yields: bool
    excused: bool
    loss: Loss | None

    @property
    def worst(self) -> Handling:
        """The way on which least becomes of the exception."""
        return min(self.ways, key=lambda way: way.outcome)
