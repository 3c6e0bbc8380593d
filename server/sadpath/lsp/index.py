"""What was found in the files that are not open, kept up to date in the background."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from lsprotocol import types

from sadpath.analysis.finding import Finding, Position, Range
from sadpath.lsp.convert import uri_of
from sadpath.lsp.document import Encoding, width
from sadpath.lsp.indexer import Ended, Found, News, Portion, Reviewed, Told, index
from sadpath.lsp.session import Scope, Tell
from sadpath.workspace.processes import Child
from sadpath.workspace.status import Status

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class ClosedFile:
    """A file with findings that is not open in the editor."""

    path: str
    uri: str
    findings: tuple[Finding, ...]
    lines: dict[int, str]
    encoding: Encoding
    answer: "tuple[str, list[types.Diagnostic]] | None" = field(default=None)
    """The result id and the diagnostics that were made of the findings."""

    def holds(self, _: Range, /) -> bool:
        """Any range of the module is in the document."""
        return True

    def range(self, place: Range) -> types.Range:
        """A range in the client's units."""
        return types.Range(self._position(place.start), self._position(place.end))

    def _position(self, position: Position) -> types.Position:
        line = self.lines.get(position.line)
        column = position.column if line is None else width(line[: position.column], self.encoding)
        return types.Position(position.line, column)


class Index:
    """Has all files checked by another process, and again when something has changed; one run at a time.

    `on_news` is called whenever there is more to know, `on_reviewed` when `reviewed` has changed, which says what the
    change under review brings. `on_progress` gets the numbers of files checked and in all, in the first run, and None
    when a run ends. Everything on the loop's thread.
    """

    def __init__(
        self,
        encoding: Encoding,
        on_news: Callable[[], None],
        on_reviewed: Callable[[], None],
        on_progress: Callable[[tuple[int, int] | None], None],
        tell: Tell,
    ) -> None:
        self.files: dict[str, ClosedFile] = {}
        self.reviewed: Reviewed | None = None
        self._encoding: Encoding = encoding
        self._on_news = on_news
        self._on_reviewed = on_reviewed
        self._on_progress = on_progress
        self._tell = tell
        self._child: Child | None = None
        self._is_running = False
        self._is_update = False
        self._is_cancelled = False
        self._waiting: Scope | None = None
        self._seen: set[str] = set()
        self._settling: list[asyncio.Future[None]] = []

    @property
    def is_started(self) -> bool:
        """Whether it is kept up to date, or was until the user did not want it any more."""
        return self._child is not None or self._is_cancelled

    @property
    def is_running(self) -> bool:
        """Whether files are being checked."""
        return self._is_running

    async def settled(self) -> None:
        """Wait until no files are being checked."""
        while self._is_running:
            waiting = asyncio.get_running_loop().create_future()
            self._settling.append(waiting)
            await waiting

    def status(self, path: str, fingerprint: str) -> Status | None:
        """What the change has to do with a finding; None where nothing tells. What is not on the disk yet is new."""
        if self.reviewed is None or self.reviewed.problem:
            return None
        known = self.reviewed.statuses.get(path)
        return known.get(fingerprint, Status.NEW) if known is not None else None

    def update(self, scope: Scope) -> None:
        """Check what is different now. Starts the process where there is none, unless that was cancelled."""
        if self._is_cancelled:
            return
        if self._is_running:
            self._waiting = scope
            return
        self._is_running = True
        self._is_update = self._child is not None
        self._seen.clear()
        if self._child is None:
            self._start(scope)
        else:
            with suppress(OSError):  # it is gone: the thread that reads from it says so
                self._child.connection.send(scope)

    def cancel(self) -> None:
        """Check nothing more until it is stopped and started again; what was found stays."""
        self._is_cancelled = True
        self._leave()

    def stop(self) -> None:
        """Check nothing more, and forget what was found."""
        self._is_cancelled = False
        self._leave()
        self.files.clear()
        self.reviewed = None
        self._on_news()

    def _leave(self) -> None:
        self._waiting = None
        child, self._child = self._child, None
        if child:
            child.end()
            self._ended()

    def end(self) -> None:
        """Leave no process behind. May be called on any thread."""
        if self._child:
            self._child.end()

    def _start(self, scope: Scope) -> None:
        self._child = child = Child(index, scope)
        loop = asyncio.get_running_loop()

        def take(news: News | None) -> None:
            if child is self._child:
                self._take(news)

        def call(news: News | None) -> None:
            with suppress(RuntimeError):  # the loop is closed: the server has ended
                loop.call_soon_threadsafe(take, news)

        threading.Thread(target=partial(_read, child, call), name="index", daemon=True).start()

    def _take(self, news: News | None) -> None:
        if isinstance(news, Portion):
            if not self._is_update:  # which is fast, and follows each file that is saved
                self._on_progress((news.done, news.total))
            for found in news.found:
                self._add(found)
        elif isinstance(news, Reviewed):
            before, self.reviewed = self.reviewed, news
            if news != before:
                self._on_reviewed()
            if news.problem:
                self._tell(f"sadpath cannot tell what this change brings: {news.problem}")
        elif isinstance(news, Told):
            self._tell(news.message)
        else:
            self._end_run(news)
        self._on_news()

    def _add(self, found: Found) -> None:
        self._seen.add(found.path)
        before = self.files.get(found.path)
        if before is None or before.findings != found.findings or before.lines != found.lines:
            uri = uri_of(found.path)
            self.files[found.path] = ClosedFile(found.path, uri, found.findings, found.lines, self._encoding)

    def _end_run(self, ended: Ended | None) -> None:
        if ended is None:
            problem, self._child = "its process died", None
        else:
            problem = ended.problem
        if problem:
            _log.error("the workspace could not be checked: %s", problem)
            self._tell("sadpath could not check the workspace; its log has more")
        else:
            for path in self.files.keys() - self._seen:
                del self.files[path]
        self._ended()

    def _ended(self) -> None:
        self._is_running = False
        self._on_progress(None)
        scope, self._waiting = self._waiting, None
        if scope:
            self.update(scope)
        settling, self._settling = self._settling, []
        for waiting in settling:
            if not waiting.done():
                waiting.set_result(None)


def _read(child: Child, call: Callable[[News | None], None]) -> None:
    with suppress(EOFError, OSError):
        while True:
            call(child.connection.recv())
    call(None)
