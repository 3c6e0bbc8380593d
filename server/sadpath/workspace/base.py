"""Finds the commit that a change is compared with: where it began."""

import re
from dataclasses import dataclass

from sadpath.workspace.git import Git, GitError

_USUAL = ("main", "master")
_RELATIVE = re.compile(r"[~^@]|^HEAD$")
_OBJECT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True)
class Base:
    """A commit, by its object name, and how it was found, for people."""

    commit: str
    shown: str


def merge_base(git: Git, name: str | None) -> Base:
    """The best common ancestor of HEAD and a revision, by default the default branch of the remote repository.

    Without a remote, the default is the local branch `main` or `master`. Raises GitError where that is not known here,
    naming the command that fetches it.
    """
    head = _commit(git, "HEAD")
    if not head:
        raise GitError("there is no commit yet that anything could have changed since")
    remote = _remote(git)
    name = name or _default(git, remote)
    other = _commit(git, name)
    if not other and remote and (other := _commit(git, f"{remote}/{name}")):
        name = f"{remote}/{name}"
    if not other:
        raise GitError(_unknown(git, name, remote))
    common = git.tells("merge-base", head, other)
    if not common and git.is_shallow:
        raise GitError(
            f"where this branch left `{name}` is not known, as this clone is shallow; run `{_fetch(git, name, remote)}`"
        )
    if not common:
        raise GitError(f"`HEAD` and `{name}` have no commit in common, so nothing tells what has changed")
    short = git.ask("rev-parse", "--short", common)
    return Base(common, f"{short}, where this branch left `{name}`" if common != other else f"{short} (`{name}`)")


def head(git: Git) -> Base:
    """The last commit; before the first one, an empty tree."""
    commit = _commit(git, "HEAD")
    if commit:
        return Base(commit, "the last commit")
    return Base(git.ask("hash-object", "-t", "tree", "--stdin"), "an empty repository")


def _commit(git: Git, name: str) -> str:
    return git.tells("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def _remote(git: Git) -> str:
    """The name of the remote repository that this one comes from; "" if there is none, or nothing tells which."""
    remotes = git.ask("remote").split()
    if "origin" in remotes or len(remotes) == 1:
        return "origin" if "origin" in remotes else remotes[0]
    upstream = git.tells("rev-parse", "--abbrev-ref", "@{upstream}")
    return next((remote for remote in remotes if upstream.startswith(f"{remote}/")), "")


def _default(git: Git, remote: str) -> str:
    if remote:
        told = git.tells("symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD")
        names = [told] if told else [f"{remote}/{branch}" for branch in _USUAL]
    else:
        names = list(_USUAL)
    known = [name for name in names if _commit(git, name)]
    if known:
        return known[0]
    if not remote:
        none = "nothing tells which remote repository counts" if git.ask("remote") else "there is no remote repository"
        raise GitError(f"{none}, and no branch `main` or `master`; say what to compare with")
    every = f"'+refs/heads/*:refs/remotes/{remote}/*'"
    raise GitError(
        f"the default branch of `{remote}` is not known here; say what to compare with, or run "
        f"`git fetch{_deeper(git)} {remote} {every} && git remote set-head {remote} --auto`"
    )


def _unknown(git: Git, name: str, remote: str) -> str:
    if not remote or (_RELATIVE.search(name) and not git.is_shallow):
        return f"git knows no commit `{name}`"
    return f"git knows no commit `{name}` here; run `{_fetch(git, name, remote)}` if `{remote}` has it"


def _fetch(git: Git, name: str, remote: str) -> str:
    """The command that fetches a revision with its history, also into a clone of a single branch."""
    branch = name.removeprefix("refs/remotes/").removeprefix(f"{remote}/")
    if _RELATIVE.search(name):
        what = ""
    elif _OBJECT.fullmatch(name):
        what = f" {name}"
    else:
        what = f" {branch}:refs/remotes/{remote}/{branch}"
    return f"git fetch{_deeper(git)} {remote or 'origin'}{what}"


def _deeper(git: Git) -> str:
    return " --unshallow" if git.is_shallow else ""
