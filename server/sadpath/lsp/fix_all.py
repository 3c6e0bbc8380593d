"""`source.fixAll.sadpath`: every safe fix of a document at once."""

from typing import cast

from lsprotocol import types

from sadpath.analysis.edits import compatible
from sadpath.analysis.finding import Edit
from sadpath.lsp.diagnostics import Diagnostics
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.open_file import OpenFile
from sadpath.lsp.workspace_edit import workspace_edit

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.sadpath"
"""The kind of "Fix all safe", which users have applied when they save."""


def fix_all(file: OpenFile, diagnostics: Diagnostics) -> types.CodeAction | None:
    """The action; its edit comes later (see `resolve`) where the client asks for it. None without a safe fix."""
    edits = _safe_edits(file, diagnostics)
    if not edits:
        return None
    action = types.CodeAction(title="Fix all safe", kind=FIX_ALL)
    if diagnostics.client.resolves:
        action.data = {"uri": file.uri}
    else:
        action.edit = workspace_edit(edits, file, diagnostics.client)
    return action


def resolve(action: types.CodeAction, files: OpenFiles, diagnostics: Diagnostics) -> types.CodeAction:
    """The action with its edit, for the text of this moment."""
    uri = cast("dict[str, object]", action.data).get("uri") if isinstance(action.data, dict) else None
    file = files.get(uri) if isinstance(uri, str) else None
    if file and action.edit is None:
        action.edit = workspace_edit(_safe_edits(file, diagnostics), file, diagnostics.client)
    return action


def _safe_edits(file: OpenFile, diagnostics: Diagnostics) -> list[Edit]:
    """The edits of the first safe fix of each finding; a fix that touches what one before it edits has to wait."""
    first = (next((fix for fix in finding.fixes if fix.safe), None) for finding in diagnostics.shown(file.findings))
    return [edit for fix in compatible(fix for fix in first if fix) for edit in fix.edits]
