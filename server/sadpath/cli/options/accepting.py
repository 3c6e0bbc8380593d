"""Accepting all that is reported, to begin with."""

from dataclasses import dataclass
from typing import Annotated

import click

from sadpath.cli.accept import accept_in
from sadpath.cli.options.fixes import FixOptions
from sadpath.cli.result import Result, mark
from sadpath.cli.run import STDIN, Run
from sadpath.workspace.walk import Target


@dataclass(frozen=True)
class AcceptOptions:
    """Migration."""

    add_accepts: Annotated[
        str | None,
        click.Option(["--add-accepts"], metavar="REASON", help="Accept all that is reported, by a comment for each."),
    ]

    def check(self, run: Run, fixes: FixOptions) -> Result:
        """What the check gives, after what is to be fixed or accepted. Raises what `Run.result` does, and Misuse."""
        if self.add_accepts is None:
            return fixes.check(run)
        if STDIN in run.paths or fixes.fix or fixes.diff_fixes:
            raise click.UsageError("`--add-accepts` needs files, and excludes `--fix` and `--diff-fixes`")
        from sadpath.analysis.accepting import Terms

        result = run.result()
        marks = {mark(finding) for finding in result.brought}
        paths = {finding.path for finding in result.brought}
        targets = [one for one in run.found() if isinstance(one, Target) and one.path in paths]
        accept_in(targets, lambda finding: mark(finding) in marks, Terms(" ".join(self.add_accepts.split())))
        return run.result()
