"""Hints of files that are not open, for clients that ask for them and for clients that do not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acme import install_acme
from raw_client import PULL, RawClient, server_thread, span

Json = Any

BAD = "try:\n    f()\nexcept:\n    pass\n"
GOOD = "f()\n"
OPTIONS = {"initializationOptions": {"diagnosticMode": "workspace"}}


class Workspace:
    """A directory of files whose hints a client wants to have, open or not."""

    def __init__(self, client: RawClient, root: Path) -> None:
        self.client, self.root = client, root
        self.known: dict[str, str] = {}

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def initialize(self, text_document: Json = None, capabilities: Json = None, **options: Json) -> Json:
        folders = [{"uri": self.root.as_uri(), "name": "project"}]
        return self.client.initialize(text_document, capabilities, workspaceFolders=folders, **{**OPTIONS, **options})

    def write(self, **texts: str | None) -> None:
        """Write files, or remove them, and say so."""
        for name, text in texts.items():
            path = self.root / f"{name}.py"
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        changes = [{"uri": self.uri(f"{name}.py"), "type": 2} for name in texts]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def ask(self, **params: Json) -> int:
        previous = [{"uri": uri, "value": value} for uri, value in self.known.items()]
        return self.client.ask(
            "workspace/diagnostic", {"identifier": "sadpath", "previousResultIds": previous, **params}
        )

    def take(self, reports: Json) -> dict[str, int]:
        """How many diagnostics each file has now, by its name."""
        for report in reports:
            assert report["kind"] == "full"
            if "resultId" in report:
                self.known[report["uri"]] = report["resultId"]
            else:
                self.known.pop(report["uri"], None)
        return {report["uri"].rpartition("/")[2]: len(report["items"]) for report in reports}

    def pull(self) -> dict[str, int]:
        return self.take(self.client.answer(self.ask())["result"]["items"])

    def pull_until(self, expected: dict[str, int]) -> None:
        """Pull as a client does, again and again, until all that is expected has come."""
        found: dict[str, int] = {}
        while found != expected:
            found |= self.pull()
            assert found.items() <= expected.items(), found


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "one.py").write_text(BAD)
    (tmp_path / "two.py").write_text(BAD * 2)
    (tmp_path / "good.py").write_text(GOOD)
    with server_thread() as client:
        yield Workspace(client, tmp_path)


def test_it_is_opt_in(workspace: Workspace) -> None:
    announced = workspace.initialize(PULL, initializationOptions={})
    assert announced["diagnosticProvider"]["workspaceDiagnostics"] is False
    assert not (workspace.root / ".sadpath_cache").exists()


def test_all_files_are_reported_and_a_request_is_held_until_something_is_new(workspace: Workspace) -> None:
    assert workspace.initialize(PULL)["diagnosticProvider"]["workspaceDiagnostics"] is True
    workspace.pull_until({"one.py": 1, "two.py": 2})
    held = workspace.ask()
    workspace.write(one=BAD * 3, new=BAD)
    assert workspace.take(workspace.client.answer(held)["result"]["items"]) == {"one.py": 3, "new.py": 1}
    held = workspace.ask()
    workspace.write(one=GOOD, two=None)
    assert workspace.take(workspace.client.answer(held)["result"]["items"]) == {"one.py": 0, "two.py": 0}
    assert list(workspace.known) == [workspace.uri("new.py")]


@pytest.mark.slow
def test_what_the_client_has_already_is_not_sent(workspace: Workspace) -> None:
    workspace.initialize(PULL)
    workspace.pull_until({"one.py": 1, "two.py": 2})
    del workspace.known[workspace.uri("two.py")]
    assert workspace.pull() == {"two.py": 2}


@pytest.mark.slow
def test_an_open_document_counts_as_it_is_typed(workspace: Workspace) -> None:
    workspace.initialize(PULL)
    workspace.pull_until({"one.py": 1, "two.py": 2})
    held = workspace.ask()
    workspace.client.open(BAD * 5, workspace.uri("one.py"))
    (report,) = workspace.client.answer(held)["result"]["items"]
    assert (report["version"], len(report["items"])) == (1, 5)
    workspace.take([report])
    held = workspace.ask()
    workspace.client.close(workspace.uri("one.py"))
    (report,) = workspace.client.answer(held)["result"]["items"]
    assert (report.get("version"), len(report["items"])) == (None, 1)


@pytest.mark.slow
def test_partial_results_are_sent_as_they_are_found(workspace: Workspace) -> None:
    workspace.write(**{f"file_{number}": BAD * 60 for number in range(4)})
    workspace.initialize(PULL)
    asked = workspace.ask(partialResultToken="partial")
    found: dict[str, int] = {}
    while (message := workspace.client.read()).get("id") != asked:
        assert message["method"] == "$/progress"
        assert message["params"]["token"] == "partial"
        found |= workspace.take(message["params"]["value"]["items"])
    assert message["result"] == {"items": []}
    assert found == {"one.py": 1, "two.py": 2, **{f"file_{number}.py": 60 for number in range(4)}}


@pytest.mark.slow
def test_a_held_request_can_be_cancelled_and_asked_anew(workspace: Workspace) -> None:
    workspace.initialize(PULL)
    workspace.pull_until({"one.py": 1, "two.py": 2})
    held = workspace.ask()
    workspace.client.notify("$/cancelRequest", {"id": held})
    assert workspace.client.answer(held)["error"]["code"] == -32800
    held = workspace.ask()
    workspace.write(new=BAD)
    assert workspace.take(workspace.client.answer(held)["result"]["items"]) == {"new.py": 1}


@pytest.mark.slow
def test_new_settings_have_the_client_ask_again(workspace: Workspace) -> None:
    workspace.initialize(PULL)
    workspace.pull_until({"one.py": 1, "two.py": 2})
    held = workspace.ask()
    workspace.client.about("hover", workspace.uri("one.py"), position={"line": 0, "character": 0})
    (workspace.root / "sadpath.toml").write_text("ignore = ['except']\n")
    change = {"uri": workspace.uri("sadpath.toml"), "type": 1}
    workspace.client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
    error = workspace.client.answer(held)["error"]
    assert (error["code"], error["data"]) == (-32802, {"retriggerRequest": True})
    workspace.pull_until({"one.py": 0, "two.py": 0})


@pytest.mark.slow
def test_a_client_that_does_not_ask_is_told(workspace: Workspace) -> None:
    workspace.initialize()
    pushed = [workspace.client.published() for _ in range(2)]
    assert {one["uri"]: len(one["diagnostics"]) for one in pushed} == {
        workspace.uri("one.py"): 1,
        workspace.uri("two.py"): 2,
    }
    workspace.client.open(GOOD, workspace.uri("one.py"))
    assert workspace.client.published()["diagnostics"] == []
    workspace.client.close(workspace.uri("one.py"))
    assert workspace.client.published()["diagnostics"] == []
    assert len(workspace.client.published()["diagnostics"]) == 1
    workspace.client.notify("workspace/didChangeConfiguration", {"settings": {"diagnosticMode": "openFiles"}})
    cleared = [workspace.client.published() for _ in range(2)]
    assert {one["uri"] for one in cleared} == {workspace.uri("one.py"), workspace.uri("two.py")}
    assert [one["diagnostics"] for one in cleared] == [[], []]


@pytest.mark.slow
def test_progress_is_shown_where_the_client_can(workspace: Workspace) -> None:
    workspace.initialize(PULL, {"window": {"workDoneProgress": True}})
    asked = workspace.ask()
    token = workspace.client.asked("window/workDoneProgress/create")["token"]
    values: list[Json] = [{}]
    answered = False
    while not answered or values[-1]["kind"] != "end":
        message = workspace.client.read()
        if message.get("id") == asked:
            answered = True
            workspace.take(message["result"]["items"])
        else:
            assert message["params"]["token"] == token
            values.append(message["params"]["value"])
    assert values[1] == {
        "kind": "begin",
        "title": "sadpath: checking the workspace",
        "cancellable": True,
        "percentage": 0,
    }
    held = workspace.ask()
    workspace.write(new=BAD)
    assert workspace.take(workspace.client.answer(held)["result"]["items"]) == {"new.py": 1}


@pytest.mark.slow
def test_the_user_can_stop_it(workspace: Workspace) -> None:
    workspace.initialize(PULL, {"window": {"workDoneProgress": True}})
    asked = workspace.ask()
    token = workspace.client.asked("window/workDoneProgress/create")["token"]
    assert workspace.client.read()["params"]["value"]["kind"] == "begin"
    workspace.client.notify("window/workDoneProgress/cancel", {"token": token})
    while (message := workspace.client.read()).get("id") == asked or message["params"]["value"]["kind"] != "end":
        pass
    assert workspace.client.about("hover", workspace.uri("one.py"), position={"line": 0, "character": 0}) is None


@pytest.mark.slow
def test_columns_of_closed_files_are_in_the_clients_units(workspace: Workspace) -> None:
    (workspace.root / "wide.py").write_text(
        "😀 = 1\nif x: '😀'; requests.get('')\n".replace("😀 = 1", "import requests")
    )
    workspace.initialize(PULL, {"general": {"positionEncodings": ["utf-8"]}})
    reports: dict[str, Json] = {}
    while workspace.uri("wide.py") not in reports:
        items = workspace.client.answer(workspace.ask())["result"]["items"]
        workspace.take(items)
        reports |= {report["uri"]: report["items"] for report in items}
    assert reports[workspace.uri("wide.py")][0]["range"] == span(1, 14, 1, 26)


@pytest.mark.slow
@pytest.mark.parametrize(("is_trusted", "rules"), [(True, ["bare-except", "sleeping-job"]), (False, ["bare-except"])])
def test_where_the_workspace_is_not_trusted_it_chooses_no_rules_of_others(
    workspace: Workspace,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    is_trusted: bool,
    rules: list[str],
) -> None:
    install_acme(tmp_path_factory.mktemp("site"), monkeypatch)
    (workspace.root / "sadpath.toml").write_text("packs = ['acme']\nignore = ['broken-rule']\n")
    (workspace.root / "job.py").write_text(f"import time\n\n{BAD}time.sleep(5)\n")
    options = {"diagnosticMode": "workspace", "trusted": is_trusted}
    workspace.initialize(PULL, initializationOptions=options)
    reports: dict[str, Json] = {}
    while (uri := workspace.uri("job.py")) not in reports:
        items = workspace.client.answer(workspace.ask())["result"]["items"]
        workspace.take(items)
        reports |= {report["uri"]: report["items"] for report in items}
    workspace.client.open((workspace.root / "job.py").read_text(), uri)
    for found in (reports[uri], workspace.client.about("diagnostic", uri)["items"]):
        assert [item["code"] for item in found] == rules


@pytest.mark.slow
def test_where_the_workspace_is_not_trusted_nothing_is_written(workspace: Workspace) -> None:
    (workspace.root / "sadpath.toml").write_text("cache-dir = '../elsewhere'\n")
    workspace.initialize(PULL, initializationOptions={"diagnosticMode": "workspace", "trusted": False})
    workspace.pull_until({"one.py": 1, "two.py": 2})
    assert not (workspace.root / ".sadpath_cache").exists()
    assert not (workspace.root.parent / "elsewhere").exists()


@pytest.mark.slow
def test_a_mode_that_is_switched_on_later_is_registered(workspace: Workspace) -> None:
    pull = {"diagnostic": {"dynamicRegistration": True}}
    announced = workspace.initialize(pull, initializationOptions={})
    assert "diagnosticProvider" not in announced
    (registration,) = workspace.client.asked("client/registerCapability")["registrations"]
    assert registration["registerOptions"]["workspaceDiagnostics"] is False
    workspace.client.notify("workspace/didChangeConfiguration", {"settings": {"diagnosticMode": "workspace"}})
    (gone,) = workspace.client.asked("client/unregisterCapability")["unregisterations"]
    (registration,) = workspace.client.asked("client/registerCapability")["registrations"]
    assert gone["id"] == registration["id"]
    assert registration["registerOptions"]["workspaceDiagnostics"] is True
    workspace.pull_until({"one.py": 1, "two.py": 2})
