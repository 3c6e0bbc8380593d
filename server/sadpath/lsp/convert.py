"""The analysis's values as the protocol's, and back."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lsprotocol import types

from sadpath.analysis.finding import Position, Range
from sadpath.grade import Severity
from sadpath.lsp.document import Encoding, width

SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    # `DiagnosticSeverity.Hint` is three grey dots in VS Code, and missing from its list of problems
    Severity.HINT: types.DiagnosticSeverity.Information,
}
_DRIVE = re.compile(r"/([A-Za-z]):")


def page_of(rule: str) -> str:
    """The address of a rule's documentation."""
    return f"https://github.com/sadpath/sadpath/blob/main/docs/rules/{rule}.md"


def path_of(uri: str) -> str:
    """The workspace's name for a document: its path with forward slashes, or the URI where it is no file."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = unquote(parts.path)
    if drive := _DRIVE.match(path):
        return f"{drive[1].upper()}{path[2:]}"
    return f"//{parts.netloc}{path}" if parts.netloc else path


def uri_of(path: str) -> str:
    """The URI of what the workspace names."""
    file = Path(path)
    return file.as_uri() if file.is_absolute() else path


def range_of(place: Range, lines: Sequence[str], encoding: Encoding) -> types.Range:
    """A range of the text with these lines, in the client's units."""
    return types.Range(_position(place.start, lines, encoding), _position(place.end, lines, encoding))


def _position(position: Position, lines: Sequence[str], encoding: Encoding) -> types.Position:
    line = lines[position.line] if position.line < len(lines) else ""
    return types.Position(position.line, width(line[: position.column], encoding))
