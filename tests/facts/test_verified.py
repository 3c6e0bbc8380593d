"""The tables say `executed` of what is executed, with the version that is."""

import re
from pathlib import Path

import pytest
from calls import CALLS
from tables import FOLDER, Entry, entries, tomllib

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
PINNED = dict(re.sub(r"\[.*\]", "", pin).split("==") for pin in PROJECT["project"]["optional-dependencies"]["facts"])
NEEDS = {name: call.needs for call in CALLS.values() for name in call.names}
WAYS = {name: [call for call in CALLS.values() if name in call.names] for name in NEEDS}
ENTRIES = entries()
TIMEOUTS = [entry for entry in ENTRIES if entry.claims_execution and entry.table == "timeout"]


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_executed_is_said_of_what_is_executed(entry: Entry) -> None:
    assert entry.claims_execution == (set(entry.names) <= set(NEEDS))


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.claims_execution], ids=str)
def test_the_version_is_the_one_that_is_executed(entry: Entry) -> None:
    distribution = NEEDS[entry.names[0]] or entry.distribution
    version = re.escape(PINNED[distribution]) if distribution else r"3\.\d+"
    assert re.fullmatch(f"executed {version}", entry.verified)


def test_no_call_is_executed_that_the_tables_do_not_know() -> None:
    assert set(NEEDS) <= {name for entry in ENTRIES for name in entry.names}


@pytest.mark.parametrize("entry", TIMEOUTS, ids=str)
def test_each_way_to_bound_a_call_is_executed(entry: Entry) -> None:
    for name in entry.names:
        if len(entry.parameters) > 1:
            assert entry.parameters <= {call.by for call in WAYS[name]}
        assert entry.global_default == any(call.default for call in WAYS[name])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.name)
def test_nothing_but_what_can_be_executed_says_that_it_was(path: Path) -> None:
    claims = re.findall("^verified = 'executed", path.read_text("utf-8"), re.MULTILINE)
    assert len(claims) == sum(entry.claims_execution for entry in ENTRIES if entry.path == path)
