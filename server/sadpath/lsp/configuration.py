"""`workspace/configuration` and `workspace/didChangeConfiguration`: what the user sets, from wherever it comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from sadpath.lsp.client import Client
from sadpath.lsp.convert import uri_of
from sadpath.lsp.options import SECTION, Options, read_options
from sadpath.lsp.session import Tell
from sadpath.workspace.configuration import Selection


@dataclass
class Configuration:
    """Keeps the options as the client last gave them, and has them applied when they are other ones.

    `options` are those of the window, `selections` those of single folders. `selectors` are the names of all rules with
    their families. `trusted` is decided once, by `initialize`.
    """

    client: Client
    server: LanguageServer
    selectors: Mapping[str, str]
    tell: Tell
    apply: Callable[[], None]
    options: Options = field(default_factory=Options)
    selections: dict[Path, Selection] = field(default_factory=dict[Path, Selection])

    def begin(self, given: object) -> Options:
        """The options of `initialize`."""
        self.options = self._read(given)
        return self.options

    async def ask(self, folders: Sequence[Path]) -> None:
        """Ask the client, if it answers such questions, for the options of the window and of each folder."""
        if not self.client.configures:
            return
        items = [types.ConfigurationItem(uri_of(folder.as_posix()), SECTION) for folder in folders]
        asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION), *items])
        try:
            answer = await self.server.workspace_configuration_async(asked)
        except JsonRpcException:  # the client's own trouble: what holds goes on to hold
            return
        window, *inside = [*answer, *[None] * len(asked.items)][: len(asked.items)]
        of_folders = {folder: given for folder, given in zip(folders, inside, strict=True) if given is not None}
        self._take(self.options if window is None else self._read(window), of_folders)

    async def changed(self, params: types.DidChangeConfigurationParams, folders: Sequence[Path]) -> None:
        """Take what the client sends, or ask for it where that is how it works (LSP 3.17: the pull model)."""
        if self.client.configures:
            await self.ask(folders)
        else:
            self._take(self._read(params.settings), {})

    def _take(self, given: Options, of_folders: Mapping[Path, object]) -> None:
        before = self.options, self.selections
        self.options = msgspec.structs.replace(given, trusted=self.options.trusted)
        self.selections = {folder: self._read(own).selection for folder, own in of_folders.items()}
        if (self.options, self.selections) != before:
            self.apply()

    def _read(self, given: object) -> Options:
        options, problems = read_options(given, self.selectors)
        for problem in problems:
            self.tell(problem)
        return options
