"""Measure sadpath beside its peers, side by side in one run: ratios hold, times are of this machine at this moment."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import batch
import click
from corpora import Corpora, real, small
from editing import edits
from memory import memory
from results import Row
from table import document, markdown, write_readme
from tools import TOOLS, Tool

PARTS: Mapping[str, Callable[[Corpora, Sequence[Tool]], Iterator[Row]]] = {
    "start": batch.start,
    "cold": batch.check,
    "edits": edits,
    "memory": memory,
}
WORK = Path(__file__).resolve().parent / ".work"
_tool = click.Choice([tool.name for tool in TOOLS])
_path = click.Path(path_type=Path)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--only", multiple=True, type=_tool, help="Measure this tool; may be repeated.  [default: all]")
@click.option("--quick", is_flag=True, help="Small projects written here, nothing downloaded: to see that it runs.")
@click.option("--work", type=_path, default=WORK, show_default=True, help="Where everything is put.")
@click.option("--json", "output", type=_path, help="Where to write all values.  [default: below --work]")
@click.option("--write-readme", "in_readme", is_flag=True, help="Put the table of this run into the README.")
def main(
    parts: Sequence[str], only: Sequence[str], quick: bool, work: Path, output: Path | None, in_readme: bool
) -> None:
    """Measure PARTS: start, cold (checks of whole projects, and repeats), edits, memory; by default all."""
    if in_readme and (parts or only or quick):
        raise click.UsageError("--write-readme writes a whole run: without PARTS, --only and --quick")
    signal.signal(signal.SIGTERM, _end)
    begin = time.monotonic()
    tools = [tool for tool in TOOLS if not only or tool.name in only]
    work = work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    corpora = small(work / "quick") if quick else real(work)
    rows = [row for part in parts or PARTS for row in _shown(PARTS[part](corpora, tools), begin)]
    took = time.monotonic() - begin
    (output or work / "results.json").write_text(document(rows, tools, took), encoding="utf-8")
    table = markdown(rows, tools)
    click.echo(table)
    click.echo(f"measured in {took / 60:.1f} minutes", err=True)
    if in_readme:
        write_readme(table)


def _end(_number: int, _frame: object) -> None:
    """Leave all blocks properly, so that servers, which may be suspended, end with us."""
    sys.exit(1)


def _shown(rows: Iterator[Row], begin: float) -> Iterator[Row]:
    """The rows; standard error tells of each one, as soon as it is there."""
    for row in rows:
        values = (f"{tool} {row.value(tool):.4g}" for tool in row.by_tool)
        click.echo(f"{time.monotonic() - begin:5.0f} s  {row.work}: {', '.join(values)} {row.unit}", err=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
