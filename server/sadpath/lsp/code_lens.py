"""`textDocument/codeLens`: a line above each function that has findings. Off unless the user wants it."""

from lsprotocol import types

from sadpath.analysis.finding import Finding, Position, Range
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.statements import Statements
from sadpath.lsp.diagnostics import Diagnostics
from sadpath.lsp.execute_command import SHOW_FINDING
from sadpath.lsp.files import OpenFiles


async def code_lenses(params: types.CodeLensParams, files: OpenFiles, diagnostics: Diagnostics) -> list[types.CodeLens]:
    """The lenses of a document. A click on one goes to the first finding."""
    if not diagnostics.options.code_lens:
        return []
    part = await files.checked(params.text_document.uri)
    if not part:
        return []
    units = outline(part.file.document.lines)
    segment_of = Statements(units).segment
    found: dict[int, list[Finding]] = {}
    for finding in diagnostics.shown(part.findings):
        number = segment_of(finding.range.start.line)
        if units.segments[number].kind == "function":
            found.setdefault(number, []).append(finding)
    return [
        _lens(part.range(_line(units.first_lines[number] + units.segments[number].lead)), findings, part.uri)
        for number, findings in found.items()
    ]


def _lens(place: types.Range, findings: list[Finding], uri: str) -> types.CodeLens:
    rules = ", ".join(dict.fromkeys(finding.rule for finding in findings))
    count = "1 unhappy path" if len(findings) == 1 else f"{len(findings)} unhappy paths"
    command = types.Command(f"{count}: {rules}", SHOW_FINDING, arguments=[uri, findings[0].fingerprint])
    return types.CodeLens(place, command)


def _line(row: int) -> Range:
    return Range(Position(row, 0), Position(row, 0))
