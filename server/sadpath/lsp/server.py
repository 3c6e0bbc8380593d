"""The language server: which function answers which message."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sadpath import __version__
from sadpath.analysis.finding import Skip
from sadpath.lsp import diagnostics as documents
from sadpath.lsp import failure, lifetime
from sadpath.lsp.analyst import Analyst
from sadpath.lsp.client import Client, client_of
from sadpath.lsp.code_action import code_actions
from sadpath.lsp.code_lens import code_lenses
from sadpath.lsp.configuration import Configuration
from sadpath.lsp.convert import path_of
from sadpath.lsp.diagnostics import Diagnostics
from sadpath.lsp.execute_command import execute_command
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.fix_all import resolve
from sadpath.lsp.hover import hover
from sadpath.lsp.index import Index
from sadpath.lsp.initialize import capabilities, folders_of, local
from sadpath.lsp.log import ClientLog
from sadpath.lsp.notebook import Notebook
from sadpath.lsp.open_file import OpenFile
from sadpath.lsp.progress import Progress
from sadpath.lsp.protocol import GuardedProtocol, tolerant_converter
from sadpath.lsp.registration import Registrations
from sadpath.lsp.session import MakeSession, Scope
from sadpath.lsp.watched_files import FileOperation, is_setting, operated, watched
from sadpath.lsp.workspace_diagnostics import WorkspaceDiagnostics
from sadpath.workspace.packs import Description, PackError, describe_rules, installed_packs

_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """A server for one client. `make_session` is called on the analysis's thread, when the first document is opened."""

    client: Client
    scope: Scope
    files: OpenFiles
    diagnostics: Diagnostics
    index: Index
    everywhere: WorkspaceDiagnostics
    progress_shown: Progress
    configuration: Configuration
    registrations: Registrations
    client_log: ClientLog | None = None

    def __init__(self, make_session: MakeSession = Analyst) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] # pygls leaves some arguments without a type
            "sadpath", __version__, protocol_cls=GuardedProtocol, converter_factory=tolerant_converter
        )
        self._make_session = make_session
        self._shown: set[str] = set()
        self._watch: asyncio.Task[None] | None = None
        self.wire.handlers = {
            types.INITIALIZE: self._initialize,
            types.INITIALIZED: self._initialized,
            types.SET_TRACE: _nothing,
            types.SHUTDOWN: self._shutdown,
            types.CANCEL_REQUEST: self._cancel,
            types.TEXT_DOCUMENT_DID_OPEN: self._did_open,
            types.TEXT_DOCUMENT_DID_CHANGE: self._did_change,
            types.TEXT_DOCUMENT_DID_SAVE: self._did_save,
            types.TEXT_DOCUMENT_DID_CLOSE: self._did_close,
            types.NOTEBOOK_DOCUMENT_DID_OPEN: self._did_open_notebook,
            types.NOTEBOOK_DOCUMENT_DID_CHANGE: self._did_change_notebook,
            types.NOTEBOOK_DOCUMENT_DID_SAVE: _nothing,
            types.NOTEBOOK_DOCUMENT_DID_CLOSE: self._did_close_notebook,
            types.TEXT_DOCUMENT_DIAGNOSTIC: self._diagnostic,
            types.TEXT_DOCUMENT_HOVER: self._hover,
            types.TEXT_DOCUMENT_CODE_ACTION: self._code_action,
            types.CODE_ACTION_RESOLVE: self._resolve,
            types.TEXT_DOCUMENT_CODE_LENS: self._code_lens,
            types.WORKSPACE_DIAGNOSTIC: self._workspace_diagnostic,
            types.WINDOW_WORK_DONE_PROGRESS_CANCEL: self._cancel_progress,
            types.WORKSPACE_EXECUTE_COMMAND: self._execute_command,
            types.WORKSPACE_DID_CHANGE_CONFIGURATION: self._did_change_configuration,
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._did_change_watched_files,
            types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: self._did_change_workspace_folders,
            types.WORKSPACE_DID_CREATE_FILES: self._did_operate,
            types.WORKSPACE_DID_RENAME_FILES: self._did_operate,
            types.WORKSPACE_DID_DELETE_FILES: self._did_operate,
        }

    @property
    def wire(self) -> GuardedProtocol:
        """The protocol that pygls made."""
        assert isinstance(self.protocol, GuardedProtocol)
        return self.protocol

    @cached_property
    def rules(self) -> dict[str, Description]:
        """What each rule says about itself, by its name."""
        try:
            described = describe_rules(installed_packs())
        except PackError as error:
            _log.warning("%s", error)
            described = describe_rules()
        return {rule.name: rule for rule in described}

    def report_server_error(self, error: Exception, source: object) -> None:
        """Called by pygls for a message that cannot be sent: a popup, its default, would not help the user."""
        _log.error("a message could not be sent (%s)\n%s", source, failure.trace(error))

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

    def end(self) -> None:
        """Leave no process behind."""
        if hasattr(self, "files"):
            self.files.end()
            self.index.end()
        if self.client_log:
            self.client_log.remove()

    def _initialize(self, params: types.InitializeParams) -> types.InitializeResult:
        loop = asyncio.get_running_loop()

        def tell(message: str) -> None:
            loop.call_soon_threadsafe(self.tell, message)

        self.client = client_of(params.capabilities)
        selectors = {rule.name: rule.family for rule in self.rules.values()}
        self.configuration = Configuration(self.client, self, selectors, tell, self._apply)
        options = self.configuration.begin(params.initialization_options)
        self.scope = self._configured(Scope(folders_of(params), trusted=options.trusted))
        self.files = OpenFiles(
            self.client.encoding,
            make_session=lambda: self._make_session(self.scope, tell),
            on_checked=self._checked,
            on_error=self._check_failed,
        )
        self.diagnostics = Diagnostics(
            self.client, self.files.uri, lambda path, mark: self.index.status(path, mark), options
        )
        self.progress_shown = Progress(
            "sadpath: checking the workspace", self.client, self, lambda: self.index.cancel()
        )
        self.index = Index(
            self.client.encoding,
            on_news=lambda: self.everywhere.wake(),
            on_reviewed=self._reviewed,
            on_progress=self.progress_shown.report,
            tell=tell,
        )
        self.everywhere = WorkspaceDiagnostics(self.files, self.index, self.diagnostics, self)
        self.registrations = Registrations(self.client, self)
        if params.process_id is not None and lifetime.is_alive(params.process_id):  # else it is in another container
            self._watch = loop.create_task(lifetime.watch(params.process_id, lambda: self.wire.stop(1)))
        return types.InitializeResult(capabilities(self.client, options), types.ServerInfo("sadpath", __version__))

    async def _initialized(self, _: object) -> None:
        self.client_log = ClientLog(self, self.configuration.options.log_threshold)
        self.registrations.start()
        await self.configuration.ask(self.scope.folders)
        self.registrations.diagnostics(self.configuration.options)
        self._follow()

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

    def _did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        if not self.client.watches:  # else it is told as well that the file has changed
            self._changed_on_disk([path_of(params.text_document.uri)])

    def _did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._close(params.text_document.uri)

    def _did_open_notebook(self, params: types.DidOpenNotebookDocumentParams) -> None:
        self.files.add(Notebook(params, self.client.encoding))

    def _did_change_notebook(self, params: types.DidChangeNotebookDocumentParams) -> None:
        notebook = self.files.get(params.notebook_document.uri)
        if isinstance(notebook, Notebook):
            gone = notebook.apply(params.notebook_document.version, params.change.cells)
            documents.clear(gone, self.client, self)
            for uri in gone:
                notebook.sent.pop(uri, None)
            self.files.recheck()

    def _did_close_notebook(self, params: types.DidCloseNotebookDocumentParams) -> None:
        self._close(params.notebook_document.uri)

    def _close(self, uri: str) -> None:
        if file := self.files.close(uri):
            for part in file.parts():
                documents.clear([part.uri], self.client, self)
                self.everywhere.closed(part.uri)

    async def _diagnostic(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await documents.pull(params, self.files, self.diagnostics)

    async def _workspace_diagnostic(self, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        if self.diagnostics.options.diagnostic_mode == "workspace" and not self.index.is_started:
            self.index.update(self.scope)
        return await self.everywhere.pull(params)

    def _cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        self.progress_shown.cancelled(params)

    def _hover(self, params: types.HoverParams) -> types.Hover | None:
        return hover(params, self.files, self.diagnostics, self.rules)

    def _code_action(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        return code_actions(params, self.files, self.diagnostics)

    def _resolve(self, action: types.CodeAction) -> types.CodeAction:
        return resolve(action, self.files, self.diagnostics)

    async def _code_lens(self, params: types.CodeLensParams) -> list[types.CodeLens]:
        return await code_lenses(params, self.files, self.diagnostics)

    async def _execute_command(self, params: types.ExecuteCommandParams) -> object:
        return await execute_command(params, self)

    async def _did_change_configuration(self, params: types.DidChangeConfigurationParams) -> None:
        await self.configuration.changed(params, self.scope.folders)

    def _did_change_watched_files(self, params: types.DidChangeWatchedFilesParams) -> None:
        self._changed_on_disk(watched(params))

    def _did_operate(self, params: FileOperation) -> None:
        self._changed_on_disk(operated(params))

    async def _did_change_workspace_folders(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone = local(*(folder.uri for folder in params.event.removed))
        new = local(*(folder.uri for folder in params.event.added))
        kept = [folder for folder in self.scope.folders if folder not in gone]
        self._reload(replace(self.scope, folders=tuple(dict.fromkeys((*kept, *new)))))
        await self.configuration.ask(self.scope.folders)

    def _changed_on_disk(self, paths: Sequence[str]) -> None:
        if any(map(is_setting, paths)):
            self._shown.clear()  # what was wrong may be wrong again
            self._reload(self.scope)
        elif paths:
            self.files.changed(paths)
            if self.index.is_started:
                self.index.update(self.scope)

    def _apply(self) -> None:
        """Work with options that have changed."""
        before, self.diagnostics.options = self.diagnostics.options, self.configuration.options
        options = self.diagnostics.options
        if self.client_log:
            self.client_log.set_level(options.log_threshold)
        if before.code_lens != options.code_lens and self.client.refreshes_lenses:
            self.workspace_code_lens_refresh(None)
        self.registrations.diagnostics(options)
        scope = self._configured(self.scope)
        is_same_check = (scope.selection, scope.selections) == (self.scope.selection, self.scope.selections)
        (self._show if is_same_check else self._reload)(scope)

    def _configured(self, scope: Scope) -> Scope:
        options, selections = self.configuration.options, self.configuration.selections
        wants_review = scope.base is not None or options.changes.show != "all"
        base = options.changes.base if wants_review else None
        return replace(scope, selection=options.selection, selections=selections, base=base)

    def _reload(self, scope: Scope) -> None:
        """Read all settings anew."""
        self.files.reload(scope)
        self._show(scope)

    def _show(self, scope: Scope) -> None:
        """Show what there is in another way."""
        self.scope = scope
        self.files.recheck()
        self._follow()
        self.everywhere.restart()

    def _follow(self) -> None:
        """Have all files checked if the user wants to know what is in them; a client that asks starts that itself."""
        in_all = self.diagnostics.options.diagnostic_mode == "workspace"
        if not in_all and self.scope.base is None:
            self.index.stop()
        elif self.index.is_started or self.scope.base is not None or not self.client.pulls:
            self.index.update(self.scope)
        if in_all and not self.client.pulls:
            self.everywhere.push()

    def review(self) -> None:
        """From now on find out what the change under review brings."""
        if self.scope.base is None:
            self.scope = replace(self.scope, base=self.diagnostics.options.changes.base)
            self._follow()

    def _reviewed(self) -> None:
        documents.after_review(self.files, self.diagnostics, self)
        self.everywhere.renew()

    def _checked(self, file: OpenFile, skipped: Sequence[Skip]) -> None:
        documents.after_check(file, self.diagnostics, self)
        self.everywhere.wake()
        for skip in skipped:
            if skip.rule and self.tell(f"sadpath's rule `{skip.rule}` failed, so hints of it may be missing"):
                _log.error("the rule `%s` failed in %s, line %s", skip.rule, skip.path, (skip.line or 0) + 1)

    def _check_failed(self, error: Exception) -> None:
        if self.tell(f"sadpath could not check a file ({failure.at(error)}); its log has more"):
            _log.error("a check failed\n%s", failure.trace(error))


def is_python(document: types.TextDocumentItem) -> bool:
    """By language or by name: Emacs calls the language `python-base`, others say nothing useful for stubs."""
    return document.language_id == "python" or document.uri.endswith((".py", ".pyi"))


def _nothing(_: object) -> None:
    return
