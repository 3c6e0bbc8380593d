"""What rule authors test with: code whose comments say what a rule must report in it.

```python
requests.get(url)  # expect: missing-timeout "may never return"
# expect: missing-timeout
requests.post(
    url,
)
requests.get(url, timeout=5)
```

A trailing `# expect:` speaks of its own line, one that stands alone of the next line of code; several expectations are
separated by commas. Each finding must be expected and each expectation met, by the line on which the finding starts.
"""

import functools
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

import libcst as cst
import msgspec

from sadpath.analysis.check import check
from sadpath.analysis.edits import applied
from sadpath.analysis.engine import Engine
from sadpath.analysis.expiry import enforced
from sadpath.analysis.finding import Finding, Fix, Range
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.syntax.text import split_lines
from sadpath.rule import Rule
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.memory import MemorySources
from sadpath.workspace.packs import installed_packs, load_rules

_NO_FILES: Mapping[str, str] = MappingProxyType({})
_COMMENT = re.compile(r"(?P<code>.*?)#\s*expect:(?P<list>.*)", re.DOTALL)
_EXPECTATION = re.compile(r'\s*(?P<rule>[a-z][a-z0-9-]*)(?:\s+"(?P<part>[^"]*)")?\s*(?:,|$)')
_FORM = '# expect: rule-name "part of the message"'
_FENCE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Expectation(msgspec.Struct, frozen=True):
    """One finding that a comment asks for. `line` is 1-based; `part` must occur in the message."""

    line: int
    rule: str
    part: str = ""


def check_code(
    rule_names: Sequence[str], code: str, path: str = "example.py", files: Mapping[str, str] = _NO_FILES
) -> list[Finding]:
    """The findings of the named rules in a file of that path and code, in order of their places.

    `files` are the other files of the project, text by path. No file is read but the standard library's stubs.
    Raises ValueError where no rule has one of the names, or a part of the code cannot be analysed.
    """
    return _Project(rule_names, {**files, path: code}).check(path)


def check_expectations(
    rule_names: Sequence[str], code: str, path: str = "example.py", files: Mapping[str, str] = _NO_FILES
) -> list[Finding]:
    """Check code against its `# expect:` comments, and each offered fix; gives the findings.

    Raises AssertionError with a text that shows each line concerned, what was expected there and what was found.
    """
    __tracebackhide__ = True  # pytest then shows the caller's line, and the text alone
    known = [rule.name for rule in all_rules()]
    problems = [_unknown_rule("", name, known) for name in rule_names if name not in known]
    if not problems:
        problems.extend(_unreadable(code, rule_names, known))
    if problems:
        raise AssertionError("\n\n".join([f"{path}:", *problems]))
    project = _Project(rule_names, {**files, path: code})
    findings = project.check(path)
    problems.extend(_differences(code, expectations(code), findings))
    problems.extend(_broken_fixes(project, path, code, findings))
    if problems:
        raise AssertionError("\n\n".join([f"{path}:", *problems]))
    return findings


def expectations(code: str) -> list[Expectation]:
    """The `# expect:` comments of the code, in order. What cannot be read as an expectation is left out."""
    lines = split_lines(code)
    found: list[Expectation] = []
    for number, line in enumerate(lines, start=1):
        if comment := _COMMENT.match(line):
            target = number if comment["code"].strip() else _next_line_of_code(lines, number)
            found.extend(
                Expectation(target, item["rule"], item["part"] or "") for item in _EXPECTATION.finditer(comment["list"])
            )
    return found


def examples(documentation: str) -> list[str]:
    """The fenced Python examples of a rule's documentation, in order."""
    return _FENCE.findall(inspect.cleandoc(documentation) + "\n")


def apply_fix(code: str, fix: Fix) -> str:
    """The code with the fix's edits applied."""
    return applied(code, fix.edits)


@functools.cache
def all_rules() -> tuple[Rule[Any], ...]:
    """All rules there are, by name: sadpath's, and those of the packs that are installed."""
    return load_rules(installed_packs())


class _Project:
    """Files in memory, and the engine with the rules that run on them."""

    def __init__(self, rule_names: Sequence[str], files: Mapping[str, str]) -> None:
        known = {rule.name: rule for rule in all_rules()}
        for name in rule_names:
            if name not in known:
                raise ValueError(_unknown_rule("", name, known))
        named = [known[name] for name in rule_names]
        self._names = rule_names
        self._known = known
        self._running = (
            named if all(rule.visits for rule in named) else known.values()
        )  # some judge the others' reports
        self._sources = MemorySources(files)
        self._engine = Engine(Program(self._sources, library_tables()), self._running)

    def check(self, path: str) -> list[Finding]:
        report = enforced(check(self._engine, path, self._running, self._known), date.today())
        for skip in report.skipped:
            raise ValueError(f"{path}:{(skip.line or 0) + 1}: {skip.reason}")
        return [finding for finding in report.findings if finding.rule in self._names]

    def replace(self, path: str, text: str) -> None:
        self._sources.replace(path, text)
        self._engine.reload(path)


