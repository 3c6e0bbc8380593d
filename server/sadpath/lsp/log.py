"""`window/logMessage`: the log, at the level that the user asks for."""

import asyncio
import logging
import threading

from lsprotocol import types
from pygls.lsp.server import LanguageServer

_TYPES = (
    (logging.ERROR, types.MessageType.Error),
    (logging.WARNING, types.MessageType.Warning),
    (logging.INFO, types.MessageType.Info),
)


class ClientLog(logging.Handler):
    """Sends sadpath's log entries to the client, from any thread, until it is removed."""

    def __init__(self, server: LanguageServer, level: int) -> None:
        super().__init__(level)
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self.set_level(level)
        _LOGGER.addHandler(self)

    def set_level(self, level: int) -> None:
        """Send entries from this level of `logging` on."""
        self.setLevel(level)
        _LOGGER.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Send one entry."""
        kind, text = _type(record.levelno), self.format(record)
        if threading.get_ident() == self._thread:
            self._send(kind, text)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, kind, text)

    def remove(self) -> None:
        """Send nothing more."""
        _LOGGER.removeHandler(self)

    def _send(self, kind: types.MessageType, text: str) -> None:
        self._server.window_log_message(types.LogMessageParams(kind, text))


_LOGGER = logging.getLogger("sadpath")


def _type(level: int) -> types.MessageType:
    """`MessageType.Debug` is of LSP 3.18, so details are sent as `Log`."""
    return next((kind for lowest, kind in _TYPES if level >= lowest), types.MessageType.Log)
