"""`notebookDocument/*`: the Python cells of a notebook as one module, in the order in which they stand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from sadpath.lsp.convert import path_of
from sadpath.lsp.document import Document, Encoding
from sadpath.lsp.open_file import OpenFile, Part

_MAGIC = re.compile(r"([ \t]*)([%!?]|[\w.]+\?+[ \t]*$)")
_ASSIGNED = re.compile(r"([ \t]*[\w.]+[ \t]*=[ \t]*)[%!]")
_PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Cell magics below which there is still Python (IPython 8, `IPython/core/magics/execution.py`)."""


@dataclass
class _Cell:
    """A cell; `document` is its text as the client has it."""

    uri: str
    version: int
    document: Document


class Notebook(OpenFile):
    """A notebook. Its module has the rows of its cells, without what is no Python in them.

    All its cells are in `_order`, but only those with a text in Python are in the module.
    """

    def __init__(self, params: types.DidOpenNotebookDocumentParams, encoding: Encoding) -> None:
        notebook = params.notebook_document
        super().__init__(notebook.uri, path_of(notebook.uri), notebook.version, Document("", encoding))
        self._encoding: Encoding = encoding
        self._order = [cell.document for cell in notebook.cells]
        self._cells: dict[str, _Cell] = {}
        self._opened(params.cell_text_documents)
        self.document = Document(self._text(), encoding)

    def parts(self) -> Iterator[Part]:
        """The cells that are in the module."""
        first = 0
        for cell in self._shown():
            rows = len(_rows(cell))
            yield Part(self, cell.uri, cell.version, first, rows)
            first += rows

    def apply(self, version: int, changes: types.NotebookDocumentCellChanges | None) -> list[str]:
        """Apply the editor's changes; gives the URIs of the cells that are gone."""
        self.version = version
        before = {cell.uri for cell in self._shown()}
        if changes and changes.structure:
            self._restructure(changes.structure)
        for change in (changes and changes.text_content) or ():
            if cell := self._cells.get(change.document.uri):
                cell.version = change.document.version
                for event in change.changes:
                    where = event.range if isinstance(event, types.TextDocumentContentChangePartial) else None
                    cell.document.edit(where, event.text)
        self.replace(None, self._text())
        return sorted(before - {cell.uri for cell in self._shown()})

    def _restructure(self, structure: types.NotebookDocumentCellChangeStructure) -> None:
        array = structure.array
        self._order[array.start : array.start + array.delete_count] = [cell.document for cell in array.cells or ()]
        for gone in structure.did_close or ():
            self._cells.pop(gone.uri, None)
        self._opened(structure.did_open or ())

    def _opened(self, documents: Iterable[types.TextDocumentItem]) -> None:
        for document in documents:
            if document.language_id == "python":
                text = Document(document.text, self._encoding)
                self._cells[document.uri] = _Cell(document.uri, document.version, text)

    def _shown(self) -> list[_Cell]:
        return [self._cells[uri] for uri in self._order if uri in self._cells]

    def _text(self) -> str:
        return "".join("".join(_rows(cell)) for cell in self._shown())


def _rows(cell: _Cell) -> Sequence[str]:
    """The rows of a cell in the module, each with an end. What is no Python is `pass`, or empty."""
    lines = cell.document.lines
    first = next((line for line in lines if line.strip()), "").lstrip()
    if first.startswith("%%") and not first.startswith(_PYTHON_MAGICS):
        return ["\n"] * max(1, len(lines))
    return [_row(line) for line in lines] or ["\n"]


def _row(line: str) -> str:
    content = line.rstrip("\r\n")
    if magic := _MAGIC.match(content):
        content = f"{magic[1]}pass"
    elif assigned := _ASSIGNED.match(content):
        content = f"{assigned[1]}..."
    return f"{content}\n"
