"""Driver 1: the headless batch check. One module per command; each imports what it needs when it runs."""

import importlib
import os
import signal
import sys
from typing import NoReturn

import click

from sadpath import __version__

_COMMANDS = {
    "accept": "Accept a risk, for a reason.",
    "baseline": "Take what is reported now for given.",
    "check": "Check files and directories.",
    "clean": "Remove what earlier checks have kept.",
    "completion": "Make a shell complete commands and options.",
    "explain": "Tell the story behind a rule.",
    "ledger": "List the risks that are accepted.",
    "new-rule": "Write a new rule into a rule pack.",
    "rules": "List all rules.",
    "schema": "Write the JSON Schema of the JSON output.",
    "server": "Serve an editor.",
}


class Misuse(click.ClickException):
    """The command was configured wrongly. The exit code is that of a wrong call."""

    exit_code = click.UsageError.exit_code


class _Commands(click.Group):
    """The modules beside this one. Only that of the command that is called is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # the signature is click's
        """The names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # as above
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"sadpath.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 # as above
        """Write the commands into the help, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command. What ends it from outside gets the exit code that shells know; click would say 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _end_by(signal.SIGINT)
        except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(128 + 13) from None


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sadpath", message="%(prog)s %(version)s")
def sadpath() -> None:
    """Review hints for Python: the unhappy paths of code that looks right."""


def main() -> NoReturn:
    """Run the command line of this process, and end the process."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # names of files, and code, need not fit the terminal's encoding
    sys.exit(sadpath.main(prog_name="sadpath"))


def _end_by(number: signal.Signals) -> NoReturn:
    """End as a process does that does not handle the signal. Threads that still run do not hold it up."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
