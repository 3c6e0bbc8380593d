"""WebSockets, whose other end sends nothing."""

import asyncio

from servers import Server

from calls import executed, given, last, local


@local("aiohttp.ClientSession.ws_connect", by="receive_timeout")
async def aiohttp_websocket_receive_timeout(_name: str, _server: Server, bound: float | None) -> object:
    return await _received(**given(receive_timeout=bound))


@local("aiohttp.ClientSession.ws_connect", by="heartbeat")
async def aiohttp_websocket_heartbeat(_name: str, _server: Server, bound: float | None) -> object:
    """Half of the heartbeat it waits for the pong."""
    return await _received(**given(heartbeat=bound))


@local("aiohttp.ClientSession.ws_connect", by="timeout")
async def aiohttp_websocket_timeout(_name: str, _server: Server, bound: float | None) -> object:
    import aiohttp

    return await _received(timeout=aiohttp.ClientWSTimeout(ws_receive=bound))


async def _received(**options: object) -> object:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        connection = await session.ws_connect(await _mute_websocket(), **options)
        return await connection.receive()


@local("receive", "receive_str", "receive_bytes", "receive_json", of="aiohttp.ClientWebSocketResponse")
async def aiohttp_websocket_receive(name: str, _server: Server, bound: float | None) -> object:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        connection = await session.ws_connect(await _mute_websocket())
        return await getattr(connection, last(name))(**given(timeout=bound))


async def _mute_websocket() -> str:
    """The URL of a server that takes connections and sends nothing."""
    from aiohttp import web

    async def accept(request: web.Request) -> web.WebSocketResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await asyncio.Event().wait()
        return connection

    application = web.Application()
    application.router.add_get("/", accept)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return site.name.replace("http://", "ws://")


@local("websockets.ClientConnection.recv")
async def websockets_receive(_name: str, _server: Server, bound: float | None) -> object:
    import websockets

    connection = await websockets.connect(await _mute_websocket())
    return await asyncio.wait_for(connection.recv(), bound)


@local("websockets.legacy.client.WebSocketClientProtocol.recv")
async def websockets_receive_legacy(_name: str, _server: Server, bound: float | None) -> object:
    from websockets.legacy.client import connect

    connection = await connect(await _mute_websocket())
    return await asyncio.wait_for(connection.recv(), bound)


@executed("websocket.create_connection")
def websocket_client(_name: str, server: Server, bound: float | None) -> object:
    import websocket

    return websocket.create_connection(f"ws://{server.address}", **given(timeout=bound))
