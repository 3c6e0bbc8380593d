"""Messages over two file descriptors, framed as LSP 3.17 says (section "Base protocol")."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator

from sadpath.lsp.protocol import GuardedProtocol

_log = logging.getLogger(__name__)
_CHUNK = 1 << 16  # bytes
_LONGEST_HEADER = 1 << 20  # bytes
_LONGEST_BODY = 1 << 30  # bytes


async def serve(protocol: GuardedProtocol, source: int, target: int) -> int:
    """Run the protocol on two file descriptors until it is told to exit or the input ends; gives the exit code.

    The input is read on a thread of its own, so that a cancellation is seen whatever the server does. It is read with
    `os.read`: a daemon thread that holds the lock of a buffered reader makes the interpreter abort when it ends.
    """
    loop = asyncio.get_running_loop()
    protocol.stopped = loop.create_future()
    protocol.set_writer(_Writer(target, lambda: protocol.stop(1)))

    def receive(body: bytes) -> None:
        try:
            protocol.receive(body)
        except Exception:  # left to asyncio, the log entry would hold the message
            _log.exception("a message could not be handled")

    def read() -> None:
        try:
            for body in messages(lambda: os.read(source, _CHUNK)):
                loop.call_soon_threadsafe(receive, body)
            loop.call_soon_threadsafe(protocol.exit)
        except RuntimeError:  # the loop is closed: the server has ended
            return

    threading.Thread(target=read, name="reader", daemon=True).start()
    return await protocol.stopped


def messages(read: Callable[[], bytes]) -> Iterator[bytes]:
    """The bodies of the messages in a stream, until `read` gives nothing or the stream cannot be understood."""
    buffer = bytearray()
    while True:
        while (end := buffer.find(b"\r\n\r\n")) < 0:
            if len(buffer) > _LONGEST_HEADER or not (chunk := read()):
                return
            buffer += chunk
        length = _content_length(bytes(buffer[:end]))
        del buffer[: end + 4]
        if length > _LONGEST_BODY:
            return _log.error("a message of %d bytes is refused", length)
        while len(buffer) < length:
            if not (chunk := read()):
                return
            buffer += chunk
        if length:
            yield bytes(buffer[:length])
            del buffer[:length]


def _content_length(header: bytes) -> int:
    for line in header.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    _log.warning("a message has no length")
    return 0


class _Writer:
    """Writes whole messages; `lost` is called once the client no longer reads."""

    def __init__(self, target: int, lost: Callable[[], None]) -> None:
        self._target = target
        self._lost = lost

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._target, rest) :]
        except OSError:
            self._lost()

    def close(self) -> None:
        return
