"""The documents that are open in the editor, and the order in which they are checked."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from lsprotocol import types

from sadpath.analysis.finding import FileReport, Finding, Skip
from sadpath.lsp.convert import path_of, uri_of
from sadpath.lsp.document import Change, Document, Encoding
from sadpath.lsp.last_good import with_last_good
from sadpath.lsp.moved import moved
from sadpath.lsp.worker import Worker


class Session(Protocol):
    """What the server needs of `sadpath.workspace.session.Session`."""

    def check(self, path: str) -> FileReport:
        """What there is to say about a file."""
        ...

    def open(self, path: str, text: str) -> None:
        """From now on this is the file's text, whatever the disk has."""
        ...

    def edit(self, path: str, lines: list[str], first: int, old: int, new: int) -> None:
        """`old` lines from line `first` on became `new` ones; `lines` are all lines after that."""
        ...

    def close(self, path: str) -> None:
        """The disk has the file's text again."""
        ...


@dataclass(eq=False)
class OpenFile:
    """An open document with what was found in it."""

    uri: str
    path: str
    version: int
    document: Document
    findings: tuple[Finding, ...] = ()
    """They stand where they belong in the text of this moment, also while it is not checked yet."""
    checked_at: int = -1
    """The state of all documents (see `OpenFiles.recheck`) in which the findings were found."""
    sent: tuple[int, str] | None = None
    """The version and the result id of the diagnostics that the client has."""
    told: bool = False
    """The session has the text, but for `change`."""
    change: Change | None = None
    asking: "list[asyncio.Future[None]]" = field(default_factory=list["asyncio.Future[None]"])
    """Those who wait for the file to be checked."""


class OpenFiles:
    """Keeps the open documents and has a session check them, one at a time: first those that the client asks for.

    Each check takes the texts of that moment; what was found in a text that changed meanwhile is thrown away.
    `make_session` is called on the worker's thread, with the path of an open document. `on_checked` is told of each
    result and what could not be analysed, `on_error` of each exception.
    """

    def __init__(
        self,
        encoding: Encoding,
        make_session: Callable[[str], Session],
        on_checked: Callable[[OpenFile, Sequence[Skip]], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.worker = Worker()
        self._encoding: Encoding = encoding
        self._make_session = make_session
        self._session: Session | None = None  # only the worker touches it
        self._on_checked = on_checked
        self._on_error = on_error
        self._files: dict[str, OpenFile] = {}
        self._closed: list[str] = []
        self._state = 0
        self._checking: asyncio.Task[None] | None = None

    def get(self, uri: str) -> OpenFile | None:
        """The open document of a URI."""
        return self._files.get(uri)

    def uri(self, path: str) -> str:
        """The URI of a file, as the client writes it where the file is open."""
        return next((file.uri for file in self._files.values() if file.path == path), uri_of(path))

    async def checked(self, uri: str) -> OpenFile | None:
        """The open document, once it is checked; None where it is not open, or closed meanwhile."""
        if (file := self._files.get(uri)) and file.checked_at != self._state:
            asking = asyncio.get_running_loop().create_future()
            file.asking.append(asking)
            await asking
        return self._files.get(uri)

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a document that the editor opened."""
        self._forget(uri)
        self._files[uri] = OpenFile(uri, path_of(uri), version, Document(text, self._encoding))
        self.recheck()

    def edit(self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Apply the editor's changes, in order, to a document if it is open."""
        if not (file := self._files.get(uri)):
            return
        file.version = version
        for change in changes:
            where = change.range if isinstance(change, types.TextDocumentContentChangePartial) else None
            splice = file.document.edit(where, change.text)
            file.findings = moved(file.findings, splice)
            file.change = file.change.then(splice.lines) if file.change else splice.lines
        self.recheck()

    def close(self, uri: str) -> bool:
        """Forget a document; gives whether it was open."""
        was_open = self._forget(uri)
        self.recheck()
        return was_open

    def recheck(self) -> None:
        """Check all open documents, as something has changed on which each of them may depend."""
        self._state += 1
        if self._checking is None or self._checking.done():
            self._checking = asyncio.get_running_loop().create_task(self._check())

    def _forget(self, uri: str) -> bool:
        file = self._files.pop(uri, None)
        if file:
            _release(file)
            self._closed += [file.path] if file.told else []
        return file is not None

    async def _check(self) -> None:
        while (file := self._next()) or self._closed:
            state = self._state
            try:
                report = await self.worker.run(self._job(file))
            except Exception as error:
                self._on_error(error)
                report = None
                for other in self._files.values():
                    other.told = False  # nobody knows how far the session came
            if file and file.change is None:
                self._settle(file, state, report)

    def _next(self) -> OpenFile | None:
        waiting = [file for file in self._files.values() if file.checked_at != self._state]
        return min(waiting, key=_urgency, default=None)

    def _job(self, target: OpenFile | None) -> Callable[[], FileReport | None]:
        known = [*(file.path for file in self._files.values()), *self._closed]
        news: list[Callable[[Session], None]] = [partial(_close, path) for path in self._closed]
        news += [tell for file in self._files.values() if (tell := _news(file))]
        self._closed.clear()
        lines = list(target.document.lines) if target else []
        before = target.findings if target else ()

        def job() -> FileReport | None:
            session = self._session = self._session or self._make_session(known[0])
            for tell in news:
                tell(session)
            return with_last_good(session.check(target.path), before, lines) if target else None

        return job

    def _settle(self, file: OpenFile, state: int, report: FileReport | None) -> None:
        file.checked_at = state
        if report:
            file.findings = report.findings
        if state == self._state:
            try:
                self._on_checked(file, report.skipped if report else ())
            except Exception as error:
                self._on_error(error)
            _release(file)


def _urgency(file: OpenFile) -> tuple[bool, bool, int]:
    """What sorts first is checked first: what the client waits for, what was edited, what was checked long ago."""
    return not file.asking, file.told and file.change is None, file.checked_at


def _release(file: OpenFile) -> None:
    for asking in file.asking:
        if not asking.done():
            asking.set_result(None)
    file.asking.clear()


def _news(file: OpenFile) -> Callable[[Session], None] | None:
    """What the session must be told of a document before it checks any."""
    told, change = file.told, file.change
    file.told, file.change = True, None
    if told and not change:
        return None
    lines = list(file.document.lines)
    if told and change:
        return lambda session: session.edit(file.path, lines, *change)
    return lambda session: session.open(file.path, "".join(lines))


def _close(path: str, session: Session) -> None:
    session.close(path)
