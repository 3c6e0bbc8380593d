"""`workspace/diagnostic`, and what takes its place for clients that do not ask: hints of files that are not open."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from sadpath.lsp.diagnostics import Diagnostics, identity_of
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.index import Index

_AT_ONCE = 100
"""Diagnostics per message: a thousand of them keep the server from answering for 50 ms."""
_PAUSE = 0.05  # seconds between messages while files are being checked
_CANCELLED = types.LSPErrorCodes.ServerCancelled.value

Known: TypeAlias = dict[str, str]
"""The result id that a client has of each document."""
Document: TypeAlias = tuple[str, int | None, str, list[types.Diagnostic]]
"""A document's URI, its version if it is open, the result id of its diagnostics, and these."""


class WorkspaceDiagnostics:
    """Tells the client what is new about all files: those that are open as they are typed, others as on the disk."""

    def __init__(self, files: OpenFiles, index: Index, diagnostics: Diagnostics, server: LanguageServer) -> None:
        self._files = files
        self._index = index
        self._diagnostics = diagnostics
        self._server = server
        self._news = asyncio.Event()
        self._generation = 0
        self._pushed: Known = {}
        self._pushing: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Look again: something was found."""
        self._news.set()
        self._news = asyncio.Event()

    def restart(self) -> None:
        """Have clients ask anew: the diagnostics are made in another way now."""
        self._generation += 1
        self.renew()

    def renew(self) -> None:
        """Make all diagnostics anew."""
        for file in self._index.files.values():
            file.answer = None
        self.wake()

    def closed(self, uri: str) -> None:
        """A document is no longer open, and what was pushed for it is taken back."""
        self._pushed.pop(uri, None)
        self.wake()

    def push(self) -> None:
        """From now on push what is new."""
        if self._pushing is None:
            self._pushing = asyncio.get_running_loop().create_task(self._push())

    async def pull(self, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        """What is new since the results that the client has. Does not answer before there is something.

        With a token for partial results, everything is sent as it is found; without, the client has to ask again.
        """
        known: Known = {previous.uri: previous.value for previous in params.previous_result_ids}
        token, generation, has_sent = params.partial_result_token, self._generation, False
        async with aclosing(self._changes(known)) as changes:
            async for some in changes:
                if generation != self._generation:
                    raise _restarted()
                reports = [_report(*document) for document in some]
                if reports and token is None:
                    return types.WorkspaceDiagnosticReport(reports)
                if reports and token is not None:
                    has_sent = True
                    self._server.progress(
                        types.ProgressParams(token, types.WorkspaceDiagnosticReportPartialResult(reports))
                    )
                elif has_sent and not self._index.is_running:
                    break
        return types.WorkspaceDiagnosticReport([])

    async def _push(self) -> None:
        async for some in self._changes(self._pushed):
            for uri, version, _, items in some:
                if version is None:  # what is open is pushed as soon as it is checked
                    self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items))

    async def _changes(self, known: Known) -> AsyncGenerator[list[Document]]:
        """Documents that are not as known, a few at a time; an empty list when there are no more at the moment."""
        while True:
            news, some, size = self._news, list[Document](), 0
            for document in self._new(known):
                uri, _, identity, items = document
                known[uri] = identity
                some.append(document)
                size += len(items)
                if size >= _AT_ONCE:
                    yield some
                    some, size = [], 0
                    await asyncio.sleep(0)
            if some:
                yield some
            yield []
            await news.wait()
            await asyncio.sleep(_PAUSE if self._index.is_running else 0)

    def _new(self, known: Known) -> Iterator[Document]:
        present = {part.uri for file in self._files.all() for part in file.parts()}
        for document in self._documents():
            present.add(document[0])
            if known.get(document[0], "") != document[2]:
                yield document
        for uri in known.keys() - present:
            if known[uri] and not self._index.is_running:
                yield uri, None, "", []

    def _documents(self) -> Iterator[Document]:
        """All documents, in an order that changes do not disturb. One without diagnostics has no result id."""
        for file in list(self._files.all()):
            for part in file.parts() if self._files.is_settled(file) else ():
                items = self._diagnostics.of(part.findings, part)
                yield part.uri, part.version, identity_of(items) if items else "", items
        opened = self._files.paths()
        wants_all = self._diagnostics.options.diagnostic_mode == "workspace"
        for closed in list(self._index.files.values()) if wants_all else ():
            if closed.path not in opened:
                if closed.answer is None:
                    items = self._diagnostics.of(closed.findings, closed)
                    closed.answer = identity_of(items) if items else "", items
                yield closed.uri, None, *closed.answer


def _report(
    uri: str, version: int | None, identity: str, items: list[types.Diagnostic]
) -> types.WorkspaceFullDocumentDiagnosticReport:
    return types.WorkspaceFullDocumentDiagnosticReport(uri, items, version=version, result_id=identity or None)


def _restarted() -> JsonRpcException:
    """LSP 3.17, `DiagnosticServerCancellationData`: the client asks again."""
    return JsonRpcException("the settings have changed", _CANCELLED, {"retriggerRequest": True})
