"""A notebook is one module: what a cell defines counts in those below it, and what is found stands in its own cell."""

from collections.abc import Iterator
from typing import Any

import pytest
from raw_client import ACTIONS, PULL, RawClient, server_thread, span

Json = Any

NOTEBOOK = "file:///project/report.ipynb"
SYNC: Json = {"notebookDocument": {"synchronization": {"dynamicRegistration": False}}}
IMPORTS = "import requests\n%matplotlib inline\nfiles = !ls"
DEFINES = "async def save():\n    return 1"
FORGETS = "async def f():\n    save()\n\ntry:\n    requests.get('')\nexcept:\n    !ls\n"


def cell(name: str) -> str:
    return f"vscode-notebook-cell:/project/report.ipynb#{name}"


def cells(*names: str) -> Json:
    return [{"kind": 1 if name == "text" else 2, "document": cell(name)} for name in names]


def texts(**contents: str) -> Json:
    return [
        {"uri": cell(name), "languageId": "markdown" if name == "text" else "python", "version": 1, "text": text}
        for name, text in contents.items()
    ]


class Editor:
    """A client with one notebook open."""

    def __init__(self, client: RawClient) -> None:
        self.client = client
        self.version = 1

    def open(self, text_document: Json, **contents: str) -> Json:
        announced = self.client.initialize(text_document, SYNC)
        notebook = {"uri": NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": cells(*contents)}
        params = {"notebookDocument": notebook, "cellTextDocuments": texts(**contents)}
        self.client.notify("notebookDocument/didOpen", params)
        return announced

    def change(self, **change: Json) -> None:
        self.version += 1
        identity = {"uri": NOTEBOOK, "version": self.version}
        self.client.notify("notebookDocument/didChange", {"notebookDocument": identity, "change": {"cells": change}})

    def found(self, name: str) -> list[tuple[str, int]]:
        """The rules that report in a cell, and in which of its lines."""
        items = self.client.about("diagnostic", cell(name))["items"]
        return [(item["code"], item["range"]["start"]["line"]) for item in items]


@pytest.fixture
def editor() -> Iterator[Editor]:
    with server_thread() as client:
        yield Editor(client)


def test_what_a_cell_defines_counts_in_those_below_it(editor: Editor) -> None:
    announced = editor.open(PULL, first=IMPORTS, text="# except:\n", second=DEFINES, third=FORGETS)
    assert announced["notebookDocumentSync"]["notebookSelector"] == [
        {"notebook": "*", "cells": [{"language": "python"}]}
    ]
    assert editor.found("third") == [("unawaited-coroutine", 1), ("missing-timeout", 4), ("bare-except", 5)]
    assert [editor.found(name) for name in ("first", "second", "text")] == [[], [], []]


def test_edits_of_a_cell_move_what_is_found_below(editor: Editor) -> None:
    editor.open(PULL, first=IMPORTS, second=DEFINES, third=FORGETS)
    editor.found("third")
    identity = {"uri": cell("second"), "version": 2}
    edit = {"range": span(0, 0, 0, 6), "text": "x = 1\n\n"}
    editor.change(textContent=[{"document": identity, "changes": [edit]}])
    assert editor.found("third") == [("missing-timeout", 4), ("bare-except", 5)]


def test_cells_come_go_and_change_places(editor: Editor) -> None:
    editor.open(PULL, first=IMPORTS, second=DEFINES, third=FORGETS)
    removed = {"array": {"start": 1, "deleteCount": 1}, "didClose": [{"uri": cell("second")}]}
    editor.change(structure=removed)
    assert ("unawaited-coroutine", 1) not in editor.found("third")
    added = {"array": {"start": 0, "deleteCount": 0, "cells": cells("new")}, "didOpen": texts(new=DEFINES + "\nsave()")}
    editor.change(structure=added)
    assert ("unawaited-coroutine", 1) in editor.found("third")
    assert editor.found("new") == [("unawaited-coroutine", 2)]
    moved = {"array": {"start": 0, "deleteCount": 3, "cells": cells("third", "first", "new")}}
    editor.change(structure=moved)
    assert editor.found("new") == [("unawaited-coroutine", 2)]


def test_cells_of_other_languages_are_left_alone(editor: Editor) -> None:
    shell = "%%bash\nfor f in *; do\n  try:\n"
    timed = "%%time\ntry:\n    f()\nexcept:\n    pass\n"
    editor.open(PULL, first=shell, second=timed, third="print?\nx = %env HOME\n?print\n")
    assert [editor.found(name) for name in ("first", "second", "third")] == [[], [("bare-except", 3)], []]


def test_actions_and_hovers_are_those_of_the_cell(editor: Editor) -> None:
    editor.open({**PULL, **ACTIONS}, first=IMPORTS, second=DEFINES, third=FORGETS)
    editor.found("third")
    client = editor.client
    hover = client.about("hover", cell("third"), position={"line": 1, "character": 5})
    assert hover["range"] == span(1, 4, 1, 10)
    assert "(in another cell)" in hover["contents"]["value"]
    actions = client.about("codeAction", cell("third"), range=span(1, 4, 1, 4), context={"diagnostics": []})
    fix = next(action for action in actions if action["title"] == "Await `save`")
    assert list(fix["edit"]["changes"]) == [cell("third")]
    assert {edit["range"]["start"]["line"] for edit in fix["edit"]["changes"][cell("third")]} == {1}
    accept = next(action for action in actions if action["kind"] == "quickfix.accept.sadpath")
    assert accept["edit"]["changes"][cell("third")][0]["range"]["start"]["line"] == 1


def test_what_is_pushed_is_taken_back(editor: Editor) -> None:
    editor.open({}, first=FORGETS, second="g()\n")
    pushed = {message["uri"]: len(message["diagnostics"]) for message in (editor.client.published() for _ in range(2))}
    assert pushed == {cell("first"): 1, cell("second"): 0}
    removed = {"array": {"start": 0, "deleteCount": 1}, "didClose": [{"uri": cell("first")}]}
    editor.change(structure=removed)
    assert editor.client.published() == {"uri": cell("first"), "diagnostics": []}
    editor.client.notify("notebookDocument/didClose", {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": []})
    assert editor.client.published() == {"uri": cell("second"), "diagnostics": []}
