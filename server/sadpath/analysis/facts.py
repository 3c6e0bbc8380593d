"""Gives the facts that reports rest on, and tells whether they are still true."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from hashlib import blake2b

import msgspec

from sadpath.analysis.engine import Engine
from sadpath.analysis.fact import PACKAGES, PLACES, PROJECT, Fact
from sadpath.analysis.meaning import program as leaves
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.meaning.queries import Query
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
        self._marks: dict[tuple[str, tuple[Hashable, ...]], int] = {}
        self._new: list[Fact] = []

    def behind(self, path: str) -> set[int] | None:
        """The marks of what the report on a file rests on, besides its text; None if that cannot be told."""
        queries = self._engine.program.queries
        file = self._engine.program.file(path)
        questions = queries.made_of(self._engine.question(path, s) for s in file.outline.segments) if file else None
        if questions is None:
            return None
        leaves = [(_NAMES[kind], arguments) for kind, arguments in questions if kind in _NAMES]
        leaves += [(_LINE, place) for place in self._places(path)]
        return {self._mark(kind, arguments) for kind, arguments in leaves if not self._is_fixed(arguments)}

    def forget(self) -> None:
        """Forget which facts were given: they may be given again."""
        self._marks.clear()

    def new(self) -> tuple[Fact, ...]:
        """The facts that no earlier call has given."""
        new, self._new = self._new, []
        return tuple(new)

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer now."""
        return _fact(self._engine.program, fact.kind, fact.arguments).mark == fact.mark

    def _is_fixed(self, arguments: Iterable[Hashable]) -> bool:
        return any(str(argument).startswith(self._fixed) for argument in arguments)

    def _mark(self, kind: str, arguments: tuple[Hashable, ...]) -> int:
        if (kind, arguments) not in self._marks:
            fact = _fact(self._engine.program, kind, tuple(map(str, arguments)))
            self._marks[kind, arguments] = fact.mark
            self._new.append(fact)
        return self._marks[kind, arguments]

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
