"""Databases and caches."""

import asyncio
import functools
import importlib

from servers import Full, Server, Silent

from calls import executed, given


@executed("psycopg2.connect", bound=2, needs="psycopg2-binary")
def psycopg2_connect(_name: str, server: Server, bound: float | None) -> object:
    import psycopg2

    return psycopg2.connect(host=server.host, port=server.port, **given(connect_timeout=bound))


@executed("psycopg2.connect", bound=2, needs="psycopg2-binary")
def psycopg2_connect_dsn(_name: str, server: Server, bound: float | None) -> object:
    import psycopg2

    return psycopg2.connect(f"postgresql://{server.address}/?connect_timeout={bound or 0}")


@executed("psycopg.connect", "psycopg.Connection.connect", bound=2)
def psycopg_connect(_name: str, server: Server, bound: float | None) -> object:
    import psycopg

    return psycopg.connect(f"postgresql://{server.address}/", connect_timeout=bound)


@executed("psycopg.AsyncConnection.connect", bound=2)
async def psycopg_connect_async(_name: str, server: Server, bound: float | None) -> object:
    import psycopg

    return await psycopg.AsyncConnection.connect(f"postgresql://{server.address}/", connect_timeout=bound)


@executed("asyncpg.connect")
async def asyncpg_connect(_name: str, server: Server, bound: float | None) -> object:
    import asyncpg

    return await asyncpg.connect(host=server.host, port=server.port, user="user", timeout=bound)


WELCOME = b"R\0\0\0\x08\0\0\0\0" + b"S\0\0\0\x16server_version\x0017\0" + b"Z\0\0\0\x05I"


@executed("asyncpg.Pool.acquire", server=functools.partial(Silent, answer=WELCOME))
async def asyncpg_acquire(_name: str, server: Server, bound: float | None) -> object:
    """Its only connection is in use."""
    import asyncpg

    options = {"host": server.host, "port": server.port, "user": "user", "ssl": False}
    pool = asyncpg.create_pool(**options, min_size=0, max_size=1)
    async with pool, pool.acquire():
        return await pool.acquire(timeout=bound)


@executed("pymysql.connect", "pymysql.Connection")
def pymysql_connect(name: str, server: Server, bound: float | None) -> object:
    import pymysql

    connect = pymysql.Connection if name == "pymysql.Connection" else pymysql.connect
    return connect(host=server.host, port=server.port, **given(read_timeout=bound))


@executed("mysql.connector.connect", by="connect_timeout", bound=1)
def mysql_connect_alias(_name: str, server: Server, bound: float | None) -> object:
    import mysql.connector

    return mysql.connector.connect(host=server.host, port=server.port, **given(connect_timeout=bound))


@executed("mysql.connector.connect", by="connection_timeout", bound=1)
def mysql_connect(_name: str, server: Server, bound: float | None) -> object:
    import mysql.connector

    return mysql.connector.connect(host=server.host, port=server.port, **given(connection_timeout=bound))


@executed("aiomysql.connect", "aiomysql.create_pool")
async def aiomysql_connect(name: str, server: Server, bound: float | None) -> object:
    import aiomysql

    connect = aiomysql.connect if name == "aiomysql.connect" else aiomysql.create_pool
    return await asyncio.wait_for(connect(host=server.host, port=server.port, connect_timeout=0.1), bound)


@executed("pymemcache.Client")
def memcached(_name: str, server: Server, bound: float | None) -> object:
    import pymemcache

    return pymemcache.Client((server.host, server.port), **given(timeout=bound)).get("key")


@executed("valkey.Valkey")
def valkey_client(_name: str, server: Server, bound: float | None) -> object:
    import valkey

    return valkey.Valkey(server.host, server.port, **given(socket_timeout=bound)).get("key")


@executed("valkey.asyncio.Valkey")
async def valkey_client_async(_name: str, server: Server, bound: float | None) -> object:
    import valkey.asyncio

    return await valkey.asyncio.Valkey(host=server.host, port=server.port, socket_timeout=bound).get("key")


@executed("redis.Redis")
def redis_client(_name: str, server: Server, bound: float | None) -> object:
    import redis

    return redis.Redis(server.host, server.port, socket_timeout=bound, retry=_once("redis")).get("key")


