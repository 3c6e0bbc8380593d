"""The analysis in a process of its own: it keeps nobody waiting, and a file that kills it costs only that file."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from sadpath.analysis.finding import FileReport, Skip
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.text import split_lines
from sadpath.lsp.failure import AnalysisError, at, trace
from sadpath.lsp.session import IsStale, MakeSession, Scope, Session, Stale, Tell
from sadpath.workspace.processes import Child

if TYPE_CHECKING:  # the class has another name on Windows
    from multiprocessing.connection import Connection

_GLANCE = 0.01  # seconds


class _Open(msgspec.Struct, frozen=True):
    path: str
    text: str


class _Edit(msgspec.Struct, frozen=True):
    path: str
    lines: Sequence[str]
    """The new ones only."""
    first: int
    old: int


class _Close(msgspec.Struct, frozen=True):
    path: str


class _Changed(msgspec.Struct, frozen=True):
    paths: Sequence[str]


class _Check(msgspec.Struct, frozen=True):
    path: str


class _Learn(msgspec.Struct, frozen=True):
    pass


class _Stop(msgspec.Struct, frozen=True):
    """What is being done need not be finished."""


class _Stopped(msgspec.Struct, frozen=True):
    pass


class _Told(msgspec.Struct, frozen=True):
    message: str


class _Failed(msgspec.Struct, frozen=True):
    at: str
    trace: str


_Message: TypeAlias = _Open | _Edit | _Close | _Changed | _Check | _Learn | _Stop | Scope


def open_projects(scope: Scope, tell: Tell) -> Session:
    """The session that really analyses."""
    from sadpath.lsp.projects import Projects  # imports the whole analysis

    return Projects(scope, tell)


class Analyst:
    """A `Session` that has another process do everything. That process is started when something is asked.

    It dies of a file at most once: the file is left alone until its text is another one, and the rest goes on.
    `make_session` is imported by its name in the other process.
    """

    def __init__(self, scope: Scope, tell: Tell, make_session: MakeSession = open_projects) -> None:
        self._scope = scope
        self._tell = tell
        self._make_session = make_session
        self._child: Child | None = None
        self._ended = False
        self._learns = True
        self._texts: dict[str, list[str]] = {}
        self._fatal: dict[str, list[str]] = {}

    def open(self, path: str, text: str) -> None:
        """From now on this is the file's text, whatever the disk has."""
        self._texts[path] = split_lines(text)
        self._send(_Open(path, text))

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """`old` lines from line `first` on became `new` ones; `lines` are all lines after that."""
        self._texts[path] = lines
        self._send(_Edit(path, lines[first : first + new], first, old))

    def close(self, path: str) -> None:
        """The disk has the file's text again."""
        self._texts.pop(path, None)
        self._fatal.pop(path, None)
        self._send(_Close(path))

    def changed(self, paths: Sequence[str]) -> None:
        """These files came, went, or have another text on the disk."""
        self._send(_Changed(paths))

    def reload(self, scope: Scope) -> None:
        """The settings may be other ones now; the texts that are open stay."""
        self._scope = scope
        self._send(scope)

    def check(self, path: str, is_stale: IsStale, /) -> FileReport:
        """What there is to say about a file. Raises AnalysisError, or Stale."""
        if path in self._fatal and self._fatal[path] == self._texts.get(path):
            return _crashed(path)
        child = self._child or self._start()
        try:
            child.connection.send(_Check(path))
            answer = self._answer(child, is_stale)
        except (EOFError, OSError):
            return self._bury(child, path)
        if isinstance(answer, _Failed):
            raise AnalysisError(answer.at, answer.trace)
        if isinstance(answer, _Stopped):
            raise Stale
        assert isinstance(answer, FileReport)
        return answer

    def learn(self, is_stale: IsStale, /) -> bool:
        """Find out what can only be told from all files. Should the process die of them, it does so once."""
        if not self._child or not self._learns:
            return False
        try:
            self._child.connection.send(_Learn())
            return self._answer(self._child, is_stale) is True
        except (EOFError, OSError):
            if not self._ended:
                self._learns = False
                self._child.end()
                self._child = None
            return False

    def end(self) -> None:
        """End the other process, whatever it does."""
        self._ended = True
        if self._child:
            self._child.end()

    def _answer(self, child: Child, is_stale: IsStale) -> object:
        """What the other process says in the end. It is told if nobody waits for that any more."""
        is_told = False
        while True:
            while not child.connection.poll(None if is_told else _GLANCE):
                if is_stale():
                    child.connection.send(_Stop())
                    is_told = True
            answer = child.connection.recv()
            if not isinstance(answer, _Told):
                return answer
            self._tell(answer.message)

    def _send(self, message: _Message) -> None:
        if self._child:
            with suppress(OSError):  # the process is gone: that shows when it is asked
                self._child.connection.send(message)

    def _start(self) -> Child:
        self._child = child = Child(_work, (self._make_session, self._scope))
        if self._ended:  # meanwhile, on the other thread
            child.end()
        for path, lines in self._texts.items():
            self._send(_Open(path, "".join(lines)))
        return child

    def _bury(self, child: Child, path: str) -> FileReport:
        if not self._ended:
            self._child = None
            self._fatal[path] = self._texts.get(path, [])
            name, cause = PurePath(path).name, child.cause_of_death()
            child.end()
            self._tell(f"sadpath leaves `{name}` alone until it changes: its analysis crashed ({cause})")
        return _crashed(path)


