"""What stands below the findings, or in their place."""

from collections import Counter
from collections.abc import Iterator

from sadpath.cli.result import Result
from sadpath.workspace.status import Status


def summary(result: Result) -> str:
    """How many findings there are, in how many files, and how many are fixed or can be."""
    return "\n".join([_found(result), *_baseline(result), *_fixing(result)])


def statistics(result: Result) -> str:
    """A line for each rule that reports: how often, and how many of that can be fixed."""
    number = Counter(finding.rule for finding in result.brought)
    fixable = Counter(finding.rule for finding in result.brought if finding.fixes)
    rows = [
        (str(count), rule, f"{fixable[rule]} fixable" if fixable[rule] else "") for rule, count in number.most_common()
    ]
    wide = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return "".join(f"{count:>{wide[0]}}  {rule:{wide[1]}}  {note}".rstrip() + "\n" for count, rule, note in rows)


def count(number: int, noun: str) -> str:
    """The number with its noun, in the plural where that is right."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _found(result: Result) -> str:
    files = count(result.files, "file")
    if not result.files and not result.skipped:
        return "No Python files found"
    kind = _kind(result)
    if result.brought:
        places = len({finding.path for finding in result.brought})
        found = f"{len(result.brought)} {kind}{'finding' if len(result.brought) == 1 else 'findings'} in {places} of"
    else:
        found = f"No {kind}findings in"
    skipped = f"; {count(len(result.skipped), 'place')} could not be analysed" if result.skipped else ""
    return f"{found} {files}{_since(result)}{skipped}"


def _kind(result: Result) -> str:
    made = result.comparison
    return "new " if made is not None and set(made.failing) == {Status.NEW} else ""


def _since(result: Result) -> str:
    """What was compared with, what is not shown therefore, and how much is gone."""
    made = result.comparison
    if made is None:
        return ""
    left = Counter(status for finding in result.findings if (status := result.status(finding)) not in made.failing)
    hidden = " and ".join(f"{left[status]} {status.value}" for status in Status if left[status])
    gone = f"; gone: {len(made.gone)}" if made.gone else ""
    return f" since {made.base}" + (f"; not shown: {hidden}" if hidden else "") + gone


def _baseline(result: Result) -> Iterator[str]:
    if result.known:
        yield f"The baseline has {count(len(result.known), 'more finding')}"
    if result.stale:
        yield f"{count(result.stale, 'line')} of the baseline can go: check without `--locked`, which takes them out"


def _fixing(result: Result) -> Iterator[str]:
    if result.fixed:
        files = len({finding.path for finding in result.fixed})
        yield f"Fixed {count(len(result.fixed), 'finding')} in {count(files, 'file')}"
    safe = sum(any(fix.safe for fix in finding.fixes) for finding in result.brought)
    unsafe = sum(bool(finding.fixes) for finding in result.brought) - safe
    options = [(safe, "`--fix`"), (unsafe, "`--fix --unsafe-fixes`")]
    ways = [f"{number} fixable with {option}" for number, option in options if number]
    if ways:
        yield "; ".join(ways)
