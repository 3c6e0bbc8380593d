"""The library tables: their form, and what the ones that come with the rules say."""

import importlib.resources
import math
from collections.abc import Iterator

import pytest

from sadpath.analysis.meaning.libraries import Library
from sadpath.rule import RetryFact, TimeoutFact, Words
from sadpath.workspace.library_files import LibraryError, library_of, library_tables, read_library

FOLDER = importlib.resources.files("sadpath_rules") / "libraries"
NAMES = sorted(file.name for file in FOLDER.iterdir())
each_file = pytest.mark.parametrize("name", NAMES)


def read(name: str) -> Library:
    return read_library((FOLDER / name).read_text("utf-8"), name)


def public_names(library: Library) -> Iterator[str]:
    yield from (*library.aliases.values(), *library.classes, *library.returns, *library.attributes)
    yield from (*library.coroutines, *library.transparent, *library.changing)
    yield from (*library.timeouts, *library.retries, *library.values, *library.limits)


@each_file
def test_names_belong_to_the_package_of_the_file(name: str) -> None:
    package = name.removesuffix(".toml")
    library = read(name)
    assert {alias.partition(".")[0].lower() for alias in library.aliases} <= {package}
    own = {name for name in public_names(library) if name not in library.aliases.values()}
    assert {name.partition(".")[0] for name in own} <= {package}


@each_file
def test_names_are_the_public_ones(name: str) -> None:
    """A name under which nothing can be found, as an alias stands for it, would be knowledge that is never used."""
    tables = library_tables()
    for public in public_names(read(name)):
        assert tables.canonical(public) == public


@each_file
def test_classes_that_are_named_are_known(name: str) -> None:
    tables = library_tables()
    library = read(name)
    named = {*library.returns.values(), *library.attributes.values()} - {"Self"}
    named.update(base for bases in library.classes.values() for base in bases)
    assert [cls for cls in sorted(named) if not tables.is_class(cls)] == []


@each_file
def test_facts_say_how_they_were_verified(name: str) -> None:
    library = read(name)
    for fact in (*library.timeouts.values(), *library.retries.values(), *library.values.values()):
        assert fact.verified.partition(" ")[0] in {"executed", "source", "documented", "unverified"}, fact.name


@each_file
def test_what_a_fix_adds_bounds_the_call(name: str) -> None:
    for fact in read(name).timeouts.values():
        assert not fact.fix or fact.fix.partition("=")[0] in {parameter.name for parameter in fact.parameters}


@each_file
def test_retries_end_and_wait_by_default_through_parameters_that_exist(name: str) -> None:
    for fact in read(name).retries.values():
        assert not fact.stops or set(fact.stops_by_default) <= {stop.name for stop in fact.stops}
        assert not fact.waits or set(fact.waits_by_default) <= {wait.name for wait in fact.waits}


def test_a_thing_is_found_under_all_its_names() -> None:
    tables = library_tables()
    expected = tables.timeout("requests.Session.get")
    assert isinstance(expected, TimeoutFact)
    assert tables.timeout("requests.sessions.Session.get") == expected
    assert tables.result("requests.sessions.session") == "requests.Session"
    assert tables.canonical("redis.client.StrictRedis.from_url") == "redis.Redis.from_url"
    assert isinstance(tables.retry("tenacity.asyncio.AsyncRetrying"), RetryFact)


def test_types_of_libraries_that_need_not_be_installed() -> None:
    tables = library_tables()
    assert tables.is_class("aiohttp.ClientSession")
    assert tables.is_coroutine("aiohttp.client.ClientSession.get")
    assert tables.result("aiohttp.ClientSession.get") == "aiohttp.ClientResponse"
    assert tables.attribute("aiohttp.ClientResponse.content") == "aiohttp.StreamReader"
    assert tables.bases("urllib3.ProxyManager") == ("urllib3.PoolManager",)
    assert tables.decorator("tenacity.retry") == "transparent"
    assert tables.decorator("asgiref.sync.async_to_sync") == "changes"


def test_what_is_not_known_is_not_guessed() -> None:
    tables = library_tables()
    for name in ("requests.nothing", "nothing.get", "nothing", ""):
        assert not tables.knows(name)
        assert tables.canonical(name) == name
        assert tables.result(name) == tables.attribute(name) == tables.decorator(name) == ""
        assert tables.timeout(name) is tables.retry(name) is None


def test_what_users_add_to_a_library_leaves_the_rest_of_it() -> None:
    own = library_of({"timeout": [{"calls": ["flask.fetch"]}]})
    tables = library_tables(own=own)
    assert tables.timeout("flask.fetch") is not None
    assert tables.takes_values("flask.jsonify")


def test_words_are_the_names_of_what_may_be_reported() -> None:
    words = library_tables().words(Words.TIMEOUT_CALLS)
    assert {"get", "urlopen", "Redis", "connect"} <= words
    assert "acquire" not in words  # known, but not reported
    assert "Timeout" not in words  # a value
    assert {"retry", "on_exception", "ensure_connection"} <= library_tables().words(Words.RETRY_CALLS)


@pytest.mark.parametrize(
    ("version", "default"), [("", 5), ("8.0.0", 5), ("10.1", 5), ("7.1.2", math.inf), ("8", 5), ("4.6.0b1", math.inf)]
)
def test_the_version_in_use_decides_the_default(version: str, default: float) -> None:
    fact = library_tables(lambda distribution: version if distribution == "redis" else "1").timeout("redis.Redis")
    assert fact is not None
    assert fact.default == default
    assert fact.verified == ("documented" if default == math.inf else "executed 8.1.0")  # the version that CI executes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[timeout]]\ncalls = ['x.get']\nparameter = { timeout = 0 }",
            "x.toml: unknown key `timeout.parameter`; did you mean `param",
        ),
        ("[[timeout]]\ncalls = ['x.get']\ntier = 'D'", "x.toml: `timeout.tier`: invalid enum value 'D'"),
        ("[[timeout]]\nparameters = { timeout = 0 }", "x.toml: `timeout`: an entry has no `calls`"),
        ("[[timeout]]\ncalls = ['x.get', 'x.get']", "x.toml: `timeout`: `x.get` has two entries"),
        ("[classes]\n'x.Session' = 5", "x.toml: `classes`: expected `array`"),
        ("clases = 5", "x.toml: .*did you mean `classes`"),
        ("[[timeout]", "x.toml: .*line 1"),
    ],
)
def test_a_mistake_is_shown_with_its_place(text: str, message: str) -> None:
    with pytest.raises(LibraryError, match=message):
        read_library(text, "x.toml")
