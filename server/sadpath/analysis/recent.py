"""A function that remembers its last answers, of which it is known how much they take."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


class Recent(Generic[Key, Answer]):
    """Computes answers, and remembers those asked for last, as long as the `size` of their keys is at most `most`.

    `held` is that size of all that is remembered. The last answer is always remembered. `computed` counts the answers
    that were not.
    """

    def __init__(self, compute: Callable[[Key], Answer], size: Callable[[Key], int], most: int) -> None:
        self._compute = compute
        self._size = size
        self._most = most
        self._answers: dict[Key, Answer] = {}
        self.held = 0
        self.computed = 0

    def __call__(self, key: Key) -> Answer:
        """The answer for a key."""
        if key in self._answers:
            answer = self._answers[key] = self._answers.pop(key)  # now it is the one asked for last
            return answer
        answer = self._compute(key)
        self.computed += 1
        self._answers[key] = answer
        self.held += self._size(key)
        while self.held > self._most and len(self._answers) > 1:
            oldest = next(iter(self._answers))
            del self._answers[oldest]
            self.held -= self._size(oldest)
        return answer
