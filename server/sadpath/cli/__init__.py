"""Driver 1: the headless batch check. One module per command; each imports what it needs when it runs."""

import importlib
import os
import signal
import sys
from typing import NoReturn

import click

from sadpath import __version__

MISUSE = 2
"""The exit code of a command that was called or configured wrongly."""

_COMMANDS = ("check", "explain", "rules", "server")


class _Commands(click.Group):
    """The modules beside this one; only that of the command that is called is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # the signature is click's
        """The names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 # as above
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(f"sadpath.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sadpath", message="%(prog)s %(version)s")
def sadpath() -> None:
    """Review hints for Python: the unhappy paths of code that looks right."""


def main() -> NoReturn:
    """Run the command line of this process, and end the process."""
    if reconfigure := getattr(sys.stdout, "reconfigure", None):
        reconfigure(errors="backslashreplace")  # names of files, and code, need not fit the terminal's encoding
    try:
        code = sadpath.main(prog_name="sadpath", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(MISUSE)
    except (click.Abort, KeyboardInterrupt):
        _end_by(signal.SIGINT)
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + 13)
    sys.exit(code if isinstance(code, int) else 0)


def _end_by(number: signal.Signals) -> NoReturn:
    """End as a process does that does not handle the signal, so that the shell sees it. Threads do not hold it up."""
    sys.stdout.flush()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
