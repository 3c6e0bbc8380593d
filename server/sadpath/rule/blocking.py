"""What a rule learns about a call that may block for ever."""

from dataclasses import dataclass

import libcst as cst

from sadpath.grade import Confidence
from sadpath.rule.diagnostic import Evidence
from sadpath.rule.library import Context, TimeoutFact


@dataclass(frozen=True)
class Blocking:
    """A call that nothing bounds, as far as files tell.

    `function` is what blocks: the called expression, or what `asyncio.to_thread` is told to call. `given` is the
    argument that says "for ever"; None where no argument says anything. `because` tells how the function was found.
    """

    fact: TimeoutFact
    function: cst.BaseExpression
    given: cst.Arg | None
    confidence: Confidence
    because: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A wait that nothing bounds, in a place where that is harmful.

    `cause` makes it so: the call that asks or makes the reply slot, the loop, the function or the parameter.
    """

    blocking: Blocking
    context: Context
    cause: cst.CSTNode
