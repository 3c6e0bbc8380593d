"""The ways through a block of statements."""

from dataclasses import dataclass
from enum import Enum

import libcst as cst


class Exit(str, Enum):
    """How control leaves a block."""

    FALLS = "falls through"
    RETURNS = "returns"
    RAISES = "raises"
    BREAKS = "breaks"
    CONTINUES = "continues"
    ENDS = "ends the process"


@dataclass(frozen=True)
class Path:
    """One way through a block: the simple statements and tests that run on it, in order, and how it leaves.

    `end` is the `return`, `raise`, `break` or `continue` statement, or the expression statement of a call that never
    returns.
    """

    steps: tuple[cst.CSTNode, ...]
    exit: Exit
    end: cst.CSTNode | None = None
