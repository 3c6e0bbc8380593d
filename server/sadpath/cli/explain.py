"""`sadpath explain`."""

import sys

import click

from sadpath.cli import Misuse
from sadpath.cli.color import color_option, colored
from sadpath.cli.rule_names import complete_rules
from sadpath.workspace.names import suggestion
from sadpath.workspace.packs import PackError, descriptions_of


@click.command(params=[color_option()])
@click.argument("rule", shell_complete=complete_rules)
def explain(rule: str, color: str) -> None:
    """Tell the story behind RULE: what happens, what you will see, how to bound it."""
    try:
        known = {description.name: description for description in descriptions_of([rule])}
    except PackError as error:
        raise Misuse(str(error)) from error
    if rule not in known:
        raise click.BadParameter(f"no rule is called `{rule}`{suggestion(rule, known)}", param_hint="RULE")
    found = known[rule]
    text = f"# {found.name}\n\n{found.family}, {found.severity}: {found.summary}\n\n{found.documentation}\n"
    if not colored(color, sys.stdout):
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console(force_terminal=True).print(Markdown(text))
