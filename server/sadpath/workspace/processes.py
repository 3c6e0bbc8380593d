"""Other processes that this one leads. They end with it, however it ends.

`multiprocessing` would import them from the current directory, which may be that of the project, and complain when
the one that leads is gone while they start.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

Subject = TypeVar("Subject")

_SECONDS_TO_DIE = 5  # from the end of its connection to the end of a process


class Child:
    """A process that runs `work(connection, subject)`, with the other end of `connection`.

    It imports `work` by its name and gets a copy of the subject. It has to be ended by `end`.
    """

    def __init__(self, work: "Callable[[Connection, Subject], None]", subject: Subject) -> None:
        self.connection, theirs = Pipe()
        self._process: subprocess.Popen[bytes] | None = None
        with theirs, suppress(OSError):
            self._process = _start(type(theirs).__name__, theirs.fileno())
        with suppress(OSError):  # the process is gone: that shows when something is received
            self.connection.send((work, subject))

    def cause_of_death(self) -> str:
        """Why a process ended that closed its connection: the name of a signal, or an exit code."""
        if self._process is None:
            return "it does not start"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_DIE)
        code = self._process.returncode or 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._process:
            self._process.terminate()
            self._process.communicate()
        self.connection.close()  # not before another thread that reads from it has come to its end


def follow(connection: "Connection") -> None:
    """What the other process does."""
    threading.Thread(target=_end_with_leader, daemon=True).start()
    try:
        work, subject = connection.recv()
    except (EOFError, OSError):  # the leader is gone
        return
    work(connection, subject)


def _start(connection: str, handle: int) -> "subprocess.Popen[bytes]":
    flags = ["-I"] * sys.flags.isolated + ["-E"] * sys.flags.ignore_environment + ["-B"] * sys.flags.dont_write_bytecode
    # Before anything is imported, the path must be that of this process, without the current directory.
    code = f"""if True:
        import sys
        sys.path[:] = {sys.path!a}
        from multiprocessing.connection import {connection} as Connection
        from {__name__} import follow
        follow(Connection({handle}))"""
    command = [sys.executable, *flags, "-X", f"utf8={sys.flags.utf8_mode}", "-c", code]
    # Ctrl-C reaches all processes of a terminal. This one does not hear it, and is ended by us.
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        inherits = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        deaf = subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(command, stdin=subprocess.PIPE, startupinfo=inherits, creationflags=deaf)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[handle])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_leader() -> None:
    """End this process when the one that leads is gone, also in the middle of a file that takes for ever."""
    os.read(0, 1)  # nobody writes to it, and nobody else than the leader holds its other end
    os._exit(1)
