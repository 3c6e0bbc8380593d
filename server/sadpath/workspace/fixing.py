"""Mends files: applies the fixes of what is found in them, until there is nothing more to apply."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sadpath.analysis.edits import applied, compatible
from sadpath.analysis.finding import Finding, Fix
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.parse import Broken, parse
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.files import SourceFile
from sadpath.workspace.rewritable import rewritable
from sadpath.workspace.session import Session
from sadpath.workspace.walk import Target

_MOST_ROUNDS = 20
"""Fixes that still find something to mend after as many rounds would go on for ever."""

Choose: TypeAlias = Callable[[Finding], Fix | None]
"""Which of a finding's fixes to apply, if any."""


@dataclass(frozen=True)
class Mended:
    """A file with its fixes applied, not yet written. `data` are its bytes before, `fixed` what is mended in `text`."""

    source: SourceFile
    data: bytes
    text: str
    fixed: tuple[Finding, ...]


def mend(targets: Iterable[Target], choose: Choose) -> Iterator[Mended]:
    """Those of the files in which there is something to mend. What is mended in one is seen when the next is checked.

    Call it on a large stack.
    """
    for session, source, data in rewritable(targets):
        text, fixed = _File(session, source.path, source.text, choose).mended()
        if text != source.text:
            yield Mended(source, data, text, tuple(fixed))


class _File:
    """One file that is being mended."""

    def __init__(self, session: Session, path: str, text: str, choose: Choose) -> None:
        self._session = session
        self._path = path
        self._text = text
        self._choose = choose
        self._broken = _broken_parts(text)
        self._refused: set[str] = set()
        session.open(path, text)

    def mended(self) -> tuple[str, list[Finding]]:
        """The text, and what is mended in it."""
        fixed: list[Finding] = []
        for _ in range(_MOST_ROUNDS):
            mended = self._round()
            if not mended:
                break
            fixed += mended
        return self._text, fixed

    def _round(self) -> list[Finding]:
        """Apply the fixes that can be applied at once; the findings that they mend."""
        wanted = {
            fix: finding
            for finding in self._session.check(self._path).findings
            if finding.fingerprint not in self._refused and (fix := self._choose(finding))
        }
        chosen = compatible(wanted)
        if self._apply(chosen):
            return [wanted[fix] for fix in chosen]
        for fix in chosen:
            if self._apply([fix]):
                return [wanted[fix]]
            self._refused.add(wanted[fix].fingerprint)
        return []

    def _apply(self, fixes: Iterable[Fix]) -> bool:
        """Whether the fixes change the text and leave what parses parsing; then they are applied."""
        text = applied(self._text, (edit for fix in fixes for edit in fix.edits))
        if text == self._text:
            return False
        broken = _broken_parts(text)
        if Counter(broken) - Counter(self._broken):
            return False
        self._text, self._broken = text, broken
        self._session.open(self._path, text)
        return True


def _broken_parts(text: str) -> list[str]:
    """The texts of the units that do not parse."""
    segments = outline(split_lines(text)).segments
    return [segment.text for segment in segments if segment.kind != "end" and isinstance(parse(segment), Broken)]
