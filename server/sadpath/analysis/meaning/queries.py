"""Questions with recorded answers: each answer knows what it was made of, and is reused while that stands.

A question is a function and its arguments. While it is computed, every further question that it asks is recorded. After
an input changed, an answer is still good if its recorded questions still get the same answers; only if one of them does
not is it computed again. A new answer that equals the old one stops the wave there.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar, cast

from sadpath.analysis.meaning.cycles import Cycles

Answer = TypeVar("Answer")
Kept = TypeVar("Kept", covariant=True)
Asker = TypeVar("Asker")


@dataclass(frozen=True, eq=False)
class Query(Generic[Kept]):
    """A kind of question: how it is computed, and the answer where it depends on itself."""

    compute: Callable[..., Kept]
    cycle: Kept


def query(cycle: object) -> Callable[[Callable[..., Answer]], Query[Answer]]:
    """Make a kind of question of a function whose first parameter is the asker; `cycle` is its answer inside itself."""

    def decorate(compute: Callable[..., Answer]) -> Query[Answer]:
        return Query(compute, cast("Answer", cycle))

    return decorate


Question: TypeAlias = tuple[Query[object], tuple[Hashable, ...]]


@dataclass(slots=True)
class Memo:
    """A recorded answer. Once it is `stale`, the question may have another answer, and another memo."""

    value: object
    questions: tuple[Question, ...]
    verified: int
    changed: int
    stale: bool = False
    in_cycle: bool = False


class Queries(Generic[Asker]):
    """The memory of all answers. Not safe for use by several threads at once.

    Who asked what is looked up when something changes, and from then on kept: a check of files that stay as they are
    can spare it.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._memos: dict[Question, Memo] = {}
        self._askers: dict[Question, set[Question]] | None = None
        self._cycles = Cycles[Question]()
        self._asked: list[dict[Question, None]] = []
        self._revision = 1
        self.computed = 0

    def ask(self, kind: Query[Answer], *arguments: Hashable) -> Answer:
        """The answer to a question, remembered or computed; recorded for the question that is being computed now."""
        question: Question = (kind, arguments)
        if self._asked:
            self._asked[-1][question] = None
            if self._cycles.closes(question):
                return kind.cycle
        memo = self._memos.get(question)
        if memo is None or memo.stale:
            return self._refresh(question, memo)  # type: ignore[return-value]  # `kind` says what it computes
        return memo.value  # type: ignore[return-value]  # only `kind.compute` made it

    def memo(self, kind: Query[object], *arguments: Hashable) -> Memo:
        """The record of an answer, for who asks often and wants to be told when to ask again."""
        self.ask(kind, *arguments)
        return self._memos[kind, arguments]

    def change(self, questions: Iterable[Question]) -> None:
        """Say that answers read from outside may be different now. Questions never asked are ignored."""
        self._revision += 1
        for question in questions:
            memo = self._memos.get(question)
            if memo is not None:
                memo.verified = -1
                self._mark_stale(question)

    def change_all(self, kind: Query[object]) -> None:
        """Say that every answer of one kind, read from outside, may be different now."""
        self.change([question for question in self._memos if question[0] is kind])

    def drop(self, questions: Iterable[Question]) -> None:
        """Forget answers that nothing will ask for again."""
        for question in questions:
            memo = self._memos.pop(question, None)
            if memo is not None:
                memo.stale = True
                if self._askers is not None:
                    for asked in memo.questions:
                        self._askers[asked].discard(question)

    def keep(self, questions: Iterable[Question]) -> set[Question]:
        """Forget all answers but these and what they were made of. Gives the questions that are still answered."""
        kept, _ = self._behind(questions)
        self._memos = {question: self._memos[question] for question in kept}
        self._askers = None
        return kept

    @property
    def remembered(self) -> int:
        """The number of answers that are remembered."""
        return len(self._memos)

    def made_of(self, questions: Iterable[Question]) -> set[Question] | None:
        """The questions, and all that their answers were made of; None if one of those was never answered."""
        found, missing = self._behind(questions)
        return None if missing else found

    def _behind(self, questions: Iterable[Question]) -> tuple[set[Question], set[Question]]:
        """The questions and all that their answers were made of: those that are answered, and those that are not."""
        found: set[Question] = set()
        missing: set[Question] = set()
        waiting = list(questions)
        while waiting:
            question = waiting.pop()
            if question in found:
                continue
            memo = self._memos.get(question)
            if memo is None:
                missing.add(question)
            else:
                found.add(question)
                waiting.extend(memo.questions)
        return found, missing

    def _mark_stale(self, question: Question) -> None:
        if self._askers is None:
            self._askers = {}
            for asker, known in self._memos.items():
                self._asks(asker, known.questions)
        waiting = [question]
        while waiting:
            question = waiting.pop()
            memo = self._memos.get(question)
            if memo is not None and not memo.stale:
                memo.stale = True
                waiting.extend(self._askers.get(question, ()))

    def _asks(self, asker: Question, questions: Iterable[Question]) -> None:
        if self._askers is not None:
            for question in questions:
                self._askers.setdefault(question, set()).add(asker)

    def _refresh(self, question: Question, memo: Memo | None) -> object:
        asked: dict[Question, None] = {}
        in_cycle = False
        self._asked.append(asked)
        self._cycles.begin(question)
        try:
            good = memo is not None and self._still_good(memo)
            value = memo.value if memo is not None and good else self._compute(question, asked)
        finally:
            self._asked.pop()
            in_cycle = self._cycles.end()
        # Whatever depends on itself has the same answer from wherever the cycle is entered.
        value = question[0].cycle if in_cycle else value
        self._keep(question, memo, Memo(value, tuple(asked), self._revision, self._revision, in_cycle=in_cycle))
        return value

    def _compute(self, question: Question, asked: dict[Question, None]) -> object:
        asked.clear()
        self.computed += 1
        kind, arguments = question
        return kind.compute(self._asker, *arguments)

    def _still_good(self, memo: Memo) -> bool:
        if memo.verified < 0 or memo.in_cycle:
            return False  # an input, or the cycle may be no more although all answers in it are the same
        for question in memo.questions:
            self.ask(question[0], *question[1])
            known = self._memos.get(question)
            if known is None or known.changed > memo.verified:
                return False
        return True

    def _keep(self, question: Question, old: Memo | None, new: Memo) -> None:
        if old is not None and old.value == new.value:
            new.changed = old.changed
        self._memos[question] = new
        self._asks(question, new.questions)
