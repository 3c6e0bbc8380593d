"""All files under analysis, and the leaf questions about them that every other answer is made of."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from sadpath.analysis.meaning.binding import Scopes
from sadpath.analysis.meaning.file_index import FileIndex, declared_global, words_of
from sadpath.analysis.meaning.libraries import LibraryTables
from sadpath.analysis.meaning.name_reading import NameReading, NameSources
from sadpath.analysis.meaning.project_names import ProjectNames, names_bound
from sadpath.analysis.meaning.queries import Queries, Query, Question, query
from sadpath.analysis.recent import Recent
from sadpath.analysis.syntax.outline import Change, Outline, Segment
from sadpath.analysis.syntax.parse import Broken, parse
from sadpath.analysis.syntax.tree import Tree, once_per_tree
from sadpath.rule import Role

_RENAMED_IMPORT = re.compile(r"\b(\w+)[ \t]+as[ \t]+(\w+)")
_RENAMED_VALUE = re.compile(r"^(\w+)[ \t]*=[ \t]*(?:\w+\.)*(\w+)[ \t]*(?:#.*)?$", re.MULTILINE)
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_PARTIAL = re.compile(r"^(\w+)[ \t]*=[ \t]*(?:\w+\.)*partial\(\s*(?:\w+\.)*(\w+)\b", re.MULTILINE)


class Sources(NameSources, Protocol):
    """Where files come from. Paths are names that only the sources understand."""

    def read(self, path: str) -> list[str] | None:
        """The file's lines, or None where it cannot be read."""
        ...

    def find(self, module: str, importer: str) -> str | None:
        """The file of an absolute module name as the importing file would find it."""
        ...

    def module_name(self, path: str) -> str:
        """The dotted name under which the file is imported; a package's `__init__` has the package's name."""
        ...

    def is_package(self, path: str) -> bool:
        """Whether the file is a package's `__init__`."""
        ...

    def relative(self, path: str) -> str:
        """The path from the project's root."""
        ...

    def role(self, path: str) -> Role:
        """What the file is for."""
        ...

    def raw(self, path: str) -> bytes:
        """The file's text, quickly read, in an encoding that contains ASCII; nothing where it cannot be read."""
        ...

    def standard_files(self) -> Sequence[str]:
        """The stubs of the standard library."""
        ...

    def package_files(self, package: str, importer: str) -> Sequence[str] | None:
        """The files of an installed top-level package; None where it is not found, none if it is the project's own."""
        ...


class Program:
    """The files, cut into units when first needed, and the memory of everything found out about them.

    `patient` is that of `NameReading`.
    """

    def __init__(self, sources: Sources, libraries: LibraryTables, *, patient: bool = False) -> None:
        self.sources = sources
        self.libraries = libraries
        self.queries = Queries(self)
        self._files: dict[str, FileIndex | None] = {}
        self._names = NameReading(sources, patient=patient)
        self._library_names: dict[str, frozenset[str]] = {}

    def file(self, path: str) -> FileIndex | None:
        """The file cut into units, or None where it cannot be read."""
        if path not in self._files:
            lines = self.sources.read(path)
            self._files[path] = None if lines is None else FileIndex(Outline(lines))
        return self._files[path]

    def knows(self, path: str) -> bool:
        """Whether anything that was found out may rest on the text of a file."""
        return path in self._files or self._names.knows(path)

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> Change:
        """Take in that `new` lines replaced the `old` ones from line `first` (0-based); `lines` is the whole new text.

        Gives what became of the file's units.
        """
        index = self._files.get(path)
        if index is None:
            return self.reload(path)
        change = index.edit(lines, first, old, new)
        self._changed(path, change)
        self._rename(path, change.old, change.new)
        return change

    def reload(self, path: str) -> Change:
        """Take in that a file has another text, appeared or went. Gives what became of its units."""
        before = self._files.pop(path, None)
        after = self.file(path)
        old = tuple(before.outline.segments) if before else ()
        new = tuple(after.outline.segments) if after else ()
        change = Change(0, old, new)
        self._changed(path, change)
        self._rename(path, old if before else None, new)
        return change

    def keep(self, questions: Iterable[Question]) -> None:
        """Forget all answers but these, what they were made of, and the files that they are about."""
        kept = self.queries.keep(questions)
        about = {arguments[0] for _, arguments in kept}
        self._files = {path: file for path, file in self._files.items() if path in about}

    def refresh(self, *, came: bool = True) -> None:
        """Take in that files may have gone, or come as well, so that imports may lead elsewhere."""
        if came:
            self._names.look_again()
        self.queries.change_all(module_path)
        self.queries.change_all(module_name)

    def read_names(self, is_stale: Callable[[], bool]) -> bool:
        """Go on with a patient reading of names; gives whether there is more to know than before."""
        is_new = self._names.go_on(is_stale)
        if is_new:
            self.queries.change_all(coroutines_named)
            self.queries.change_all(calls_named)
        return is_new

    @property
    def names(self) -> ProjectNames:
        """The names bound in the whole project, as far as they are known."""
        return self._names.names()

    def library_names(self, package: str, importer: str) -> frozenset[str] | None:
        """The names bound in an installed package, or for "" in the standard library; None where it is not found."""
        place = package and self.sources.find(package, importer)
        if place is None:
            return None
        if place not in self._library_names:
            sources = self.sources
            files = sources.package_files(package, importer) if package else sources.standard_files()
            self._library_names[place] = names_bound(sources.raw(path) for path in files or ())
        return self._library_names[place]

    def _rename(self, path: str, old: Iterable[Segment] | None, new: Iterable[Segment]) -> None:
        """Keep the names of the project up to date."""
        touched = self._names.change(path, old, new)
        self.queries.change((coroutines_named, (name,)) for name in touched.bound)
        self.queries.change((calls_named, (name,)) for name in touched.called)

    def _changed(self, path: str, change: Change) -> None:
        questions: list[Question] = [
            (kind, (path,)) for kind, answer in _OF_MODULE if answer(change.old) != answer(change.new)
        ]
        for segment in {*change.old} ^ {*change.new}:
            words = words_of(segment.text)
            bound = {segment.name, *declared_global(segment)} if segment.kind in ("function", "class") else words
            questions += [(definers, (path, segment.scope, word)) for word in bound]
            questions += [(calls_named, (word,)) for word in words]
            questions += [(class_with, (path, segment.name))] if segment.kind == "function" else []
            questions += [(mentions, (path, scope, word)) for word in words for scope in {"", segment.scope}]
        self.queries.change(questions)


