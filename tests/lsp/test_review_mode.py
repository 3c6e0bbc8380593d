"""A reviewer on a branch sees what this change brings, in whatever file it shows, apart from what was there before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raw_client import PULL, RawClient, server_thread, span
from repository import Repository

Json = Any

OLD = "def old(f):\n    try:\n        f()\n    except:\n        return None\n"
TOUCHED = OLD.replace("old", "touched")
HELPER = "def save() -> None: ...\n"
CALLER = "from helper import save\n\n\nasync def call() -> None:\n    if '😀': save()\n"
NEW = "import requests\n\n\ndef new() -> object:\n    return requests.get('')\n"


class Branch:
    """A branch that makes a function of `helper.py` a coroutine and adds to `code.py`, and a client that reviews it."""

    def __init__(self, client: RawClient, root: Path) -> None:
        self.client = client
        self.repository = Repository(root)
        self.repository.write("code.py", OLD + "\n\n" + TOUCHED)
        self.repository.write("helper.py", HELPER)
        self.repository.write("caller.py", CALLER)
        self.repository.commit()
        self.repository.git("checkout", "-q", "-b", "feature")
        self.code = NEW + "\n\n" + OLD + "\n\n" + TOUCHED.replace("return None", "return 1")
        self.repository.write("code.py", self.code)
        self.repository.write("helper.py", "async " + HELPER)

    def uri(self, name: str) -> str:
        return (self.repository.root / name).as_uri()

    def initialize(self, options: Json = None, text_document: Json = None, capabilities: Json = None) -> None:
        folders = [{"uri": self.uri("."), "name": "project"}]
        announced = {**PULL, "publishDiagnostics": {"dataSupport": True, "tagSupport": {"valueSet": [1]}}}
        self.client.initialize(
            text_document or announced, capabilities, workspaceFolders=folders, initializationOptions=options
        )

    def findings(self) -> Json:
        return self.client.request("workspace/executeCommand", {"command": "sadpath.changeFindings"})["result"]

    def pull(self) -> Json:
        """The diagnostics of `code.py`, as soon as it is known what the change brings."""
        items: Json = [{"data": {}}]
        while any("status" not in item["data"] for item in items):
            items = self.client.about("diagnostic", self.uri("code.py"))["items"]
        return items


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    with server_thread() as client:
        yield Branch(client, tmp_path / "project")


def test_what_the_change_brings_is_listed_worst_first(branch: Branch) -> None:
    branch.repository.write("CODEOWNERS", "code.py @team\n")
    branch.initialize()
    branch.client.open(branch.code, branch.uri("code.py"))
    answer = branch.findings()
    assert answer["problem"] is None
    assert answer["base"].endswith("(`main`)")
    found = [(one["uri"], one["diagnostic"]["code"], one["status"]) for one in answer["findings"]]
    assert sorted(found) == [
        (branch.uri("caller.py"), "unawaited-coroutine", "new"),
        (branch.uri("code.py"), "bare-except", "touched"),
        (branch.uri("code.py"), "missing-timeout", "new"),
    ]
    assert [one["harm"] for one in answer["findings"]] == sorted(one["harm"] for one in answer["findings"])
    assert {one["owner"] for one in answer["findings"] if one["uri"] == branch.uri("code.py")} == {"@team"}
    assert {one["diagnostic"]["data"]["status"] for one in answer["findings"]} == {"new", "touched"}
    (closed,) = (one["diagnostic"] for one in answer["findings"] if one["uri"] == branch.uri("caller.py"))
    (fix,) = closed["data"]["fixes"]
    assert fix["edits"] == [{"range": span(4, 13, 4, 19), "newText": "await save()"}]


@pytest.mark.slow
def test_what_is_typed_and_saved_counts(branch: Branch) -> None:
    branch.initialize()
    branch.client.open(branch.code, branch.uri("code.py"))
    assert len(branch.findings()["findings"]) == 3
    branch.client.change(2, branch.code + "\n\n" + OLD.replace("old", "typed"), uri=branch.uri("code.py"))
    branch.client.about("diagnostic", branch.uri("code.py"))
    assert len(branch.findings()["findings"]) == 4
    branch.repository.write("helper.py", HELPER)
    change = {"uri": branch.uri("helper.py"), "type": 2}
    branch.client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
    assert {one["uri"] for one in branch.findings()["findings"]} == {branch.uri("code.py")}


def test_old_findings_can_be_faded_out_or_left_out(branch: Branch) -> None:
    branch.initialize({"changes": {"show": "dimOld"}})
    branch.client.open(branch.code, branch.uri("code.py"))
    new, old, touched = branch.pull()
    assert [item["data"]["status"] for item in (new, old, touched)] == ["new", "old", "touched"]
    assert (old["severity"], old["tags"]) == (4, [1])
    assert all("tags" not in item and item["severity"] < 4 for item in (new, touched))
    settings = {"changes": {"show": "onlyChange"}}
    branch.client.notify("workspace/didChangeConfiguration", {"settings": settings})
    assert [item["data"]["status"] for item in branch.pull()] == ["new", "touched"]
    branch.client.notify("workspace/didChangeConfiguration", {"settings": {}})
    assert len(branch.pull()) == 3


@pytest.mark.slow
def test_what_is_shown_already_is_refreshed_once_it_is_known(branch: Branch) -> None:
    branch.initialize(
        {"changes": {"show": "onlyChange"}}, None, {"workspace": {"diagnostics": {"refreshSupport": True}}}
    )
    branch.client.open(branch.code, branch.uri("code.py"))
    if len(branch.client.about("diagnostic", branch.uri("code.py"))["items"]) > 2:
        branch.client.asked("workspace/diagnostic/refresh")
    assert len(branch.client.about("diagnostic", branch.uri("code.py"))["items"]) == 2


@pytest.mark.slow
def test_a_client_that_does_not_ask_is_told(branch: Branch) -> None:
    branch.initialize({"changes": {"show": "onlyChange"}}, {"publishDiagnostics": {}})
    branch.client.open(branch.code, branch.uri("code.py"))
    while len(branch.client.published()["diagnostics"]) != 2:
        pass


@pytest.mark.slow
def test_with_the_whole_workspace_closed_files_show_the_change_as_well(branch: Branch) -> None:
    branch.initialize({"diagnosticMode": "workspace", "changes": {"show": "onlyChange"}})
    assert len(branch.findings()["findings"]) == 3
    asked = {"identifier": "sadpath", "previousResultIds": []}
    reports = branch.client.request("workspace/diagnostic", asked)["result"]["items"]
    assert {report["uri"]: len(report["items"]) for report in reports} == {
        branch.uri("caller.py"): 1,
        branch.uri("code.py"): 2,
    }


@pytest.mark.parametrize("base", ["nowhere", "--output=x"])
def test_a_base_that_is_not_known_is_told_and_nothing_is_hidden(branch: Branch, base: str) -> None:
    branch.initialize({"changes": {"base": base}})
    branch.client.open(branch.code, branch.uri("code.py"))
    asked = branch.client.ask("workspace/executeCommand", {"command": "sadpath.changeFindings"})
    told = branch.client.read()["params"]["message"]
    answer = branch.client.answer(asked)["result"]
    assert (answer["base"], answer["findings"]) == (None, [])
    assert base in answer["problem"]
    assert told == f"sadpath cannot tell what this change brings: {answer['problem']}"
    assert len(branch.client.about("diagnostic", branch.uri("code.py"))["items"]) == 3


@pytest.mark.slow
def test_a_directory_that_is_no_repository_has_no_change(tmp_path: Path) -> None:
    with server_thread() as client:
        client.initialize(PULL, workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "project"}])
        (tmp_path / "code.py").write_text(OLD)
        asked = client.ask("workspace/executeCommand", {"command": "sadpath.changeFindings"})
        assert "cannot tell" in client.read()["params"]["message"]
        assert client.answer(asked)["result"]["problem"]
