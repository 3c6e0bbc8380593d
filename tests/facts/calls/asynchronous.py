"""Event loops: their connections, and the scopes that limit what is awaited. Nothing here takes a timeout itself."""

import asyncio

from servers import Full, FullPath, Server

from calls import executed, given, last, local


@executed("asyncio.open_connection", server=Full)
async def open_connection(_name: str, server: Server, bound: float | None) -> object:
    return await asyncio.wait_for(asyncio.open_connection(server.host, server.port), bound)


@executed("asyncio.AbstractEventLoop.create_connection", "asyncio.BaseEventLoop.create_connection", server=Full)
async def create_connection(_name: str, server: Server, bound: float | None) -> object:
    loop = asyncio.get_running_loop()
    return await asyncio.wait_for(loop.create_connection(asyncio.Protocol, server.host, server.port), bound)


READS = {"read": (), "readline": (), "readexactly": (1,), "readuntil": ()}


@executed(*READS, of="asyncio.StreamReader")
async def read(name: str, server: Server, bound: float | None) -> object:
    reader, _writer = await asyncio.open_connection(server.host, server.port)
    return await asyncio.wait_for(getattr(reader, last(name))(*READS[last(name)]), bound)


@local("asyncio.Event.wait")
async def event(_name: str, _server: Server, bound: float | None) -> object:
    return await asyncio.wait_for(asyncio.Event().wait(), bound)


@local("asyncio.Queue.get")
async def queue_get(_name: str, _server: Server, bound: float | None) -> object:
    return await asyncio.wait_for(asyncio.Queue().get(), bound)


@local("asyncio.Queue.join")
async def queue_join(_name: str, _server: Server, bound: float | None) -> object:
    unfinished = asyncio.Queue()
    unfinished.put_nowait(1)
    return await asyncio.wait_for(unfinished.join(), bound)


@local("asyncio.Future.__await__")
async def future(_name: str, _server: Server, bound: float | None) -> object:
    return await asyncio.wait_for(asyncio.Future(), bound)


@local("wait", "communicate", of="asyncio.subprocess.Process")
async def process(name: str, _server: Server, bound: float | None) -> object:
    command = await asyncio.create_subprocess_exec("sleep", "infinity")
    return await asyncio.wait_for(getattr(command, last(name))(), bound)


@local("asyncio.wait_for")
async def wait_for(_name: str, _server: Server, bound: float | None) -> object:
    return await asyncio.wait_for(asyncio.Event().wait(), bound)


@local("asyncio.timeout", since=(3, 11))
async def timeout(_name: str, _server: Server, bound: float | None) -> None:
    async with asyncio.timeout(bound):
        await asyncio.Event().wait()


@local("asyncio.timeout_at", since=(3, 11))
async def timeout_at(_name: str, _server: Server, bound: float | None) -> None:
    async with asyncio.timeout_at(None if bound is None else asyncio.get_running_loop().time() + bound):
        await asyncio.Event().wait()


@local("asyncio.wait")
async def wait(_name: str, _server: Server, bound: float | None) -> object:
    return await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=bound)


@local("async_timeout.timeout")
async def async_timeout(_name: str, _server: Server, bound: float | None) -> None:
    import async_timeout

    async with async_timeout.timeout(bound):
        await asyncio.Event().wait()


@local("async_timeout.timeout_at")
async def async_timeout_at(_name: str, _server: Server, bound: float | None) -> None:
    import async_timeout

    async with async_timeout.timeout_at(None if bound is None else asyncio.get_running_loop().time() + bound):
        await asyncio.Event().wait()


@executed("anyio.connect_tcp", server=Full)
async def anyio_connect(_name: str, server: Server, bound: float | None) -> object:
    import anyio

    with anyio.fail_after(bound):
        return await anyio.connect_tcp(server.host, server.port)


@executed("anyio.connect_unix", server=FullPath)
async def anyio_connect_unix(_name: str, server: Server, bound: float | None) -> object:
    import anyio

    with anyio.fail_after(bound):
        return await anyio.connect_unix(server.path)


@executed("anyio.abc.SocketStream.receive", "anyio.abc.ByteStream.receive")
async def anyio_receive(_name: str, server: Server, bound: float | None) -> object:
    import anyio

    stream = await anyio.connect_tcp(server.host, server.port)
    with anyio.fail_after(bound):
        return await stream.receive()


@local("anyio.streams.memory.MemoryObjectReceiveStream.receive", "anyio.abc.ObjectReceiveStream.receive")
async def anyio_receive_object(_name: str, _server: Server, bound: float | None) -> object:
    import anyio

    _send, receive = anyio.create_memory_object_stream()
    with anyio.fail_after(bound):
        return await receive.receive()


@local("anyio.Event.wait")
async def anyio_event(_name: str, _server: Server, bound: float | None) -> object:
    import anyio

    with anyio.fail_after(bound):
        return await anyio.Event().wait()


@local("fail_after", "move_on_after", of="anyio")
async def anyio_scope(name: str, _server: Server, bound: float | None) -> None:
    import anyio

    with getattr(anyio, last(name))(bound):
        await anyio.sleep_forever()


@local("anyio.CancelScope")
async def anyio_cancel_scope(_name: str, _server: Server, bound: float | None) -> None:
    import anyio

    with anyio.CancelScope() if bound is None else anyio.CancelScope(deadline=anyio.current_time() + bound):
        await anyio.sleep_forever()


@executed("trio.open_tcp_stream", "trio.open_ssl_over_tcp_stream", server=Full)
def trio_connect(name: str, server: Server, bound: float | None) -> object:
    import trio

    async def connect() -> object:
        with trio.fail_after(bound or float("inf")):
            return await getattr(trio, last(name))(server.host, server.port)

    return trio.run(connect)


@local("fail_after", "move_on_after", of="trio")
def trio_scope(name: str, _server: Server, bound: float | None) -> object:
    import trio

    async def limited() -> None:
        with getattr(trio, last(name))(bound or float("inf")):
            await trio.sleep_forever()

    return trio.run(limited)


@local("fail_at", "move_on_at", of="trio")
def trio_scope_at(name: str, _server: Server, bound: float | None) -> object:
    import trio

    async def limited() -> None:
        with getattr(trio, last(name))(trio.current_time() + (bound or float("inf"))):
            await trio.sleep_forever()

    return trio.run(limited)


@local("trio.CancelScope")
def trio_cancel_scope(_name: str, _server: Server, bound: float | None) -> object:
    import trio

    async def limited() -> None:
        with trio.CancelScope(**given(relative_deadline=bound)):
            await trio.sleep_forever()

    return trio.run(limited)
