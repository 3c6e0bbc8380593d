"""The process that analyses may die: that costs the file it died of, and nothing else."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from fake_session import deadly, tireless, unmakeable
from raw_client import FILE, PULL, RawClient, server_thread

from sadpath.lsp.analyst import Analyst, open_projects
from sadpath.lsp.session import IsStale, Scope, Stale

OTHER = "file:///project/other.py"
MESSAGE = "sadpath leaves `file.py` alone until it changes: its analysis crashed (exit code 9)"


@pytest.fixture
def client() -> Iterator[RawClient]:
    with server_thread(partial(Analyst, make_session=deadly)) as client:
        client.initialize(PULL)
        yield client


def items(client: RawClient, uri: str = FILE) -> list[str]:
    return [item["message"] for item in client.about("diagnostic", uri)["items"]]


def test_a_file_that_kills_the_analysis_costs_that_file(client: RawClient) -> None:
    client.open("bad\n", OTHER)
    assert items(client, OTHER) == ["1 in all"]
    client.open("bad deadly\n")
    pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
    assert client.read()["params"]["message"] == MESSAGE
    assert client.answer(pull)["result"]["items"] == []
    client.change(2, ("bad ", 0, 0, 0, 0), uri=OTHER)
    assert items(client, OTHER) == ["3 in all", "3 in all"]
    client.change(2, ("fine", 0, 4, 0, 10))
    assert items(client) == ["3 in all"]
    assert items(client, OTHER) == ["3 in all", "3 in all"]


def test_texts_reach_the_other_process_by_their_edits(client: RawClient) -> None:
    client.open("bad\nx\ny\n")
    assert items(client) == ["1 in all"]
    client.change(2, ("bad\nbad\n", 1, 0, 1, 0), ("", 3, 0, 4, 0))
    assert items(client) == ["3 in all"] * 3
    client.close()
    assert items(client) == []


def test_a_check_is_given_up_when_something_changes() -> None:
    with server_thread(partial(Analyst, make_session=tireless)) as client:
        client.initialize(PULL)
        client.open("bad endless\n")
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        client.change(2, ("bad", 0, 4, 0, 11))
        assert len(client.answer(pull)["result"]["items"]) == 2
        client.open("endless\n", OTHER)
        assert len(items(client)) == 2
        client.change(3, ("bad ", 0, 0, 0, 0))
        assert len(items(client)) == 3
        client.change(2, ("bad", 0, 0, 0, 7), uri=OTHER)
        assert len(items(client, OTHER)) == 1


def test_a_check_can_be_given_up_before_any_unit_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = (tmp_path / "file.py").as_posix()
    projects = open_projects(Scope((tmp_path,)), print)
    projects.open(path, "try:\n    f()\nexcept:\n    pass\n\n\n" * 5)
    seen = 0

    def after(units: int) -> IsStale:
        left = iter(range(units))
        return lambda: next(left, None) is None

    for units in range(1, 20):
        try:
            assert len(projects.check(path, after(units)).findings) == 5
        except Stale:
            seen += 1
    assert 0 < seen < 19


def test_an_analysis_that_cannot_start_is_told_once_and_the_server_lives() -> None:
    with server_thread(partial(Analyst, make_session=unmakeable)) as client:
        client.initialize(PULL)
        client.open("bad\n")
        pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": FILE}})
        assert "could not check a file (RuntimeError in unmakeable" in client.read()["params"]["message"]
        assert client.answer(pull)["result"]["items"] == []
        client.change(2, ("x", 0, 0, 0, 0))
        assert items(client) == []
