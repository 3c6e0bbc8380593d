"""The line below the findings."""

from sadpath.cli.result import Result


def summary(result: Result) -> str:
    """How many findings there are, in how many files."""
    files = count(result.files, "file")
    if not result.files and not result.skipped:
        return "No Python files found"
    if result.findings:
        places = len({finding.path for finding in result.findings})
        found = f"{count(len(result.findings), 'finding')} in {places} of"
    else:
        found = "No findings in"
    skipped = f"; {count(len(result.skipped), 'place')} could not be analysed" if result.skipped else ""
    return f"{found} {files}{skipped}"


def count(number: int, noun: str) -> str:
    """The number with its noun, in the plural where that is right."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
