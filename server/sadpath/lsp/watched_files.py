"""`workspace/didChangeWatchedFiles` and its kin: what happens on the disk."""

from fnmatch import fnmatch
from pathlib import PurePath
from typing import TypeAlias

from lsprotocol import types

from sadpath.lsp.convert import path_of
from sadpath.lsp.registration import SETTINGS

FileOperation: TypeAlias = types.CreateFilesParams | types.RenameFilesParams | types.DeleteFilesParams


def watched(params: types.DidChangeWatchedFilesParams) -> list[str]:
    """The paths that changed."""
    return _paths(*(change.uri for change in params.changes))


def operated(params: FileOperation) -> list[str]:
    """The paths that the user created, renamed or deleted in the editor; of renamed ones, both."""
    uris: list[str] = []
    for file in params.files:
        uris += [file.old_uri, file.new_uri] if isinstance(file, types.FileRename) else [file.uri]
    return _paths(*uris)


def is_setting(path: str) -> bool:
    """Whether the analysis of other files depends on what is in this one."""
    return any(fnmatch(PurePath(path).name, pattern) for pattern in SETTINGS)


def _paths(*uris: str) -> list[str]:
    return list(dict.fromkeys(map(path_of, uris)))
