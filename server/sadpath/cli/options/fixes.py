"""Which fixes to apply, and whether to write or to show what comes out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import click

from sadpath.analysis.finding import Finding, Fix
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.analysis.syntax.text import split_lines
from sadpath.cli.result import Result, mark
from sadpath.cli.run import STDIN, Run
from sadpath.workspace.status import Status
from sadpath.workspace.walk import Target

if TYPE_CHECKING:  # with the analysis, which a check that finds everything unchanged can spare
    from sadpath.workspace.fixing import Mended

_MOST_PASSES = 5
"""What is mended in one file may have something found in another; as often as that."""


@dataclass(frozen=True)
class FixOptions:
    """Fixes."""

    fix: Annotated[
        bool, click.Option(["--fix"], is_flag=True, help="Fix what can be fixed without changing the happy path.")
    ]
    unsafe_fixes: Annotated[
        bool,
        click.Option(["--unsafe-fixes"], is_flag=True, help="With `--fix` or `--diff-fixes`: the other fixes as well."),
    ]
    diff_fixes: Annotated[
        bool, click.Option(["--diff-fixes"], is_flag=True, help="Show what `--fix` would change, and write nothing.")
    ]

    def check(self, run: Run) -> Result:
        """What the check gives, after the fixes that are asked for. Raises what `Run.result` does."""
        if self.unsafe_fixes and not (self.fix or self.diff_fixes):
            raise click.UsageError("`--unsafe-fixes` needs `--fix` or `--diff-fixes`")
        if (self.fix or self.diff_fixes) and STDIN in run.paths:
            raise click.UsageError("fixes need files: `-` cannot be fixed")
        result = run.result()
        if self.diff_fixes:
            self._show(run, result)
        return self._fixed(run, result) if self.fix else result

    def _fixed(self, run: Run, result: Result) -> Result:
        """The result when the fixes are written."""
        fixed: tuple[Finding, ...] = ()
        for _ in range(_MOST_PASSES):
            written = [one for one in self._mended(run, result) if _is_written(one, result)]
            if not written:
                break
            fixed += tuple(finding for one in written for finding in one.fixed)
            result = run.result()
        return replace(result, fixed=fixed)

    def _show(self, run: Run, result: Result) -> None:
        """Print the fixes as a patch, and exit with 1 if there are any."""
        mended = self._mended(run, result)
        for one in mended:
            name = result.shown(one.source.path)
            click.echo("".join(_patch(name, split_lines(one.source.text), split_lines(one.text))), nl=False)
        raise click.exceptions.Exit(1 if mended else 0)

    def _mended(self, run: Run, result: Result) -> list["Mended"]:
        from sadpath.workspace.fixing import mend

        others = {mark(one.finding) for one in result.accepted} | set(map(mark, result.known))
        others |= {mark(finding) for finding in result.findings if result.status(finding) is Status.OLD}

        def choose(finding: Finding) -> Fix | None:
            if mark(finding) in others:
                return None
            return next((fix for fix in finding.fixes if fix.safe or self.unsafe_fixes), None)

        paths = {finding.path for finding in result.findings if choose(finding)}
        if not paths:
            return []
        targets = [one for one in run.found() if isinstance(one, Target) and one.path in paths]
        return on_large_stack(lambda: list(mend(targets, choose)))


def _is_written(mended: "Mended", result: Result) -> bool:
    from sadpath.workspace.writing import WriteError, rewrite

    try:
        rewrite(mended.source, mended.data, mended.text)
    except WriteError as error:
        click.echo(f"{result.shown(mended.source.path)}: not fixed: {error}", err=True)
        return False
    return True


def _patch(name: str, before: list[str], after: list[str]) -> Iterable[str]:
    """A unified diff that `git apply` takes."""
    from difflib import unified_diff

    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
