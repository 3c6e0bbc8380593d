"""The documents that are open in the editor, and the order in which they are checked."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from lsprotocol import types

from sadpath.analysis.finding import FileReport, Skip
from sadpath.lsp.convert import path_of, uri_of
from sadpath.lsp.document import Document, Encoding
from sadpath.lsp.last_good import with_last_good
from sadpath.lsp.open_file import OpenFile, Part
from sadpath.lsp.session import IsStale, Scope, Session, Stale
from sadpath.lsp.worker import Worker


class OpenFiles:
    """Keeps the open documents and has a session check them, one at a time: first those that the client asks for.

    Each check takes the texts of that moment, and is given up when something changes meanwhile, or when the client asks
    for another document; the next one goes on from there. What was found in a text that changed is thrown away.
    `make_session` is called on the worker's thread. `on_checked` is told of each result and what could not be
    analysed, `on_error` of each exception.
    """

    def __init__(
        self,
        encoding: Encoding,
        make_session: Callable[[], Session],
        on_checked: Callable[[OpenFile, Sequence[Skip]], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self.worker = Worker()
        self.encoding: Encoding = encoding
        self._make_session = make_session
        self._session: Session | None = None  # only the worker uses it, but to end it
        self._on_checked = on_checked
        self._on_error = on_error
        self._files: dict[str, OpenFile] = {}
        self._news: list[Callable[[Session], None]] = []
        self._state = 0
        self._turn = 0  # whatever began in an earlier one is given up
        self._target: OpenFile | None = None
        self._ended = False
        self._checking: asyncio.Task[None] | None = None

    def all(self) -> Iterable[OpenFile]:
        """All that is open."""
        return self._files.values()

    def get(self, uri: str) -> OpenFile | None:
        """The document or notebook that was opened under a URI."""
        return self._files.get(uri)

    def part(self, uri: str) -> Part | None:
        """What the client knows under the URI of a document or of a notebook's cell."""
        if file := self._files.get(uri):
            return next((part for part in file.parts() if part.uri == uri), None)
        return next((part for file in self._files.values() for part in file.parts() if part.uri == uri), None)

    def uri(self, path: str) -> str:
        """The URI of a file, as the client writes it where the file is open."""
        return next((file.uri for file in self._files.values() if file.path == path), uri_of(path))

    def paths(self) -> set[str]:
        """The paths of all that is open."""
        return {file.path for file in self._files.values()}

    def is_settled(self, file: OpenFile) -> bool:
        """Whether what was found in a file is what there is to find at the moment."""
        return file.checked_at == self._state

    @property
    def is_at_rest(self) -> bool:
        """Whether there is nothing to check or to find out."""
        return self._checking is None or self._checking.done()

    async def checked(self, uri: str) -> Part | None:
        """What is open under a URI, once it is checked; None where nothing is, or it was closed meanwhile."""
        part = self.part(uri)
        if part and not self.is_settled(part.file):
            asking = asyncio.get_running_loop().create_future()
            if self._target is not part.file and not (self._target and self._target.asking):
                self._turn += 1
            part.file.asking.append(asking)
            await asking
        return self.part(uri)

    def open(self, uri: str, version: int, text: str) -> None:
        """Take a document that the editor opened."""
        self.add(OpenFile(uri, path_of(uri), version, Document(text, self.encoding)))

    def add(self, file: OpenFile) -> None:
        """Take a module that the editor opened."""
        self._forget(file.uri)
        self._files[file.uri] = file
        self.recheck()

    def edit(self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Apply the editor's changes, in order, to a document if it is open."""
        if file := self._files.get(uri):
            file.version = version
            for change in changes:
                file.edit(change)
            self.recheck()

    def close(self, uri: str) -> OpenFile | None:
        """Forget a document; gives it if it was open."""
        file = self._forget(uri)
        self.recheck()
        return file

    def changed(self, paths: Sequence[str]) -> None:
        """Take in that files on the disk came, went or have another text."""
        self._news.append(lambda session: session.changed(paths))
        self.recheck()

    def reload(self, scope: Scope) -> None:
        """Take in that settings may be other ones now."""
        self._news.append(lambda session: session.reload(scope))
        self.recheck()

    def recheck(self) -> None:
        """Check all open documents, as something has changed on which each of them may depend."""
        self._state += 1
        self._turn += 1
        if self.is_at_rest:
            self._checking = asyncio.get_running_loop().create_task(self._check())

    def end(self) -> None:
        """Check nothing more, and leave no process behind."""
        self._ended = True
        if self._session:
            self._session.end()

    def _forget(self, uri: str) -> OpenFile | None:
        file = self._files.pop(uri, None)
        if file:
            file.release()
            if file.told:
                self._news.append(partial(_close, file.path))
        return file

    async def _check(self) -> None:
        is_settled = False
        while not is_settled:
            await self._check_all()
            state = self._state
            if await self.worker.run(self._lesson()):
                self._state += 1
            is_settled = state == self._state

    async def _check_all(self) -> None:
        while (file := self._next()) or (self._news and self._session):
            state, self._target = self._state, file
            try:
                report = await self.worker.run(self._job(file))
            except Stale:
                continue
            except Exception as error:
                self._on_error(error)
                report = None
                for other in self._files.values():
                    other.told = False  # nobody knows how far the session came
            if file and file.change is None:
                self._settle(file, state, report)
        self._news.clear()  # there is no session yet: the one that will be made sees the world as it is then

    def _next(self) -> OpenFile | None:
        waiting = [file for file in self._files.values() if file.checked_at != self._state]
        return min(waiting, key=_urgency, default=None)

    def _job(self, target: OpenFile | None) -> Callable[[], FileReport | None]:
        news = [*self._news, *(tell for file in self._files.values() if (tell := _news(file)))]
        self._news.clear()
        before = target.findings if target else ()
        is_stale = self._is_stale()

        def job() -> FileReport | None:
            session = self._session = self._session or self._make_session()
            if self._ended:  # meanwhile, on the other thread
                session.end()
            for tell in news:
                tell(session)
            return with_last_good(session.check(target.path, is_stale), before) if target else None

        return job

    def _lesson(self) -> Callable[[], bool]:
        session, is_stale = self._session, self._is_stale()
        return lambda: session is not None and session.learn(is_stale)

    def _is_stale(self) -> IsStale:
        turn = self._turn
        return lambda: self._turn != turn

    def _settle(self, file: OpenFile, state: int, report: FileReport | None) -> None:
        file.checked_at = state
        if report:
            file.findings = report.findings
        if state == self._state:
            try:
                self._on_checked(file, report.skipped if report else ())
            except Exception as error:
                self._on_error(error)
            file.release()


def _urgency(file: OpenFile) -> tuple[bool, bool, int]:
    """What sorts first is checked first: what the client waits for, what was edited, what was checked long ago."""
    return not file.asking, file.told and file.change is None, file.checked_at


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