def _next_line_of_code(lines: Sequence[str], number: int) -> int:
    """The number of the first line of code after line `number`, or that itself if none follows; both 1-based."""
    following = (after for after in range(number, len(lines)) if lines[after].strip()[:1] not in {"", "#"})
    return next(following, number - 1) + 1


def _unreadable(code: str, rule_names: Sequence[str], known: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(split_lines(code), start=1):
        comment = _COMMENT.match(line)
        if comment and (rest := _EXPECTATION.sub("", comment["list"]).strip()):
            yield f"line {number}: cannot read {rest!r}; write `{_FORM}`"
    for expected in expectations(code):
        if expected.rule not in known:
            yield _unknown_rule(f"line {expected.line}: ", expected.rule, known)
        elif expected.rule not in rule_names:
            yield f"line {expected.line}: expects '{expected.rule}', but only {', '.join(rule_names)} runs here"


def _unknown_rule(where: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    remedy = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
    return f"{where}no rule is called '{name}'; {remedy}"


def _differences(code: str, expected: Sequence[Expectation], findings: Sequence[Finding]) -> Iterator[str]:
    """One paragraph for each expectation without a finding and each finding without an expectation."""
    lines = split_lines(code)
    unexpected = list(findings)
    unmet: list[Expectation] = []
    for expectation in sorted(expected, key=lambda one: len(one.part), reverse=True):
        met = next((finding for finding in unexpected if _meets(finding, expectation)), None)
        if met is None:
            unmet.append(expectation)
        else:
            unexpected.remove(met)
    for expectation in sorted(unmet, key=lambda one: one.line):
        near = [finding for finding in unexpected if finding.rule == expectation.rule]
        same_line = [finding for finding in near if finding.range.start.line + 1 == expectation.line]
        if same_line:
            unexpected.remove(same_line[0])
            yield _other_words(lines, expectation, same_line[0])
        else:
            yield _not_found(lines, expectation, near)
    for finding in unexpected:
        yield _not_expected(lines, finding)


def _meets(finding: Finding, expectation: Expectation) -> bool:
    return (
        finding.rule == expectation.rule
        and finding.range.start.line + 1 == expectation.line
        and expectation.part in finding.message
    )


def _other_words(lines: Sequence[str], expectation: Expectation, finding: Finding) -> str:
    return (
        f"line {expectation.line}: `{finding.rule}` is found as expected, but its message does not say so\n"
        f"{_underlined(lines, finding.range)}\n"
        f"    expected part: {expectation.part}\n"
        f"    message:       {finding.message}"
    )


def _not_found(lines: Sequence[str], expectation: Expectation, near: Sequence[Finding]) -> str:
    words = f' "{expectation.part}"' if expectation.part else ""
    text = f"line {expectation.line}: expected `{expectation.rule}`{words}, but it is not found here"
    text += f"\n{_numbered(lines, expectation.line - 1)}"
    if near:
        closest = min(near, key=lambda finding: abs(finding.range.start.line + 1 - expectation.line))
        text += f"\n    the nearest one without an expectation starts on line {closest.range.start.line + 1}"
    return text


def _not_expected(lines: Sequence[str], finding: Finding) -> str:
    line = finding.range.start.line
    return (
        f"line {line + 1}: found `{finding.rule}`, which nothing expects\n"
        f"{_underlined(lines, finding.range)}\n"
        f"    message: {finding.message}\n"
        f'    if that is right, the line needs `# expect: {finding.rule} "..."`; if not, this is a false alarm'
    )


def _broken_fixes(project: _Project, path: str, code: str, findings: Sequence[Finding]) -> Iterator[str]:
    """One paragraph for each fix that gives code which does not parse or in which as much is found as before."""
    for finding in findings:
        for fix in finding.fixes:
            fixed = apply_fix(code, fix)
            where = f"line {finding.range.start.line + 1}: the fix '{fix.title}' of `{finding.rule}`"
            try:
                cst.parse_module(fixed)
            except cst.ParserSyntaxError as error:
                yield f"{where} gives code that does not parse: {error}\n\n{fixed}"
                continue
            project.replace(path, fixed)
            left = sum(other.rule == finding.rule for other in project.check(path))
            if left >= sum(other.rule == finding.rule for other in findings):
                yield f"{where} leaves the finding in place\n\n{fixed}"


def _underlined(lines: Sequence[str], place: Range) -> str:
    """The first line of a range with carets below."""
    line = lines[place.start.line].rstrip("\r\n")
    end = place.end.column if place.end.line == place.start.line else len(line)
    blank = "".join("\t" if character == "\t" else " " for character in line[: place.start.column])
    carets = "^" * max(end - place.start.column, 1)
    return f"{_numbered(lines, place.start.line)}\n         | {blank}{carets}"


def _numbered(lines: Sequence[str], line: int) -> str:
    return f"    {line + 1:>4} | {lines[line].rstrip() if line < len(lines) else ''}"
