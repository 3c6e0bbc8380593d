"""One file's units, found by the names that they bind and by the words that occur in them."""

import re
from functools import lru_cache
from itertools import count

from sadpath.analysis.syntax.outline import Change, Outline, Segment

_WORD = re.compile(r"\w+")
_GLOBAL = re.compile(r"^[ \t]+global[ \t]+(.+)$", re.MULTILINE)


class FileIndex:
    """The units of a file, which an edit changes where it changes the text: what it costs is told by `indexed`.

    `indexed` counts the units whose names were looked for so far.
    """

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.indexed = 0
        self._named: dict[tuple[str, str], list[Segment]] | None = None
        self._places: dict[int, int] | None = None

    def edit(self, lines: list[str], first: int, old: int, new: int) -> Change:
        """Take in that `new` lines replaced the `old` ones from line `first` (0-based); `lines` is the new text."""
        change = self.outline.update(lines, first, old, new)
        self._places = None
        if self._named is not None:
            self._rename(self._named, change)
        return change

    def definers(self, scope: str, name: str) -> tuple[Segment, ...]:
        """The units directly in a class, or in the module for "", that may bind the name, in source order."""
        if self._named is None:
            self._named = {}
            self._rename(self._named, Change(0, (), tuple(self.outline.segments)))
        found = self._named.get((scope, name), ())
        return tuple(sorted(found, key=self._place) if len(found) > 1 else found)

    def mentions(self, scope: str, word: str) -> tuple[Segment, ...]:
        """The units of a class, or of the whole file for "", in which a word occurs, in source order."""
        return tuple(
            segment
            for segment in self.outline.segments
            if (not scope or segment.scope == scope) and _occurs(word, segment.text)
        )

    def first_line(self, segment: Segment) -> int:
        """The 0-based line in which a unit starts."""
        return self.outline.start(self._place(segment))

    def _place(self, segment: Segment) -> int:
        """Which one of the units, from 0 on, this very object is."""
        if self._places is None:
            self._places = dict(zip(map(id, self.outline.segments), count(), strict=False))
        return self._places[id(segment)]

    def _rename(self, named: dict[tuple[str, str], list[Segment]], change: Change) -> None:
        for segment in change.old:
            for key in _bound(segment):
                left = [other for other in named.pop(key) if other is not segment]
                if left:
                    named[key] = left
        for segment in change.new:
            for key in _bound(segment):
                named.setdefault(key, []).append(segment)
        self.indexed += len(change.new)


def _bound(segment: Segment) -> set[tuple[str, str]]:
    """The names that a unit may bind, each with the class, or "", that it is bound in."""
    if segment.kind in ("function", "class"):
        return {(segment.scope, segment.name), *(("", name) for name in declared_global(segment))}
    return {(segment.scope, word) for word in words_of(segment.text)} if segment.kind == "statement" else set()


def _occurs(word: str, text: str) -> bool:
    """Whether a word is one of `words_of` a text, which is faster to tell for one of them."""
    place = text.find(word)
    while place >= 0:
        end = place + len(word)
        if not _is_word(text[place - 1 : place]) and not _is_word(text[end : end + 1]):
            return True
        place = text.find(word, end)
    return False


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def declared_global(segment: Segment) -> set[str]:
    """The names that a function declares to be the module's."""
    if "global" not in segment.text:
        return set()
    return {name for line in _GLOBAL.findall(segment.text) for name in _WORD.findall(line)}


@lru_cache(maxsize=256)
def words_of(text: str) -> frozenset[str]:
    """The identifier-like words of a text. A few texts are remembered: one is asked about several times in a row."""
    return frozenset(_WORD.findall(text))
