"""`sadpath accept`."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sadpath.analysis.finding import Finding
from sadpath.analysis.syntax.interpreter import on_large_stack
from sadpath.cli import Misuse
from sadpath.workspace.configuration import ConfigurationError, default_settings
from sadpath.workspace.packs import Families
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, project_root

if TYPE_CHECKING:  # with the analysis, which bad input can spare
    from sadpath.analysis.accepting import Terms
    from sadpath.workspace.accepting import Accepted

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>[1-9][0-9]*)(?::[0-9]+)?")


@click.command()
@click.argument("place", metavar="PATH:LINE")
@click.option("--reason", required=True, help="Why the risk is acceptable.")
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Accept what this rule reports there, not all.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day on which it ends: YYYY-MM-DD."
)
@click.option("--owner", default="", help="Who answers for it.")
def accept(place: str, reason: str, rules: tuple[str, ...], until: datetime | None, owner: str) -> None:
    """Accept the risks that are reported in a line: write the comment that says so.

    A comment that accepts other risks there is extended, and one that has expired is renewed.
    """
    from sadpath.analysis.accepting import Terms

    target, line = _target(place)
    terms = Terms(" ".join(reason.split()), until and until.date(), owner)

    def wanted(finding: Finding) -> bool:
        starts = finding.range.start.line + 1 == line
        return (starts or finding.range.start.line < line <= finding.range.end.line) and (
            not rules or finding.rule in rules
        )

    accepted = accept_in([target], wanted, terms)
    if not accepted:
        by = f" by {' or '.join(f'`{rule}`' for rule in rules)}" if rules else ""
        name = os.path.relpath(target.path)
        raise Misuse(f"nothing is reported{by} in line {line} of `{name}`; `sadpath check {name}` shows where it is")


def accept_in(targets: "list[Target]", wanted: "Callable[[Finding], bool]", terms: "Terms") -> "list[Accepted]":
    """Accept what is wanted in these files, and say so on standard output. Raises Misuse."""
    from sadpath.workspace.accepting import accept
    from sadpath.workspace.writing import WriteError, rewrite

    try:
        accepted = on_large_stack(lambda: list(accept(targets, wanted, terms)))
    except ValueError as error:
        raise Misuse(str(error)) from error
    for one in accepted:
        name = os.path.relpath(one.source.path)
        try:
            rewrite(one.source, one.data, one.text)
        except WriteError as error:
            raise Misuse(f"{name}: {error}") from error
        for finding in one.findings:
            click.echo(f"{name}:{finding.range.start.line + 1}: accepted {finding.rule}")
        for finding in one.left:
            click.echo(f"{name}:{finding.range.start.line + 1}: no comment can accept {finding.rule}", err=True)
    return accepted


def _target(place: str) -> tuple[Target, int]:
    match = _PLACE.fullmatch(place)
    if not match or not Path(match["path"]).is_file():
        raise click.BadParameter(
            f"`{place}` is not a file and a line, such as `app/client.py:12`", param_hint="PATH:LINE"
        )
    path = Path(os.path.normpath(Path.cwd() / match["path"]))
    try:
        settings = Configurations(Families(), default_settings(Path.cwd())).nearest(path.parent)
    except ConfigurationError as error:
        raise Misuse(str(error)) from error
    return Target(path.as_posix(), settings, project_root(path)), int(match["line"])
