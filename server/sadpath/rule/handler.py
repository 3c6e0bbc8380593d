"""What a rule learns about code that stops exceptions: an `except` clause, or a `with suppress(...)`."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeAlias

import libcst as cst

from sadpath.rule.diagnostic import Evidence, Head, Place
from sadpath.rule.path import Path

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
    """Something is closed, removed or rolled back."""
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
    """It imports a module of its own package, or imports and defines what depends on that."""
    OPTIONAL = "optional"
    """It only imports what need not be installed."""
    CLOSE = "close"
    """It releases something that is not needed any more."""
    TEXT = "text"
    """It makes text of an object, whose own code may fail, or logs."""
    COURTESY = "courtesy"
    """It counts or measures what the program does, as telemetry."""
    COMPUTE = "compute"
    """It computes, parses or converts, and reaches nothing outside."""
    SEARCH = "search"
    """It tries one of several candidates; the first that works ends the loop."""
    PROBE = "probe"
    """It asks, again and again for some time, whether something is ready; success ends the loop."""
    LOOKUP = "lookup"
    """It only looks up what is at hand, and can hardly fail."""
    OTHER = "other"


class Harm(str, Enum):
    """What is gone for good when the guarded code fails and nobody is told."""

    ITEM = "item"
    """An item that a loop goes through: the next one follows."""
    ROUND = "round"
    """One round of a loop without end, such as a message that was received."""
    WRITE = "write"
    """What was to be written to a database or sent to a service."""
    LIMIT = "limit"
    """The limit of a loop: it is raised in the guarded code and stopped by the handler, which lets the loop go on."""
    BLOCK = "block"
    """The code inside a `with` whose context manager this is."""
    NONE = "none"


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
    """One way through a handler, and what becomes of the exception on it; `told` leaves out how the way ends."""

    path: Path
    outcome: Outcome
    told: Outcome = Outcome.NOTHING


@dataclass(frozen=True)
class Handler:
    """Code that stops exceptions.

    For messages, `clause` is how it is written, "`except Exception`", and `attempt` what may fail,
    "`client.fetch`". `instead` is what stands in for its result on the worst way, "`None`", or "". `body` is what
    it guards, `calls` are the calls in it that may fail for reasons outside of this code, `waits` tells whether it
    awaits anything, nested functions aside; `harm` is what its failure costs. `remark` is what the author says
    about it in comments, "" where nothing. `excused` tells that nobody could do anything about a failure there: in
    `__repr__`, in signal handlers, at interpreter exit, where `__del__` only releases. `final`: stands in a `__del__`,
    out of which no exception gets: Python prints it and goes on. `tidying` tells that it stands in code that only
    cleans up: a function that closes something, a `finally`, another handler. `announced` tells that the function's
    name says what it does about failures, as in `safe_decode` and `size_or_none`. `loss` is what happens to a
    cancellation, None where none is lost.
    """

    node: Catcher
    clause: str
    attempt: str
    instead: str
    body: cst.BaseSuite
    width: Width
    ways: tuple[Handling, ...]
    work: Work
    calls: tuple[cst.Call, ...]
    waits: bool
    harm: Harm
    remark: str
    excused: bool
    final: bool
    tidying: bool
    announced: bool
    loss: Loss | None

    @property
    def worst(self) -> Handling:
        """The way on which least becomes of the exception."""
        return min(self.ways, key=lambda way: way.outcome)

    @property
    def place(self) -> Place:
        """Where to point at."""
        return self.node.items[0].item if isinstance(self.node, cst.With) else Head(self.node)

    @property
    def reason(self) -> tuple[Evidence, ...]:
        """What the author says, as evidence."""
        return (Evidence(f'the author says: "{self.remark}"'),) if self.remark else ()

    @property
    def is_one_step(self) -> bool:
        """Whether a single simple statement is guarded, apart from a `return` that follows it."""
        lines = [line for line in self.body.body if not _returns_name(line)] or self.body.body
        if len(lines) > 1 or isinstance(lines[0], cst.BaseCompoundStatement):
            return False
        return not isinstance(lines[0], cst.SimpleStatementLine) or len(lines[0].body) == 1

    @property
    def turn(self) -> cst.CSTNode | None:
        """Where the worst way ends, if other ways are better."""
        worst = self.worst
        differs = any(way.outcome > worst.outcome for way in self.ways)
        return worst.path.steps[-1] if differs and worst.path.steps else None


def _returns_name(line: cst.CSTNode) -> bool:
    """Whether a statement returns a name or a constant, which cannot fail."""
    match line:
        case cst.SimpleStatementLine(body=[cst.Return(value=None | cst.Name() | cst.Integer() | cst.SimpleString())]):
            return True
        case _:
            return False
