"""How a result is written: one module per format, with a function of its name."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias, cast

from sadpath.cli.result import Result

Write: TypeAlias = Callable[[Result], str]

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "full": "each finding with its source line, the evidence and what fixes it",
        "concise": "one line for each finding",
        "grouped": "the findings of each file below its name",
        "json": "one object that holds everything",
        "json-lines": "the same, one object for each finding",
        "sarif": "SARIF 2.1.0, for code scanning",
        "github": "annotations of a GitHub workflow, and a summary of its step",
        "gitlab": "a GitLab code quality report",
        "junit": "JUnit XML",
        "rdjson": "diagnostics for reviewdog",
        "azure": "commands that log issues in Azure Pipelines",
        "markdown": "tables for a comment or a step summary",
        "html": "one page for a person",
    }
)
"""The names of all formats, each with what it is."""

TERMINAL = frozenset({"full", "concise", "grouped"})
"""Formats for a terminal. Their text has colours, as `click.style` gives them."""

_WHOLE = frozenset({"json", "json-lines", "sarif", "html"})
"""Formats that tell of each finding what a change has to do with it. The others only hold what it brings."""


def writer(name: str) -> Write:
    """What writes a result in a format. Only that format's module is imported."""
    function = name.replace("-", "_")
    write = cast(Write, getattr(importlib.import_module(f"sadpath.cli.formats.{function}"), function))
    return write if name in _WHOLE else lambda result: write(replace(result, findings=result.brought))
