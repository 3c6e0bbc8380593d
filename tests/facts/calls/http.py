"""HTTP clients."""

import threading

from servers import Server

from calls import executed, given, last

VERBS = ("get", "post", "put", "patch", "delete", "head", "options")


def arguments(name: str, url: str) -> tuple[str, ...]:
    """`request` and `stream` take the verb first."""
    return ("GET", url) if last(name) in ("request", "stream", "urlopen") else (url,)


@executed(*VERBS, "request", of="requests")
def requests_function(name: str, server: Server, bound: float | None) -> object:
    import requests

    return getattr(requests, last(name))(*arguments(name, server.url), **given(timeout=bound))


@executed(*VERBS, "request", of="requests.Session")
def requests_session(name: str, server: Server, bound: float | None) -> object:
    import requests

    return getattr(requests.Session(), last(name))(*arguments(name, server.url), **given(timeout=bound))


@executed("requests.Session.send")
def requests_send(_name: str, server: Server, bound: float | None) -> object:
    import requests

    return requests.Session().send(requests.Request("GET", server.url).prepare(), **given(timeout=bound))


@executed(*VERBS, "request", of="httpx")
def httpx_function(name: str, server: Server, bound: float | None) -> object:
    import httpx

    return getattr(httpx, last(name))(*arguments(name, server.url), timeout=bound)


