"""What the user sets in the editor. What belongs to the project is in its settings file instead."""

import logging
from collections.abc import Iterator, Mapping
from typing import Literal, cast

import msgspec

from sadpath.workspace.configuration import Selection
from sadpath.workspace.names import suggestion

SECTION = "sadpath"
"""The section of the client's configuration."""


class Changes(msgspec.Struct, frozen=True, rename="camel"):
    """How findings that the change under review does not bring are shown, and the revision that it starts from."""

    show: Literal["all", "dimOld", "onlyChange"] = "all"
    base: str = ""


class Options(msgspec.Struct, frozen=True, rename="camel"):
    """The settings of docs/editors.md."""

    diagnostic_mode: Literal["openFiles", "workspace", "off"] = "openFiles"
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    code_lens: bool = False
    changes: Changes = Changes()
    log_level: Literal["error", "warning", "info", "debug"] = "warning"
    trusted: bool = True

    @property
    def selection(self) -> Selection:
        """The choice among the rules, on top of the settings files."""
        return Selection(self.select, ignore=self.ignore)

    @property
    def log_threshold(self) -> int:
        """The level as `logging` counts."""
        return _LEVELS[self.log_level]


_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}


def read_options(given: object, selectors: Mapping[str, str]) -> tuple[Options, list[str]]:
    """The options in what a client sent, and what is wrong with it, in words for the user.

    A wrong value leaves its default, an unknown key is the client's own business, and so is null or an empty list.
    `selectors` holds the names of all rules with their families.
    """
    table = _table(given)
    if isinstance(table.get(SECTION), dict):
        table = _table(table[SECTION])
    problems: list[str] = []
    valid: dict[str, object] = {}
    for field in msgspec.structs.fields(Options):
        value = table.get(field.encode_name)
        if value is None or value == []:
            continue
        try:
            msgspec.convert(value, field.type)
            valid[field.encode_name] = value
        except msgspec.ValidationError as error:
            problems.append(f"the setting `{SECTION}.{field.encode_name}` is left at its default: {error}")
    options = msgspec.convert(valid, Options)
    problems += _unknown(options, selectors)
    return options, problems


def _unknown(options: Options, selectors: Mapping[str, str]) -> Iterator[str]:
    valid = {"all", *selectors, *selectors.values()}
    for key, names in (("select", options.select or ()), ("ignore", options.ignore)):
        for name in names:
            if name not in valid:
                yield f"`{name}` in the setting `{SECTION}.{key}` is no rule{suggestion(name, valid)}"


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}
