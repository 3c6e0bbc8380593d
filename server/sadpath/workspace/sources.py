"""Finds and reads the files that the analysis asks for: the project's, stubs, and installed packages."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from typeshed_client.finder import find_typeshed

from sadpath.analysis.finding import Skip
from sadpath.analysis.meaning.project_names import Names, names_in
from sadpath.analysis.syntax.text import split_lines
from sadpath.rule import Role
from sadpath.workspace import files
from sadpath.workspace.observed import Watch
from sadpath.workspace.tree import Contents, Disk, Overlaid, Tree

_ALWAYS_STANDARD = frozenset(
    {"builtins", "typing", "typing_extensions", "types", "sys", "abc", "collections", "_typeshed"}
)
"""Modules that a project file of the same name does not replace: they are loaded before any of it runs."""
_TEST_DIRECTORIES = frozenset({"test", "tests", "testing", "conftest"})

_COMMANDS = frozenset({"bin", "build", "cli", "commands", "main", "noxfile", "release", "scripts", "setup", "tools"})
_ENDINGS = (".py", ".pyi")
_DEEPEST_ROOT = 3
_NO_SOURCES = frozenset({"node_modules", "site-packages", "venv", "build", "dist", "__pycache__"})


class DiskSources:
    """The `Sources` of `analysis.meaning.program`, over the file system. Texts given to `show` stand before files.

    `whole` allows to read every file of the project, not only what imports lead to. `watch` is told of each file and
    directory that is looked at, but for the standard library's stubs. `contents` stand for
    files on the disk, and `renamed` leads to paths here from those that they have in names.
    """

    def __init__(
        self,
        root: Path,
        packages: Sequence[Path] = (),
        *,
        whole: bool = False,
        watch: Watch | None = None,
        contents: Contents | None = None,
        renamed: Mapping[str, str] | None = None,
    ) -> None:
        self._whole = whole
        self._tree: Tree = Overlaid(contents) if contents else Disk()
        self._later = {before: now for now, before in (renamed or {}).items()}
        self._watch = watch
        self._root = root.as_posix()
        self.typeshed = Path(find_typeshed()).as_posix()
        self._packages = [path.as_posix() for path in packages]
        self._project = [f"{self._root}/src", self._root]
        self._listed: dict[str, frozenset[str]] = {}
        self._shown: dict[str, list[str]] = {}
        self._tops: dict[str, str] = {}
        self._roots: dict[str, list[str]] | None = None
        self.skips: dict[str, Skip] = {}

    def show(self, path: str, lines: list[str] | None) -> None:
        """Let a text stand for the file, or, for None, the file itself again."""
        if lines is None:
            self._shown.pop(path, None)
        else:
            self._shown[path] = lines

    @property
    def shown(self) -> Collection[str]:
        """The files that a text stands for."""
        return self._shown.keys()

    def refresh(self) -> None:
        """Look at the directories anew: files may have come or gone."""
        self._listed.clear()
        self._tops.clear()
        self._roots = None

    def read(self, path: str) -> list[str] | None:
        """The file's lines; None, and the reason in `skips`, where it cannot be read."""
        shown = self._shown.get(path)
        if shown is not None:
            return shown
        if path.endswith("/"):
            return None
        found = self._tree.read(path, self._saw(path))
        if isinstance(found, Skip):
            self.skips[path] = found
            return None
        self.skips.pop(path, None)
        return split_lines(found.text)

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module; of a package without `__init__`, its directory with a slash."""
        relative = module.replace(".", "/")
        for base in self._bases(module, importer):
            found = self._in_base(base, relative)
            if found is not None:
                return found
        if importer.startswith(f"{self._root}/"):
            top = relative.partition("/")[0]
            places = (self._in_base(base, relative) for base in self._roots_inside().get(top, ()))
            return next((found for found in places if found is not None), None)
        return None

    def module_name(self, path: str) -> str:
        """The dotted name of a file: from where its packages start, or from the root of what it belongs to."""
        base = self._base_of(path)
        name = path.removeprefix(base).strip("/").removesuffix(".pyi").removesuffix(".py")
        name = name.removesuffix("/__init__").removesuffix("-stubs").replace("-stubs/", "/")
        return name.replace("/", ".")

    def is_package(self, path: str) -> bool:
        """Whether the file, or directory, is a package."""
        return path.endswith(("/__init__.py", "/__init__.pyi", "/"))

    def relative(self, path: str) -> str:
        """The path from the project's root, for names that must be the same on every machine, and after a renaming."""
        return self._relative(self._later.get(path, path))

    def _relative(self, path: str) -> str:
        return path.removeprefix(self._root).lstrip("/") if path.startswith(self._root) else path

    def role(self, path: str) -> Role:
        """Tests are known by their names and directories, as pytest and unittest find them; commands likewise."""
        if path.endswith(".pyi"):
            return Role.STUB
        *directories, name = self._relative(path).split("/")
        is_test = name.startswith("test_") or name.endswith("_test.py") or name in ("conftest.py", "tests.py")
        if is_test or not _TEST_DIRECTORIES.isdisjoint(directories):
            return Role.TEST
        words = {part.strip("_") for part in (*directories, name.removesuffix(".py"))}
        words.update(part.rpartition("_")[2] for part in tuple(words))
        return Role.LIBRARY if words.isdisjoint(_COMMANDS) else Role.COMMAND

    def raw(self, path: str) -> bytes:
        """The bytes of the file, or of the text that stands for it."""
        shown = self._shown.get(path)
        if shown is not None:
            return "".join(shown).encode(errors="replace")
        return self._tree.raw(path, self._saw(path))

    def names(self, path: str) -> Names:
        """What the file's text says by names alone."""
        if self._watch is None or path in self._shown:
            return names_in(self.raw(path))
        return self._watch.names.of(path, self.raw)

    def project_files(self) -> Sequence[str]:
        """The project's files that are no tests; none where only what imports lead to may be read."""
        if not self._whole:
            return ()
        return self._files_found() if self._watch is None else self._watch.names.files(self._files_found)

    def _files_found(self) -> Sequence[str]:
        return [path for path in self._python_files(self._root) if self.role(path) in (Role.LIBRARY, Role.COMMAND)]

    def standard_files(self) -> Sequence[str]:
        """The stubs of the standard library."""
        return list(self._python_files(self.typeshed))

    def package_files(self, package: str, importer: str) -> Sequence[str] | None:
        """The files of an installed package; none for the standard library and the project itself."""
        found = self.find(package, importer)
        if found is None:
            return None
        base = self._base_of(found)
        if base not in self._packages:
            return ()
        directory = f"{base}/{package}"
        return list(self._python_files(directory)) if package in self._names(base) else [found]

    def _roots_inside(self) -> dict[str, list[str]]:
        """The directories inside the project that hold a package of a name: a repository may hold several projects."""
        if self._roots is None:
            self._roots = {}
            waiting = [(self._root, 0)]
            while waiting:
                directory, depth = waiting.pop()
                for name in sorted(self._directories_in(directory)):
                    self._roots.setdefault(name, []).append(directory)
                    below = f"{directory}/{name}"
                    if depth < _DEEPEST_ROOT and not self._is_initialised(below):
                        waiting.append((below, depth + 1))
        return self._roots

    def _bases(self, module: str, importer: str) -> list[str]:
        standard = [f"{self.typeshed}"]
        if importer.startswith(self.typeshed) or module.partition(".")[0] in _ALWAYS_STANDARD:
            return standard
        return list(dict.fromkeys([self._top_of(importer), *self._project, *standard, *self._packages]))

    def _in_base(self, base: str, relative: str) -> str | None:
        top, _, rest = relative.partition("/")
        if base in self._packages and f"{top}-stubs" in self._names(base):
            found = self._module_at(base, f"{top}-stubs/{rest}".rstrip("/"), (".pyi", ".py"))
            if found is not None and not found.endswith("/"):
                return found
        stubs_first = base in self._packages or base == self.typeshed
        return self._module_at(base, relative, (".pyi", ".py") if stubs_first else (".py", ".pyi"))

    def _module_at(self, base: str, relative: str, endings: tuple[str, str]) -> str | None:
        directory, _, name = f"{base}/{relative}".rpartition("/")
        names = self._names(directory)
        if name in names:
            inside = self._names(f"{directory}/{name}")
            for ending in endings:
                if f"__init__{ending}" in inside:
                    return f"{directory}/{name}/__init__{ending}"
        for ending in endings:
            if f"{name}{ending}" in names:
                return f"{directory}/{name}{ending}"
        return f"{directory}/{name}/" if name in names and self._names(f"{directory}/{name}") else None

    def _names(self, directory: str) -> frozenset[str]:
        """The names in a directory; empty if it is none. A directory whose parent does not list it is not looked at."""
        known = self._listed.get(directory)
        if known is None:
            self._looks_into(directory)
            try:
                known = frozenset(self._tree.names(directory))
            except OSError:
                known = frozenset[str]()
            self._listed[directory] = known
        return known

    def _base_of(self, path: str) -> str:
        for base in (self.typeshed, *self._packages):
            if path.startswith(f"{base}/"):
                return base
        directory = path.rstrip("/").rpartition("/")[0]
        if self._is_initialised(directory):
            return self._top_of(path)
        return next((base for base in self._project if path.startswith(f"{base}/")), directory)

    def _top_of(self, path: str) -> str:
        """The directory from which the packages around a file are imported."""
        directory = path.rstrip("/").rpartition("/")[0]
        known = self._tops.get(directory)
        if known is None:
            known = directory
            while self._is_initialised(known):
                known = known.rpartition("/")[0]
            self._tops[directory] = known
        return known

    def _is_initialised(self, directory: str) -> bool:
        names = self._names(directory)
        return "__init__.py" in names or "__init__.pyi" in names

    def _python_files(self, directory: str) -> Iterator[str]:
        """The Python files below a directory."""
        waiting = [directory]
        while waiting:
            directory = waiting.pop()
            waiting += [f"{directory}/{name}" for name in self._directories_in(directory)]
            with suppress(OSError):
                yield from (f"{directory}/{name}" for name in self._tree.names(directory) if name.endswith(_ENDINGS))

    def _directories_in(self, directory: str) -> list[str]:
        """The names of the directories directly inside, without hidden ones and those that hold no sources."""
        self._looks_into(directory)
        try:
            names = self._tree.directories(directory)
        except OSError:
            return []
        return [name for name in names if not name.startswith(".") and name not in _NO_SOURCES]

    def _saw(self, path: str) -> files.Saw | None:
        return None if self._watch is None or path.startswith(self.typeshed) else self._watch.saw

    def _looks_into(self, directory: str) -> None:
        if self._watch is not None and not directory.startswith(self.typeshed):
            self._watch.looks_into(directory)