@executed("redis.asyncio.Redis")
async def redis_client_async(_name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    retry = _once("redis.asyncio")
    return await redis.asyncio.Redis(host=server.host, port=server.port, socket_timeout=bound, retry=retry).get("key")


@executed("redis.from_url", "redis.Redis.from_url")
def redis_from_url_query(name: str, server: Server, bound: float | None) -> object:
    import redis

    from_url = redis.from_url if name == "redis.from_url" else redis.Redis.from_url
    query = "" if bound is None else f"?socket_timeout={bound}"
    return from_url(f"redis://{server.address}{query}", socket_timeout=None, retry=_once("redis")).get("key")


@executed("redis.from_url", "redis.Redis.from_url")
def redis_from_url(name: str, server: Server, bound: float | None) -> object:
    import redis

    from_url = redis.from_url if name == "redis.from_url" else redis.Redis.from_url
    return from_url(f"redis://{server.address}", socket_timeout=bound, retry=_once("redis")).get("key")


@executed("redis.asyncio.from_url", "redis.asyncio.Redis.from_url")
async def redis_from_url_async(name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    from_url = redis.asyncio.from_url if name == "redis.asyncio.from_url" else redis.asyncio.Redis.from_url
    return await from_url(f"redis://{server.address}", socket_timeout=bound, retry=_once("redis.asyncio")).get("key")


@executed("redis.ConnectionPool", "redis.BlockingConnectionPool", "redis.ConnectionPool.from_url")
def redis_pool(name: str, server: Server, bound: float | None) -> object:
    import redis

    options = {"socket_timeout": bound, "retry": _once("redis")}
    if name.endswith("from_url"):
        pool = redis.ConnectionPool.from_url(f"redis://{server.address}", **options)
    else:
        pool = getattr(redis, name.rpartition(".")[2])(host=server.host, port=server.port, **options)
    return redis.Redis(connection_pool=pool).get("key")


@executed("ConnectionPool", "BlockingConnectionPool", "ConnectionPool.from_url", of="redis.asyncio")
async def redis_pool_async(name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    options = {"socket_timeout": bound, "retry": _once("redis.asyncio")}
    if name.endswith("from_url"):
        pool = redis.asyncio.ConnectionPool.from_url(f"redis://{server.address}", **options)
    else:
        pool = getattr(redis.asyncio, name.rpartition(".")[2])(host=server.host, port=server.port, **options)
    return await redis.asyncio.Redis(connection_pool=pool).get("key")


@executed("redis.RedisCluster")
def redis_cluster(_name: str, server: Server, bound: float | None) -> object:
    import redis

    return redis.RedisCluster(server.host, server.port, socket_timeout=bound, retry=_once("redis"))


@executed("redis.asyncio.RedisCluster")
async def redis_cluster_async(_name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    cluster = redis.asyncio.RedisCluster(
        server.host, server.port, socket_timeout=bound, retry=_once("redis.asyncio"), cluster_error_retry_attempts=0
    )
    return await cluster.initialize()


@executed("redis.Sentinel")
def redis_sentinel(_name: str, server: Server, bound: float | None) -> object:
    import redis

    sentinel = redis.Sentinel([(server.host, server.port)], socket_timeout=bound, retry=_once("redis"))
    return sentinel.discover_master("main")


@executed("redis.asyncio.Sentinel")
async def redis_sentinel_async(_name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    addresses = [(server.host, server.port)]
    sentinel = redis.asyncio.Sentinel(addresses, socket_timeout=bound, retry=_once("redis.asyncio"))
    return await sentinel.discover_master("main")


@executed("ldap3.Connection", bound=1)
def ldap_connection(_name: str, server: Server, bound: float | None) -> object:
    import ldap3

    address = ldap3.Server(server.host, server.port, get_info=ldap3.NONE)
    return ldap3.Connection(address, **given(receive_timeout=bound)).bind()


@executed("ldap3.Server", server=Full)
def ldap_server(_name: str, server: Server, bound: float | None) -> object:
    import ldap3

    return ldap3.Connection(ldap3.Server(server.host, server.port, **given(connect_timeout=bound))).bind()


NOT_SET = functools.partial(Silent, answer=b"$-1\r\n")  # somebody else holds the lock


@executed("redis.lock.Lock.acquire", server=NOT_SET)
def redis_lock(_name: str, server: Server, bound: float | None) -> object:
    import redis

    client = redis.Redis(server.host, server.port, protocol=2, lib_name=None, lib_version=None)
    return client.lock("name").acquire(blocking_timeout=bound)


@executed("redis.asyncio.lock.Lock.acquire", server=NOT_SET)
async def redis_lock_async(_name: str, server: Server, bound: float | None) -> object:
    import redis.asyncio

    client = redis.asyncio.Redis(host=server.host, port=server.port, protocol=2, lib_name=None, lib_version=None)
    return await client.lock("name").acquire(blocking_timeout=bound)


def _once(package: str) -> object:
    from redis.backoff import NoBackoff

    return importlib.import_module(f"{package}.retry").Retry(NoBackoff(), 0)
