"""Local servers that never answer, each on a port or path of its own."""

import os
import select
import socket
import tempfile
import threading
from abc import abstractmethod
from collections.abc import Callable


class Server:
    """Where a call goes. Nothing is closed: the process ends with the test."""

    host = "127.0.0.1"
    port = 0
    path = ""

    @property
    def address(self) -> str:
        """Host and port, as in a URL."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The address of a page."""
        return f"http://{self.address}"

    @property
    @abstractmethod
    def reached(self) -> bool:
        """Whether anyone connected; True where that cannot be seen."""


class Nowhere(Server):
    """For calls that need no server."""

    reached = True


class Silent(Server):
    """Accepts, reads what comes, and sends nothing but `greeting` and, for each piece that it reads, `answer`."""

    def __init__(self, greeting: bytes = b"", answer: bytes = b"") -> None:
        self._listener = socket.create_server((self.host, 0))
        self._messages = greeting, answer
        self._connections: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        _start(self._accept)

    @property
    def reached(self) -> bool:
        return bool(self._connections)

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self._connections.append(connection)
            _start(lambda connection=connection: self._read(connection))

    def _read(self, connection: socket.socket) -> None:
        greeting, answer = self._messages
        connection.settimeout(None)
        try:
            connection.sendall(greeting)
            while connection.recv(65536):
                connection.sendall(answer)
        except OSError:
            return  # the client is gone


class SilentDatagrams(Server):
    """Takes UDP packets and answers none."""

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((self.host, 0))
        self.port = self._socket.getsockname()[1]

    @property
    def reached(self) -> bool:
        return bool(select.select([self._socket], [], [], 0)[0])


class Full(Server):
    """Its queue of connections is full, so that connecting to it takes for ever: the kernel drops what comes."""

    reached = True

    def __init__(self) -> None:
        self._listener = socket.create_server((self.host, 0), backlog=0)
        self.port = self._listener.getsockname()[1]
        self._waiting = [socket.socket() for _ in range(3)]
        for waiting in self._waiting:
            waiting.setblocking(False)
            waiting.connect_ex((self.host, self.port))


class FullPath(Server):
    """The same at a path: a Unix socket."""

    reached = True

    def __init__(self) -> None:
        self.path = os.path.join(tempfile.mkdtemp(), "socket")  # noqa: PTH118 as sockets take it
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(0)
        self._waiting = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for waiting in self._waiting:
            waiting.setblocking(False)
            waiting.connect_ex(self.path)


def _start(target: Callable[[], object]) -> None:
    threading.Thread(target=target, daemon=True).start()
