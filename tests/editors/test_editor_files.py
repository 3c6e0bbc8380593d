"""The files of editor-config: each is read in its own syntax, starts the server, and names only settings that exist."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from syntax import Elisp, Symbol, elisp, json_with_comments

from sadpath import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
FILES = ROOT / "editor-config"
SERVER = ["sadpath", "server"]


def read(path: str) -> str:
    return (FILES / path).read_text(encoding="utf-8")


VSCODE: Any = json.loads(read("vscode/package.json"))


def documented() -> set[str]:
    """The names in the table of settings in docs/editors.md."""
    table = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    names = [cell for row in re.findall(r"^\|([^|]*)\|", table, re.MULTILINE) for cell in re.findall(r"`(.*?)`", row)]
    assert {"diagnosticMode", "changes.show"} <= set(names)
    return set(names)


def names(settings: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in settings.items():
        yield from names(value, f"{prefix}{key}.") if isinstance(value, dict) else [prefix + key]


def plist(form: Elisp) -> dict[str, Any]:
    """(:key value ...) or ((key . value) ...) as a dictionary."""
    if isinstance(form[0], list):
        pairs = [(pair[0], pair[2] if pair[1] == "." and len(pair) == 3 else pair[2:]) for pair in form]
    else:
        pairs = list(zip(form[::2], form[1::2], strict=True))
    return {key.lstrip(":"): plist(value) if isinstance(value, list) else value for key, value in pairs}


def forms(form: Elisp) -> Iterator[list[Elisp]]:
    """A form and all within it."""
    if isinstance(form, list):
        yield form
        for part in form:
            yield from forms(part)


def test_helix() -> None:
    told = tomllib.loads(read("helix/languages.toml"))
    server = told["language-server"]["sadpath"]
    assert [server["command"], *server["args"]] == SERVER
    (python,) = told["language"]
    assert python["name"] == "python"
    assert "sadpath" in python["language-servers"]
    proposed = re.search(r"^# (config = .*)$", read("helix/languages.toml"), re.MULTILINE)
    assert proposed
    assert set(names(tomllib.loads(proposed[1])["config"])) <= documented()


def test_eglot() -> None:
    told = elisp(read("emacs/sadpath-eglot.el"))
    ((_, _, command),) = [form for form in forms(told) if form[1:2] == [Symbol(".")] and isinstance(form[2], list)]
    assert command[:2] == SERVER
    assert set(names(plist(command[2:])["initializationOptions"])) <= documented()


def test_lsp_mode() -> None:
    told = elisp(read("emacs/sadpath-lsp-mode.el"))
    (client,) = [form for form in forms(told) if form[:1] == [Symbol("make-lsp-client")]]
    arguments = dict(zip(client[1::2], client[2::2], strict=True))
    assert arguments[Symbol(":new-connection")][1] == SERVER
    assert arguments[Symbol(":add-on?")] == "t"
    assert set(names(plist(arguments[Symbol(":initialization-options")][2]))) <= documented()


def test_sublime_text() -> None:
    client = json_with_comments(read("sublime/LSP.sublime-settings"))["clients"]["sadpath"]
    assert client["command"] == SERVER
    assert client["enabled"] is True
    assert set(names(client["initializationOptions"])) <= documented()


def test_zed() -> None:
    extension = tomllib.loads(read("zed/extension.toml"))
    assert extension["language_servers"]["sadpath"]["languages"] == ["Python"]
    assert tomllib.loads(read("zed/Cargo.toml"))["lib"]["crate-type"] == ["cdylib"]
    assert f'args: vec!["{SERVER[1]}".into()]' in read("zed/src/lib.rs")
    settings = json_with_comments(read("zed/settings.json"))
    assert settings["languages"]["Python"]["language_servers"] == ["sadpath", "..."]
    assert set(names(settings["lsp"]["sadpath"]["initialization_options"])) <= documented()


def test_mason() -> None:
    told = yaml.safe_load(read("mason/packages/sadpath/package.yaml"))
    assert told["source"]["id"] == f"pkg:pypi/sadpath@{__version__}"
    assert told["bin"] == {"sadpath": "pypi:sadpath"}
    assert told["schemas"]["lsp"].endswith("/editor-config/vscode/package.json")


def test_vscode_settings_are_those_of_the_server() -> None:
    properties = VSCODE["contributes"]["configuration"]["properties"]
    for_the_client = {"sadpath.path", "sadpath.trusted"}  # that one is VS Code's own trust in the workspace
    assert set(properties) - for_the_client == {f"sadpath.{name}" for name in documented()} - for_the_client
    assert all(value.get("markdownDescription") for value in properties.values())


def test_vscode_a_folder_that_is_not_trusted_names_no_program() -> None:
    trust = VSCODE["capabilities"]["untrustedWorkspaces"]
    assert trust["supported"] == "limited"
    assert "sadpath.path" in trust["restrictedConfigurations"]


def test_vscode_commands_are_registered() -> None:
    declared = {command["command"] for command in VSCODE["contributes"]["commands"]}
    assert set(re.findall(r'^    "(sadpath\.[\w.]+)":', read("vscode/src/commands.ts"), re.MULTILINE)) == declared
    menus = VSCODE["contributes"]["menus"].values()
    assert {entry["command"] for menu in menus for entry in menu} <= declared


def test_vscode_what_is_shown_is_there() -> None:
    steps = VSCODE["contributes"]["walkthroughs"][0]["steps"]
    media = [step["media"].get("image") or step["media"]["markdown"] for step in steps]
    named = [*media, VSCODE["icon"], *re.findall(r"\]\((images/.*?)\)", read("vscode/README.md"))]
    assert len(steps) == 3
    assert not [path for path in named if not (FILES / "vscode" / path).is_file()]


@pytest.mark.parametrize("path", ["vscode/package.json", "zed/extension.toml", "zed/Cargo.toml"])
def test_versions_agree(path: str) -> None:
    told = json.loads(read(path)) if path.endswith("json") else tomllib.loads(read(path))
    assert told.get("package", told)["version"] == __version__


@pytest.mark.parametrize(
    ("text", "problem"),
    [("(a (b)", "left open"), ("(a))", "is closed by"), ("(a]", "is closed by"), ('("a', "no Emacs Lisp")],
)
def test_elisp_with_unmatched_brackets_is_refused(text: str, problem: str) -> None:
    with pytest.raises((ValueError, IndexError), match=problem):
        elisp(text)
