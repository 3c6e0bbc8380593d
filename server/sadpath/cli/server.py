"""`sadpath server`."""

import importlib

import click


@click.command()
def server() -> None:
    """Serve an editor, by the Language Server Protocol on standard input and output."""
    # By name, because the two drivers must not know each other: checking files takes no protocol.
    raise click.exceptions.Exit(importlib.import_module("sadpath.lsp.process").run())
