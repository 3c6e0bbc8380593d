"""`sadpath ledger`."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import click
import msgspec

from sadpath.cli import Misuse
from sadpath.workspace.configuration import ConfigurationError, default_settings
from sadpath.workspace.ledger import Risk
from sadpath.workspace.ledger import ledger as risks_in
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, walk

_HEADS = ("place", "rules", "expires", "owner", "author", "since", "reason")


class Entry(msgspec.Struct, frozen=True):
    """One comment that accepts risks. `line` counts from 1, `age` in days; dates are as in ISO 8601.

    `owner` is the one that the comment names, else the one of the file by CODEOWNERS; `author` and `since` are those of
    the line in git. What nothing tells is null.
    """

    path: str
    line: int
    rules: list[str]
    reason: str
    until: date | None
    expired: bool
    owner: str | None
    author: str | None
    since: date | None
    age: int | None


class Ledger(msgspec.Struct, frozen=True):
    """The JSON output: all accepted risks, in the order of their places, and how many of them have expired."""

    risks: list[Entry]
    expired: int


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, readable=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
def ledger(paths: Sequence[Path], form: str) -> None:
    """List the risks that comments accept: who answers for them, since when, until when, and why.

    \b
    Exit codes:
      0  none has expired
      1  some have
    """
    try:
        configurations = Configurations(Families(), default_settings(Path.cwd()))
        targets = [found for found in walk(paths or [Path()], configurations) if isinstance(found, Target)]
    except ConfigurationError as error:
        raise Misuse(str(error)) from error
    today = date.today()
    entries = [_entry(risk, today) for risk in risks_in(targets)]
    click.echo(_FORMS[form](entries), nl=False)
    raise click.exceptions.Exit(1 if any(entry.expired for entry in entries) else 0)


def _entry(risk: Risk, today: date) -> Entry:
    path = os.fsencode(os.path.relpath(risk.path)).decode("utf-8", "replace").replace(os.sep, "/")
    return Entry(
        path=path,
        line=risk.line + 1,
        rules=list(risk.said.rules),
        reason=risk.said.reason,
        until=risk.said.until,
        expired=risk.has_expired(today),
        owner=risk.owner or None,
        author=risk.author or None,
        since=risk.since,
        age=None if risk.since is None else max((today - risk.since).days, 0),
    )


def _rows(entries: Sequence[Entry]) -> list[tuple[str, ...]]:
    return [
        (
            f"{entry.path}:{entry.line}",
            ", ".join(entry.rules),
            f"{entry.until} (expired)" if entry.expired else str(entry.until or "never"),
            entry.owner or "-",
            entry.author or "-",
            "-" if entry.since is None else f"{entry.since} ({entry.age} days)",
            entry.reason,
        )
        for entry in entries
    ]


def _table(entries: Sequence[Entry]) -> str:
    if not entries:
        return "No risk is accepted\n"
    rows = [_HEADS, *_rows(entries)]
    wide = [max(len(row[column]) for row in rows) for column in range(len(_HEADS) - 1)]
    lines = ["  ".join([*(f"{cell:{width}}" for cell, width in zip(row, wide, strict=False)), row[-1]]) for row in rows]
    expired = sum(entry.expired for entry in entries)
    return "\n".join([*lines, "", f"{len(entries)} accepted, {expired} of them expired\n"])


def _markdown(entries: Sequence[Entry]) -> str:
    rows = [_HEADS, ("---",) * len(_HEADS), *_rows(entries)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)


def _json(entries: Sequence[Entry]) -> str:
    found = Ledger(list(entries), sum(entry.expired for entry in entries))
    return msgspec.json.format(msgspec.json.encode(found).decode(), indent=2) + "\n"


_FORMS: Mapping[str, Callable[[Sequence[Entry]], str]] = {"table": _table, "markdown": _markdown, "json": _json}
