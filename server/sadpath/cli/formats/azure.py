"""Commands that log issues in Azure Pipelines."""

from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import NOT_ANALYSED, Result
from sadpath.grade import Severity

_ESCAPES = {"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"}


def azure(result: Result) -> str:
    """The result as `task.logissue` commands, which know errors and warnings."""
    shown = result.in_repository()
    lines = [
        _command(shown.shown(skip.path), skip.line, None, "error", NOT_ANALYSED, skip.reason) for skip in shown.skipped
    ]
    for finding in shown.by_importance():
        kind = "error" if finding.severity is Severity.ERROR else "warning"
        start = finding.range.start
        lines.append(_command(shown.shown(finding.path), start.line, start.column, kind, finding.rule, finding.message))
    return "".join(lines)


def _command(path: str, line: int | None, column: int | None, kind: str, code: str, message: str) -> str:
    properties = {"type": kind, "sourcepath": path}
    if line is not None:
        properties["linenumber"] = str(line + 1)
    if column is not None:
        properties["columnnumber"] = str(column + 1)
    given = "".join(f"{name}={_escaped(value)};" for name, value in {**properties, "code": code}.items())
    return f"##vso[task.logissue {given}]{_escaped(printable(message))}\n"


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)
