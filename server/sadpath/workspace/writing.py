"""Writes files so that nobody ever sees half of one."""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from sadpath.workspace import files
from sadpath.workspace.files import SourceFile


class WriteError(Exception):
    """A file is not written; says why, in words that follow its name."""


def rewrite(source: SourceFile, data: bytes, text: str) -> None:
    """Replace the text of a source file, unless it holds other bytes than `data` by now. Raises WriteError.

    Its encoding, byte order mark and mode stay; a link to it stays a link.
    """
    try:
        if source.bom + source.text.encode(source.encoding) != data:
            raise WriteError(f"writing it in `{source.encoding}` would change more of it")
        new = source.bom + text.encode(source.encoding)
    except UnicodeEncodeError as error:
        raise WriteError(f"`{error.object[error.start]}` cannot be written in `{source.encoding}`") from None
    path = Path(os.path.realpath(source.path))
    if not os.access(path, os.W_OK):
        raise WriteError("it is read-only")
    try:
        _replace(path, new, data)
    except OSError as error:
        raise WriteError(f"it cannot be written: {error.strerror}") from error


def write_whole(path: Path, data: bytes) -> None:
    """Put a file there, in place of what is there; a pipe or device is written to. Raises OSError."""
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        _replace(Path(os.path.realpath(path)), data, None)


def _replace(path: Path, data: bytes, expected: bytes | None) -> None:
    with _uninterrupted():
        number, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".sadpath-tmp", dir=path.parent)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, name)
            else:
                Path(name).chmod(0o666 & ~_umask())
            if expected is not None and files.raw(path.as_posix()) != expected:
                raise WriteError("it has changed meanwhile")
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def _uninterrupted() -> Generator[None]:
    """Let what would end this process wait, so that no temporary file is left behind."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
