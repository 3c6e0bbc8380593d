"""Tables in Markdown, as GitHub and GitLab render it: for comments, and for the summary of a step."""

from collections.abc import Iterator

from sadpath.analysis.finding import Finding
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import Result
from sadpath.cli.summary import summary

_MOST_ROWS = 200
"""GitHub takes 1 MB for a step, and readers less."""


def markdown(result: Result) -> str:
    """The result as a headed section."""
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[str]:
    yield "### sadpath"
    yield ""
    yield summary(result).replace("\n", "  \n")
    found = result.by_importance()
    if found:
        yield from ("", "| where | rule | what happens |", "|---|---|---|")
        yield from (_row(result, finding) for finding in found[:_MOST_ROWS])
    if len(found) > _MOST_ROWS:
        yield from ("", f"{len(found) - _MOST_ROWS} more are not shown.")
    if result.skipped:
        yield from ("", "| not analysed | why |", "|---|---|")
        for skip in result.skipped:
            yield f"| {_code(result.shown(skip.path))}{_line(skip.line)} | {_text(skip.reason)} |"
    if result.accepted:
        yield from ("", f"<details><summary>{len(result.accepted)} accepted</summary>", "")
        yield from ("| where | rule | why | until | owner |", "|---|---|---|---|---|")
        for one in result.accepted[:_MOST_ROWS]:
            place = f"{_code(result.shown(one.finding.path))}{_line(one.line)}"
            yield f"| {place} | {one.finding.rule} | {_text(one.reason)} | {one.until or ''} | {_text(one.owner)} |"
        yield from ("", "</details>")


def _row(result: Result, finding: Finding) -> str:
    status = result.status(finding)
    grade = f"{status.value}, {finding.severity.value}" if status else finding.severity.value
    place = f"{_code(result.shown(finding.path))}{_line(finding.range.start.line)}"
    return f"| {place} | {finding.rule} ({grade}) | {_text(finding.message)} |"


def _line(number: int | None) -> str:
    return "" if number is None else f":{number + 1}"


def _code(text: str) -> str:
    return f"`{_text(text).replace('`', '')}`"


def _text(text: str) -> str:
    """Text in a cell; messages hold code in backticks, where only the bar needs an escape, and no tags."""
    return printable(text).replace("|", "\\|").replace("<", "&lt;")
