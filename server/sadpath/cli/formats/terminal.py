"""Text of other people on a terminal: it must neither control the terminal nor deceive the reader."""

import unicodedata

_TAB = "    "


def printable(text: str) -> str:
    """The text with escapes in place of what is not printed: control characters, and marks that turn text around."""
    if text.isprintable():
        return text
    return "".join(_printable(character) for character in text)


def width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _printable(character: str) -> str:
    if character == "\t":
        return _TAB
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
