"""A file of named values that outlives the process. Whatever is wrong with it, there is nothing in it."""

import os
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

Key: TypeAlias = tuple[str, str]
"""A kind of values, and a name among them."""

_SCHEMA = "CREATE TABLE kept (kind TEXT, name TEXT, value BLOB, PRIMARY KEY (kind, name))"
_STAMP: Key = ("stamp", "")
_PATIENCE = 2.0  # seconds that another process may take to write


class Doubt(Exception):
    """The file cannot be used: it is not there, not what it should be, or another process has changed it."""


class Scratch:
    """Values in memory, which end with the process: for what is to be kept nowhere."""

    def __init__(self) -> None:
        self._values: dict[Key, bytes] | None = None

    def read(self, *kinds: str) -> dict[Key, bytes]:
        """The values of some kinds. Raises Doubt before anything was written."""
        if self._values is None:
            raise Doubt("nothing was kept")
        return {key: value for key, value in self._values.items() if key[0] in kinds}

    def forget(self) -> None:
        """Take what was read for nothing."""
        self._values = None

    def write(self, values: Mapping[Key, bytes | None]) -> None:
        """Change values, or take out those that are None."""
        changed = {**(self._values or {}), **values}
        self._values = {key: value for key, value in changed.items() if value is not None}


class Store:
    """Reads and writes such a file. Several processes may do so at once: of two that write, the second one gives up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = b""

    def read(self, *kinds: str) -> dict[Key, bytes]:
        """The values of some kinds. Raises Doubt, also where they are not of the state that was first read."""
        with self._open("rw") as connection:
            connection.execute("BEGIN")
            stamp = _unsealed(_STAMP, *self._values(connection, _STAMP[0]).values())
            if self._stamp not in (b"", stamp):
                raise Doubt("it has changed")
            self._stamp = stamp
            rows = [row for kind in kinds for row in self._values(connection, kind).items()]
        return {key: _unsealed(key, value) for key, value in rows}

    def forget(self) -> None:
        """Take what was read for nothing: the next `write` makes a new file."""
        self._stamp = b""

    def write(self, values: Mapping[Key, bytes | None]) -> None:
        """Change values, or take out those that are None, unless another process has done so since the first `read`.

        Where nothing could be read, a new file takes the place of what is there. Raises Doubt.
        """
        if not self._stamp:
            self._remove()
        with self._open("rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            if not self._stamp and not _schema(connection):
                connection.execute(_SCHEMA)
            found = self._values(connection, _STAMP[0])
            if found.get(_STAMP) != (_sealed(_STAMP, self._stamp) if self._stamp else None):
                raise Doubt("another process has changed it")
            stamp = os.urandom(8)
            stamped = {**values, _STAMP: stamp}
            gone = [key for key, value in stamped.items() if value is None]
            new = [(*key, _sealed(key, value)) for key, value in stamped.items() if value is not None]
            connection.executemany("DELETE FROM kept WHERE kind = ? AND name = ?", gone)
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", new)
            connection.commit()
        self._stamp = stamp

    def _values(self, connection: sqlite3.Connection, kind: str) -> dict[Key, object]:
        if _schema(connection) != [_SCHEMA]:
            raise Doubt("it is another kind of file")
        rows = connection.execute("SELECT name, value FROM kept WHERE kind = ?", (kind,))
        return {(kind, name): value for name, value in rows}

    @contextmanager
    def _open(self, mode: str) -> Generator[sqlite3.Connection]:
        uri = f"{self._path.absolute().as_uri()}?mode={mode}"
        try:
            with closing(sqlite3.connect(uri, _PATIENCE, isolation_level=None, uri=True)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")  # whoever made the file may have put code into it
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise Doubt(str(error)) from error

    def _remove(self) -> None:
        """Also what a process that crashed while writing has left, which would be taken to belong to the new file."""
        for path in (
            self._path,
            *(self._path.with_name(self._path.name + end) for end in ("-journal", "-wal", "-shm")),
        ):
            with suppress(OSError):
                path.unlink()


def _schema(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]


def _sealed(key: Key, value: bytes) -> bytes:
    """With a digest, so that a value that was damaged, or stands in another one's place, is known."""
    return blake2b("\0".join(key).encode() + b"\0" + value, digest_size=8).digest() + value


def _unsealed(key: Key, value: object = b"") -> bytes:
    if not isinstance(value, bytes) or _sealed(key, value[8:]) != value:
        raise Doubt(f"`{key}` is damaged")
    return value[8:]
