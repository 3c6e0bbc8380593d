"""The language server: which function answers which message."""

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sadpath import __version__
from sadpath.analysis.finding import Skip
from sadpath.lsp import diagnostics, lifetime
from sadpath.lsp.client import Client, client_of
from sadpath.lsp.code_action import code_actions
from sadpath.lsp.files import OpenFile, OpenFiles, Session
from sadpath.lsp.hover import hover
from sadpath.lsp.initialize import capabilities, root_of
from sadpath.lsp.project import open_project, root_for
from sadpath.lsp.protocol import GuardedProtocol, tolerant_converter, trace
from sadpath.lsp.transport import serve
from sadpath.workspace.packs import describe_rules

_log = logging.getLogger(__name__)

MakeSession: TypeAlias = Callable[[Path, Callable[[str], None]], Session]
"""Makes the session of a directory, with a function that tells the user something."""


class Server(LanguageServer):
    """A server for one client. `make_session` is called on the analysis's thread, when the first document is opened."""

    client: Client
    files: OpenFiles

    def __init__(self, make_session: MakeSession = open_project) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] # pygls leaves some arguments without a type
            "sadpath", __version__, protocol_cls=GuardedProtocol, converter_factory=tolerant_converter
        )
        self._make_session = make_session
        self._shown: set[str] = set()
        self._watch: asyncio.Task[None] | None = None
        self.wire.handlers = {
            types.INITIALIZE: self._initialize,
            types.INITIALIZED: _nothing,
            types.SET_TRACE: _nothing,
            types.SHUTDOWN: self._shutdown,
            types.CANCEL_REQUEST: self._cancel,
            types.TEXT_DOCUMENT_DID_OPEN: self._did_open,
            types.TEXT_DOCUMENT_DID_CHANGE: self._did_change,
            types.TEXT_DOCUMENT_DID_SAVE: self._did_save,
            types.TEXT_DOCUMENT_DID_CLOSE: self._did_close,
            types.TEXT_DOCUMENT_DIAGNOSTIC: self._diagnostic,
            types.TEXT_DOCUMENT_HOVER: self._hover,
            types.TEXT_DOCUMENT_CODE_ACTION: self._code_action,
        }

    @property
    def wire(self) -> GuardedProtocol:
        """The protocol that pygls made."""
        assert isinstance(self.protocol, GuardedProtocol)
        return self.protocol

    @cached_property
    def documentation(self) -> dict[str, str]:
        """The Markdown of each rule, by its name."""
        return {rule.name: rule.documentation for rule in describe_rules()}

    def report_server_error(self, error: Exception, source: object) -> None:
        """Called by pygls for a message that cannot be sent: a popup, its default, would not help the user."""
        _log.error("a message could not be sent (%s)\n%s", source, trace(error))

    @property
    def is_busy(self) -> bool:
        """Whether an analysis is running."""
        return hasattr(self, "files") and self.files.worker.busy

    def tell(self, message: str) -> bool:
        """Show the user a message, each one once; gives whether it is new."""
        is_new = message not in self._shown
        if is_new:
            self._shown.add(message)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        return is_new

    def _initialize(self, params: types.InitializeParams) -> types.InitializeResult:
        loop = asyncio.get_running_loop()

        def tell(message: str) -> None:
            loop.call_soon_threadsafe(self.tell, message)

        root = root_of(params)
        self.client = client_of(params.capabilities)
        self.files = OpenFiles(
            self.client.encoding,
            make_session=lambda path: self._make_session(root or root_for(path), tell),
            on_checked=self._checked,
            on_error=self._check_failed,
        )
        if params.process_id is not None and lifetime.is_alive(params.process_id):  # else it is in another container
            self._watch = loop.create_task(lifetime.watch(params.process_id, lambda: self.wire.stop(1)))
        return types.InitializeResult(capabilities(self.client), types.ServerInfo("sadpath", __version__))

    def _shutdown(self, _: object) -> None:
        self.wire.cancel(None)

    def _cancel(self, params: types.CancelParams) -> None:
        self.wire.cancel(params.id)

    def _did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        if is_python(document):
            self.files.open(document.uri, document.version, document.text)

    def _did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        self.files.edit(params.text_document.uri, params.text_document.version, params.content_changes)

    def _did_save(self, _: types.DidSaveTextDocumentParams) -> None:
        self.files.recheck()

    def _did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        if self.files.close(params.text_document.uri):
            diagnostics.clear(params.text_document.uri, self.client, self)

    async def _diagnostic(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await diagnostics.pull(params, self.files, self.client)

    def _hover(self, params: types.HoverParams) -> types.Hover | None:
        return hover(params, self.files, self.client, self.documentation)

    def _code_action(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        return code_actions(params, self.files, self.client)

    def _checked(self, file: OpenFile, skipped: Sequence[Skip]) -> None:
        diagnostics.after_check(file, self.files, self.client, self)
        for skip in skipped:
            if skip.rule and self.tell(f"sadpath's rule `{skip.rule}` failed, so hints of it may be missing"):
                _log.error("the rule `%s` failed in %s, line %s", skip.rule, skip.path, (skip.line or 0) + 1)

    def _check_failed(self, error: Exception) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        at = f"{type(error).__name__} in {place.name}, line {place.lineno}"
        if self.tell(f"sadpath could not check a file ({at}); its log has more"):
            _log.error("a check failed\n%s", trace(error))


def run(make_session: MakeSession = open_project) -> int:
    """Serve the client on standard input and output until it ends the server; gives the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)  # it logs whole messages, source text included
    source, target = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what anything prints must not mix with the protocol
    server = Server(make_session)
    code = asyncio.run(serve(server.wire, source, target))
    if server.is_busy:  # the interpreter would wait for the analysis to end
        sys.stderr.flush()
        os._exit(code)
    return code


def is_python(document: types.TextDocumentItem) -> bool:
    """By language or by name: Emacs calls the language `python-base`, others say nothing useful for stubs."""
    return document.language_id == "python" or document.uri.endswith((".py", ".pyi"))


def _nothing(_: object) -> None:
    return
