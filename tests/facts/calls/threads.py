"""Threads, queues, futures and processes."""

import concurrent.futures
import multiprocessing
import os
import queue
import shlex
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from servers import Server

from calls import given, last, local


class Lock(Protocol):
    """What one thread at a time can have."""

    def acquire(self, *, timeout: float | None = ...) -> object: ...


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


@local("queue.Queue.join")
def join_queue(_name: str, _server: Server, bound: float | None) -> None:
    """It takes no timeout: one looks again and again."""
    unfinished = queue.Queue[int]()
    unfinished.put(1)
    if bound is None:
        unfinished.join()
    deadline = time.monotonic() + (bound or 0)
    while unfinished.unfinished_tasks and time.monotonic() < deadline:
        time.sleep(0.01)


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


@local("multiprocessing.Process.join")
def join_process(_name: str, _server: Server, bound: float | None) -> object:
    started = multiprocessing.Process(target=time.sleep, args=(60,))
    started.start()
    return started.join(bound)


@local("get", "wait", of="multiprocessing.pool.AsyncResult")
def pool_result(name: str, _server: Server, bound: float | None) -> object:
    pool = multiprocessing.Pool(1)
    return getattr(pool.apply_async(time.sleep, (60,)), last(name))(bound)


@local("multiprocessing.queues.Queue.get")
def process_queue(_name: str, _server: Server, bound: float | None) -> object:
    return multiprocessing.Queue().get(timeout=bound)


@local("recv", "recv_bytes", of="multiprocessing.connection.Connection")
def pipe(name: str, _server: Server, bound: float | None) -> object:
    end, _other_end = multiprocessing.Pipe()
    return getattr(end, last(name))() if bound is None else end.poll(bound)


@local("filelock.FileLock.acquire")
def file_lock(_name: str, _server: Server, bound: float | None) -> object:
    import filelock

    path = Path(tempfile.mkdtemp(), "lock")
    held = _held(filelock.FileLock(path, thread_local=False))
    with filelock.FileLock(path).acquire(**given(timeout=bound)):
        return held


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
