"""`sadpath rules`."""

import click
import msgspec

from sadpath.cli import Misuse
from sadpath.workspace.packs import PackError, describe_rules, installed_packs


class _Rule(msgspec.Struct, frozen=True):
    """One rule in the JSON output."""

    name: str
    family: str
    summary: str
    severity: str


@click.command()
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--installed", is_flag=True, help="With those of all rule packs that are installed.")
def rules(output_format: str, installed: bool) -> None:
    """List all rules."""
    try:
        described = describe_rules(installed_packs() if installed else ())
    except PackError as error:
        raise Misuse(str(error)) from error
    found = [_Rule(rule.name, rule.family, rule.summary, rule.severity) for rule in described]
    if output_format == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    wide = max(len(rule.name) for rule in found)
    for rule in found:
        click.echo(f"{rule.name:{wide}}  {rule.family:11}  {rule.severity:7}  {rule.summary}")
