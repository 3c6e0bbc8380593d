"""A project that exists in memory only, beside the standard library's stubs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sadpath.analysis.meaning.project_names import Names, names_in
from sadpath.analysis.syntax.text import split_lines
from sadpath.rule import Role
from sadpath.workspace.sources import DiskSources


class MemorySources:
    """The `Sources` of `analysis.meaning.program`, over texts by path; paths are relative to where imports start."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {path: split_lines(text) for path, text in files.items()}
        self._stubs = DiskSources(Path("/no project"))

    def replace(self, path: str, text: str) -> None:
        """Give a file another text."""
        self._files[path] = split_lines(text)

    def read(self, path: str) -> list[str] | None:
        """The file's lines, or a stub's."""
        return self._files[path] if path in self._files else self._stubs.read(path)

    def find(self, module: str, importer: str) -> str | None:
        """The file of a module; of a package without `__init__`, its directory with a slash."""
        path = module.replace(".", "/")
        if importer in self._files:
            for candidate in (f"{path}/__init__.py", f"{path}.py", f"{path}/__init__.pyi", f"{path}.pyi"):
                if candidate in self._files:
                    return candidate
            if any(file.startswith(f"{path}/") for file in self._files):
                return f"{path}/"
        return self._stubs.find(module, importer)

    def module_name(self, path: str) -> str:
        """The dotted name of a file."""
        if path not in self._files:
            return self._stubs.module_name(path)
        return path.removesuffix(".pyi").removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def is_package(self, path: str) -> bool:
        """Whether the file, or directory, is a package."""
        return self._stubs.is_package(path)

    def relative(self, path: str) -> str:
        """The path itself."""
        return path

    def role(self, path: str) -> Role:
        """Tests are known by their names and directories."""
        return self._stubs.role(path)

    def raw(self, path: str) -> bytes:
        """The file's text as UTF-8."""
        return "".join(self._files[path]).encode() if path in self._files else self._stubs.raw(path)

    def names(self, path: str) -> Names:
        """What the file's text says by names alone."""
        return names_in(self.raw(path))

    def project_files(self) -> Sequence[str]:
        """All files that are no tests."""
        return [path for path in self._files if self.role(path) is not Role.TEST]

    def standard_files(self) -> Sequence[str]:
        """The stubs of the standard library."""
        return self._stubs.standard_files()

    def package_files(self, package: str, importer: str) -> Sequence[str] | None:
        """None are installed."""
        return () if self.find(package, importer) else None
