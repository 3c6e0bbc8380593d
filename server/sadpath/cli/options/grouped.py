"""Commands with many options: each group of them is one value, and one section of the help."""

from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Annotated, cast, get_args, get_origin, get_type_hints

import click


def grouped(function: Callable[..., None]) -> click.Command:
    """Make a command of a function.

    Parameters that are dataclasses are groups: each of their fields is annotated with its `click.Option`, and the first
    line of their documentation heads them in the help. Other parameters are declared by click's decorators.
    """
    groups = {name: kind for name, kind in _types(function).items() if is_dataclass(kind)}
    options = {name: _options(kind) for name, kind in groups.items()}

    def callback(**values: object) -> None:
        for name, kind in groups.items():
            make = cast(Callable[..., object], kind)
            values[name] = make(**{field: values.pop(field) for field in options[name]})
        function(**values)

    sections = {_title(kind): list(options[name].values()) for name, kind in groups.items()}
    callback.__doc__ = function.__doc__
    callback.__dict__.update(vars(function))  # where click's decorators keep what they declare
    params: list[click.Parameter] = [option for section in sections.values() for option in section]
    return click.command(function.__name__, cls=_Sections, params=params, sections=sections)(callback)


class _Sections(click.Command):
    """A command whose help has a section for each group of options."""

    def __init__(self, sections: dict[str, list[click.Option]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # they are click's
        self._sections = sections

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options into the help."""
        placed = {id(option) for section in self._sections.values() for option in section}
        found = [option for option in self.get_params(ctx) if isinstance(option, click.Option)]
        others = [option for option in found if id(option) not in placed]
        for title, options in (*self._sections.items(), ("Other", others)):
            records = [record for option in options if (record := option.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def _title(kind: type) -> str:
    return (kind.__doc__ or "").partition("\n")[0].rstrip(".")


def _types(annotated: Callable[..., None]) -> dict[str, type]:
    return get_type_hints(annotated)


def _options(kind: type) -> dict[str, click.Option]:
    """The options of a group, by the names of its fields."""
    found: dict[str, click.Option] = {}
    for name, hint in cast(dict[str, object], get_type_hints(kind, include_extras=True)).items():
        assert get_origin(hint) is Annotated, name
        option = cast(object, get_args(hint)[1])
        assert isinstance(option, click.Option)
        assert option.name == name, option.name
        found[name] = option
    return found
