"""`client/registerCapability`: what the server asks of the client once it knows the user's settings."""

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from sadpath.lsp.client import Client
from sadpath.lsp.initialize import pulled
from sadpath.lsp.options import SECTION, Options
from sadpath.workspace.versions import LOCKS

SETTINGS = ("pyproject.toml", "sadpath.toml", *LOCKS, "requirements*.txt", "pyvenv.cfg")
"""Files on which the analysis of all others depends: settings, and what tells the versions of libraries."""
_PYTHON = "**/*.{py,pyi}"
_WATCH, _CONFIGURATION, _DIAGNOSTICS = "sadpath-watch", "sadpath-configuration", "sadpath-diagnostics"


class Registrations:
    """What is registered with the client, which gets nothing that it did not announce."""

    def __init__(self, client: Client, server: LanguageServer) -> None:
        self._client = client
        self._server = server
        self._pulled: types.DiagnosticOptions | None = None

    def start(self) -> None:
        """Ask to be told about files and configuration."""
        wanted: list[types.Registration] = []
        if self._client.watches:
            patterns = (_PYTHON, *(f"**/{name}" for name in SETTINGS))
            watchers = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(p) for p in patterns])
            wanted.append(types.Registration(_WATCH, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, watchers))
        if self._client.tells_configuration:
            section = types.DidChangeConfigurationRegistrationOptions(SECTION)
            wanted.append(types.Registration(_CONFIGURATION, types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if wanted:
            self._server.client_register_capability(types.RegistrationParams(wanted))

    def diagnostics(self, options: Options) -> None:
        """Say which diagnostics there are to pull, now that these settings hold."""
        wanted = pulled(options)
        if not self._client.pulls or not self._client.registers_diagnostics or wanted == self._pulled:
            return
        if self._pulled:
            gone = types.Unregistration(_DIAGNOSTICS, types.TEXT_DOCUMENT_DIAGNOSTIC)
            self._server.client_unregister_capability(types.UnregistrationParams([gone]))
        self._pulled = wanted
        registered = types.DiagnosticRegistrationOptions(
            inter_file_dependencies=wanted.inter_file_dependencies,
            workspace_diagnostics=wanted.workspace_diagnostics,
            identifier=wanted.identifier,
        )
        new = types.Registration(_DIAGNOSTICS, types.TEXT_DOCUMENT_DIAGNOSTIC, registered)
        self._server.client_register_capability(types.RegistrationParams([new]))
