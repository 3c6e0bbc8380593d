"""`textDocument/codeAction`: mend what was found, or accept it for a reason. Answers from what is stored."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from lsprotocol import types

from sadpath.analysis.accepting import PLACEHOLDER, Acceptances
from sadpath.analysis.finding import Finding
from sadpath.analysis.suppressions import FAMILY
from sadpath.lsp.diagnostics import Diagnostics
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.fix_all import fix_all
from sadpath.lsp.open_file import Part
from sadpath.lsp.workspace_edit import of_documents, workspace_edit

ACCEPT = "quickfix.accept.sadpath"
"""The kind of "Accept this risk ...": within quick fixes, but to be told from them."""

Kind: TypeAlias = types.CodeActionKind | str


def code_actions(params: types.CodeActionParams, files: OpenFiles, diagnostics: Diagnostics) -> list[types.CodeAction]:
    """The actions for the findings that the range touches, of the kinds that are asked for."""
    part, client = files.part(params.text_document.uri), diagnostics.client
    if not part or not client.actions:
        return []
    start, end = part.locate(params.range.start), part.locate(params.range.end)
    shown = diagnostics.shown(part.findings)
    found = [finding for finding in shown if finding.range.start <= end and start <= finding.range.end]
    every = fix_all(part.file, diagnostics)
    actions = [*_fixes(found, part, diagnostics), *_acceptances(found, part, diagnostics), *([every] if every else [])]
    return [action for action in actions if _is_wanted(action.kind, params.context.only)]


def _fixes(found: Sequence[Finding], part: Part, diagnostics: Diagnostics) -> Iterator[types.CodeAction]:
    for finding in found:
        for fix in finding.fixes:
            yield types.CodeAction(
                title=fix.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[diagnostics.one(finding, part)],
                is_preferred=True if fix.safe and diagnostics.client.prefers else None,
                edit=workspace_edit(fix.edits, part.file, diagnostics.client),
            )


def _acceptances(found: Sequence[Finding], part: Part, diagnostics: Diagnostics) -> Iterator[types.CodeAction]:
    acceptances = Acceptances(part.file.document.lines) if found else None
    for finding in found:
        edit = acceptances and acceptances.edit(finding.rule, finding.range.start.line)
        if edit and finding.family != FAMILY:
            place, text = part.range(edit.range), edit.text
            snippet = text.replace(PLACEHOLDER, f"${{1:{PLACEHOLDER}}}")
            with_snippet = types.SnippetTextEdit(place, types.StringValue(snippet))
            chosen = with_snippet if diagnostics.client.snippets else types.TextEdit(place, text)
            yield types.CodeAction(
                title=f"Accept this risk ({finding.rule}) ...",
                kind=ACCEPT,
                diagnostics=[diagnostics.one(finding, part)],
                edit=of_documents({part.uri: [chosen]}, part.file, diagnostics.client),
            )


def _is_wanted(kind: Kind | None, only: Sequence[Kind] | None) -> bool:
    """LSP 3.17, `CodeActionKind`: a kind includes those that continue it after a dot."""
    return not only or any(f"{_name(kind)}.".startswith(f"{_name(wanted)}.".lstrip(".")) for wanted in only)


def _name(kind: Kind | None) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind or ""
