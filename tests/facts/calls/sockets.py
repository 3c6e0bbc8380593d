"""Sockets, and connections of event loops: nothing but the kernel between the call and the server."""

import socket
from collections.abc import Callable

from servers import Full, Server

from calls import executed, given, last, local


@executed("socket.create_connection", server=Full, default=True)
def create_connection(_name: str, server: Server, bound: float | None) -> object:
    return socket.create_connection((server.host, server.port), **given(timeout=bound))


@executed("socket.socket.connect", server=Full, default=True)
def connect(_name: str, server: Server, bound: float | None) -> object:
    sock = socket.socket()
    _bound(sock, bound)
    return sock.connect((server.host, server.port))


USES: dict[str, Callable[[socket.socket], object]] = {
    "recv": lambda sock: sock.recv(1),
    "recvfrom": lambda sock: sock.recvfrom(1),
    "recv_into": lambda sock: sock.recv_into(bytearray(1)),
    "recvmsg": lambda sock: sock.recvmsg(1),
    "sendall": lambda sock: sock.sendall(bytes(100_000_000)),
    "makefile": lambda sock: sock.makefile().readline(),
}


@local(*USES, of="socket.socket", default=True)
def use(name: str, _server: Server, bound: float | None) -> object:
    """The peer is a queue of connections, which sends nothing and takes no more than fits its buffer."""
    with socket.create_server(("127.0.0.1", 0)) as peer, socket.create_connection(peer.getsockname()) as sock:
        _bound(sock, bound)
        return USES[last(name)](sock)


@local("socket.socket.accept", default=True)
def accept(_name: str, _server: Server, bound: float | None) -> object:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        _bound(sock, bound)
        return sock.accept()


@executed("socket.socket.settimeout")
def settimeout(_name: str, server: Server, bound: float | None) -> object:
    with socket.create_connection((server.host, server.port), timeout=5) as sock:
        sock.settimeout(bound)
        return sock.recv(1)


def _bound(sock: socket.socket, bound: float | None) -> None:
    if bound is not None:  # which would take the global default away
        sock.settimeout(bound)
