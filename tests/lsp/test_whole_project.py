"""What only all files of a project can tell is told of open documents as well, as on the command line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from raw_client import RawClient, server_thread

Json = Any

CALL = "async def order(gateway):\n    gateway.send_confirmation_email(1)\n"
DEFINES = "class Gateway:\n    async def send_confirmation_email(self, order): ...\n"
OTHER = "class Recorder:\n    def send_confirmation_email(self, order): ...\n"


class Project:
    """A project with a call that only all files together can tell about, in a document that is open."""

    def __init__(self, client: RawClient, root: Path) -> None:
        self.client, self.root, self.uri = client, root, (root / "orders.py").as_uri()
        for name, text in (("orders", CALL), ("gateway", DEFINES)):
            (root / f"{name}.py").write_text(text)

    def publishes(self, count: int) -> None:
        """Read until the call has so many findings."""
        while True:
            published = self.client.published()
            if published["uri"] == self.uri and len(published["diagnostics"]) == count:
                return

    def happens(self, name: str, text: str | None) -> None:
        """Write or remove a file, and say so."""
        path = self.root / name
        kind = 3 if text is None else 2 if path.exists() else 1
        path.unlink() if text is None else path.write_text(text)
        changes = [{"uri": path.as_uri(), "type": kind}]
        self.client.notify("workspace/didChangeWatchedFiles", {"changes": changes})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with server_thread() as client:
        project = Project(client, tmp_path)
        client.initialize({"publishDiagnostics": {}}, rootUri=tmp_path.as_uri())
        client.open(CALL, project.uri)
        yield project


def test_it_is_found_and_follows_the_files_on_the_disk(project: Project) -> None:
    project.publishes(1)
    project.happens("recorder.py", OTHER)
    project.publishes(0)
    project.happens("recorder.py", None)
    project.publishes(1)
    project.happens("gateway.py", DEFINES.replace("async ", ""))
    project.publishes(0)
    project.happens("gateway.py", DEFINES)
    project.publishes(1)


def test_it_follows_what_is_typed(project: Project) -> None:
    project.publishes(1)
    gateway = (project.root / "gateway.py").as_uri()
    project.client.open(DEFINES, gateway)
    project.client.change(2, ("", 1, 4, 1, 10), uri=gateway)
    project.publishes(0)
    project.client.close(gateway)
    project.publishes(1)
