"""What becomes of a value: where the code around an expression takes it."""

from dataclasses import dataclass
from enum import Enum

import libcst as cst


class Usage(str, Enum):
    """What is done with a value."""

    DROPPED = "dropped"
    """Nothing reads it: an expression statement, or a local name that is never read."""
    AWAITED = "awaited"
    """Awaited, handed to what is called as if it ran coroutines, or asked whether it is awaitable."""
    PASSED = "passed"
    """An argument of a call that may do anything with it."""
    REFUSED = "refused"
    """Given to what is declared, or evidently written, to take nothing that can be awaited: an argument, a result."""
    RETURNED = "returned"
    """Returned or yielded."""
    STORED = "stored"
    """Kept where other code may find it: an attribute, an item, a global, an alias, a container that leaves."""
    TESTED = "tested"
    """Taken as true or false."""
    COMPARED = "compared"
    """Compared with something, looked for in a container, or matched."""
    FORMATTED = "formatted"
    """Made into text, printed or logged."""
    CONVERTED = "converted"
    """An argument of a built-in function that needs a plain value, such as `len` or `json.dumps`."""
    ATTRIBUTE = "attribute"
    """Asked for an attribute."""
    CALLED = "called"
    """Called."""
    INDEXED = "indexed"
    """Subscripted."""
    INDEX = "index"
    """The index of something that is subscripted."""
    SEARCHED = "searched"
    """The right side of `in`."""
    ITERATED = "iterated"
    """Looped over or unpacked."""
    ENTERED = "entered"
    """The context manager of a `with`."""
    OPERAND = "operand"
    """An operand of arithmetic."""
    RAISED = "raised"
    """Raised as an exception."""


@dataclass(frozen=True)
class Use:
    """One thing that is done with a value.

    `node` is the construct that does it (the `Attribute`, the `If`, the `Call` that takes it as an argument ...).
    `name` is the local name that the value was read from, "" where it is used in its own place. `collected` tells that
    it is not the value itself that is used but a list, tuple, set or dict that holds it.
    """

    kind: Usage
    node: cst.CSTNode
    name: str = ""
    collected: bool = False
