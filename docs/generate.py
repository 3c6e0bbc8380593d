"""Write docs/rules/*.md from the rules: documentation, and what each rule really says about its examples.

README.md gets what is really said about the sample service.
With `--check` nothing is written; stale pages are named and the exit code is 1.
"""

import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

from click import unstyle
from click.testing import CliRunner

from sadpath.analysis.finding import Finding, Fix
from sadpath.analysis.syntax.text import split_lines
from sadpath.cli.formats.full import full
from sadpath.cli.result import Result
from sadpath.cli.schema import schema
from sadpath.rule import Rule
from sadpath.testing import all_rules, apply_fix, check_code
from sadpath.workspace.packs import without_expectations

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs/rules"
README = ROOT / "README.md"
SAMPLE = re.compile(r"(?<=<!-- sample -->\n).*?(?=<!-- end of sample -->)", re.DOTALL)
IN_README = ("unbounded-retry", "missing-timeout", "unawaited-coroutine")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
FAMILIES = {
    "await": "Coroutines and tasks",
    "except": "Exceptions",
    "retry": "Retries",
    "timeout": "Timeouts",
    "suppression": "Accepted risks",
}


def main() -> int:
    """Write or check the pages; the exit code."""
    rules = sorted(all_rules(), key=lambda rule: rule.name)
    pages = {PAGES / f"{rule.name}.md": page(rule) for rule in rules} | {PAGES / "README.md": index(rules)}
    pages[README] = SAMPLE.sub(lambda _: sample(), README.read_text(encoding="utf-8"))
    pages[ROOT / "docs/report.schema.json"] = CliRunner().invoke(schema).output
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    stale += set(PAGES.glob("*.md")) - set(pages)
    if "--check" not in sys.argv:
        for path in stale:
            write(path, pages.get(path))
        return 0
    for path in stale:
        print(f"{path.relative_to(ROOT)} is stale; run docs/generate.py")
    return 1 if stale else 0


def write(path: Path, text: str | None) -> None:
    """Write a page, or remove it where there is none any more."""
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def page(rule: Rule[Any]) -> str:
    """A rule's page."""
    facts = [
        f"Family: {FAMILIES[rule.family].lower()}",
        f"severity: {rule.severity.value}",
        f"{'also' if rule.in_tests else 'not'} reported in tests",
    ]
    documentation = EXAMPLE.sub(lambda found: example(rule, found[1]), inspect.cleandoc(rule.documentation) + "\n")
    return f"{NOTE}\n# {rule.name}\n\n*{sentence(rule.summary)}*\n\n{' · '.join(facts)}\n\n{documentation}"


def example(rule: Rule[Any], code: str) -> str:
    """An example, and after a bad one what is reported, with each fix as a diff."""
    code = without_expectations(code)
    findings = check_code([rule.name], code)
    shown = [f"```python\n{code}```\n"]
    if findings:
        shown.append(f"```text\n{report(code, findings)}```\n")
    shown.extend(
        f"{fix.title}{'' if fix.safe else ' (look first: it may change what the code does)'}:\n\n{diff(code, fix)}"
        for finding in findings
        for fix in finding.fixes
    )
    return "\n".join(shown)


def diff(code: str, fix: Fix) -> str:
    """What a fix changes."""
    _, _, *lines = unified_diff(split_lines(code), split_lines(apply_fix(code, fix)), n=2)
    return f"```diff\n{''.join(lines)}```\n"


def report(code: str, findings: Iterable[Finding]) -> str:
    """What the command line prints for the findings."""
    result = Result(tuple(findings), skipped=(), files=1, here=Path.cwd(), texts={"example.py": code})
    return unstyle(full(result)).rstrip() + "\n"


def sample() -> str:
    """What `sadpath check` prints for the sample service, shortened to some of the findings."""
    command = [sys.executable, "-m", "sadpath", "check", "examples/orders"]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False, timeout=120
    )
    *findings, summary = done.stdout.split("\n\n")
    shown = [finding for finding in findings if any(f" {rule} [" in finding for rule in IN_README)]
    return "```text\n" + "\n\n".join([*shown, "...", summary]) + "```\n"


def index(rules: Iterable[Rule[Any]]) -> str:
    """The page that lists all rules, by family."""
    return "\n".join([NOTE, "# Rules", *_families(list(rules))])


def _families(rules: list[Rule[Any]]) -> Iterator[str]:
    for family, title in FAMILIES.items():
        yield f"\n## {title}\n\n| rule | finds | severity |\n|---|---|---|"
        for rule in rules:
            if rule.family == family:
                yield f"| [`{rule.name}`]({rule.name}.md) | {rule.summary} | {rule.severity.value} |"
    yield ""


def sentence(text: str) -> str:
    """The text with a capital and a dot."""
    return f"{text[0].upper()}{text[1:]}."


NOTE = "<!-- written by docs/generate.py from the rule's docstring; do not edit -->"

if __name__ == "__main__":
    sys.exit(main())
