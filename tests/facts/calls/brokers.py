"""Message brokers, task queues and remote calls."""

import threading

from servers import Server

from calls import executed, given, last, local


@executed("aio_pika.connect", "aio_pika.connect_robust")
async def aio_pika_connect(name: str, server: Server, bound: float | None) -> object:
    import aio_pika

    return await getattr(aio_pika, last(name))(f"amqp://{server.address}", **given(timeout=bound))


@local("celery.result.AsyncResult.get")
def celery_result(_name: str, _server: Server, bound: float | None) -> object:
    return _celery().AsyncResult("1").get(**given(timeout=bound))


@local("celery.result.ResultSet.get")
def celery_results(_name: str, _server: Server, bound: float | None) -> object:
    from celery.result import ResultSet

    app = _celery()
    return ResultSet([app.AsyncResult("1")], app=app).get(**given(timeout=bound))


@local("UnaryUnaryMultiCallable.__call__", "UnaryUnaryMultiCallable.with_call", of="grpc")
def grpc_unary(name: str, _server: Server, bound: float | None) -> object:
    return getattr(_grpc_channel().unary_unary("/service/method"), last(name))(b"", **given(timeout=bound))


@local("StreamUnaryMultiCallable.__call__", "StreamUnaryMultiCallable.with_call", of="grpc")
def grpc_stream_unary(name: str, _server: Server, bound: float | None) -> object:
    return getattr(_grpc_channel().stream_unary("/service/method"), last(name))(iter([b""]), **given(timeout=bound))


@local("grpc.UnaryStreamMultiCallable.__call__")
def grpc_unary_stream(_name: str, _server: Server, bound: float | None) -> object:
    return list(_grpc_channel().unary_stream("/service/method")(b"", **given(timeout=bound)))


@local("grpc.StreamStreamMultiCallable.__call__")
def grpc_stream_stream(_name: str, _server: Server, bound: float | None) -> object:
    return list(_grpc_channel().stream_stream("/service/method")(iter([b""]), **given(timeout=bound)))


@local("grpc.Future.result")
def grpc_future(_name: str, _server: Server, bound: float | None) -> object:
    return _grpc_channel().unary_unary("/service/method").future(b"").result(**given(timeout=bound))


@local("grpc.aio.UnaryUnaryMultiCallable.__call__")
async def grpc_unary_async(_name: str, _server: Server, bound: float | None) -> object:
    import grpc.aio

    async with grpc.aio.insecure_channel(_grpc_address()) as channel:
        return await channel.unary_unary("/service/method")(b"", **given(timeout=bound))


@local("grpc.aio.StreamUnaryMultiCallable.__call__")
async def grpc_stream_unary_async(_name: str, _server: Server, bound: float | None) -> object:
    import grpc.aio

    async with grpc.aio.insecure_channel(_grpc_address()) as channel:
        return await channel.stream_unary("/service/method")([b""], **given(timeout=bound))


@local("mcp.ClientSession")
async def mcp_session(_name: str, _server: Server, bound: float | None) -> object:
    import anyio
    import mcp

    _answers, read = anyio.create_memory_object_stream(1)
    write, _requests = anyio.create_memory_object_stream(1)
    async with mcp.ClientSession(read, write, **given(read_timeout_seconds=bound)) as session:
        return await session.initialize()


@executed("confluent_kafka.Consumer.poll")
def confluent_poll(_name: str, server: Server, bound: float | None) -> object:
    import confluent_kafka

    consumer = confluent_kafka.Consumer({"bootstrap.servers": server.address, "group.id": "group"})
    consumer.subscribe(["topic"])
    return consumer.poll(**given(timeout=bound))


@executed("confluent_kafka.Producer.flush")
def confluent_flush(_name: str, server: Server, bound: float | None) -> object:
    import confluent_kafka

    producer = confluent_kafka.Producer({"bootstrap.servers": server.address})
    producer.produce("topic", b"")
    return producer.flush(**given(timeout=bound))


def _celery() -> object:
    """An application whose results are kept in memory, where none ever arrives."""
    import celery

    return celery.Celery(broker="memory://", backend="cache+memory://")


def _grpc_channel() -> object:
    import grpc

    return grpc.insecure_channel(_grpc_address())


def _grpc_address() -> str:
    """Where a real server listens, all of whose methods never answer."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc

    class Never(grpc.GenericRpcHandler):
        def service(self, _details: object) -> object:
            return grpc.stream_stream_rpc_method_handler(lambda _requests, _context: threading.Event().wait())

    server = grpc.server(ThreadPoolExecutor(), handlers=[Never()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    KEPT.append(server)  # which would stop if nobody had it
    return f"127.0.0.1:{port}"


KEPT: list[object] = []
