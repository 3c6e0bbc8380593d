"""The names that all files of a project bind, found without parsing any of them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

_DEFINES = re.compile(rb"((?:^[ \t]*[@)].*\r?\n)*)^[ \t]*(async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
"""With the lines above that begin or end a decorator."""
_KEEPS = re.compile(rb"\A(?:[ \t]*@(?:\w+\.)?(?:abstractmethod|override|final|staticmethod|classmethod)[ \t]*\r?\n)+\Z")
_SETS = re.compile(rb"^[ \t]*(?:(?:self|cls)\.)?(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)


class ProjectNames:
    """Which names are coroutine functions wherever they are bound. Texts are UTF-8 or another superset of ASCII."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self._coroutines: dict[str, Counter[str]] = {}
        self._others: Counter[str] = Counter()
        for path, text in files:
            self.add(path, text)

    def add(self, path: str, text: bytes, times: int = 1) -> set[str]:
        """Take in a text of a file; `times=-1` takes it out again. Gives the names bound in it."""
        names: set[str] = set()
        for name, is_async in _bound_in(text):
            names.add(name)
            if is_async:
                self._coroutines.setdefault(name, Counter())[path] += times
            else:
                self._others[name] += times
        return names

    def coroutines(self, name: str) -> tuple[str, ...]:
        """The files that define coroutine functions of a name, once for each, if nothing else has the name."""
        return () if self._others[name] else tuple(sorted(self._coroutines.get(name, Counter[str]()).elements()))


def names_bound(texts: Iterable[bytes]) -> frozenset[str]:
    """The names of the functions, and of what is assigned to, in texts."""
    return frozenset(name for text in texts for name, _ in _bound_in(text))


def method_calls(name: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """What finds calls of methods of a name that are awaited, and those that begin a statement."""
    call = rb"[\w.\[\]'\"]*\." + re.escape(name.encode()) + rb"\("
    return re.compile(rb"\bawait[ \t]+" + call), re.compile(rb"^[ \t]*" + call, re.MULTILINE)


def _bound_in(text: bytes) -> Iterator[tuple[str, bool]]:
    for match in _DEFINES.finditer(text):
        decorated, is_async, name = match.groups()
        # What most decorators make of a function is not known here.
        yield name.decode("ascii"), bool(is_async) and (not decorated or _KEEPS.search(decorated) is not None)
    for name in _SETS.findall(text):
        yield name.decode("ascii"), False
