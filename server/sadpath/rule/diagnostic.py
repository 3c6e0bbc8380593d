"""What a rule reports: a diagnostic, where it stands, why, and how to mend it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import libcst as cst
import msgspec

from sadpath.grade import Confidence, Severity


@dataclass(frozen=True)
class Head:
    """The first line of a compound statement up to its colon, such as `except Exception as error` or `while True`."""

    node: cst.CSTNode


@dataclass(frozen=True)
class Between:
    """From the start of one node to the end of another one of the same unit."""

    first: cst.CSTNode
    last: cst.CSTNode


Place: TypeAlias = cst.CSTNode | Head | Between


class Evidence(msgspec.Struct, frozen=True):
    """One step of the chain that led to a diagnostic.

    `text` is a clause such as "`self._http` is `aiohttp.ClientSession`". The place is kept by name, not by number, so
    that an edit elsewhere does not change it: `path` is the file ("" for a library that was not read), `scope` the
    qualified name of the unit and `anchor` the source line, stripped, that is the proof.
    """

    text: str
    path: str = ""
    scope: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Related:
    """A second place of the same unit that the reader should see, with what it has to do with the first."""

    place: Place
    message: str


@dataclass(frozen=True)
class Edit:
    """New text in place of a node (or other place), directly before it or directly after it."""

    node: Place
    text: str
    where: Literal["replace", "before", "after"] = "replace"


@dataclass(frozen=True)
class Fix:
    """A change that mends the code. `safe` means that it cannot alter what the code does on its happy path."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True)
class Diagnostic:
    """A hint about one place of the unit that the rule was given.

    `message` is one sentence about this code: names in backticks, the consequence, no final dot. `severity` overrides
    the rule's own where one rule grades what it finds.
    """

    place: Place
    message: str
    confidence: Confidence = Confidence.CERTAIN
    evidence: tuple[Evidence, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    severity: Severity | None = None
