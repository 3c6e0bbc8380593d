"""The server as a process of its own, which an editor starts."""

import asyncio
import logging
import os
import sys

from sadpath.lsp.analyst import Analyst
from sadpath.lsp.server import Server
from sadpath.lsp.session import MakeSession
from sadpath.lsp.transport import serve


def run(make_session: MakeSession = Analyst) -> int:
    """Serve the client on standard input and output until it ends the server; gives the exit code."""
    server = Server(make_session)
    handler = logging.StreamHandler()
    handler.addFilter(lambda _: server.client_log is None)  # editors show both in one place
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)  # it logs whole messages, source text included
    source, target = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what anything prints must not mix with the protocol
    try:
        code = asyncio.run(serve(server.wire, source, target))
    finally:
        server.end()
    if server.is_busy:  # the interpreter would wait for the analysis to end
        sys.stderr.flush()
        os._exit(code)
    return code
