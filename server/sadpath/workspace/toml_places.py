"""Where each key and value of a TOML document stands: the standard parsers keep the values and forget the lines."""

import re
import sys
from dataclasses import dataclass, field
from typing import TypeAlias

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Keys: TypeAlias = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
    (?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<skip>[ \t\r]+ | \#[^\n]*)
    | (?P<mark>[\n\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
_END = "\0"  # TOML allows no such character outside a string


def places(document: str) -> dict[Keys, int]:
    """The 1-based line of each key, and of each element of an array, in a document that a TOML parser has accepted.

    Keys are paths from the root: `("tool", "sadpath", "ignore", 0)` is the first element of that array. Tables of an
    array of tables are counted alike. A table that only the header of an inner one implies has no line.
    """
    tokens: list[tuple[str, int]] = []
    line = 1
    for match in _TOKEN.finditer(document):
        if match.lastgroup != "skip":
            tokens.append((match[0], line))
        line += match[0].count("\n")
    tokens.append((_END, line))
    scanner = _Scanner(tokens)
    scanner.document()
    return scanner.lines


@dataclass
class _Scanner:
    tokens: list[tuple[str, int]]
    at: int = 0
    lines: dict[Keys, int] = field(default_factory=dict[Keys, int])
    tables: dict[Keys, int] = field(default_factory=dict[Keys, int])
    """The number of tables that each array of tables has so far."""

    def document(self) -> None:
        table: Keys = ()
        while not self.sees(_END):
            if self.takes("["):
                table = self.header()
            elif not self.takes("\n"):
                self.pair(table)

    def header(self) -> Keys:
        line = self.tokens[self.at][1]
        many = self.takes("[")
        *parents, name = self.names(until="]")
        table = self.enter((), parents)
        if not many:
            table = self.enter(table, [name])
            self.lines.setdefault(table, line)
            return table
        self.takes("]")
        array = (*table, name)
        index = self.tables.get(array, 0)
        self.tables[array] = index + 1
        self.lines.setdefault(array, line)
        element = (*array, index)
        self.lines[element] = line
        return element

    def enter(self, table: Keys, names: list[str]) -> Keys:
        """The table of that name below; of an array of tables, its last one."""
        for name in names:
            table = (*table, name)
            if table in self.tables:
                table = (*table, self.tables[table] - 1)
        return table

    def pair(self, table: Keys) -> None:
        line = self.tokens[self.at][1]
        for name in self.names(until="="):
            table = (*table, name)
            self.lines.setdefault(table, line)
        self.value(table)

    def names(self, until: str) -> list[str]:
        names: list[str] = []
        while not self.sees(until, _END):
            if not self.takes("."):
                names.append(_plain(self.next()))
        self.takes(until)
        return names

    def value(self, place: Keys) -> None:
        if self.takes("["):
            self.array(place)
        elif self.takes("{"):
            self.inline_table(place)
        else:
            while not self.sees("\n", ",", "]", "}", _END):  # a number or a date may be several tokens
                self.next()

    def array(self, place: Keys) -> None:
        index = 0
        while not self.takes("]") and not self.sees(_END):
            if not self.takes("\n") and not self.takes(","):
                element = (*place, index)
                self.lines[element] = self.tokens[self.at][1]
                self.value(element)
                index += 1

    def inline_table(self, place: Keys) -> None:
        while not self.takes("}") and not self.sees(_END):
            if not self.takes("\n") and not self.takes(","):
                self.pair(place)

    def sees(self, *texts: str) -> bool:
        return self.tokens[self.at][0] in texts

    def takes(self, text: str) -> bool:
        taken = self.sees(text)
        self.at += taken
        return taken

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][0]


def _plain(key: str) -> str:
    if key[0] not in "\"'":
        return key
    (plain,) = tomllib.loads(f"{key} = 0")
    return plain
