"""The names in a project's files, kept from one check to the next: one change does not make all files be read again."""

from collections.abc import Callable, Mapping, Sequence

from sadpath.analysis.meaning.project_names import Names, names_in


class NameIndex:
    """What each file of a project says by names alone.

    `known` has the project's files, with None where the names must be read. Files that it does not have can only have
    come if not `complete`.
    """

    def __init__(self, known: Mapping[str, Names | None] | None = None, *, complete: bool = False) -> None:
        self._names = dict(known or {})
        self._complete = complete
        self._is_new = False

    def files(self, find: Callable[[], Sequence[str]]) -> Sequence[str]:
        """The project's files; `find` looks for them."""
        if not self._complete:
            self._names = {path: self._names.get(path) for path in find()}
            self._complete = self._is_new = True
        return tuple(self._names)

    def of(self, path: str, read: Callable[[str], bytes]) -> Names:
        """The names in a file, which is read if they are not known."""
        found = self._names.get(path)
        if found is None:
            found = self._names[path] = names_in(read(path))
            self._is_new = True
        return found

    def take(self) -> dict[str, Names | None] | None:
        """The names in all files of the project, if any are new since this was last asked."""
        is_new, self._is_new = self._is_new, False
        return dict(self._names) if is_new and self._complete else None
