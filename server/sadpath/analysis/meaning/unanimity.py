"""Names that are `async def` wherever the project defines them, for calls on receivers that stay unknown."""

from sadpath.analysis.meaning.program import (
    Program,
    calls_named,
    class_with,
    coroutines_named,
    imported_packages,
    library_has,
)
from sadpath.analysis.meaning.queries import query
from sadpath.rule import Evidence

_SHORTEST_TELLING_NAME = 8
_WORDS_THAT_TELL = 3


@query(cycle=())
def unanimous(program: Program, path: str, name: str) -> tuple[Evidence, ...]:
    """Why a method of that name gives a coroutine, whatever object a file calls it on; empty where it need not.

    Every definition of the name in the project is `async def`, nothing is assigned to it, and neither the standard
    library nor a package that the file imports has the name. Of packages that are not installed that cannot be known:
    there, only a name of several words is taken to be the project's own. And the project awaits such calls at least as
    often as it drops them, if the name is not longer than those of most libraries.
    """
    files = program.queries.ask(coroutines_named, name)
    if not files or any(_has(program, package, path, name) for package in ("", *_imported(program, path))):
        return ()
    awaited, dropped = program.queries.ask(calls_named, name)
    if awaited < dropped and _words(name) < _WORDS_THAT_TELL:
        return ()
    first = min(files)
    count = f"all {len(files)} definitions" if len(files) > 1 else "the only definition"
    scope = program.queries.ask(class_with, first, name)
    qualname = f"{scope}.{name}" if scope else name
    return (Evidence(f"{count} of `{name}` in the project: `async def`", first, qualname, f"async def {name}"),)


def _imported(program: Program, path: str) -> tuple[str, ...]:
    return program.queries.ask(imported_packages, path)


def _has(program: Program, package: str, importer: str, name: str) -> bool:
    """Whether a package has, or may well have, a method of a name."""
    has = program.queries.ask(library_has, package, importer if package else "", name)
    return has if has is not None else not _is_telling(name)


def _is_telling(name: str) -> bool:
    return _words(name) > 1 and len(name) >= _SHORTEST_TELLING_NAME


def _words(name: str) -> int:
    return len([word for word in name.split("_") if word])
