"""Whether output is coloured: `--color`, then NO_COLOR and FORCE_COLOR, then whether a terminal shows it."""

import os
from typing import TextIO

import click


def color_option() -> click.Option:
    """The option `--color`."""
    choices = click.Choice(["auto", "always", "never"])
    return click.Option(["--color"], type=choices, default="auto", show_default=True, help="Colour the output.")


def colored(choice: str, stream: TextIO) -> bool:
    """Whether to colour what is written to the stream, given the value of `--color`."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"