@executed("httpx.stream")
def httpx_stream(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    with httpx.stream("GET", server.url, timeout=bound) as response:
        return response


@executed(*VERBS, "request", of="httpx.Client")
def httpx_client_call(name: str, server: Server, bound: float | None) -> object:
    import httpx

    return getattr(httpx.Client(), last(name))(*arguments(name, server.url), timeout=bound)


@executed("httpx.Client.stream")
def httpx_client_stream(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    with httpx.Client().stream("GET", server.url, timeout=bound) as response:
        return response


@executed(*VERBS, "request", of="httpx.AsyncClient")
async def httpx_async_client_call(name: str, server: Server, bound: float | None) -> object:
    import httpx

    return await getattr(httpx.AsyncClient(), last(name))(*arguments(name, server.url), timeout=bound)


@executed("httpx.AsyncClient.stream")
async def httpx_async_client_stream(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    async with httpx.AsyncClient().stream("GET", server.url, timeout=bound) as response:
        return response


@executed("httpx.Client")
def httpx_client(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    return httpx.Client(timeout=bound).get(server.url)


@executed("httpx.AsyncClient")
async def httpx_async_client(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    return await httpx.AsyncClient(timeout=bound).get(server.url)


@executed("httpx.Timeout", by="timeout")
def httpx_timeout(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    return httpx.get(server.url, timeout=httpx.Timeout(bound))


@executed("httpx.Timeout", by="read")
def httpx_timeout_read(_name: str, server: Server, bound: float | None) -> object:
    import httpx

    return httpx.get(server.url, timeout=httpx.Timeout(5, read=bound))


@executed("aiohttp.ClientSession")
async def aiohttp_session(_name: str, server: Server, bound: float | None) -> object:
    import aiohttp

    options = {} if bound is None else {"timeout": aiohttp.ClientTimeout(total=bound)}
    async with aiohttp.ClientSession(**options) as session, session.get(server.url) as response:
        return response


@executed(*VERBS, "request", of="aiohttp.ClientSession")
async def aiohttp_session_call(name: str, server: Server, bound: float | None) -> object:
    import aiohttp

    async with aiohttp.ClientSession() as session:
        return await getattr(session, last(name))(
            *arguments(name, server.url), timeout=aiohttp.ClientTimeout(total=bound)
        )


@executed("aiohttp.ClientTimeout", by="total")
async def aiohttp_timeout(_name: str, server: Server, bound: float | None) -> object:
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=bound or 0)) as session:
        return await session.get(server.url)


@executed("aiohttp.ClientTimeout", by="sock_read")
async def aiohttp_timeout_read(_name: str, server: Server, bound: float | None) -> object:
    import aiohttp

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_read=bound)) as session:
        return await session.get(server.url)


@executed("urllib3.request")
def urllib3_request(_name: str, server: Server, bound: float | None) -> object:
    import urllib3

    return urllib3.request("GET", server.url, timeout=bound, retries=False)


POOL = ("request", "urlopen", "request_encode_url", "request_encode_body")


@executed(*POOL, of="urllib3.PoolManager", default=True)
def urllib3_pool_manager(name: str, server: Server, bound: float | None) -> object:
    import urllib3

    return getattr(urllib3.PoolManager(retries=False), last(name))("GET", server.url, **given(timeout=bound))


@executed(*POOL, of="urllib3.HTTPConnectionPool", default=True)
def urllib3_pool(name: str, server: Server, bound: float | None) -> object:
    import urllib3

    pool = urllib3.HTTPConnectionPool(server.host, server.port, retries=False)
    return getattr(pool, last(name))("GET", "/", **given(timeout=bound))


@executed(*POOL, of="urllib3.PoolManager")
def urllib3_pool_manager_itself(name: str, server: Server, bound: float | None) -> object:
    import urllib3

    return getattr(urllib3.PoolManager(retries=False, **given(timeout=bound)), last(name))("GET", server.url)


@executed(*POOL, of="urllib3.HTTPConnectionPool")
def urllib3_pool_itself(name: str, server: Server, bound: float | None) -> object:
    import urllib3

    pool = urllib3.HTTPConnectionPool(server.host, server.port, retries=False, **given(timeout=bound))
    return getattr(pool, last(name))("GET", "/")


@executed("urllib3.Timeout", by="total")
def urllib3_timeout_total(_name: str, server: Server, bound: float | None) -> object:
    import urllib3

    return urllib3.PoolManager(retries=False).request("GET", server.url, timeout=urllib3.Timeout(total=bound))


@executed("urllib3.Timeout", by="read")
def urllib3_timeout(_name: str, server: Server, bound: float | None) -> object:
    import urllib3

    return urllib3.PoolManager(retries=False).request("GET", server.url, timeout=urllib3.Timeout(read=bound))


@executed("urllib.request.urlopen", default=True)
def urlopen(_name: str, server: Server, bound: float | None) -> object:
    from urllib.request import urlopen

    return urlopen(server.url, **given(timeout=bound))


@executed("urllib.request.OpenerDirector.open", default=True)
def opener(_name: str, server: Server, bound: float | None) -> object:
    from urllib.request import build_opener

    return build_opener().open(server.url, **given(timeout=bound))


@executed("urllib.request.urlretrieve", default=True)
def urlretrieve(_name: str, server: Server, bound: float | None) -> object:
    """It takes no timeout itself."""
    import socket
    from urllib.request import urlretrieve

    if bound is not None:
        socket.setdefaulttimeout(bound)
    return urlretrieve(server.url)


@executed("http.client.HTTPConnection", "http.client.HTTPSConnection", default=True)
def http_client(name: str, server: Server, bound: float | None) -> object:
    import http.client

    connection = getattr(http.client, last(name))(server.host, server.port, **given(timeout=bound))
    connection.request("GET", "/")
    return connection.getresponse()


@executed("xmlrpc.client.ServerProxy", default=True)
def xmlrpc_client(_name: str, server: Server, bound: float | None) -> object:
    """It takes no timeout itself."""
    import socket
    import xmlrpc.client

    if bound is not None:
        socket.setdefaulttimeout(bound)
    return xmlrpc.client.ServerProxy(server.url).call()


@executed("httplib2.Http.request", default=True)
def httplib2_request(_name: str, server: Server, bound: float | None) -> object:
    import httplib2

    return httplib2.Http(**given(timeout=bound)).request(server.url)


@executed("gql.transport.requests.RequestsHTTPTransport")
def gql_requests(_name: str, server: Server, bound: float | None) -> object:
    import gql
    from gql.transport.requests import RequestsHTTPTransport

    client = gql.Client(transport=RequestsHTTPTransport(server.url, **given(timeout=bound)))
    return client.execute(gql.gql("{ name }"))


@executed("get", "post", "put", "patch", "delete", "head", "request", of="treq")
def treq_function(name: str, server: Server, bound: float | None) -> object:
    import treq
    from twisted.internet.threads import blockingCallFromThread

    function = getattr(treq, last(name))
    return blockingCallFromThread(_reactor(), function, *arguments(name, server.url), **given(timeout=bound))


def _reactor() -> object:
    """There is one in a process, and it runs in a thread of its own."""
    with RUNNING:
        from twisted.internet import reactor

        if not reactor.running:
            running = threading.Event()
            reactor.callWhenRunning(running.set)
            threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()
            running.wait()
    return reactor


RUNNING = threading.Lock()
