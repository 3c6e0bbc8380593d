"""Names all that a project's reports depend on besides its files: while the name is the same, reports may be kept."""

import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import msgspec

import sadpath
from sadpath.workspace.configuration import Settings
from sadpath.workspace.environment import site_packages
from sadpath.workspace.packs import pack_directories
from sadpath.workspace.versions import versions_used

_FORMAT = 1
_ANALYSING = ("analysis", "rule", "workspace")
_LIBRARIES = ("libcst", "typeshed-client")
_DISTRIBUTION = re.compile(r'^distribution = "([^"]+)"', re.MULTILINE)


def identity(root: Path, settings: Settings) -> str:
    """A name, in hexadecimal digits, for the program that checks, its rules and tables, and what it is told to do.

    That is sadpath's own code and what it is built on, the settings but for the choice of files, where the environment
    is, and the versions of the libraries whose defaults depend on them.
    """
    packages = site_packages(root.absolute())
    versions = versions_used(root, packages)
    code, distributions = _analysis()
    depends_on = (
        _FORMAT,
        sys.version_info[:2],
        [version(name) for name in _LIBRARIES],
        code,
        root.absolute(),
        replace(settings, source=None, excludes=(), cache=None),
        packages,
        [(name, versions(name)) for name in distributions],
    )
    try:
        content = msgspec.msgpack.encode(depends_on, order="deterministic", enc_hook=str)
    except UnicodeEncodeError:  # the name of a directory is no text
        return secrets.token_hex(16)
    return blake2b(content, digest_size=16).hexdigest()


@cache
def _analysis() -> tuple[bytes, list[str]]:
    """A digest of all that analyses, and the distributions on whose version some default depends."""
    code = blake2b()
    distributions: set[str] = set()
    for path in _code():
        text = path.read_bytes()
        code.update(b"%s\0%d\0" % (path.name.encode(), len(text)) + text)
        if path.suffix == ".toml" and b"before = " in text:
            distributions.update(_DISTRIBUTION.findall(text.decode()))
    return code.digest(), sorted(distributions)


def _code() -> Iterator[Path]:
    """The files of all that analyses, in an order that is always the same."""
    directories = [*(Path(sadpath.__file__).parent / name for name in _ANALYSING), *pack_directories()]
    for directory in directories:
        yield from sorted(path for path in directory.rglob("*") if path.suffix in (".py", ".toml"))
