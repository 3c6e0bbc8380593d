"""Says which code must not be given to the parser, because it nests too deeply for it.

libcst 1.9 parses by recursion in native code and ends the process when the stack is used up.
"""

import re
from collections.abc import Iterable, Sequence

BRACKETS = 200  # CPython's MAXSTACK for brackets
INDENTS = 100  # CPython's MAXINDENT
CHAIN = 500  # takes half a second to parse in the worst case, and the time grows with the square
ELIFS = 1000
CHARACTERS = 250_000  # take 2 s and 500 MB to parse in the worst case, a list of digits

_LINK = re.compile(r"""([(\[{])|([)\]}])|([,;])|[-+*/%@&|^~.<>=]|\b(?:and|or|not|if|for|lambda|in|is|await)\b""")
_ELIF = re.compile(r"^([ \t\f]*)elif\b", re.MULTILINE)


def nests_too_deeply(code: str) -> str:
    """Why a logical line, without the text of its strings and comments, must not be parsed; "" if it may be.

    A link is whatever may make the tree one level deeper: a bracket or an operator. The links since the last comma,
    summed up over all open brackets, bound the tree's depth. (Strings after strings do so too, but libcst minds itself:
    more than 3,000 are a syntax error to it.)
    """
    depth = links = 0
    outer: list[int] = []
    for match in _LINK.finditer(code):
        links += 1
        if match[1]:
            outer.append(links)
            depth = max(depth, len(outer))
        elif match[2]:
            links = outer.pop() if outer else 0
        elif match[3]:
            links = outer[-1] if outer else 0
        if links > CHAIN:
            return f"more than {CHAIN:,} operators and calls in one expression"
        if len(outer) > BRACKETS:
            return f"more than {BRACKETS} nested brackets"
    return ""


def indents_too_deeply(lines: Sequence[str]) -> str:
    """Why a block must not be parsed for its indentation; "" if it may be."""
    indents = {len(line) - len(line.lstrip(" \t\f")) for line in lines}
    return f"more than {INDENTS} levels of indentation" if len(indents) > INDENTS else ""


def branches_too_often(text: str) -> str:
    """Why a unit must not be parsed for its `elif` branches, each of which is deeper in the tree; "" if it may be."""
    too_often = text.count("elif") > ELIFS and len(_ELIF.findall(text)) > ELIFS
    return f"more than {ELIFS:,} `elif` branches" if too_often else ""


def too_long(code: Iterable[str]) -> str:
    """Why a unit, without the text of its strings and comments, must not be parsed for its size; "" if it may be."""
    characters = sum(len(line) - sum(map(line.count, '" \t\f\r\n')) for line in code)
    return f"more than {CHARACTERS:,} characters of code" if characters > CHARACTERS else ""
