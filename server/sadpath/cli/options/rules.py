"""Which rules to check."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import click

from sadpath.cli.rule_names import complete_rules
from sadpath.workspace.configuration import Selection
from sadpath.workspace.settings_file import Known, selector_problem


def _rules(name: str, text: str) -> click.Option:
    return click.Option([name], multiple=True, shell_complete=complete_rules, metavar="RULES", help=text)


@dataclass(frozen=True)
class RuleOptions:
    """Which rules."""

    select: Annotated[
        tuple[str, ...],
        _rules("--select", "Check these rules or families only. Names may be separated by commas."),
    ]
    extend_select: Annotated[tuple[str, ...], _rules("--extend-select", "Check these rules or families as well.")]
    ignore: Annotated[tuple[str, ...], _rules("--ignore", "Do not check these rules or families.")]

    def selection(self, known: Known) -> Selection:
        """What is chosen on top of the settings. Raises click.BadParameter for names that are not known."""
        return Selection(
            _names("--select", self.select, known) if self.select else None,
            _names("--extend-select", self.extend_select, known),
            _names("--ignore", self.ignore, known),
        )


def _names(option: str, values: Iterable[str], known: Known) -> tuple[str, ...]:
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    for name in names:
        if problem := selector_problem(name, known):
            raise click.BadParameter(problem, param_hint=f"'{option}'")
    return names
