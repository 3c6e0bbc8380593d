"""Opens files whose text is to be written anew, each with the session of its project."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sadpath.analysis.finding import Skip
from sadpath.workspace import files
from sadpath.workspace.batch import open_session
from sadpath.workspace.files import SourceFile
from sadpath.workspace.session import Session
from sadpath.workspace.walk import Target


class Rewritable(NamedTuple):
    """A file that can be decoded: `data` are its bytes."""

    session: Session
    source: SourceFile
    data: bytes


def rewritable(targets: Iterable[Target]) -> Iterator[Rewritable]:
    """Those of the files that can be decoded. What is shown to a session is seen when its next file is checked."""
    sessions: dict[tuple[Path, int], Session] = {}
    for target in targets:
        data = files.raw(target.path)
        source = files.decode(target.path, data)
        if isinstance(source, Skip):
            continue
        key = (target.root, id(target.settings))
        if key not in sessions:
            sessions[key] = open_session(target.root, target.settings)
        yield Rewritable(sessions[key], source, data)
