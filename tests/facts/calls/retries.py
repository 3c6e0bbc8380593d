"""Retries of what always fails: they go on, and end with the bound."""

from servers import Server

from calls import local


def fail() -> None:
    raise OSError


async def fail_async() -> None:
    raise OSError


@local("retry.retry")
def retry_decorator(_name: str, _server: Server, bound: float | None) -> object:
    from retry import retry

    return (retry(delay=0.1) if bound is None else retry(tries=3, delay=bound / 2))(fail)()


@local("retry.api.retry_call")
def retry_call(_name: str, _server: Server, bound: float | None) -> object:
    from retry.api import retry_call

    return retry_call(fail, delay=0.1) if bound is None else retry_call(fail, tries=3, delay=bound / 2)


@local("retrying.retry", "retrying.Retrying")
def retrying(name: str, _server: Server, bound: float | None) -> object:
    from retrying import Retrying, retry

    options = {"wait_fixed": 100} | ({} if bound is None else {"stop_max_delay": int(1000 * bound)})
    return retry(**options)(fail)() if name == "retrying.retry" else Retrying(**options).call(fail)


@local("tenacity.retry")
def tenacity_decorator(_name: str, _server: Server, bound: float | None) -> object:
    import tenacity

    return tenacity.retry(**_tenacity(bound))(fail)()


@local("tenacity.Retrying")
def tenacity_loop(_name: str, _server: Server, bound: float | None) -> None:
    import tenacity

    for attempt in tenacity.Retrying(**_tenacity(bound)):
        with attempt:
            fail()


@local("tenacity.AsyncRetrying")
async def tenacity_loop_async(_name: str, _server: Server, bound: float | None) -> None:
    import tenacity

    async for attempt in tenacity.AsyncRetrying(**_tenacity(bound)):
        with attempt:
            fail()


@local("backoff.on_exception")
def backoff_on_exception(_name: str, _server: Server, bound: float | None) -> object:
    import backoff

    return backoff.on_exception(backoff.constant, OSError, interval=0.1, jitter=None, max_time=bound)(fail)()


@local("backoff.on_predicate")
def backoff_on_predicate(_name: str, _server: Server, bound: float | None) -> object:
    import backoff

    return backoff.on_predicate(backoff.constant, interval=0.1, jitter=None, max_time=bound)(bool)()


@local("stamina.retry")
def stamina_retry(_name: str, _server: Server, bound: float | None) -> object:
    import stamina

    return stamina.retry(on=OSError, attempts=None, timeout=bound, wait_max=0.1)(fail)()


@local("stamina.retry_context")
def stamina_context(_name: str, _server: Server, bound: float | None) -> None:
    import stamina

    for attempt in stamina.retry_context(on=OSError, attempts=None, timeout=bound, wait_max=0.1):
        with attempt:
            fail()


@local("stamina.RetryingCaller")
def stamina_caller(_name: str, _server: Server, bound: float | None) -> object:
    import stamina

    return stamina.RetryingCaller(attempts=None, timeout=bound, wait_max=0.1)(OSError, fail)


@local("stamina.AsyncRetryingCaller")
async def stamina_caller_async(_name: str, _server: Server, bound: float | None) -> object:
    import stamina

    return await stamina.AsyncRetryingCaller(attempts=None, timeout=bound, wait_max=0.1)(OSError, fail_async)


def _tenacity(bound: float | None) -> dict[str, object]:
    import tenacity

    stop = {} if bound is None else {"stop": tenacity.stop_after_delay(bound)}
    return {"wait": tenacity.wait_fixed(0.1)} | stop
