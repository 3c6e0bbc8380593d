"""Reads the suppression comments of other tools: what they accept, the author has decided."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

Rules: TypeAlias = frozenset[str] | None
"""Names of our rules; None for every rule."""

_BREADTH = frozenset({"bare-except", "swallowed-exception", "swallowed-cancellation"})
_SILENCE = frozenset({"swallowed-exception", "swallowed-cancellation"})
_DROPPED = frozenset({"lost-task", "unawaited-coroutine"})
_AWAIT = _DROPPED | {"coroutine-as-callback", "cached-coroutine"}

MEANINGS: Mapping[frozenset[str], tuple[str, ...]] = MappingProxyType(
    {
        _BREADTH: (
            *("E722", "B001", "B036", "B901", "B902", "BLE001", "W0702", "W0703", "W0718"),
            *("PLW0702", "PLW0703", "PLW0718", "S5754", "bare-except", "blind-except"),
            *("broad-except", "broad-exception-caught"),
        ),
        _SILENCE: (
            *("S110", "S112", "B110", "B112", "try-except-pass", "try-except-continue"),
            *("try_except_pass", "try_except_continue"),
        ),
        frozenset({"swallowed-exception"}): (
            *("B012", "PLW0150", "SIM107", "W0150", "lost-exception", "return-in-finally"),
        ),
        frozenset({"swallowed-cancellation"}): ("ASYNC103", "ASYNC104", "TRIO103", "TRIO104", "S7497"),
        frozenset({"missing-timeout"}): (
            *("S113", "B113", "W3101", "PLW3101", "missing-timeout"),
            *("request-without-timeout", "request_without_timeout"),
        ),
        frozenset({"unbounded-retry"}): ("WPS457",),
        frozenset({"lost-task"}): ("RUF006", "ASYNC300", "asyncio-dangling-task", "S7502"),
        frozenset({"unawaited-coroutine"}): (
            *("ASYNC105", "TRIO105", "unused-coroutine", "reportUnusedCoroutine", "truthy-bool", "truthy-function"),
            *("reportUnnecessaryComparison", "redundant-condition"),
        ),
        frozenset({"unawaited-coroutine", "coroutine-as-callback"}): (
            *("return-value", "arg-type", "reportReturnType", "reportArgumentType", "invalid-return-type"),
            *("invalid-argument-type", "bad-return", "bad-argument-type"),
        ),
        _DROPPED: ("unused-awaitable", "unused-call-result", "reportUnusedCallResult"),
    }
)
"""What pycodestyle, bugbear, blind-except, bandit, pylint, ruff, flake8-async, wemake, Sonar, mypy, pyright, ty and
pyrefly call what our rules report. No name has two meanings, so it does not matter which of them is spoken to."""

_RULES = {peer: rules for rules, peers in MEANINGS.items() for peer in peers}
_BANDIT = _SILENCE | {"missing-timeout"}


class Place(Enum):
    """Where a comment stands."""

    BESIDE = "in a statement, or behind it on its last line"
    ALONE = "between statements"
    TOP = "above all code of the file"


class Reach(Enum):
    """The code that a comment speaks about."""

    STATEMENT = "the statement, or header of one, that the comment stands in"
    NEXT = "the next one below"
    BLOCK = "from the comment on to the end of its block"
    BLOCK_END = "no more of what BLOCK began"
    FILE = "the whole file"


class Decision(NamedTuple):
    """What one comment accepts."""

    reach: Reach
    rules: Rules


_TOOL = re.compile(
    r"\#\s*(?: (?P<blanket>(?i:noqa|nosec)|NOSONAR)\b"
    r"      |  (?P<tool>sadpath|ruff|flake8|pylint|type|pyright|mypy|ty|pyrefly)\s*:\s*)",
    re.VERBOSE,
)
"""The beginning of a comment to a tool. One comment may hold several."""

_CODES = re.compile(r"\s*:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)")
_NAMES = re.compile(r"[\w-]+")
_BRACKETS = re.compile(r"(?P<action>[\w-]+)\s*(?:\[(?P<names>[^\]]*)\])?")
_PYLINT = re.compile(r"(?P<action>disable-next|disable|enable|skip-file)\s*(?:=\s*(?P<names>[\w\s,-]+))?")
_PYRIGHT_SWITCH = re.compile(r"(?P<name>report\w+)\s*=\s*(?:false|none)")
_MYPY_SWITCH = re.compile(r"""ignore-errors\b(?!\s*=\s*[Ff]alse)|disable-error-code\s*=\s*(?P<names>["'\w\s,-]+)""")


class Piece(NamedTuple):
    """A part of a comment that speaks to a tool: its column in the comment, the tool, what is said to it, all of it."""

    column: int
    tool: str
    words: str
    text: str


def pieces(comment: str) -> Iterator[Piece]:
    """The parts of a comment that speak to tools, in order; the words of one end where the next begins."""
    starts = list(_TOOL.finditer(comment))
    ends = [*(start.start() for start in starts[1:]), len(comment)]
    for start, end in zip(starts, ends, strict=False):  # a comment without starts still has an end
        text = comment[start.start() : end].rstrip()
        tool = (start["blanket"] or start["tool"]).lower()
        yield Piece(start.start(), tool, comment[start.end() : end], text)


@lru_cache(maxsize=1024)
def decisions(comment: str, place: Place) -> tuple[Decision, ...]:
    """What a comment accepts by the words of other tools. Many comments have the same text."""
    read = [(_READERS.get(piece.tool), piece.words) for piece in pieces(comment)]
    return tuple(decision for reader, words in read if reader for decision in reader(words, place))


@lru_cache(maxsize=1024)
def speaks_of_ours(comment: str) -> bool:
    """Whether a comment accepts, or no longer accepts, something that our rules report, wherever it stands."""
    return any(decision.rules != frozenset() for place in Place for decision in decisions(comment, place))


def _noqa(text: str, _place: Place) -> Iterator[Decision]:
    yield Decision(Reach.STATEMENT, _rules(codes["codes"]) if (codes := _CODES.match(text)) else None)


def _nosec(text: str, _place: Place) -> Iterator[Decision]:
    named = [name for name in _NAMES.findall(text) if re.fullmatch(r"B\d+", name) or name in _RULES]
    yield Decision(Reach.STATEMENT, _rules(" ".join(named)) if named else _BANDIT)


def _nosonar(_text: str, _place: Place) -> Iterator[Decision]:
    yield Decision(Reach.STATEMENT, None)


def _flake8(text: str, place: Place) -> Iterator[Decision]:
    if place is not Place.BESIDE and text.lower().startswith("noqa"):
        yield Decision(Reach.FILE, _rules(codes["codes"]) if (codes := _CODES.match(text, 4)) else None)


def _ruff(text: str, place: Place) -> Iterator[Decision]:
    yield from _flake8(text, place)
    reaches = {"file-ignore": Reach.FILE, "ignore": Reach.STATEMENT}
    if place is not Place.BESIDE:
        reaches |= {"ignore": Reach.NEXT, "disable": Reach.BLOCK, "enable": Reach.BLOCK_END}
    match = _BRACKETS.match(text)
    if match and match["names"] and match["action"] in reaches:
        yield Decision(reaches[match["action"]], _rules(match["names"]))


def _pylint(text: str, place: Place) -> Iterator[Decision]:
    reaches = {"disable-next": Reach.NEXT, "enable": Reach.BLOCK_END, "skip-file": Reach.FILE}
    reaches["disable"] = Reach.STATEMENT if place is Place.BESIDE else Reach.BLOCK
    for match in _PYLINT.finditer(text):
        names = _NAMES.findall(match["names"] or "")
        everything = match["action"] == "skip-file" or "all" in names
        yield Decision(reaches[match["action"]], None if everything else _rules(" ".join(names)))


def _type(text: str, place: Place) -> Iterator[Decision]:
    for decision in _type_checker(text, place):
        yield decision._replace(reach=Reach.FILE) if place is Place.TOP else decision


def _type_checker(text: str, place: Place) -> Iterator[Decision]:
    match = _BRACKETS.match(text)
    if match and match["action"] == "ignore":
        rules = _AWAIT if match["names"] is None else _rules(match["names"])
        yield Decision(Reach.STATEMENT if place is Place.BESIDE else Reach.NEXT, rules)


def _pyright(text: str, place: Place) -> Iterator[Decision]:
    yield from _type_checker(text, place)
    for match in _PYRIGHT_SWITCH.finditer(text):
        yield Decision(Reach.FILE, _rules(match["name"]))


def _mypy(text: str, _place: Place) -> Iterator[Decision]:
    for match in _MYPY_SWITCH.finditer(text):
        yield Decision(Reach.FILE, _AWAIT if match["names"] is None else _rules(match["names"]))


def _pyrefly(text: str, place: Place) -> Iterator[Decision]:
    yield from [Decision(Reach.FILE, _AWAIT)] if text.startswith("ignore-errors") else _type_checker(text, place)


def _rules(peers: str) -> Rules:
    return frozenset(rule for peer in _NAMES.findall(peers) for rule in _RULES.get(peer, ()))


_READERS: dict[str, Callable[[str, Place], Iterator[Decision]]] = {
    "noqa": _noqa,
    "nosec": _nosec,
    "nosonar": _nosonar,
    "flake8": _flake8,
    "ruff": _ruff,
    "pylint": _pylint,
    "type": _type,
    "pyright": _pyright,
    "mypy": _mypy,
    "ty": _type_checker,
    "pyrefly": _pyrefly,
}
