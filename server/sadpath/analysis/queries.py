"""Questions with recorded answers: each answer knows what it was made of, and is reused while that stands.

A question is a function and its arguments. While it is computed, every further question that it asks is recorded. After
an input changed, an answer is still good if its recorded questions still get the same answers; only if one of them does
not is it computed again. A new answer that equals the old one stops the wave there.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar, cast

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
class _Memo:
    value: object
    questions: tuple[Question, ...]
    verified: int
    changed: int
    stale: bool = False
    askers: set[Question] = field(default_factory=set[Question])


@dataclass(slots=True)
class _Frame:
    question: Question
    asked: dict[Question, None]
    cycle_head: int


class Queries(Generic[Asker]):
    """The memory of all answers. Not safe for use by several threads at once."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._memos: dict[Question, _Memo] = {}
        self._stack: list[_Frame] = []
        self._active: dict[Question, int] = {}
        self._revision = 1
        self.computed = 0

    def ask(self, kind: Query[Answer], *arguments: Hashable) -> Answer:
        """The answer to a question, remembered or computed; recorded for the question that is being computed now."""
        question: Question = (kind, arguments)
        if self._stack:
            self._stack[-1].asked[question] = None
        memo = self._memos.get(question)
        if memo is None or memo.stale:
            return self._refresh(question, memo)  # type: ignore[return-value]  # `kind` says what it computes
        return memo.value  # type: ignore[return-value]  # only `kind.compute` made it

    def change(self, questions: Iterable[Question]) -> None:
        """Say that answers read from outside may be different now. Questions never asked are ignored."""
        self._revision += 1
        for question in questions:
            memo = self._memos.get(question)
            if memo is not None:
                memo.verified = -1
                memo.questions = ()
                self._mark_stale(question)

    def drop(self, questions: Iterable[Question]) -> None:
        """Forget answers that nothing will ask for again."""
        for question in questions:
            memo = self._memos.pop(question, None)
            for asked in memo.questions if memo is not None else ():
                known = self._memos.get(asked)
                if known is not None:
                    known.askers.discard(question)

    def _mark_stale(self, question: Question) -> None:
        waiting = [question]
        while waiting:
            memo = self._memos.get(waiting.pop())
            if memo is not None and not memo.stale:
                memo.stale = True
                waiting.extend(memo.askers)

    def _refresh(self, question: Question, memo: _Memo | None) -> object:
        depth = self._active.get(question)
        if depth is not None:
            self._close_cycle(depth)
            return question[0].cycle
        frame = _Frame(question, {}, len(self._stack))
        self._active[question] = len(self._stack)
        self._stack.append(frame)
        try:
            if memo is not None and self._still_good(memo):
                memo.stale = False
                memo.verified = self._revision
                return memo.value
            frame.asked.clear()
            frame.cycle_head = len(self._stack) - 1
            self.computed += 1
            value = question[0].compute(self._asker, *question[1])
        finally:
            self._stack.pop()
            del self._active[question]
        self._keep(question, memo, frame, value)
        return value

    def _close_cycle(self, depth: int) -> None:
        """Answers computed inside a cycle hold only for this way into it: they must not be remembered."""
        for frame in self._stack[depth + 1 :]:
            frame.cycle_head = min(frame.cycle_head, depth)

    def _still_good(self, memo: _Memo) -> bool:
        if memo.verified < 0:
            return False
        for question in memo.questions:
            self.ask(question[0], *question[1])
            known = self._memos.get(question)
            if known is None or known.changed > memo.verified:
                return False
        return True

    def _keep(self, question: Question, memo: _Memo | None, frame: _Frame, value: object) -> None:
        if frame.cycle_head < len(self._stack):
            # Not remembered, so whoever asked depends directly on what this was made of.
            self._forget(question)
            self._stack[-1].asked.update(frame.asked)
            return
        questions = tuple(frame.asked)
        if memo is None:
            memo = _Memo(value, questions, self._revision, self._revision)
            self._memos[question] = memo
        else:
            if memo.value != value:
                memo.value = value
                memo.changed = self._revision
            memo.questions = questions
            memo.verified = self._revision
            memo.stale = False
        for asked in questions:
            known = self._memos.get(asked)
            if known is not None:
                known.askers.add(question)

    def _forget(self, question: Question) -> None:
        memo = self._memos.pop(question, None)
        if memo is not None:
            for asker in memo.askers:
                self._mark_stale(asker)
