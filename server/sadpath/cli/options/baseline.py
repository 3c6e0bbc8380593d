"""What the project takes for given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import click

from sadpath.cli import Misuse
from sadpath.cli.result import Result, mark
from sadpath.workspace.baseline import NAME, BaselineError, Entry, baseline_text, entries_of, left, read_baseline
from sadpath.workspace.packs import describe_rules
from sadpath.workspace.walk import Target


@dataclass(frozen=True)
class BaselineOptions:
    """Baseline."""

    locked: Annotated[
        bool,
        click.Option(
            ["--locked"],
            is_flag=True,
            help=f"Fail if lines of {NAME} are mended, in place of taking them out: for CI.",
        ),
    ]
    no_baseline: Annotated[
        bool, click.Option(["--no-baseline"], is_flag=True, help=f"Report what {NAME} takes for given as well.")
    ]

    def applied(self, result: Result, targets: Sequence[Target], *, whole: bool) -> Result:
        """The result without what the baselines of the targets' projects have. Raises Misuse.

        Lines whose findings are mended go out of the baselines, if the result is `whole`: all that there is now to
        report in the targets, as they are on the disk.
        """
        roots = dict.fromkeys(target.root for target in targets)
        for root in () if self.no_baseline else roots:
            entries = read(root)
            if entries:
                result = self._without(result, root, entries, [one for one in targets if one.root == root], whole)
        return result

    def _without(
        self, result: Result, root: Path, entries: frozenset[Entry], targets: Sequence[Target], whole: bool
    ) -> Result:
        paths = {target.path for target in targets}
        found = [finding for finding in result.findings if finding.path in paths]
        known = tuple(finding for finding in found if entries_of(root, [finding]) <= entries)
        stale = 0
        if whole:
            needed = left(entries, root, entries_of(root, found), _checked(root, targets, entries, result))
            stale = len(entries - needed) if self.locked else 0
            if needed != entries and not self.locked:
                write(root, needed)
        marks = set(map(mark, known))
        others = tuple(finding for finding in result.findings if mark(finding) not in marks)
        return replace(result, findings=others, known=(*result.known, *known), stale=result.stale + stale)


def write(root: Path, entries: Iterable[Entry]) -> None:
    """Write a project's baseline. Raises Misuse."""
    from sadpath.workspace.writing import write_whole

    try:
        write_whole(root / NAME, baseline_text(entries))
    except OSError as error:
        raise Misuse(f"{root / NAME}: cannot be written: {error.strerror}") from error


def read(root: Path) -> frozenset[Entry]:
    """A project's baseline. Raises Misuse."""
    try:
        return read_baseline(root)
    except BaselineError as error:
        raise Misuse(str(error)) from error
    except OSError as error:
        raise Misuse(f"{root / NAME}: cannot be read: {error.strerror}") from error


def _checked(
    root: Path, targets: Iterable[Target], entries: Iterable[Entry], result: Result
) -> dict[str, frozenset[str]]:
    """The rules that were checked in the files of the baseline that are among the targets."""
    prefix = f"{root.as_posix().rstrip('/')}/"
    wanted = {entry.path for entry in entries}
    rules = list(describe_rules())
    skipped = {skip.path for skip in result.skipped}
    checked: dict[str, frozenset[str]] = {}
    for target in targets:
        path = target.path.removeprefix(prefix)
        if path in wanted:
            chosen = () if target.path in skipped else target.settings.chosen(rules, target.path)
            checked[path] = frozenset(rule.name for rule in chosen)
    return checked
