"""`sadpath schema`."""

import click
import msgspec

from sadpath.cli.formats.json import Document


@click.command()
def schema() -> None:
    """Write the JSON Schema of what `sadpath check --format json` gives."""
    text = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Document)}
    click.echo(msgspec.json.format(msgspec.json.encode(text).decode(), indent=2))
