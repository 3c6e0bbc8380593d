"""A progress bar, for a person who waits."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

from sadpath.analysis.finding import FileReport

_PATIENCE = 1.0  # seconds without a bar


def with_progress(reports: Iterator[FileReport], total: int) -> Iterator[FileReport]:
    """The reports as they come, with a bar on standard error if that is a terminal and they take more than a second."""
    if not sys.stderr.isatty():
        yield from reports
        return
    start = time.monotonic()
    with ExitStack() as shown:
        bar = None
        for done, report in enumerate(reports, start=1):
            if bar is None and time.monotonic() - start > _PATIENCE:
                from rich.console import Console
                from rich.progress import Progress

                bar = shown.enter_context(Progress(console=Console(stderr=True), transient=True))
                bar.add_task("Checking", total=total)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)
            yield report
