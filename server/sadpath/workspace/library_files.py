"""Reads the library tables, `sadpath_rules/libraries/*.toml`; docs/libraries.md describes their form."""

import functools
import importlib.resources
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

import msgspec

from sadpath.analysis.meaning.libraries import NOTHING, Library, LibraryTables
from sadpath.rule import CallbackFact, LimitFact, RetryFact, RetryValue, TimeoutFact
from sadpath.workspace.names import suggestion
from sadpath.workspace.toml_places import Keys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Fact = TypeVar("Fact", TimeoutFact, RetryFact, RetryValue, LimitFact, CallbackFact)
Entry = dict[str, object]


class LibraryError(ValueError):
    """A library table is not as docs/libraries.md says. `place` leads to the key that is meant."""

    def __init__(self, place: Keys, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def unknown_version(_distribution: str) -> str:
    """The version of a distribution where nothing tells it."""
    return ""


class Decorators(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Decorators that keep the kind of a function, and those that change what calling it gives."""

    transparent: frozenset[str] = frozenset()
    changes: frozenset[str] = frozenset()


class LibraryFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A library table as it is written. `coroutines` lists names under the module or class that has them."""

    distribution: str = ""
    verified: str = ""
    aliases: dict[str, str] = {}
    classes: dict[str, tuple[str, ...]] = {}
    returns: dict[str, str] = {}
    attributes: dict[str, str] = {}
    coroutines: dict[str, tuple[str, ...]] = {}
    takes_values: dict[str, tuple[str, ...]] = {}
    decorators: Decorators = Decorators()
    timeout: tuple[Entry, ...] = ()
    retry: tuple[Entry, ...] = ()
    value: tuple[Entry, ...] = ()
    limit: tuple[Entry, ...] = ()
    callback: tuple[Entry, ...] = ()


def library_tables(versions: Callable[[str], str] = unknown_version, own: Library | None = None) -> LibraryTables:
    """The tables that come with the rules; each file is read when its package is first asked for.

    `versions` gives the version of a distribution that the project uses, "" where it is unknown: the newest is assumed.
    `own` is what the user adds about any packages; it wins over what comes with the rules.
    """
    folder = importlib.resources.files("sadpath_rules") / "libraries"
    texts = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    described = own.packages() if own is not None else frozenset[str]()

    def load(package: str) -> Library | None:
        name = f"{package.lower()}.toml"  # Python 2 has `Queue`, and not all file systems tell it from `queue`
        found = read_library(texts[name], name, versions) if name in texts else NOTHING
        return found.extended(own) if own is not None and package in described else found

    # Decoding TOML is what takes the time: files that only tell types are left until they are asked for.
    callers = [
        name.removesuffix(".toml") for name, text in texts.items() if "[[timeout]]" in text or "[[retry]]" in text
    ]
    return LibraryTables(load, {*callers, *described})


def read_library(text: str, source: str, versions: Callable[[str], str] = unknown_version) -> Library:
    """The library table that a TOML text describes; raises LibraryError, whose message starts with `source`."""
    try:
        return library_of(tomllib.loads(text), versions)
    except tomllib.TOMLDecodeError as error:
        raise LibraryError((), f"{source}: {error}") from error
    except LibraryError as error:
        raise LibraryError(error.place, f"{source}: {error.message}") from error


def library_of(
    document: Mapping[str, object], versions: Callable[[str], str] = unknown_version, verified: str = "unverified"
) -> Library:
    """The library table that a document describes. `verified` is how its facts are known where it does not say."""
    file = _convert(document, LibraryFile, ())
    version = functools.partial(versions, file.distribution)
    verified = file.verified or verified
    return Library(
        aliases=file.aliases,
        classes=file.classes,
        returns=file.returns,
        attributes=file.attributes,
        coroutines=_names(file.coroutines),
        takers=_names(file.takes_values),
        transparent=file.decorators.transparent,
        changing=file.decorators.changes,
        timeouts=_facts(
            [_of_version(entry, version, index) for index, entry in enumerate(file.timeout)],
            TimeoutFact,
            verified,
            "timeout",
        ),
        retries=_facts(file.retry, RetryFact, verified, "retry"),
        values=_facts(file.value, RetryValue, verified, "value"),
        limits=_facts(file.limit, LimitFact, verified, "limit"),
        callbacks=_facts(file.callback, CallbackFact, verified, "callback"),
    )


def _names(lists: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The dotted names of a table that lists names under the module or class that has them."""
    return frozenset(f"{owner}.{name}" for owner, names in lists.items() for name in names)


def _facts(entries: Sequence[Entry], form: type[Fact], verified: str, table: str) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for index, entry in enumerate(entries):
        shared = {"verified": verified} | {key: _parameters(value) for key, value in entry.items()}
        owner, calls = shared.pop("of", ""), shared.pop("calls", None)
        if not isinstance(calls, list) or not calls:
            raise LibraryError((table, index), f"`{table}`: an entry has no `calls`")
        for call in cast("list[object]", calls):
            name = f"{owner}.{call}" if owner else str(call)
            if name in facts:
                raise LibraryError((table, index), f"`{table}`: `{name}` has two entries")
            facts[name] = _convert({**shared, "name": name}, form, (table, index))
    return facts


def _of_version(entry: Entry, version: Callable[[], str], index: int) -> Entry:
    """The entry as it holds for a version: `before = { '8.0' = inf }` is the default in versions older than 8.0.

    What was executed is the newest version: of an older default the documentation tells.
    """
    older = entry.get("before", {})
    if not isinstance(older, dict):
        raise LibraryError(("timeout", index, "before"), "`timeout.before` has to be a table of versions and defaults")
    used = version()
    limits = cast("dict[str, float]", older)
    defaults = [limits[limit] for limit in sorted(limits, key=release) if used and release(used) < release(limit)]
    default: Entry = {"default": defaults[0], "verified": "documented"} if defaults else {}
    return {key: value for key, value in entry.items() if key != "before"} | default


def release(version: str) -> tuple[int, ...]:
    """The release numbers of a version, for comparing: "8.0.1rc2" is (8, 0, 1), "8.0" and "8" are (8,)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in re.sub(r"(?:\.0+)+$", "", found[0]).split(".")) if found else ()


def _parameters(value: object) -> object:
    """`{ timeout = 3 }` is the parameter `timeout`, the third positional one."""
    if isinstance(value, dict):
        return [{"name": name, "position": position} for name, position in cast("Entry", value).items()]
    return value


Form = TypeVar("Form", bound=msgspec.Struct)


def _convert(value: Mapping[str, object], form: type[Form], place: Keys) -> Form:
    try:
        return msgspec.convert(value, form)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        unknown = [key for key in value if key not in form.__struct_fields__]
        keys = (*place, *(unknown or re.findall(r"\w+", where))[:1])
        name = ".".join(key for key in keys if isinstance(key, str))
        if unknown:
            valid = {*form.__struct_fields__, "of", "calls", "before"} - {"name"} if place else form.__struct_fields__
            raise LibraryError(keys, f"unknown key `{name}`{suggestion(unknown[0], valid)}") from error
        raise LibraryError(keys, f"`{name}`: {problem[0].lower()}{problem[1:]}") from error
