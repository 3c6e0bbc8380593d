"""Readers for what editors are configured in, as strict as the tests need."""

import json
import re
from typing import Any

Elisp = Any
"""A list of these, a string, or a symbol or number as `Symbol`."""

_JSON_WITH_COMMENTS = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|,(?=\s*[\]}])')
_ELISP = re.compile(r'\s+|;[^\n]*|(?P<token>"(?:[^"\\]|\\.)*"|#\'|,@|[()\[\]\'`,]|[^\s()\[\]"\';`,]+)')
_OPEN, _CLOSE, _QUOTES = "([", {"(": ")", "[": "]"}, ("'", "`", ",", ",@", "#'")


class Symbol(str):
    """An elisp symbol, keyword or number."""


def json_with_comments(text: str) -> Any:
    """What VS Code, Zed and Sublime Text read: JSON with `//` comments and trailing commas."""
    return json.loads(_JSON_WITH_COMMENTS.sub(lambda match: match[1] or "", text))


def elisp(text: str) -> list[Elisp]:
    """The forms of an Emacs Lisp file, quotes left out. ValueError where brackets do not match."""
    stack: list[tuple[str, list[Elisp]]] = [("", [])]
    at = 0
    while at < len(text):
        match = _ELISP.match(text, at)
        if not match:
            raise ValueError(f"no Emacs Lisp: {text[at : at + 20]!r}")
        at = match.end()
        _read(match["token"], stack)
    if len(stack) != 1:
        raise ValueError(f"{len(stack) - 1} brackets are left open")
    return stack[0][1]


def _read(token: str | None, stack: list[tuple[str, list[Elisp]]]) -> None:
    if token is None or token in _QUOTES:
        return
    if token in _OPEN:
        stack.append((token, []))
    elif token in _CLOSE.values():
        opened, form = stack.pop()
        if _CLOSE.get(opened) != token:
            raise ValueError(f"{opened!r} is closed by {token!r}")
        stack[-1][1].append(form)
    else:
        stack[-1][1].append(json.loads(token) if token.startswith('"') and "\\[" not in token else Symbol(token))
