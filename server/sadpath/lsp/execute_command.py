"""`workspace/executeCommand`: what a client can have done besides the requests of the protocol."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from sadpath import __version__
from sadpath.analysis.accepting import PLACEHOLDER, Acceptances
from sadpath.analysis.finding import Finding
from sadpath.lsp.change_findings import change_findings
from sadpath.lsp.open_file import Part
from sadpath.lsp.workspace_edit import workspace_edit

if TYPE_CHECKING:
    from sadpath.lsp.server import Server

SHOW_FINDING = "sadpath.showFinding"
ACCEPT_RISK = "sadpath.acceptRisk"
CHANGE_FINDINGS = "sadpath.changeFindings"
DEBUG_INFORMATION = "sadpath.debugInformation"

Command: TypeAlias = "Callable[[Server, Sequence[object]], Awaitable[object]]"


async def execute_command(params: types.ExecuteCommandParams, server: "Server") -> object:
    """Run a command of docs/editors.md. Raises JsonRpcInvalidParams for an unknown one, or wrong arguments."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams(f"there is no command `{params.command}`")
    return await command(server, params.arguments or ())


async def _show_finding(server: "Server", arguments: Sequence[object]) -> object:
    part, finding = await _finding(server, arguments)
    if not server.client.shows:
        return None
    place = part.range(finding.range)
    shown = types.ShowDocumentParams(part.uri, take_focus=True, selection=types.Range(place.start, place.start))
    await server.window_show_document_async(shown)
    return None


async def _accept_risk(server: "Server", arguments: Sequence[object]) -> object:
    part, finding = await _finding(server, arguments)
    reason = arguments[2] if len(arguments) > 2 else None
    if not isinstance(reason, str) or not reason.strip():
        raise JsonRpcInvalidParams("`sadpath.acceptRisk` needs a reason as its third argument")
    edit = Acceptances(part.file.document.lines).edit(finding.rule, finding.range.start.line)
    if edit is None or not server.client.applies:
        return False
    text = edit.text.replace(PLACEHOLDER, " ".join(reason.split()))
    wanted = workspace_edit([type(edit)(edit.range, text)], part.file, server.client)
    answer = await server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(wanted, label=f"Accept this risk ({finding.rule})")
    )
    return answer.applied


async def _change_findings(server: "Server", _: Sequence[object]) -> object:
    return await change_findings(server)


async def _debug_information(server: "Server", _: Sequence[object]) -> object:
    files = [f"- {file.uri}: version {file.version}, {len(file.findings)} findings" for file in server.files.all()]
    lines = [
        f"sadpath {__version__}",
        f"folders: {', '.join(map(str, server.scope.folders)) or 'none'}",
        f"trusted: {server.scope.trusted}",
        f"client: {server.client}",
        f"options: {server.configuration.options}",
        *(f"options of {folder}: {chosen}" for folder, chosen in server.configuration.selections.items()),
        f"at rest: {server.files.is_at_rest}",
        f"open: {len(files)}",
        *files,
    ]
    return "\n".join(lines)


COMMANDS: dict[str, Command] = {
    SHOW_FINDING: _show_finding,
    ACCEPT_RISK: _accept_risk,
    CHANGE_FINDINGS: _change_findings,
    DEBUG_INFORMATION: _debug_information,
}


async def _finding(server: "Server", arguments: Sequence[object]) -> tuple[Part, Finding]:
    """The finding that the first two arguments name, in a document that may have been opened just now."""
    uri, fingerprint = (*arguments, None, None)[:2]
    part = await server.files.checked(uri) if isinstance(uri, str) else None
    found = [finding for finding in part.findings if finding.fingerprint == fingerprint] if part else []
    if part is None or not found:
        raise JsonRpcInvalidParams("the arguments must be the URI of an open document and a finding's fingerprint")
    return part, found[0]
