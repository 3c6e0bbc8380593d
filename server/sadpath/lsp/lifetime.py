"""Watches the editor's process, so that a server whose editor died without a word ends too."""

import asyncio
import os
import sys
from collections.abc import Callable

_INTERVAL = 2.0  # seconds


async def watch(pid: int, died: Callable[[], None]) -> None:
    """Call `died` at most two seconds after the process ended."""
    while is_alive(pid):
        await asyncio.sleep(_INTERVAL)
    died()


if sys.platform == "win32":

    def is_alive(pid: int) -> bool:
        """Whether a process with this id runs. (`os.kill(pid, 0)` would end it on Windows.)"""
        import ctypes

        synchronize, timed_out = 0x00100000, 0x00000102
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(synchronize, False, pid)
        if not handle:
            return False
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == timed_out)
        finally:
            kernel.CloseHandle(handle)

else:

    def is_alive(pid: int) -> bool:
        """Whether a process with this id runs."""
        if pid <= 0:  # a group of processes
            return False
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        except (ProcessLookupError, OverflowError):
            return False
        return True
