"""Running sadpath's commands in tests."""

import subprocess
import sys
from collections.abc import Callable

import msgspec

from sadpath.cli.formats.json import Document

HANGS = "import requests\n\n\ndef load(url):\n    return requests.get(url)\n"
"""Code with one finding, of `missing-timeout`."""


class Ended(msgspec.Struct, frozen=True):
    """How a command ended and what it wrote."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> Document:
        """The JSON output."""
        return msgspec.json.decode(self.output, type=Document, strict=True)


Run = Callable[..., Ended]


def run_process(*arguments: str, stdin: bytes = b"", options: tuple[str, ...] = ()) -> Ended:
    """Run a command as a process of its own."""
    ended = subprocess.run(
        [sys.executable, *options, "-m", "sadpath", *arguments], input=stdin, capture_output=True, timeout=300
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
