"""Names all that a project's reports depend on besides its files: while the name is the same, reports may be kept."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

import msgspec

import sadpath
from sadpath.workspace.configuration import Settings
from sadpath.workspace.environment import site_packages
from sadpath.workspace.packs import pack_directories
from sadpath.workspace.tree import Tree
from sadpath.workspace.versions import versions_used

_FORMAT = 1
_ANALYSING = ("analysis", "rule", "workspace")
_LIBRARIES = ("libcst", "typeshed_client")
_DISTRIBUTION = re.compile(r"""^distribution = ['"]([^'"]+)""", re.MULTILINE)


def identity(root: Path, settings: Settings) -> str:
    """A name, in hexadecimal digits, for the program that checks, its rules and tables, and what it is told to do.

    That is sadpath's own code and what it is built on, the settings but for the choice of files, where the environment
    is, and the versions of the libraries whose defaults depend on them.
    """
    packages = site_packages(root.absolute())
    code, _ = _analysis(settings.packs)
    depends_on = (
        _FORMAT,
        sys.version_info[:2],
        code,
        root.absolute(),
        replace(settings, source=None, excludes=(), cache=None),
        packages,
        versions_that_count(root, settings),
    )
    try:
        content = msgspec.msgpack.encode(depends_on, order="deterministic", enc_hook=str)
    except UnicodeEncodeError:  # the name of a directory is no text
        return os.urandom(16).hex()
    return blake2b(content, digest_size=16).hexdigest()


def versions_that_count(root: Path, settings: Settings, tree: Tree | None = None) -> list[tuple[str, str]]:
    """The libraries whose defaults depend on their versions, with those that a project uses; "" where nothing tells.

    `tree` has the files of the project, by default those on the disk.
    """
    versions = versions_used(root, site_packages(root.absolute()), tree)
    _, distributions = _analysis(settings.packs)
    return [(name, versions(name)) for name in distributions]


@cache
def _analysis(packs: Sequence[str]) -> tuple[bytes, list[str]]:
    """A digest of all that analyses, and the distributions on whose version some default depends."""
    code = blake2b()
    distributions: set[str] = set()
    for path in _code(packs):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 # a Path each takes longer than the reading
            text = file.read()
        code.update(b"%s\0%d\0" % (path.rpartition(os.sep)[2].encode(), len(text)) + text)
        if path.endswith(".toml") and b"before = " in text:
            distributions.update(_DISTRIBUTION.findall(text.decode()))
    return code.digest(), sorted(distributions)


def _code(packs: Sequence[str]) -> Iterator[str]:
    """The files of all that analyses, in an order that is always the same."""
    own = Path(sadpath.__file__).parent
    yield str(own / "grade.py")
    for top in (*(own / name for name in _ANALYSING), *pack_directories(packs)):
        directories = sorted(os.walk(top))
        yield from (f"{directory}{os.sep}{name}" for directory, _, names in directories for name in _sources(names))
    for library in _LIBRARIES:  # of which the modules at the top tell the version
        spec = find_spec(library)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield from (f"{folder}{os.sep}{name}" for name in _sources(os.listdir(folder)))  # noqa: PTH208 # as above


def _sources(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name.endswith((".py", ".toml")))
