"""JUnit XML: a suite for each file, a failed case for each finding, an error for what could not be analysed."""

from itertools import groupby
from xml.etree import ElementTree

from sadpath.analysis.finding import Finding, Skip
from sadpath.cli.formats.terminal import printable
from sadpath.cli.result import NOT_ANALYSED, Result


def junit(result: Result) -> str:
    """The result as XML. Readers take an empty report for a broken one, so where all is well, one case passes."""
    suites: list[tuple[str, list[ElementTree.Element], int]] = [
        (path, [_failure(path, finding) for finding in findings], 0)
        for path, findings in groupby(result.findings, key=lambda finding: result.shown(finding.path))
    ]
    suites += [
        (path, [_error(path, skip) for skip in skips], 1)
        for path, skips in groupby(result.skipped, key=lambda skip: result.shown(skip.path))
    ]
    if not suites:
        suites = [("sadpath", [ElementTree.Element("testcase", name="sadpath", classname="sadpath")], 0)]
    root = ElementTree.Element("testsuites", name="sadpath")
    for path, cases, errors in suites:
        failures = sum(case.find("failure") is not None for case in cases)
        suite = ElementTree.SubElement(root, "testsuite", name=printable(path), tests=str(len(cases)))
        suite.set("failures", str(failures))
        suite.set("errors", str(len(cases) if errors else 0))
        suite.extend(cases)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _failure(path: str, finding: Finding) -> ElementTree.Element:
    start = finding.range.start
    case = _case(path, finding.rule, start.line, start.column)
    failure = ElementTree.SubElement(case, "failure", type=finding.severity.value, message=printable(finding.message))
    steps = [f"because {printable(step.text)}" for step in finding.evidence]
    failure.text = "\n".join([f"{printable(path)}:{start.line + 1}:{start.column + 1}", *steps])
    return case


def _error(path: str, skip: Skip) -> ElementTree.Element:
    case = _case(path, NOT_ANALYSED, skip.line or 0, 0)
    ElementTree.SubElement(case, "error", type=NOT_ANALYSED, message=printable(skip.reason))
    return case


def _case(path: str, name: str, line: int, column: int) -> ElementTree.Element:
    title = f"{name}:{line + 1}:{column + 1}"
    shown = printable(path)
    return ElementTree.Element("testcase", name=title, classname=shown, file=shown, line=str(line + 1))
