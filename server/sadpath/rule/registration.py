"""How a function becomes a rule."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Literal, TypeAlias, TypeVar

import libcst as cst

from sadpath.grade import Severity
from sadpath.rule.diagnostic import Diagnostic
from sadpath.rule.unit import Unit

Family: TypeAlias = Literal["await", "except", "retry", "timeout", "suppression"]


class Words(Enum):
    """Sets of words that are only known when the library tables are loaded."""

    TIMEOUT_CALLS = "timeout calls"
    """The last name of each call and class in the timeout tables."""
    WAITS = "waits"
    """The last name of each call in the timeout tables that is reported in some contexts only."""
    RETRY_CALLS = "retry calls"
    """The last name of each call and class in the retry tables."""


Visited = TypeVar("Visited", bound=cst.CSTNode, contravariant=True)


@dataclass(frozen=True)
class Rule(Generic[Visited]):
    """A rule: its metadata and the function that checks one node of a unit.

    A rule that visits nothing is only a name, a severity and documentation: the analysis itself reports it.
    """

    name: str
    family: Family
    summary: str
    severity: Severity
    visits: tuple[type[cst.CSTNode], ...]
    words: frozenset[str | Words]
    in_tests: bool
    documentation: str
    check: Callable[[Visited, Unit], Iterator[Diagnostic]]


def rule(
    *,
    family: Family,
    summary: str,
    visits: type[Visited] | tuple[type[Visited], ...],
    severity: Severity = Severity.WARNING,
    words: tuple[str | Words, ...] = (),
    in_tests: bool = False,
) -> Callable[[Callable[[Visited, Unit], Iterator[Diagnostic]]], Rule[Visited]]:
    """Make a rule of a function: its name, with dashes, is the rule's name and its docstring the documentation.

    `summary` says what is wrong in a few words, without names. `words`: where none of them occurs in a unit's text as a
    whole word, the rule cannot report anything in it, so the unit need not be parsed (empty: always parse). `in_tests`:
    whether the rule also reports in test code.
    """
    types = visits if isinstance(visits, tuple) else (visits,)

    def decorate(check: Callable[[Visited, Unit], Iterator[Diagnostic]]) -> Rule[Visited]:
        return Rule(
            name=check.__name__.replace("_", "-"),
            family=family,
            summary=summary,
            severity=severity,
            visits=types,
            words=frozenset(words),
            in_tests=in_tests,
            documentation=check.__doc__ or "",
            check=check,
        )

    return decorate
