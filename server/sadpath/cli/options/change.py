"""What to compare with, to tell what a change brings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from sadpath.cli import Misuse
from sadpath.workspace.status import Status

if TYPE_CHECKING:  # which most checks can spare
    from sadpath.workspace.changes import Change

_DEFAULT = ""
_FAILING = {
    "new": (Status.NEW,),
    "touched": (Status.NEW, Status.TOUCHED),
    "all": tuple(Status),
}


@dataclass(frozen=True)
class ChangeOptions:
    """What a change brings."""

    diff: Annotated[
        str | None,
        click.Option(
            ["--diff"],
            is_flag=False,
            flag_value=_DEFAULT,
            metavar="[BASE]",
            help="Report what has changed since this branch left BASE, by default the remote's default branch.",
        ),
    ]
    staged: Annotated[
        bool, click.Option(["--staged"], is_flag=True, help="Report what the next commit brings, as it is staged.")
    ]
    new_from_patch: Annotated[
        Path | None,
        click.Option(
            ["--new-from-patch"],
            type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE",
            help="Report what a patch brings that has been applied; `-` is standard input.",
        ),
    ]
    fail_on: Annotated[
        str | None,
        click.Option(
            ["--fail-on"],
            type=click.Choice(list(_FAILING)),
            help="With these: report and fail for what is new, for what the change touches as well, or for all.  "
            "[default: new]",
        ),
    ]

    @property
    def failing(self) -> tuple[Status, ...]:
        """The statuses that the check is to fail for."""
        return _FAILING[self.fail_on or "new"]

    @property
    def is_asked(self) -> bool:
        """Whether something is to be compared."""
        return any(self._asked)

    @property
    def _asked(self) -> tuple[bool, ...]:
        return self.diff is not None, self.staged, self.new_from_patch is not None

    def changes(self, roots: Iterable[Path], also: Collection[str]) -> "dict[Path, Change] | None":
        """The change of each project, by its root; None where nothing is to be compared.

        `also` are the absolute paths of files that count as source whatever they are called. Raises Misuse and
        click.UsageError.
        """
        if sum(self._asked) > 1:
            raise click.UsageError("`--diff`, `--staged` and `--new-from-patch` exclude each other")
        if not self.is_asked:
            if self.fail_on:
                raise click.UsageError("`--fail-on` needs `--diff`, `--staged` or `--new-from-patch`")
            return None
        return {root: self._change(root, also) for root in dict.fromkeys(roots)}

    def _change(self, root: Path, also: Collection[str]) -> "Change":
        from sadpath.workspace.changes import changed_since, staged
        from sadpath.workspace.git import GitError
        from sadpath.workspace.patch import PatchError, change_of_patch

        try:
            if self.new_from_patch is not None:
                with click.open_file(str(self.new_from_patch), "rb") as patch:
                    return change_of_patch(root, patch.read(), str(self.new_from_patch))
            return staged(root, also) if self.staged else changed_since(root, self.diff or None, also)
        except PatchError as error:
            raise Misuse(str(error)) from error
        except GitError as error:
            option = "--staged" if self.staged else "--diff"
            path = f"; to check `{self.diff}`, put it before `--diff`" if self.diff and Path(self.diff).exists() else ""
            raise Misuse(f"`{option}`: {error}{path}") from error
