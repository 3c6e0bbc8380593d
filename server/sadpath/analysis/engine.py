"""Checks the units of files with the rules. What a unit gives is remembered until its text or an answer changes."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, cast

import libcst as cst
import msgspec

from sadpath.analysis.checked_unit import CheckedUnit
from sadpath.analysis.finding import Edit, Fix, Range
from sadpath.analysis.meaning.conditions import reachable
from sadpath.analysis.meaning.definitions import qualname_of
from sadpath.analysis.meaning.evaluator import Evaluator, Site
from sadpath.analysis.meaning.file_index import words_of
from sadpath.analysis.meaning.program import Program, renamings, tree_of
from sadpath.analysis.meaning.queries import Memo, Query, Question
from sadpath.analysis.syntax.outline import Change, Segment
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.position import Positions
from sadpath.rule import Between, Confidence, Diagnostic, Evidence, Head, Place, Role, Rule, Severity


class UnitRelated(msgspec.Struct, frozen=True):
    """Another place of the unit, relative to its first line."""

    range: Range
    message: str


class UnitFinding(msgspec.Struct, frozen=True):
    """A diagnostic with its places relative to the unit's first line, and its evidence by name."""

    rule: str
    family: str
    severity: Severity
    confidence: Confidence
    message: str
    range: Range
    scope: str
    text: str
    """The reported source text, which the fingerprint is made of."""
    evidence: tuple[Evidence, ...]
    related: tuple[UnitRelated, ...]
    fixes: tuple[Fix, ...]


class Problem(msgspec.Struct, frozen=True):
    """Why a unit, or one rule on it, gave no answer; `line` is relative to the unit's first."""

    reason: str
    line: int = 0
    rule: str = ""


class UnitReport(msgspec.Struct, frozen=True):
    """What the check of one unit gave."""

    findings: tuple[UnitFinding, ...] = ()
    problems: tuple[Problem, ...] = ()


_NOTHING = UnitReport()
_UNASKED = Memo(_NOTHING, (), 0, 0, stale=True)


