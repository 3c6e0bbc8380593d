"""Looking at processes, their time and their memory, from outside."""

import subprocess
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SAMPLE = 0.05
"""Seconds between two looks at the memory of a command."""
ENDED = (psutil.NoSuchProcess, psutil.AccessDenied)


class Failed(Exception):
    """A command ended in another way than a checker does."""


def seconds(words: list[str], directory: Path) -> float:
    """How long a command takes. 0 and 1 are the exit codes of all checkers that did their work. Raises Failed."""
    begin = time.perf_counter()
    with _running(words, directory) as process:
        code = process.wait()
    took = time.perf_counter() - begin
    _expect(code, words)
    return took


def peak(words: list[str], directory: Path) -> float:
    """The most memory that a command and all that it starts have at the same time, in MB. Raises Failed."""
    most = 0.0
    with _running(words, directory) as process:
        family = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(*ENDED):
                most = max(most, together([family, *family.children(recursive=True)]))
            time.sleep(SAMPLE)
    _expect(process.returncode, words)
    return most


def together(processes: Iterable[psutil.Process]) -> float:
    """The memory of processes in MB: what they share is counted once, where the system tells (PSS), else for each."""
    return sum(map(_bytes, processes)) / 1e6


def settle(processes: Iterable[psutil.Process], most: float) -> None:
    """Wait until processes have done nothing for half a second, but not more than so many seconds."""
    watched = [*processes]
    end = time.monotonic() + most
    before = -1.0
    while time.monotonic() < end and (now := _busy(watched)) > before + 0.02:
        before = now
        time.sleep(0.5)


def suspend(processes: Iterable[psutil.Process]) -> None:
    """Stop processes, so that they take nothing from what is measured now."""
    for process in processes:
        with suppress(*ENDED):
            process.suspend()


def resume(processes: Iterable[psutil.Process]) -> None:
    """Let processes go on."""
    for process in processes:
        with suppress(*ENDED):
            process.resume()


@contextmanager
def _running(words: list[str], directory: Path) -> Generator["subprocess.Popen[bytes]"]:
    """A command in a directory, which ends with us; what it prints is thrown away."""
    nothing = subprocess.DEVNULL
    with subprocess.Popen(words, cwd=directory, stdin=nothing, stdout=nothing, stderr=nothing) as process:
        try:
            yield process
        finally:
            process.kill()


def _expect(code: int, words: list[str]) -> None:
    if code not in (0, 1):
        raise Failed(f"exit code {code} of: {' '.join(words)}")


def _bytes(process: psutil.Process) -> int:
    with suppress(*ENDED):
        memory = process.memory_full_info()
        return getattr(memory, "pss", 0) or memory.rss
    return 0


def _busy(processes: Iterable[psutil.Process]) -> float:
    """The processor time that processes have taken so far, in seconds."""
    total = 0.0
    for process in processes:
        with suppress(*ENDED):
            times = process.cpu_times()
            total += times.user + times.system
    return total
