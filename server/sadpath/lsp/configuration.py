"""`workspace/configuration` and `workspace/didChangeConfiguration`: what the user sets, from wherever it comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from sadpath.lsp.client import Client
from sadpath.lsp.options import SECTION, Options, read_options
from sadpath.lsp.session import Tell


@dataclass
class Configuration:
    """Keeps the options as the client last gave them, and has them applied when they are other ones.

    `selectors` are the names of all rules with their families. `trusted` is decided once, by `initialize`.
    """

    client: Client
    server: LanguageServer
    selectors: Mapping[str, str]
    tell: Tell
    apply: Callable[[Options], None]
    options: Options = field(default_factory=Options)

    def begin(self, given: object) -> Options:
        """The options of `initialize`."""
        self.options = self._read(given)
        return self.options

    async def ask(self) -> None:
        """Ask the client, if it answers such questions."""
        if not self.client.configures:
            return
        asked = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
        try:
            answer = await self.server.workspace_configuration_async(asked)
        except JsonRpcException:  # the client's own trouble: what holds goes on to hold
            return
        if answer and answer[0] is not None:
            self._take(answer[0])

    async def changed(self, params: types.DidChangeConfigurationParams) -> None:
        """Take what the client sends, or ask for it where that is how it works (LSP 3.17: the pull model)."""
        if self.client.configures:
            await self.ask()
        else:
            self._take(params.settings)

    def _take(self, given: object) -> None:
        options = msgspec.structs.replace(self._read(given), trusted=self.options.trusted)
        if options != self.options:
            self.options = options
            self.apply(options)

    def _read(self, given: object) -> Options:
        options, problems = read_options(given, self.selectors)
        for problem in problems:
            self.tell(problem)
        return options
