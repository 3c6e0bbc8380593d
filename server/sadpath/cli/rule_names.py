"""Completes the names of rules and families for a shell."""

import click
from click.shell_completion import CompletionItem

from sadpath.workspace.packs import describe_rules, installed_packs


def complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 # the signature is click's
    """The rules that start so, each with what it finds."""
    rules = describe_rules(installed_packs())
    return [CompletionItem(rule.name, help=rule.summary) for rule in rules if rule.name.startswith(incomplete)]
