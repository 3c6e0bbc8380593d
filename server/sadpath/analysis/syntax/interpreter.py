"""What deep and large trees ask of the interpreter: a stack, and that nobody looks for garbage in them."""

import gc
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

STACK_BYTES = 256 * 1024 * 1024  # libcst needs 4 MB for the deepest units; the rest, for Python, is address space
RECURSION = 50_000

T = TypeVar("T")


@contextmanager
def uncollected() -> Generator[None]:
    """Keep the cyclic garbage collector, which finds nothing in a tree that is being built, from looking for it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def on_large_stack(function: Callable[[], T]) -> T:
    """Run a function in a thread whose stack holds the deepest tree that an outline lets through.

    Returns and raises what the function does. Raises Python's recursion limit for the whole process.
    """
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(function())
        except BaseException as error:
            failure.append(error)

    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=run, name="analysis")
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    if failure:
        raise failure[0]
    return result[0]
