"""JSON-RPC as LSP 3.17 wants it: pygls's dispatch with the guards that pygls 2.1.1 lacks."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from enum import Enum, EnumMeta, auto
from functools import partial
from typing import TypeAlias, cast, get_args, get_origin

from cattrs import Converter, transform_error
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import RPCMessage

from sadpath.lsp.failure import trace

Identity: TypeAlias = str | int

_log = logging.getLogger(__name__)
_FARTHEST = 2**31 - 1  # the greatest `uinteger` of LSP


class _Phase(Enum):
    NEW = auto()
    RUNNING = auto()
    SHUT_DOWN = auto()


class GuardedProtocol(LanguageServerProtocol):
    """Answers every request exactly once, also those that come too early, too late or in a wrong form.

    `handlers` are all there are: pygls's own, which keep documents whose lines also end at form feeds and U+2028, are
    not used. No answer holds a traceback or a path of this machine, no log entry the text of a document. `stopped` is
    the process's exit code, set by the `exit` notification.
    """

    handlers: Mapping[str, Callable[..., object]]
    stopped: "asyncio.Future[int]"
    _phase = _Phase.NEW

    def _register_builtin_features(self) -> None:
        return

    def receive(self, body: bytes) -> None:
        """Take one message of the client, without its header."""
        try:
            message: object = json.loads(body)
        except (ValueError, RecursionError):
            _log.warning("a message is not JSON")
            return self._refuse(None, JsonRpcParseError())
        if not isinstance(message, dict):
            return self._refuse(None, JsonRpcInvalidRequest("a message must be an object"))
        return self._dispatch(cast("dict[str, object]", message))

    def exit(self) -> None:
        """End the server as the `exit` notification, or the end of the input, asks."""
        self.stop(0 if self._phase is _Phase.SHUT_DOWN else 1)

    def stop(self, code: int) -> None:
        """End the server with this exit code; the first call counts."""
        if not self.stopped.done():
            self.stopped.set_result(code)

    def cancel(self, identity: Identity | None) -> None:
        """Cancel a request of the client that is not answered yet, or all of them where `identity` is None."""
        for key in [identity] if identity is not None else list(self._request_futures):
            if future := self._request_futures.get(key):
                future.cancel()

    def _dispatch(self, message: dict[str, object]) -> None:
        method, identity = message.get("method"), message.get("id")
        if identity is not None and not isinstance(identity, str | int):
            self._refuse(None, JsonRpcInvalidRequest("`id` must be a number or a string"))
        elif not isinstance(method, str):
            self._take_response(message)
        elif method == types.EXIT:
            self.exit()
        elif identity is None:
            self._take_notification(method, message)
        else:
            self._take_request(method, message, identity)

    def _take_request(self, method: str, message: Mapping[str, object], identity: Identity) -> None:
        try:
            self._admit(method)
            handler, params = self._handler(method), self._params(method, message)
        except JsonRpcException as refusal:
            return self._refuse(identity, refusal)
        if method == types.INITIALIZE:
            self._phase = _Phase.RUNNING
        elif method == types.SHUTDOWN:
            self._phase = _Phase.SHUT_DOWN
        self._execute_handler(identity, handler, partial(self._answer, identity, method), args=(params,))
        return None

    def _take_notification(self, method: str, message: Mapping[str, object]) -> None:
        try:
            self._admit(method)
            handler, params = self._handler(method), self._params(method, message)
        except JsonRpcInvalidParams as refusal:
            return _log.warning("%s is ignored: %s", method, refusal)
        except JsonRpcException as refusal:
            return _log.info("%s is ignored: %s", method, refusal)
        self._execute_handler(method, handler, partial(_report, method), args=(params,))
        return None

    def _take_response(self, message: dict[str, object]) -> None:
        try:
            self.handle_message(cast(RPCMessage, self.structure_message(message)))
        except Exception as error:
            _log.info("a response is ignored: %s", type(error).__name__)

    def _admit(self, method: str) -> None:
        """LSP 3.17, "Lifecycle messages": what may come before `initialize` and after `shutdown`."""
        if self._phase is _Phase.SHUT_DOWN:
            raise JsonRpcInvalidRequest("the server is shut down")
        if self._phase is _Phase.NEW and method != types.INITIALIZE:
            raise JsonRpcServerNotInitialized("the server is not initialized")
        if self._phase is _Phase.RUNNING and method == types.INITIALIZE:
            raise JsonRpcInvalidRequest("the server is initialized already")

    def _handler(self, method: str) -> Callable[..., object]:
        handler = self.handlers.get(method)
        if handler is None:
            raise JsonRpcMethodNotFound.of(method)
        return handler

    def _params(self, method: str, message: Mapping[str, object]) -> object:
        try:
            return self._converter.structure(message, types.METHOD_TO_TYPES[method][0]).params
        except Exception as error:
            raise JsonRpcInvalidParams("; ".join(transform_error(error, path="message")[:3])) from None

    def _answer(self, identity: Identity, method: str, future: Future[object]) -> None:
        self._request_futures.pop(identity, None)
        if future.cancelled():
            self._refuse(identity, JsonRpcRequestCancelled())
        elif (error := future.exception()) is None:
            self._send_response(identity, future.result())
        elif isinstance(error, JsonRpcException):
            self._refuse(identity, error)
        else:
            _log.error("%s failed\n%s", method, trace(error))
            self._refuse(identity, JsonRpcInternalError("the server could not answer; its log says why"))

    def _refuse(self, identity: Identity | None, error: JsonRpcException) -> None:
        answer: dict[str, object] = {"code": error.code, "message": error.message}
        if error.code == types.LSPErrorCodes.ServerCancelled.value:
            answer["data"] = error.data
        self._send_data({"jsonrpc": self.VERSION, "id": identity, "error": answer})


def tolerant_converter() -> Converter:
    """lsprotocol's converter, which refuses a whole message for one bad number, made to take what clients really send.

    A position out of range is moved into it, null counts as 0 (pygls#541, ruff-vscode#154: columns of 2^63), and
    members of enumerations that newer clients announce are left out.
    """
    converter = get_converter()
    converter.register_structure_hook(types.Position, _position)
    converter.register_structure_hook_factory(_is_enum_sequence, _known_members)
    return converter


def _position(value: Mapping[str, object], _: type) -> types.Position:
    return types.Position(_clamped(value["line"]), _clamped(value["character"]))


def _clamped(value: object) -> int:
    if value is not None and not isinstance(value, int | float):
        raise TypeError("not a number")
    return int(max(0, min(value or 0, _FARTHEST)))


def _is_enum_sequence(kind: object) -> bool:
    return get_origin(kind) is Sequence and isinstance(get_args(kind)[0], EnumMeta)


def _known_members(kind: object) -> Callable[[Sequence[object], object], Sequence[Enum]]:
    members: dict[object, Enum] = {member.value: member for member in get_args(kind)[0]}
    return lambda values, _: [members[value] for value in values if value in members]


def _report(method: str, future: Future[object]) -> None:
    if not future.cancelled() and (error := future.exception()):
        _log.error("%s failed\n%s", method, trace(error))
