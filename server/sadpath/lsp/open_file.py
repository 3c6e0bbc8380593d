"""A document that is open in the editor, with what was found in it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from lsprotocol import types

from sadpath.analysis.finding import Finding, Position, Range
from sadpath.lsp.convert import range_of
from sadpath.lsp.document import Change, Document
from sadpath.lsp.moved import moved


@dataclass(eq=False)
class OpenFile:
    """One module under analysis: a text document, or (see `notebook`) the cells of a notebook."""

    uri: str
    path: str
    version: int
    document: Document
    findings: tuple[Finding, ...] = ()
    """They stand where they belong in the text of this moment, also while it is not checked yet."""
    checked_at: int = -1
    """The state of all documents (see `OpenFiles.recheck`) in which the findings were found."""
    sent: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """The version and the result id of the diagnostics that the client has of each part."""
    told: bool = False
    """The session has the text, but for `change`."""
    change: Change | None = None
    asking: "list[asyncio.Future[None]]" = field(default_factory=list["asyncio.Future[None]"])
    """Those who wait for the file to be checked."""

    def parts(self) -> "Iterable[Part]":
        """What the client shows of the module."""
        yield Part(self, self.uri, self.version, 0, len(self.document.lines) + 1)

    def part_at(self, row: int) -> "Part | None":
        """The part that shows a row of the module."""
        return next((part for part in self.parts() if part.first <= row < part.first + part.rows), None)

    def edit(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Apply a change that the editor made."""
        where = change.range if isinstance(change, types.TextDocumentContentChangePartial) else None
        self.replace(where, change.text)

    def replace(self, where: types.Range | None, text: str) -> None:
        """Put `text` in place of a range, or of everything; what was found moves along."""
        splice = self.document.edit(where, text)
        self.findings = moved(self.findings, splice)
        self.change = self.change.then(splice.lines) if self.change else splice.lines

    def release(self) -> None:
        """Let those go on who wait for the file to be checked."""
        for asking in self.asking:
            if not asking.done():
                asking.set_result(None)
        self.asking.clear()


@dataclass(frozen=True)
class Part:
    """A document of the client: `rows` rows of a module from row `first` (0-based) on. All of it, or one cell."""

    file: OpenFile
    uri: str
    version: int
    first: int
    rows: int

    @property
    def path(self) -> str:
        """The path of the module."""
        return self.file.path

    @property
    def findings(self) -> list[Finding]:
        """What was found in these rows."""
        end = self.first + self.rows
        return [found for found in self.file.findings if self.first <= found.range.start.line < end]

    def holds(self, place: Range, /) -> bool:
        """Whether a range of the module is in this document."""
        end = self.first + self.rows
        return self.first <= place.start.line < end and self.first <= place.end.line < end

    def range(self, place: Range) -> types.Range:
        """A range of the module as one of this document, in the client's units."""
        document = self.file.document
        found = range_of(place, document.lines, document.encoding)
        for position in (found.start, found.end):
            position.line = max(0, position.line - self.first)
        return found

    def locate(self, position: types.Position) -> Position:
        """The place in the module that a position of this document means."""
        return self.file.document.locate(types.Position(position.line + self.first, position.character))
