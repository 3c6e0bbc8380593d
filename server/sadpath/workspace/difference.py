"""What is different between the disk and another state of its files, and which facts that may concern."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

from sadpath.analysis.fact import PACKAGES, PLACES, PROJECT, Fact
from sadpath.analysis.meaning.project_names import Names
from sadpath.analysis.syntax.outline import Outline
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.configuration import Settings
from sadpath.workspace.identity import versions_that_count
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import UNREADABLE, digest
from sadpath.workspace.tree import Contents, Disk, Overlaid, Tree
from sadpath.workspace.versions import tells_versions

_WORD = re.compile(r"\w+")


class Difference:
    """The files of a project that have other contents than on the disk, by absolute path with forward slashes."""

    def __init__(self, root: Path, contents: Contents) -> None:
        self._project = root
        self._root = root.as_posix().rstrip("/")
        self._contents = {path: content for path, content in contents.items() if not tells_versions(root, path)}
        self._tells_versions = len(self._contents) < len(contents)
        self._here: Tree = Disk()
        self._there: Tree = Overlaid(contents)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The files that are different; and, ending with a slash, the root if some are there in one state only."""
        return frozenset({*self._contents, *([f"{self._root}/"] if self._only_once else [])})

    def concerns(self, fact: Fact) -> bool:
        """Whether a fact may be true in one state only. It is one whose topic has changed."""
        if fact.topic == PROJECT:
            return not self._words.isdisjoint(fact.arguments)
        if fact.topic == PACKAGES:
            return fact.arguments[0] in self._names
        if fact.topic.startswith(PLACES):
            return self._moves_packages or not self._names.isdisjoint(_WORD.findall(fact.arguments[0]))
        return True

    def concerns_all(self, settings: Settings) -> bool:
        """Whether any report may be another one: some default depends on a library's version, which is different."""
        if not self._tells_versions:
            return False
        here, there = (versions_that_count(self._project, settings, tree) for tree in (self._here, self._there))
        return here != there

    def digest(self, path: str) -> bytes | None:
        """The digest of a file's content in the other state; None if it is that on the disk."""
        content = self._contents.get(path, b"")
        if path not in self._contents:
            return None
        return UNREADABLE if content is None else digest(content)

    def names(self, known: Mapping[str, Names | None]) -> NameIndex:
        """What the files in the other state say by names alone, given what they do on the disk."""
        same = {path: None if path in self._contents else names for path, names in known.items()}
        return NameIndex(same, complete=bool(known) and not self._only_once)

    @cached_property
    def _only_once(self) -> list[str]:
        """The files that are there in one state only."""
        return [path for path, content in self._contents.items() if (content is None) == Path(path).is_file()]

    @cached_property
    def _moves_packages(self) -> bool:
        """Whether a directory is a package in one state only, so that what is in it is imported by other names."""
        return any(PurePosixPath(path).stem == "__init__" for path in self._only_once)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names of the modules and directories that are there in one state only."""
        names: set[str] = set()
        for path in self._only_once:
            place = PurePosixPath(path)
            names.add(place.stem)
            for directory in place.parents:
                if self._is_in_both(directory.as_posix()):
                    break
                names.add(directory.name)
        return frozenset(names)

    def _is_in_both(self, directory: str) -> bool:
        above, _, name = directory.rpartition("/")
        return all(name in _names(tree, above) and _names(tree, directory) for tree in (self._here, self._there))

    @cached_property
    def _words(self) -> frozenset[str]:
        """The words of the code that is different, and of what follows it: some patterns begin in the lines above."""
        return frozenset(word for path in self._contents for unit in self._units(path) for word in _WORD.findall(unit))

    def _units(self, path: str) -> Iterator[str]:
        both = _units(self._here, path), _units(self._there, path)
        for mine, others in (both, both[::-1]):
            known = {"", *others}
            yield from (unit for above, unit in zip(["", *mine], mine, strict=False) if not {above, unit} <= known)


def _names(tree: Tree, directory: str) -> frozenset[str]:
    try:
        return frozenset(tree.names(directory))
    except OSError:
        return frozenset()


def _units(tree: Tree, path: str) -> list[str]:
    text = tree.raw(path).decode("utf-8", "replace")
    return [segment.text for segment in Outline(split_lines(text)).segments]
