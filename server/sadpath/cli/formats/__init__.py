"""How a result is written: one module per format."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sadpath.cli.formats.concise import concise
from sadpath.cli.formats.full import full
from sadpath.cli.formats.json import json
from sadpath.cli.result import Result

FORMATS: Mapping[str, Callable[[Result], str]] = MappingProxyType({"full": full, "concise": concise, "json": json})
"""What writes a result as text, by the name of the format. Some text has colours, as `click.style` gives them."""
