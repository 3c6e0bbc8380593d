"""Work-done progress: tells the user of work in the background, and lets the user stop it."""

import asyncio
from collections.abc import Callable
from itertools import count

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from sadpath.lsp.client import Client


class Progress:
    """Shows how far some work is, from when the client has made room for that. Does nothing without the capability."""

    def __init__(self, title: str, client: Client, server: LanguageServer, stop: Callable[[], None]) -> None:
        self._title = title
        self._client = client
        self._server = server
        self._stop = stop
        self._numbers = count(1)
        self._token: str | None = None
        self._is_shown = False
        self._percentage = -1
        self._creating: asyncio.Task[None] | None = None

    def report(self, state: tuple[int, int] | None) -> None:
        """So many of so many are done; None at the end. The client hears of each percent once."""
        if not self._client.progress:
            return
        if state is None:
            self._end()
        elif self._token is None:
            self._token = f"sadpath-{next(self._numbers)}"
            self._creating = asyncio.get_running_loop().create_task(self._create(self._token))
        elif self._is_shown:
            self._report(*state)

    def cancelled(self, params: types.WorkDoneProgressCancelParams) -> None:
        """`window/workDoneProgress/cancel`: the user stops the work."""
        if params.token == self._token:
            self._stop()

    async def _create(self, token: str) -> None:
        try:
            await self._server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
        except JsonRpcException:
            return
        if token == self._token:
            self._is_shown = True
            self._send(token, types.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0))

    def _report(self, done: int, total: int) -> None:
        percentage = 100 * done // max(total, 1)
        if self._token and percentage != self._percentage:
            self._percentage = percentage
            self._send(
                self._token, types.WorkDoneProgressReport(message=f"{done}/{total} files", percentage=percentage)
            )

    def _end(self) -> None:
        if self._token and self._is_shown:
            self._send(self._token, types.WorkDoneProgressEnd())
        self._token, self._is_shown, self._percentage = None, False, -1

    def _send(self, token: str, value: object) -> None:
        self._server.progress(types.ProgressParams(token, value))
