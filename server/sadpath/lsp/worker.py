"""The one thread that analyses, so that the thread which talks to the client never waits for an analysis."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sadpath.analysis.syntax.interpreter import RECURSION, STACK_BYTES

Result = TypeVar("Result")


class Worker:
    """Runs jobs one after the other on a thread whose stack holds the deepest trees; it starts with the first job."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "analysis")
        self._is_done: Callable[[], bool] = lambda: True

    @property
    def busy(self) -> bool:
        """Whether a job is running or waiting."""
        return not self._is_done()

    async def run(self, job: Callable[[], Result]) -> Result:
        """The result of a job, or its exception. A job that runs cannot be stopped."""
        sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
        before = threading.stack_size(STACK_BYTES)
        try:
            future = self._pool.submit(job)
        finally:
            threading.stack_size(before)
        self._is_done = future.done
        return await asyncio.wrap_future(future)
