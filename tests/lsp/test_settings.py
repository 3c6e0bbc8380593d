"""What the user sets in the editor, and what the project says in its files, holds from the moment it is there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_session import fake
from raw_client import FILE, PULL, RawClient, server_thread

Json = Any

CODE = "import requests\n\ntry:\n    requests.get('')\nexcept:\n    pass\n"
BARE, TIMEOUT = "bare-except", "missing-timeout"
DYNAMIC = {"dynamicRegistration": True}
CHANGED, CREATED, DELETED = 2, 1, 3


class Project:
    """A directory with a document that is open in a client."""

    def __init__(self, client: RawClient, root: Path) -> None:
        self.client, self.root, self.uri = client, root, (root / "file.py").as_uri()

    def open(self, capabilities: Json = None, **params: Json) -> Json:
        folders = [{"uri": self.root.as_uri(), "name": "project"}]
        announced = self.client.initialize(PULL, capabilities, workspaceFolders=folders, **params)
        self.client.open(CODE, self.uri)
        return announced

    def rules(self, uri: str = "") -> list[str]:
        return [item["code"] for item in self.client.about("diagnostic", uri or self.uri)["items"]]

    def write(self, name: str, text: str, kind: int = CHANGED) -> None:
        """Write a file as another program would, and say so as a client does."""
        (self.root / name).write_text(text)
        self.watched(name, kind)

    def watched(self, name: str, kind: int) -> None:
        change = {"uri": (self.root / name).as_uri(), "type": kind}
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with server_thread() as client:
        yield Project(client, tmp_path)


def test_initialization_options_are_on_top_of_the_settings_file(project: Project) -> None:
    (project.root / "sadpath.toml").write_text("ignore = ['timeout']\n")
    project.open(initializationOptions={"select": ["missing-timeout"], "unheardOf": 1})
    assert project.rules() == [TIMEOUT]


def test_did_change_configuration_replaces_what_held_before(project: Project) -> None:
    project.open(initializationOptions={"ignore": ["timeout"]})
    assert project.rules() == [BARE]
    project.client.notify("workspace/didChangeConfiguration", {"settings": {"sadpath": {"ignore": ["except"]}}})
    assert project.rules() == [TIMEOUT]
    project.client.notify("workspace/didChangeConfiguration", {"settings": {"diagnosticMode": "off"}})
    assert project.rules() == []
    project.client.notify("workspace/didChangeConfiguration", {"settings": None})
    assert project.rules() == [BARE, TIMEOUT][::-1]


def test_a_client_that_can_be_asked_is_asked(project: Project) -> None:
    workspace = {"configuration": True, "didChangeConfiguration": DYNAMIC}
    project.open({"workspace": workspace}, initializationOptions={"trusted": False})
    (registration,) = project.client.asked("client/registerCapability")["registrations"]
    assert registration["method"] == "workspace/didChangeConfiguration"
    assert registration["registerOptions"] == {"section": "sadpath"}
    assert project.client.asked("workspace/configuration", [{"ignore": ["timeout"]}])["items"] == [
        {"section": "sadpath"},
        {"section": "sadpath", "scopeUri": project.root.as_uri()},
    ]
    assert project.rules() == [BARE]
    project.client.notify("workspace/didChangeConfiguration", {"settings": None})
    project.client.asked("workspace/configuration", [None])
    assert project.rules() == [BARE]
    information = project.client.request("workspace/executeCommand", {"command": "sadpath.debugInformation"})["result"]
    assert "trusted: False" in information


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"diagnosticMode": "open"},
            "the setting `sadpath.diagnosticMode` is left at its default: Invalid enum value 'open'",
        ),
        ({"codeLens": 3}, "the setting `sadpath.codeLens` is left at its default: Expected `bool`, got `int`"),
        (
            {"ignore": ["mising-timeout"]},
            "`mising-timeout` in the setting `sadpath.ignore` is no rule; did you mean `missing-timeout`?",
        ),
    ],
)
def test_what_is_not_understood_is_told_and_the_rest_holds(project: Project, options: Json, message: str) -> None:
    project.open(initializationOptions={"select": ["except"], **options})
    assert project.client.read()["params"]["message"] == message
    assert project.rules() == [BARE]


def test_files_are_watched_where_the_client_can(project: Project) -> None:
    project.open({"workspace": {"didChangeWatchedFiles": DYNAMIC}})
    (registration,) = project.client.asked("client/registerCapability")["registrations"]
    patterns = {watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]}
    assert {"**/*.{py,pyi}", "**/pyproject.toml", "**/sadpath.toml", "**/uv.lock", "**/poetry.lock"} <= patterns


def test_settings_files_are_read_again(project: Project) -> None:
    project.open()
    assert project.rules() == [TIMEOUT, BARE]
    project.write("pyproject.toml", "[tool.sadpath]\nignore = ['except']\n", CREATED)
    assert project.rules() == [TIMEOUT]
    project.write("sadpath.toml", "select = ['except']\n", CREATED)
    assert project.rules() == [BARE]
    (project.root / "sadpath.toml").unlink()
    project.watched("sadpath.toml", DELETED)
    assert project.rules() == [TIMEOUT]


def test_a_mistake_in_a_settings_file_is_told_each_time_it_is_made(project: Project) -> None:
    project.open()
    for _ in range(2):
        project.write("sadpath.toml", "ignor = ['except']\n")
        pull = project.client.ask("textDocument/diagnostic", {"textDocument": {"uri": project.uri}})
        assert "did you mean `ignore`?" in project.client.read()["params"]["message"]
        assert len(project.client.answer(pull)["result"]["items"]) == 2
        project.write("sadpath.toml", "ignore = ['except']\n")
        assert project.rules() == [TIMEOUT]


def test_a_lock_file_decides_on_defaults(project: Project) -> None:
    project.open()
    uri = (project.root / "cache.py").as_uri()
    project.client.open("import redis\n\ndef f(url: str) -> object:\n    return redis.Redis(host=url).get('x')\n", uri)
    assert project.rules(uri) == []
    project.write("uv.lock", '[[package]]\nname = "redis"\nversion = "5.3.1"\n', CREATED)
    assert project.rules(uri) == [TIMEOUT]
    project.write("uv.lock", '[[package]]\nname = "redis"\nversion = "8.1.0"\n')
    assert project.rules(uri) == []


HELPER = "async def save() -> None: ...\n"
CALLER = "from helper import save\n\nasync def f() -> None:\n    save()\n"


@pytest.mark.parametrize("how", ["watched", "operated"])
def test_files_that_come_change_move_and_go_count_at_once(project: Project, how: str) -> None:
    operations = {"didCreate": True, "didRename": True, "didDelete": True}
    announced = project.open({"workspace": {"fileOperations": operations}})
    assert set(announced["workspace"]["fileOperations"]) == set(operations)
    caller = (project.root / "caller.py").as_uri()
    project.client.open(CALLER, caller)
    helper, other = project.root / "helper.py", project.root / "other.py"

    def say(kind: int, method: str, **file: str) -> None:
        if how == "watched":
            changes = [{"uri": uri, "type": kind} for uri in file.values()]
            project.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        else:
            project.client.notify(f"workspace/{method}", {"files": [file]})

    assert project.rules(caller) == []
    helper.write_text(HELPER)
    say(CREATED, "didCreateFiles", uri=helper.as_uri())
    assert project.rules(caller) == ["unawaited-coroutine"]
    helper.rename(other)
    say(CHANGED, "didRenameFiles", oldUri=helper.as_uri(), newUri=other.as_uri())
    assert project.rules(caller) == []
    other.rename(helper)
    say(CHANGED, "didRenameFiles", oldUri=other.as_uri(), newUri=helper.as_uri())
    assert project.rules(caller) == ["unawaited-coroutine"]
    helper.write_text(HELPER.replace("async ", ""))
    project.watched("helper.py", CHANGED)
    assert project.rules(caller) == []
    helper.write_text(HELPER)
    project.watched("helper.py", CHANGED)
    assert project.rules(caller) == ["unawaited-coroutine"]
    helper.unlink()
    say(DELETED, "didDeleteFiles", uri=helper.as_uri())
    assert project.rules(caller) == []


def test_each_folder_has_its_own_settings(project: Project, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, ignored in ((one, "except"), (two, "timeout")):
        folder.mkdir()
        (folder / "sadpath.toml").write_text(f"ignore = ['{ignored}']\n")
    client = project.client
    folders = [{"uri": one.as_uri(), "name": "one"}]
    announced = client.initialize(PULL, {"workspace": {"workspaceFolders": True}}, workspaceFolders=folders)
    assert announced["workspace"] == {"workspaceFolders": {"supported": True, "changeNotifications": True}}
    uris = [(folder / "file.py").as_uri() for folder in (one, two)]
    for uri in uris:
        client.open(CODE, uri)
    assert [project.rules(uri) for uri in uris] == [[TIMEOUT], [BARE]]
    event = {"added": [{"uri": two.as_uri(), "name": "two"}], "removed": folders}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert [project.rules(uri) for uri in uris] == [[TIMEOUT], [BARE]]
    information = client.request("workspace/executeCommand", {"command": "sadpath.debugInformation"})["result"]
    assert f"folders: {two}\n" in information


def test_each_folder_has_its_own_options(project: Project, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("outer", "outer/inner", "late")]
    for folder in folders:
        folder.mkdir()
    outer, inner, late = ({"uri": folder.as_uri(), "name": folder.name} for folder in folders)
    client = project.client
    client.initialize(
        PULL, {"workspace": {"workspaceFolders": True, "configuration": True}}, workspaceFolders=[outer, inner]
    )
    asked = client.asked("workspace/configuration", [{"codeLens": True}, {"ignore": ["except"]}, {"select": []}])
    assert [item.get("scopeUri") for item in asked["items"]] == [None, outer["uri"], inner["uri"]]
    uris = [(folder / "file.py").as_uri() for folder in folders]
    for uri in uris:
        client.open(CODE, uri)
    assert [project.rules(uri) for uri in uris] == [[TIMEOUT], [TIMEOUT, BARE], [TIMEOUT, BARE]]
    client.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [late], "removed": [outer]}})
    asked = client.asked("workspace/configuration", [{"codeLens": True}, None, {"ignore": ["timeout"]}])
    assert [item.get("scopeUri") for item in asked["items"]] == [None, inner["uri"], late["uri"]]
    assert [project.rules(uri) for uri in uris] == [[TIMEOUT, BARE], [TIMEOUT, BARE], [BARE]]


def test_a_directory_with_settings_of_its_own_is_checked_by_them(project: Project) -> None:
    (project.root / "scripts").mkdir()
    (project.root / "scripts" / "sadpath.toml").write_text("ignore = ['except']\n")
    project.open()
    uri = (project.root / "scripts" / "file.py").as_uri()
    project.client.open(CODE, uri)
    assert project.rules(uri) == [TIMEOUT]
    assert project.rules() == [TIMEOUT, BARE]


@pytest.mark.parametrize(("level", "logged"), [("error", 1), ("debug", 1)])
def test_the_log_is_sent_at_the_level_that_is_asked_for(level: str, logged: int) -> None:
    with server_thread(fake) as client:
        client.initialize(PULL, initializationOptions={"logLevel": level})
        client.open("fails\n")
        assert "rule `bare-except` failed" in client.read()["params"]["message"]
        client.about("diagnostic")
        assert [entry["type"] for entry in client.logged] == [1] * logged
        client.notify("textDocument/didOpen", {})
        client.about("hover", FILE, position={"line": 0, "character": 0})
        assert len(client.logged) == logged + (level == "debug")


def test_nothing_is_registered_with_a_client_that_cannot(project: Project) -> None:
    announced = project.open()
    assert "workspace" not in announced
    assert project.rules() == [TIMEOUT, BARE]
