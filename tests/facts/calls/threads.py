"""Threads, queues, futures and processes."""

import concurrent.futures
import os
import queue
import shlex
import subprocess
import threading
from collections.abc import Callable
from typing import TypeVar

from servers import Server

from calls import given, last, local

Lock = TypeVar("Lock", threading.Lock, threading.RLock, threading.Semaphore)

WAITS: dict[str, Callable[[float | None], object]] = {
    "Thread.join": lambda bound: _endless().join(bound),
    "Event.wait": lambda bound: threading.Event().wait(bound),
    "Barrier.wait": lambda bound: threading.Barrier(2).wait(bound),
}


@local(*WAITS, of="threading")
def wait(name: str, _server: Server, bound: float | None) -> object:
    return WAITS[name.partition(".")[2]](bound)


@local("threading.Condition.wait")
def wait_for_condition(_name: str, _server: Server, bound: float | None) -> object:
    condition = threading.Condition()
    with condition:
        return condition.wait(bound)


@local("Lock.acquire", "RLock.acquire", of="threading")
def acquire(name: str, _server: Server, bound: float | None) -> object:
    return _held(getattr(threading, name.split(".")[1])()).acquire(timeout=bound or -1)


@local("threading.Semaphore.acquire")
def acquire_semaphore(_name: str, _server: Server, bound: float | None) -> object:
    return _held(threading.Semaphore()).acquire(timeout=bound)


@local("Queue.get", "SimpleQueue.get", of="queue")
def get(name: str, _server: Server, bound: float | None) -> object:
    return getattr(queue, name.split(".")[1])().get(timeout=bound)


@local("queue.Queue.put")
def put(_name: str, _server: Server, bound: float | None) -> None:
    full = queue.Queue[int](maxsize=1)
    full.put(1)
    full.put(2, timeout=bound)


FUTURES: dict[str, Callable[[float | None], object]] = {
    "Future.result": lambda bound: concurrent.futures.Future[int]().result(bound),
    "Future.exception": lambda bound: concurrent.futures.Future[int]().exception(bound),
    "wait": lambda bound: concurrent.futures.wait([concurrent.futures.Future[int]()], bound),
    "as_completed": lambda bound: list(concurrent.futures.as_completed([concurrent.futures.Future[int]()], bound)),
}


@local(*FUTURES, of="concurrent.futures")
def future(name: str, _server: Server, bound: float | None) -> object:
    return FUTURES[name.partition("futures.")[2]](bound)


@local("run", "call", "check_call", "check_output", of="subprocess")
def command(name: str, _server: Server, bound: float | None) -> object:
    return getattr(subprocess, last(name))(ENDLESS, **given(timeout=bound))


@local("wait", "communicate", of="subprocess.Popen")
def process(name: str, _server: Server, bound: float | None) -> object:
    return getattr(subprocess.Popen(ENDLESS), last(name))(**given(timeout=bound))


@local("getoutput", "getstatusoutput", of="subprocess")
def output(name: str, _server: Server, bound: float | None) -> object:
    unbounded = getattr(subprocess, last(name))
    return unbounded(shlex.join(ENDLESS)) if bound is None else subprocess.run(ENDLESS, timeout=bound)


@local("system", "wait", "waitpid", of="os")
def system(name: str, _server: Server, bound: float | None) -> object:
    """`os.wait` waits for any child, such as those of the calls beside it."""
    if bound is not None:
        return subprocess.run(ENDLESS, timeout=bound)
    arguments = {"system": (shlex.join(ENDLESS),), "wait": (), "waitpid": (subprocess.Popen(ENDLESS).pid, 0)}
    return getattr(os, last(name))(*arguments[last(name)])


ENDLESS = ("sleep", "infinity")


def _held(lock: Lock) -> Lock:
    """The lock once another thread has it."""
    holder = threading.Thread(target=lock.acquire)
    holder.start()
    holder.join()
    return lock


def _endless() -> threading.Thread:
    thread = threading.Thread(target=threading.Event().wait, daemon=True)
    thread.start()
    return thread
