"""Reads source files: bytes to text as Python does it (PEP 263), or the reason why not."""

import codecs
import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec

from sadpath.analysis.finding import Skip

LARGEST = 10_000_000
"""Files of more bytes than this are not analysed; the largest in the wild that people write by hand has 2,000,000."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINE_END = re.compile(rb"\r\n?|\n")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_NO_CODE = re.compile(rb"[ \t\f]*(?:#.*)?")


Saw: TypeAlias = Callable[[str, os.stat_result | None, bytes], None]
"""Is told of each file that is read: its path, its status before, and its bytes; no status where it cannot be read."""


class SourceFile(msgspec.Struct, frozen=True):
    """The text of a file, with its line ends, and what is needed to write it back: `bom + text.encode(encoding)`."""

    path: str
    text: str
    encoding: str = "utf-8"
    bom: bytes = b""


def read(path: str, saw: Saw | None = None) -> SourceFile | Skip:
    """The file's text without a byte order mark, or the reason why it cannot be analysed. Never waits for a pipe.

    `saw` is told what was read.
    """
    try:
        data = _bytes(path, saw)
    except OSError as error:
        return Skip(path, _why_unreadable(path, error))
    except _Refused as refused:
        return Skip(path, str(refused))
    return decode(path, data)


def raw(path: str, saw: Saw | None = None) -> bytes:
    """The file's bytes; none where it cannot be read."""
    try:
        return _bytes(path, saw)
    except (OSError, _Refused):
        return b""


def decode(path: str, data: bytes) -> SourceFile | Skip:
    """The text that a file of these bytes holds, or the reason why it cannot be analysed."""
    try:
        return _decoded(path, data)
    except _Refused as refused:
        return Skip(path, str(refused))


class _Refused(Exception):
    """Why there is no text to analyse."""


def _bytes(path: str, saw: Saw | None = None) -> bytes:
    try:
        status, data = _opened(path)
    except (OSError, _Refused):
        if saw is not None:
            saw(path, None, b"")
        raise
    if saw is not None:
        saw(path, status, data)
    return data


def _opened(path: str) -> tuple[os.stat_result, bytes]:
    # Without O_NONBLOCK, opening a named pipe that happens to be called x.py would wait for ever.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _Refused("it is not a regular file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _Refused(f"it is larger than {LARGEST // 1_000_000} MB")
    return status, data


def _why_unreadable(path: str, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "it is a symbolic link that leads back to itself"
    if isinstance(error, FileNotFoundError):
        return "it is a symbolic link to nowhere" if Path(path).is_symlink() else "it does not exist any more"
    return f"it cannot be read: {error.strerror}"


def _decoded(path: str, data: bytes) -> SourceFile:
    if data.startswith(_UTF_16):
        raise _Refused("it is encoded in UTF-16, which Python does not accept")
    if b"\0" in data:
        raise _Refused(f"it holds a null byte in line {_line(data, data.index(0))}, which Python does not accept")
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    data = data[len(bom) :]
    encoding = _declared_encoding(data)
    if bom and encoding != "utf-8":
        raise _Refused(f"it starts as UTF-8 does, with a byte order mark, but declares the encoding `{encoding}`")
    return SourceFile(path, _text(data, encoding), encoding, bom)


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except LookupError:
        raise _Refused(f"it declares the encoding `{encoding}`, which Python does not know") from None
    except UnicodeDecodeError as error:
        where = f"byte 0x{data[error.start]:02x} in line {_line(data, error.start)}"
        raise _Refused(f"it is not valid {encoding.upper()}: {where}") from None
    except UnicodeError:  # some codecs raise it without a place, others give half a surrogate pair
        raise _Refused(f"it cannot be decoded by the encoding `{encoding}` that it declares") from None
    return text


def _declared_encoding(data: bytes) -> str:
    """The encoding that a comment in the first or second line declares, normalised if it is UTF-8."""
    for line in _LINE_END.split(data, 2)[:2]:
        if cookie := _COOKIE.match(line):
            name = cookie[1].decode("ascii")
            return "utf-8" if re.match(r"utf[-_]?8($|[-_])", name, re.IGNORECASE) else name
        if not _NO_CODE.fullmatch(line):
            break
    return "utf-8"


def _line(data: bytes, offset: int) -> int:
    return len(_LINE_END.findall(data, 0, offset)) + 1
