"""The one thread that waits for the analysis, so that the thread which talks to the client never does."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Worker:
    """Runs jobs one after the other on a thread that starts with the first one."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "analysis")
        self._is_done: Callable[[], bool] = lambda: True

    @property
    def busy(self) -> bool:
        """Whether a job is running or waiting."""
        return not self._is_done()

    async def run(self, job: Callable[[], Result]) -> Result:
        """The result of a job, or its exception. A job that runs has to end by itself."""
        future = self._pool.submit(job)
        self._is_done = future.done
        return await asyncio.wrap_future(future)
