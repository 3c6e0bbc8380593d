"""Reads sadpath's own suppressions: `# sadpath: accept[missing-timeout] until=2027-03-01 owner=@payments: why`."""

import re
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from sadpath.analysis.peers import pieces

FORM = "# sadpath: accept[rule] reason"

_FORM = re.compile(r"accept\s*\[(?P<rules>[^\]]*)\]\s*:?\s*(?P<rest>.*)", re.DOTALL)
_FIELDS = ("until", "owner")
_FIELD = re.compile(rf"(?P<key>{'|'.join(_FIELDS)})=(?P<value>[^\s:]*)[\s:]*")
_FIELD_LIKE = re.compile(r"(?P<key>\w+)=\S")


class Acceptance(NamedTuple):
    """One accepted risk.

    `column` (code points in the comment) and `text` say which part of the comment it is. `until` is the first day on
    which the risk is no longer accepted, `owner` who answers for it. `problem` says why the comment has no effect, and
    is "" if it has.
    """

    column: int
    text: str
    rules: tuple[str, ...] = ()
    until: date | None = None
    owner: str = ""
    reason: str = ""
    problem: str = ""


@lru_cache(maxsize=1024)
def acceptances(comment: str) -> tuple[Acceptance, ...]:
    """The risks that a comment accepts, and what looks like one but cannot be understood."""
    found = (piece for piece in pieces(comment) if piece.tool == "sadpath")
    return tuple(_read(Acceptance(piece.column, piece.text), piece.words) for piece in found)


def _read(found: Acceptance, words: str) -> Acceptance:
    form = _FORM.match(words)
    rules = tuple(dict.fromkeys(form["rules"].replace(",", " ").split())) if form else ()
    if not form or not rules:
        return found._replace(problem=f"this suppression cannot be understood; write `{FORM}`")
    rest = form["rest"]
    fields: dict[str, str] = {}
    while field := _FIELD.match(rest):
        fields[field["key"]] = field["value"]
        rest = rest[field.end() :]
    until = _date(fields["until"]) if "until" in fields else None
    problem = _problem(fields.get("until"), until, rest.strip())
    return found._replace(rules=rules, until=until, owner=fields.get("owner", ""), reason=rest.strip(), problem=problem)


def _problem(written: str | None, until: date | None, reason: str) -> str:
    """Why a suppression has no effect, given what it says of its end, what that means, and its reason."""
    if written is not None and until is None:
        return f"this suppression has no effect, as `until={written}` is not a date such as 2027-03-01"
    mistyped = _FIELD_LIKE.match(reason)
    if mistyped and (meant := get_close_matches(mistyped["key"].lower(), _FIELDS, n=1)):
        return f"this suppression has no effect, as nothing is called `{mistyped['key']}`; did you mean `{meant[0]}=`?"
    # An editor writes `TODO: reason` for the author to replace: left as it is, nothing was decided.
    given = reason and not reason.upper().startswith("TODO")
    return "" if given else "this suppression has no effect, as it gives no reason"


def _date(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):  # later Pythons read other forms as well
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