def _crashed(path: str) -> FileReport:
    return FileReport(path, skipped=(Skip(path, "the analysis of this file crashed"),))


def _work(connection: "Connection", subject: tuple[MakeSession, Scope]) -> None:
    """What the other process does: take news and answer questions until nobody is there to ask."""
    make_session, scope = subject

    def work() -> None:
        reader = _Reader(lambda: make_session(scope, lambda message: connection.send(_Told(message))))
        while True:
            message = connection.recv()
            if isinstance(message, _Check):
                connection.send(_outcome(reader, message.path, _now_and_then(connection.poll)))
            elif isinstance(message, _Learn):
                connection.send(reader.learn(_now_and_then(connection.poll)))
            elif not isinstance(message, _Stop):  # too late: the check had come to its end
                reader.take(message)

    with suppress(EOFError, OSError):
        on_large_stack(work)


def _now_and_then(is_stale: IsStale) -> IsStale:
    """Asks only every few milliseconds, as a look at a connection costs as much as many units that are known."""
    asked = time.perf_counter()

    def ask() -> bool:
        nonlocal asked
        now = time.perf_counter()
        if now - asked < _GLANCE:
            return False
        asked = now
        return is_stale()

    return ask


def _outcome(reader: "_Reader", path: str, is_stale: IsStale) -> FileReport | _Failed | _Stopped:
    try:
        return reader.check(path, is_stale)
    except Stale:
        return _Stopped()
    except Exception as error:
        return _Failed(at(error), trace(error))


class _Reader:
    """Tells a session the news. What it raises over them, or over being made, is raised when a file is checked."""

    def __init__(self, make_session: Callable[[], Session]) -> None:
        self._make_session = make_session
        self._session: Session | None = None
        self._lines: dict[str, list[str]] = {}
        self._failures: list[Exception] = []

    def take(self, news: _Message) -> None:
        try:
            self._take(news, self._made())
        except Exception as error:
            self._failures.append(error)

    def check(self, path: str, is_stale: IsStale) -> FileReport:
        if self._failures:
            failure = self._failures[0]
            self._failures.clear()
            raise failure
        return self._made().check(path, is_stale)

    def learn(self, is_stale: IsStale) -> bool:
        try:
            return self._made().learn(is_stale)
        except Exception as error:
            self._failures.append(error)
            return False

    def _made(self) -> Session:
        if self._session is None:
            self._session = self._make_session()
        return self._session

    def _take(self, news: _Message, session: Session) -> None:
        if isinstance(news, _Open):
            self._lines[news.path] = split_lines(news.text)
            session.open(news.path, news.text)
        elif isinstance(news, _Edit):
            lines = self._lines[news.path] = [*self._lines[news.path]]
            lines[news.first : news.first + news.old] = news.lines
            session.edit(news.path, lines, news.first, news.old, len(news.lines))
        elif isinstance(news, _Close):
            self._lines.pop(news.path, None)
            session.close(news.path)
        elif isinstance(news, _Changed):
            session.changed(news.paths)
        elif isinstance(news, Scope):
            session.reload(news)
