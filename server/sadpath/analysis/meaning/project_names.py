"""The names that all files of a project bind, found without parsing any of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from sys import intern

import msgspec

_DEFINES = re.compile(rb"((?:^[ \t]*[@)].*\r?\n)*)^[ \t]*(async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
"""With the lines above that begin or end a decorator."""
_KEEPS = re.compile(rb"\A(?:[ \t]*@(?:\w+\.)?(?:abstractmethod|override|final|staticmethod|classmethod)[ \t]*\r?\n)+\Z")
_SETS = re.compile(rb"^[ \t]*(?:(?:self|cls)\.)?(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_METHOD = rb"[\w.\[\]'\"]*\.(\w+)\("
_AWAITED = re.compile(rb"\bawait[ \t]+" + _METHOD)
_BEGINS = re.compile(rb"^[ \t]*" + _METHOD, re.MULTILINE)


class Names(msgspec.Struct, frozen=True, array_like=True):
    """What a text says by names alone, each as often as it does.

    Those of coroutine functions and of what else it binds; those of methods whose calls it awaits, and of those whose
    calls begin a statement.
    """

    coroutines: tuple[str, ...]
    others: tuple[str, ...]
    awaited: tuple[str, ...]
    dropped: tuple[str, ...]


class ProjectNames:
    """Which names are coroutine functions wherever they are bound, and what is done with calls of methods."""

    def __init__(self, files: Iterable[tuple[str, Names]]) -> None:
        self._coroutines: dict[str, Counter[str]] = {}
        self._others: Counter[str] = Counter()
        self._awaited: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        for path, names in files:
            self.add(path, names)

    def add(self, path: str, names: Names, times: int = 1) -> None:
        """Take in what a text of a file says; `times=-1` takes it out again."""
        for name in names.coroutines:
            self._coroutines.setdefault(name, Counter())[path] += times
        for counter, found in (
            (self._others, names.others),
            (self._awaited, names.awaited),
            (self._dropped, names.dropped),
        ):
            for name in found:
                counter[name] += times

    def coroutines(self, name: str) -> tuple[str, ...]:
        """The files that define coroutine functions of a name, once for each, if nothing else has the name."""
        return () if self._others[name] else tuple(sorted(self._coroutines.get(name, Counter[str]()).elements()))

    def calls(self, name: str) -> tuple[int, int]:
        """How often what a method of a name gives is awaited, and how often dropped."""
        return self._awaited[name], self._dropped[name]


def names_in(text: bytes) -> Names:
    """What a text says by names alone. It is in UTF-8 or another superset of ASCII."""
    bound = tuple(_bound_in(text))
    return Names(
        coroutines=tuple(name for name, is_coroutine in bound if is_coroutine),
        others=tuple(name for name, is_coroutine in bound if not is_coroutine),
        awaited=tuple(intern(name.decode("ascii")) for name in _AWAITED.findall(text)),
        dropped=tuple(intern(name.decode("ascii")) for name in _BEGINS.findall(text)),
    )


def names_bound(texts: Iterable[bytes]) -> frozenset[str]:
    """The names of the functions, and of what is assigned to, in texts."""
    return frozenset(name for text in texts for name, _ in _bound_in(text))


def _bound_in(text: bytes) -> Iterator[tuple[str, bool]]:
    for match in _DEFINES.finditer(text):
        decorated, is_async, name = match.groups()
        # What most decorators make of a function is not known here.
        yield intern(name.decode("ascii")), bool(is_async) and (not decorated or _KEEPS.search(decorated) is not None)
    for name in _SETS.findall(text):
        yield intern(name.decode("ascii")), False
