"""`sadpath completion`."""

import click
from click.shell_completion import get_completion_class

from sadpath.cli import sadpath


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Write what makes SHELL complete sadpath's commands and options: for bash, `eval "$(sadpath completion bash)"`."""
    kind = get_completion_class(shell)
    assert kind
    click.echo(kind(sadpath, {}, "sadpath", "_SADPATH_COMPLETE").source())
