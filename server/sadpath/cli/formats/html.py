"""One page for a person: the harm first, with code and evidence, then what is accepted, and what has changed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from sadpath import __version__
from sadpath.analysis.finding import Finding, Range
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import Result, mark
from sadpath.cli.summary import count, summary
from sadpath.grade import Confidence, Severity
from sadpath.workspace.packs import Description, descriptions_of
from sadpath.workspace.status import Status

_AROUND = 3
"""Lines of code above and below what is found."""
_STYLE = Path(__file__).with_name("html.css")
_HEADINGS = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    Severity.HINT: "Hints",
}


def html(result: Result) -> str:
    """The result as a page that needs nothing from elsewhere and runs nothing."""
    return "".join(f"{line}\n" for line in _page(result))


def _page(result: Result) -> Iterator[str]:
    rules = {rule.name: rule for rule in descriptions_of({finding.rule for finding in result.findings})}
    shown = set(map(mark, result.brought))
    number = len(shown)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>sadpath: {count(number, 'finding')}</title>"
    yield f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{count(number, 'finding') if number else 'No findings'}</h1>"
    yield f'<p class="summary">{"<br>".join(_told(line) for line in summary(result).splitlines())}</p>'
    yield from _trend(result)
    yield from _skipped(result)
    for severity, heading in _HEADINGS.items():
        found = [
            finding for finding in result.by_importance() if mark(finding) in shown and finding.severity is severity
        ]
        if found:
            yield f'<section id="{severity.value}">\n<h2>{heading} <small>{len(found)}</small></h2>'
            for finding in found:
                yield from _finding(result, finding, rules.get(finding.rule))
            yield "</section>"
    yield from _accepted(result)
    yield from _folded(result, "There before", [finding for finding in result.findings if mark(finding) not in shown])
    yield from _folded(result, "Gone", result.comparison.gone if result.comparison else ())
    yield from _folded(result, "In the baseline", result.known)
    yield from _contents(result)
    yield f"<footer>sadpath {__version__}</footer>\n</main>\n</body>\n</html>"


def _trend(result: Result) -> Iterator[str]:
    comparison = result.comparison
    if comparison is None:
        return
    numbers = Counter(result.status(finding) for finding in result.findings)
    yield f'<section id="trend">\n<h2>Since {_told(comparison.base)}</h2>\n<ul class="trend">'
    for status in Status:
        yield f'<li class="{status.value}"><b>{numbers[status]}</b> {status.value}</li>'
    yield f'<li class="gone"><b>{len(comparison.gone)}</b> gone</li>\n</ul>'
    yield "</section>"


def _skipped(result: Result) -> Iterator[str]:
    if result.skipped:
        yield f'<section id="skipped">\n<h2>Not analysed <small>{len(result.skipped)}</small></h2>\n<ul>'
        for skip in result.skipped:
            line = "" if skip.line is None else f":{skip.line + 1}"
            yield f'<li><span class="place">{_text(result.shown(skip.path))}{line}</span> {_told(skip.reason)}</li>'
        yield "</ul>\n</section>"


def _contents(result: Result) -> Iterator[str]:
    numbers = Counter(finding.rule for finding in result.brought)
    if numbers:
        most = max(numbers.values())
        yield '<section id="rules">\n<h2>By rule</h2>\n<table>'
        for rule, number in numbers.most_common():
            bar = f'<span class="bar" style="width:{max(1, 100 * number // most)}%"></span>'
            yield f"<tr><th><code>{rule}</code></th><td>{number}</td><td>{bar}</td></tr>"
        yield "</table>\n</section>"


def _finding(result: Result, finding: Finding, rule: Description | None) -> Iterator[str]:
    status = result.status(finding)
    sure = "" if finding.confidence is Confidence.CERTAIN else finding.confidence.value
    marks = [status and status.value, finding.severity.value, sure]
    badges = "".join(f'<span class="badge {mark}">{mark}</span>' for mark in marks if mark)
    yield f'<article class="{finding.severity.value}" id="f-{finding.fingerprint}">\n<h3>{_told(finding.message)}</h3>'
    yield f'<p class="meta">{_place(result, finding.path, finding.range)} <code>{finding.rule}</code> {badges}</p>'
    yield from _excerpt(result.lines(finding.path), finding.range)
    steps = list(_steps(result, finding))
    if steps:
        yield f'<ul class="evidence">\n{"".join(steps)}</ul>'
    if rule:
        story = _text(rule.documentation)
        yield f"<details><summary>{_told(rule.summary)}: the story</summary><pre>{story}</pre></details>"
    yield "</article>"


def _steps(result: Result, finding: Finding) -> Iterator[str]:
    for step in finding.evidence:
        line = "" if step.line is None else f":{step.line + 1}"
        where = f' <span class="place">({_text(result.shown(step.path))}{line})</span>' if step.path else ""
        yield f"<li>because {_told(step.text)}{where}</li>\n"
    for other in finding.related:
        yield f"<li>see {_place(result, other.path, other.range)} {_told(other.message)}</li>\n"
    for fix in finding.fixes:
        yield f'<li class="fix">{_told(fix.title)}{"" if fix.safe else " (changes what the code does)"}</li>\n'


def _excerpt(lines: Sequence[str], place: Range) -> Iterator[str]:
    first = max(0, place.start.line - _AROUND)
    last = min(len(lines), min(place.end.line, place.start.line + 2 * _AROUND) + _AROUND + 1)
    if place.start.line < len(lines):  # the file may have changed meanwhile
        code = "".join(_line(number, lines[number], place) for number in range(first, last))
        yield f'<pre class="code">{code}</pre>'


def _line(number: int, line: str, place: Range) -> str:
    line = line.rstrip("\r\n")
    start = end = 0
    if place.start.line <= number <= place.end.line:
        start = place.start.column if number == place.start.line else len(line) - len(line.lstrip())
        end = place.end.column if number == place.end.line else len(line)
    before, marked, after = line[:start], line[start:end], line[end:]
    middle = f"<mark>{_text(marked)}</mark>" if marked else ""
    return f'<span class="number">{number + 1:>5}</span> {_text(before)}{middle}{_text(after)}\n'


def _accepted(result: Result) -> Iterator[str]:
    if result.accepted:
        yield f'<section id="accepted">\n<h2>Accepted <small>{len(result.accepted)}</small></h2>\n<table>'
        yield "<tr><th>where</th><th>risk</th><th>why</th><th>owner</th><th>until</th></tr>"
        for one in result.accepted:
            finding = one.finding
            yield (
                f"<tr><td>{_place(result, finding.path, finding.range)}</td>"
                f"<td><code>{finding.rule}</code> {_told(finding.message)}</td>"
                f"<td>{_told(one.reason)}</td><td>{_text(one.owner)}</td><td>{one.until or ''}</td></tr>"
            )
        yield "</table>\n</section>"


def _folded(result: Result, heading: str, findings: Sequence[Finding]) -> Iterator[str]:
    """Findings that the reader need not look at now."""
    if findings:
        yield f"<section>\n<h2>{heading} <small>{len(findings)}</small></h2>"
        yield "<details><summary>All of them</summary>\n<ul>"
        for finding in findings:
            place = _place(result, finding.path, finding.range)
            yield f"<li>{place} <code>{finding.rule}</code> {_told(finding.message)}</li>"
        yield "</ul></details>\n</section>"


def _place(result: Result, path: str, place: Range) -> str:
    return f'<span class="place">{_text(result.shown(path))}:{place.start.line + 1}:{place.start.column + 1}</span>'


def _told(text: str) -> str:
    """Text with the names that stand in backticks marked."""
    parts = _text(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _text(text: str) -> str:
    return "\n".join(escape(printable(line)) for line in text.split("\n"))
