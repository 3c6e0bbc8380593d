"""Sockets, and connections of event loops: nothing but the kernel between the call and the server."""

import asyncio
import socket
from collections.abc import Callable

from servers import Full, Server, SilentDatagrams

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


@executed("udp", "udp_with_fallback", "quic", of="dns.query", server=SilentDatagrams)
def dns_datagram(name: str, server: Server, bound: float | None) -> object:
    import dns.query

    return getattr(dns.query, last(name))(_question(), server.host, port=server.port, **given(timeout=bound))


@executed("tcp", "tls", of="dns.query")
def dns_stream(name: str, server: Server, bound: float | None) -> object:
    import dns.query

    return getattr(dns.query, last(name))(_question(), server.host, port=server.port, **given(timeout=bound))


@executed("dns.query.https")
def dns_https(_name: str, server: Server, bound: float | None) -> object:
    import dns.query

    version = dns.query.HTTPVersion.HTTP_2
    return dns.query.https(_question(), server.url, http_version=version, **given(timeout=bound))


@executed("udp", "udp_with_fallback", "quic", of="dns.asyncquery", server=SilentDatagrams)
async def dns_datagram_async(name: str, server: Server, bound: float | None) -> object:
    import dns.asyncquery

    return await getattr(dns.asyncquery, last(name))(_question(), server.host, port=server.port, **given(timeout=bound))


@executed("tcp", "tls", of="dns.asyncquery")
async def dns_stream_async(name: str, server: Server, bound: float | None) -> object:
    import dns.asyncquery

    return await getattr(dns.asyncquery, last(name))(_question(), server.host, port=server.port, **given(timeout=bound))


@executed("dns.asyncquery.https", ends=5)
async def dns_https_async(_name: str, server: Server, bound: float | None) -> object:
    import dns.asyncquery

    version = dns.query.HTTPVersion.HTTP_2
    return await dns.asyncquery.https(_question(), server.url, http_version=version, **given(timeout=bound))


def _question() -> object:
    import dns.message

    return dns.message.make_query("name.example", "A")


ZMQ = ("recv", "recv_json", "recv_multipart", "recv_pyobj", "recv_string")


@local(*ZMQ, of="zmq.Socket")
def zmq_receive(name: str, _server: Server, bound: float | None) -> object:
    import zmq

    sock = zmq.Context().socket(zmq.PULL)
    sock.bind("tcp://127.0.0.1:*")
    if bound is not None:
        sock.setsockopt(zmq.RCVTIMEO, int(1000 * bound))
    return getattr(sock, last(name))()


@local(*ZMQ, of="zmq.asyncio.Socket")
async def zmq_receive_async(name: str, _server: Server, bound: float | None) -> object:
    import zmq.asyncio

    sock = zmq.asyncio.Context().socket(zmq.PULL)
    sock.bind("tcp://127.0.0.1:*")
    return await asyncio.wait_for(getattr(sock, last(name))(), bound)


@local("serial.Serial")
def serial_port(_name: str, _server: Server, bound: float | None) -> object:
    """The terminal's other end writes nothing."""
    import os

    import serial

    _other_end, terminal = os.openpty()
    return serial.Serial(os.ttyname(terminal), **given(timeout=bound)).read(1)


def _bound(sock: socket.socket, bound: float | None) -> None:
    if bound is not None:  # which would take the global default away
        sock.settimeout(bound)
