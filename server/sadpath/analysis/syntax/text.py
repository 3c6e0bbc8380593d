"""Text as lines, by the rules of the Language Server Protocol."""

import io


def split_lines(text: str) -> list[str]:
    """The lines of a text, each with its line end; joined again they are the text.

    Lines end at LF, CRLF and CR only (LSP 3.17, "Text Documents"), so form feed, vertical tab, U+0085 and U+2028 stay
    inside a line, unlike in `str.splitlines`. The empty line after a last line end is not listed.
    """
    return io.StringIO(text, newline="").readlines()
