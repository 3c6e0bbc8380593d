"""Notices answers that depend on themselves, so that they do not depend on where a cycle is entered."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Frame(Generic[Key]):
    key: Key
    opened: int
    """How many keys were open when this one was begun."""
    reaches: int
    """The least depth of the stack that this key leads back to."""
    in_cycle: bool = False


class Cycles(Generic[Key]):
    """The strongly connected components of what is being computed, found while it is computed (Tarjan)."""

    def __init__(self) -> None:
        self._stack: list[_Frame[Key]] = []
        self._active: dict[Key, int] = {}
        self._open: dict[Key, int] = {}

    def closes(self, key: Key) -> bool:
        """Note that the current computation needs a key; whether that key is being computed already."""
        depth = self._active.get(key)
        if depth is not None:
            self._close(depth)
            return True
        if key in self._open:
            self._close(self._open[key])
        return False

    def begin(self, key: Key) -> None:
        """A computation starts."""
        self._active[key] = len(self._stack)
        self._stack.append(_Frame(key, len(self._open), len(self._stack)))

    def end(self) -> bool:
        """The latest computation is over; whether it depended on itself."""
        frame = self._stack.pop()
        del self._active[frame.key]
        if frame.reaches < len(self._stack):
            # The cycle's start is still being computed: to need this key before it is done closes another cycle.
            self._open[frame.key] = frame.reaches
        else:
            while len(self._open) > frame.opened:
                self._open.popitem()
        return frame.in_cycle

    def _close(self, depth: int) -> None:
        for frame in self._stack[depth:]:
            frame.in_cycle = True
            frame.reaches = min(frame.reaches, depth)
