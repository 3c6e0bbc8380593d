"""The parts of the JSON output, one object on each line: for streams, and for files that are too large for one."""

from collections.abc import Iterator, Mapping

import msgspec

from sadpath.cli.formats.json import document
from sadpath.cli.result import Result


def json_lines(result: Result) -> str:
    """Lines with one key each: `diagnostic`, `accepted`, `known`, `gone`, `skipped`, `rule`, and at last `summary`."""
    return "".join(f"{msgspec.json.encode(line).decode()}\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[Mapping[str, object]]:
    whole = document(result)
    yield from ({"diagnostic": one} for one in whole.diagnostics)
    yield from ({"accepted": one} for one in whole.accepted)
    yield from ({"known": one} for one in whole.known)
    yield from ({"gone": one} for one in (whole.comparison.gone if whole.comparison else ()))
    yield from ({"skipped": one} for one in whole.skipped)
    yield from ({"rule": one} for one in whole.rules)
    yield {"summary": whole.summary}