class Engine:
    """A set of rules, ready to check units of a program.

    `filtered` says whether the rules' words decide which units are parsed; it never changes what is found. `pause` is
    called before each unit that is checked, and may raise to end the check of a file: what was found out stays known.
    """

    def __init__(
        self,
        program: Program,
        rules: Iterable[Rule[Any]],
        *,
        filtered: bool = True,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        self.program = program
        self._pause = pause
        self._filtered = filtered
        self._rules = tuple(_Ready(rule, _spelled(rule, program)) for rule in rules if rule.visits)
        self._report = Query(self._check, _NOTHING)
        self._renamed = Query(_renamed, dict[str, set[str]]())
        self._renamed_in = Query(self._names_in, dict[str, set[str]]())
        self._reports: dict[str, list[Memo]] = {}

    def report(self, path: str, segment: Segment) -> UnitReport:
        """What the rules report in one unit of a file."""
        return self.program.queries.ask(self._report, path, segment)

    def reports(self, path: str) -> Iterator[tuple[int, UnitReport]]:
        """What the rules report in the units of a file that have something, each with the unit's index, in order."""
        file = self.program.file(path)
        segments = file.outline.segments if file else ()
        memos = self._reports.setdefault(path, [])
        if len(memos) != len(segments):
            memos[:] = [_UNASKED] * len(segments)
        for index in [index for index, memo in enumerate(memos) if memo.stale or memo.value is not _NOTHING]:
            if memos[index].stale:
                self._pause()
                memos[index] = self.program.queries.memo(self._report, path, segments[index])
            report = cast("UnitReport", memos[index].value)
            if report is not _NOTHING:
                yield index, report

    def question(self, path: str, segment: Segment) -> Question:
        """The question that `report` answers."""
        return self._report, (path, segment)

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """Take in that `new` lines replaced the `old` ones from line `first` (0-based); `lines` is the whole text."""
        self._take(path, self.program.edit(path, lines, first, old, new))

    def reload(self, path: str) -> None:
        """Take in that a file has another text, appeared or went."""
        self._take(path, self.program.reload(path))

    def keep(self, paths: Collection[str]) -> None:
        """Forget all that the reports on these files do not rest on. They only cost time, if they are asked for."""
        files = ((path, self.program.file(path)) for path in paths)
        self.program.keep(
            self.question(path, segment) for path, file in files if file for segment in file.outline.segments
        )
        self._reports = {path: memos for path, memos in self._reports.items() if path in paths}

    def _take(self, path: str, change: Change) -> None:
        """Drop what is remembered of units that are gone."""
        if path in self._reports:
            self._reports[path][change.first : change.first + len(change.old)] = [_UNASKED] * len(change.new)
        gone = {*change.old} - {*change.new}
        kinds: tuple[Query[object], ...] = (self._report, self._renamed_in)
        self.program.queries.drop((kind, (path, segment)) for segment in gone for kind in kinds)

    def _names_in(self, program: Program, path: str, segment: Segment) -> dict[str, set[str]]:
        """The other names of things in a unit: it is checked again if these change, and not with others of its file."""
        words = words_of(segment.text)
        return {name: known for name, known in program.queries.ask(self._renamed, path).items() if name in words}

    def _check(self, program: Program, path: str, segment: Segment) -> UnitReport:
        role = program.sources.role(path)
        if role is Role.STUB or segment.kind == "end":
            return _NOTHING
        if segment.refused:
            return UnitReport(problems=(Problem(segment.refused, segment.lead),))
        rules = [rule for rule in self._rules if rule.rule.in_tests or role is not Role.TEST]
        words = words_of(segment.text)
        names = program.queries.ask(self._renamed_in, path, segment)
        if self._filtered:
            rules = [rule for rule in rules if rule.may_report(words, names)]
        if not rules:
            return _NOTHING
        tree = tree_of(segment)
        if isinstance(tree, Broken):
            return UnitReport(problems=(Problem(tree.message, tree.line),))
        return _Check(Evaluator(program, Site(path, segment.scope, segment.name), tree), segment, names).run(rules)


class _Ready:
    """A rule with its words spelled out."""

    def __init__(self, rule: Rule[Any], words: frozenset[str]) -> None:
        self.rule = rule
        self.words = words

    def may_report(self, words: frozenset[str], names: dict[str, set[str]]) -> bool:
        """Whether one of the rule's words occurs, or another name of one."""
        if not self.words or not self.words.isdisjoint(words):
            return True
        return any(other in words and not self.words.isdisjoint(names[other]) for other in names)

    def looks_at(self, node: cst.CSTNode, names: dict[str, set[str]]) -> bool:
        """Whether the rule wants the node. Of calls, those of its words only, or filtering could change the result."""
        if not self.words or type(node) is not cst.Call:
            return True
        name = _called_name(node)
        return name in self.words or not self.words.isdisjoint(names.get(name, ()))


class _Check:
    """One run of rules over one unit."""

    def __init__(self, evaluator: Evaluator, segment: Segment, names: dict[str, set[str]]) -> None:
        self._evaluator = evaluator
        self._segment = segment
        self._names = names

    def run(self, rules: list[_Ready]) -> UnitReport:
        unit = CheckedUnit(self._evaluator)
        found: list[tuple[Rule[Any], Diagnostic]] = []
        problems: list[Problem] = []
        for ready in rules:
            try:
                for kind in ready.rule.visits:
                    for node in self._evaluator.tree.of_type(kind):
                        if ready.looks_at(node, self._names):
                            found += [(ready.rule, diagnostic) for diagnostic in ready.rule.check(node, unit)]
            except Exception as error:  # a defect of one rule must cost only that rule
                reason = f"the rule `{ready.rule.name}` failed: {error!r}"
                problems.append(Problem(reason, self._segment.lead, ready.rule.name))
        tree = self._evaluator.tree
        found = [(rule, diagnostic) for rule, diagnostic in found if reachable(tree, _anchor(diagnostic.place))]
        return UnitReport(self._findings(found), tuple(problems)) if found or problems else _NOTHING

    def _findings(self, found: list[tuple[Rule[Any], Diagnostic]]) -> tuple[UnitFinding, ...]:
        if not found:
            return ()
        edits = [edit for _, d in found for fix in d.fixes for edit in fix.edits]
        positions = Positions(self._evaluator.tree, [*(p for _, d in found for p in _places(d)), *edits])
        return tuple(self._finding(rule, diagnostic, positions) for rule, diagnostic in found)

    def _finding(self, rule: Rule[Any], diagnostic: Diagnostic, positions: Positions) -> UnitFinding:
        return UnitFinding(
            rule=rule.name,
            family=rule.family,
            severity=diagnostic.severity or rule.severity,
            confidence=diagnostic.confidence,
            message=diagnostic.message,
            range=positions.range(diagnostic.place),
            scope=_scope(self._evaluator, _anchor(diagnostic.place)),
            text=positions.text(diagnostic.place),
            evidence=diagnostic.evidence,
            related=tuple(UnitRelated(positions.range(r.place), r.message) for r in diagnostic.related),
            fixes=tuple(
                Fix(fix.title, fix.safe, tuple(Edit(positions.edited(e), e.text) for e in fix.edits))
                for fix in diagnostic.fixes
            ),
        )


def _places(diagnostic: Diagnostic) -> Iterator[Place]:
    yield diagnostic.place
    for related in diagnostic.related:
        yield related.place


def _anchor(place: Place) -> cst.CSTNode:
    if isinstance(place, Head):
        return place.node
    return place.first if isinstance(place, Between) else place


def _scope(evaluator: Evaluator, node: cst.CSTNode) -> str:
    """The qualified name of the innermost definition around a node, without `<locals>`."""
    for above in evaluator.tree.ancestors(node):
        if isinstance(above, cst.FunctionDef | cst.ClassDef):
            return qualname_of(evaluator.site.scope, evaluator.tree, above).replace(".<locals>", "")
    return evaluator.site.qualname


def _called_name(call: cst.Call) -> str:
    function = call.func
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""


def _spelled(rule: Rule[Any], program: Program) -> frozenset[str]:
    words: set[str] = set()
    for word in rule.words:
        if isinstance(word, str):
            words.add(word)
        else:
            words |= program.libraries.words(word)
    return frozenset(words)


def _renamed(program: Program, path: str) -> dict[str, set[str]]:
    """For each other name, the names of what it may stand for, through several steps of renaming."""
    names: dict[str, set[str]] = {}
    for name, other in program.queries.ask(renamings, path):
        names.setdefault(other, set()).update({name, *names.get(name, ())})
    return names
