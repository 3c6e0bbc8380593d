"""Gives the facts that reports rest on, and tells whether they are still true."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from hashlib import blake2b

import msgspec

from sadpath.analysis.engine import Engine
from sadpath.analysis.fact import PACKAGES, PLACES, PROJECT, Fact
from sadpath.analysis.meaning import program as leaves
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import Query, Question
from sadpath.analysis.report import line_of

_LEAVES: Mapping[str, Query[object]] = {
    leaf.compute.__name__: leaf
    for leaf in (
        leaves.definers,
        leaves.mentions,
        leaves.star_imports,
        leaves.renamings,
        leaves.imported_packages,
        leaves.class_with,
        leaves.module_path,
        leaves.module_name,
        leaves.coroutines_named,
        leaves.calls_named,
        leaves.library_has,
    )
}
_NAMES: Mapping[Query[object], str] = {leaf: name for name, leaf in _LEAVES.items()}
_TOPICS = {"coroutines_named": PROJECT, "calls_named": PROJECT, "library_has": PACKAGES}
_LINE = "line_of"


class Facts:
    """Gives the facts of an engine's reports, and asks them again.

    Files below the directory `fixed` never change: questions about them are left out.
    """

    def __init__(self, engine: Engine, fixed: str) -> None:
        self._engine = engine
        self._fixed = f"{fixed}/"
        self._known: dict[Question, Fact] = {}

    def behind(self, path: str) -> list[Fact] | None:
        """What the report on a file rests on, besides its text; None if that cannot be told."""
        program = self._engine.program
        file = program.file(path)
        if file is None:
            return None
        questions = program.queries.made_of(self._engine.question(path, one) for one in file.outline.segments)
        if questions is None:
            return None
        leaves = [
            (kind, arguments) for kind, arguments in questions if kind in _NAMES and not self._is_fixed(arguments)
        ]
        places = {place for place in self._places(path) if not self._is_fixed(place)}
        return [*map(self._fact, leaves), *(_fact(program, _LINE, place) for place in places)]

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer now."""
        return _fact(self._engine.program, fact.kind, fact.arguments).mark == fact.mark

    def _is_fixed(self, arguments: Iterable[Hashable]) -> bool:
        return any(str(argument).startswith(self._fixed) for argument in arguments)

    def _fact(self, question: Question) -> Fact:
        if question not in self._known:
            kind, arguments = question
            self._known[question] = _fact(self._engine.program, _NAMES[kind], tuple(map(str, arguments)))
        return self._known[question]

    def _places(self, path: str) -> Iterator[tuple[str, ...]]:
        """The places in other files that the report names by line."""
        file = self._engine.program.file(path)
        for segment in file.outline.segments if file else ():
            for finding in self._engine.report(path, segment).findings:
                for step in finding.evidence:
                    if step.path not in ("", path):
                        yield step.path, step.scope, step.anchor


def _fact(program: Program, kind: str, arguments: tuple[str, ...]) -> Fact:
    if kind == _LINE:
        answer: object = line_of(program, *arguments)
    else:
        answer = program.queries.ask(_LEAVES[kind], *arguments)
    return Fact(_mark(kind, arguments, answer), _topic(kind, arguments), kind, arguments)


def _topic(kind: str, arguments: tuple[str, ...]) -> str:
    if kind in ("module_path", "module_name"):
        return PLACES + arguments[-1]
    return _TOPICS.get(kind, arguments[0])


def _mark(kind: str, arguments: tuple[str, ...], answer: object) -> int:
    content = msgspec.msgpack.encode((kind, arguments, answer), order="deterministic")
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)  # as SQLite has integers
