"""Terminals and commands over SSH, against a server whose commands never end."""

import asyncio
import io
import threading

from servers import Full, Server

from calls import executed, given, last, local


@executed("paramiko.SSHClient.connect", server=Full)
def paramiko_connect(_name: str, server: Server, bound: float | None) -> object:
    import paramiko

    return paramiko.SSHClient().connect(server.host, server.port, "user", "password", **given(timeout=bound))


@local("paramiko.SSHClient.exec_command")
def paramiko_command(_name: str, _server: Server, bound: float | None) -> object:
    _input, output, _errors = _paramiko().exec_command("command", **given(timeout=bound))
    return output.read()


@local("recv", "recv_stderr", of="paramiko.Channel")
def paramiko_channel(name: str, _server: Server, bound: float | None) -> object:
    channel = _paramiko().get_transport().open_session()
    channel.settimeout(bound)
    channel.exec_command("command")
    return getattr(channel, last(name))(1)


@local("paramiko.Channel.recv_exit_status")
def paramiko_exit_status(_name: str, _server: Server, bound: float | None) -> object:
    channel = _paramiko().get_transport().open_session()
    channel.settimeout(0.1)
    channel.exec_command("command")
    return channel.recv_exit_status() if bound is None else channel.status_event.wait(bound)


@local("asyncssh.SSHClientConnection.run")
async def asyncssh_run(_name: str, _server: Server, bound: float | None) -> object:
    import asyncssh

    async with asyncssh.connect("127.0.0.1", await _ssh_server(), known_hosts=None, username="user") as connection:
        return await connection.run("command", **given(timeout=bound))


@local("fabric.Connection.run", "fabric.Connection.sudo")
def fabric_run(name: str, _server: Server, bound: float | None) -> object:
    import fabric

    connection = fabric.Connection("127.0.0.1", "user", _ssh_port(), connect_kwargs={"password": "password"})
    return getattr(connection, last(name))("command", in_stream=io.StringIO(), **given(timeout=bound))


def _paramiko() -> object:
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect("127.0.0.1", _ssh_port(), "user", "password")
    return client


def _ssh_port() -> int:
    """Where a server listens that has an event loop of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return asyncio.run_coroutine_threadsafe(_ssh_server(), loop).result(5)


async def _ssh_server() -> int:
    """Its port. It lets everyone in."""
    import asyncssh

    class Open(asyncssh.SSHServer):
        def begin_auth(self, _username: str) -> bool:
            return False

    async def never(_process: object) -> None:
        await asyncio.Event().wait()

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(Open, "127.0.0.1", 0, server_host_keys=[key], process_factory=never)
    KEPT.append(server)
    return server.get_port()


KEPT: list[object] = []