def _tree(segment: Segment) -> Tree | Broken:
    found = parse(segment)
    return found if isinstance(found, Broken) else Tree(found.module, found.statement, found.above)


tree_of = Recent(_tree, size=lambda segment: len(segment.text), most=1_000_000)
"""The unit's tree, or why it has none. Remembered, as one unit is asked about many times in a row.

A tree takes about 40 bytes for each code point of its text, and as much again for what is derived from it.
"""


@once_per_tree
def scopes_of(tree: Tree) -> Scopes:
    """The bindings in the unit's tree."""
    return Scopes(tree)


@query(cycle=())
def definers(program: Program, path: str, scope: str, name: str) -> tuple[Segment, ...]:
    """The units of a module (scope "") or class that may bind a name."""
    file = program.file(path)
    return file.definers(scope, name) if file else ()


@query(cycle=())
def star_imports(program: Program, path: str) -> tuple[Segment, ...]:
    """The units of a module that import all names of another one."""
    file = program.file(path)
    return _with_stars(file.outline.segments) if file else ()


@query(cycle=())
def mentions(program: Program, path: str, scope: str, name: str) -> tuple[Segment, ...]:
    """The units of a class, or of the whole file for "", in which a word occurs."""
    file = program.file(path)
    return file.mentions(scope, name) if file else ()


@query(cycle=())
def renamings(program: Program, path: str) -> tuple[tuple[str, str], ...]:
    """The other names that a module gives to things, as (name, other): `import get as fetch`, `fetch = http.get`.

    `fetch = partial(http.get, ...)` counts as another name too.
    """
    file = program.file(path)
    return _renamed(file.outline.segments) if file else ()


@query(cycle=())
def imported_packages(program: Program, path: str) -> tuple[str, ...]:
    """The first names of the modules that a module imports absolutely, outside of functions."""
    file = program.file(path)
    return _imported(file.outline.segments) if file else ()


@query(cycle=())
def coroutines_named(program: Program, name: str) -> tuple[str, ...]:
    """The project's files with coroutine functions of a name, if nothing else in it has the name."""
    return program.names.coroutines(name)


@query(cycle=(0, 0))
def calls_named(program: Program, name: str) -> tuple[int, int]:
    """How often the project's code awaits what a method of a name gives, and how often it drops that."""
    return program.names.calls(name)


@query(cycle=None)
def module_path(program: Program, module: str, importer: str) -> str | None:
    """The file that an absolute module name leads to from an importing file."""
    return program.sources.find(module, importer)


@query(cycle="")
def module_name(program: Program, path: str) -> str:
    """The dotted name under which a file is imported."""
    return program.sources.module_name(path)


@query(cycle="")
def class_with(program: Program, path: str, name: str) -> str:
    """The class in a file whose body defines a function of a name first; "" where it is one of the module, or none."""
    file = program.file(path)
    segments = file.outline.segments if file else ()
    return next((s.scope for s in segments if s.kind == "function" and s.name == name), "")


@query(cycle=None)
def library_has(program: Program, package: str, importer: str, name: str) -> bool | None:
    """Whether an installed package, or for "" the standard library, binds a name; None where it is not found."""
    names = program.library_names(package, importer)
    return None if names is None else name in names


def _in_module(segments: Iterable[Segment]) -> Iterator[Segment]:
    return (segment for segment in segments if segment.kind == "statement" and not segment.scope)


def _with_stars(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    return tuple(segment for segment in _in_module(segments) if "import" in segment.text and "*" in segment.text)


def _renamed(segments: Iterable[Segment]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for segment in _in_module(segments):
        found += _RENAMED_IMPORT.findall(segment.text)
        for form in (_RENAMED_VALUE, _PARTIAL):
            found += [(name, other) for other, name in form.findall(segment.text)]
    return tuple(found)


def _imported(segments: Iterable[Segment]) -> tuple[str, ...]:
    return tuple(sorted({name for segment in _in_module(segments) for name in _IMPORT.findall(segment.text)}))


_OF_MODULE: tuple[tuple[Query[object], Callable[[Iterable[Segment]], object]], ...] = (
    (star_imports, _with_stars),
    (renamings, _renamed),
    (imported_packages, _imported),
)
"""What is told by all statements of a module: what an edit changes in it shows in those that it changed."""
