"""Accepts risks in files: writes the comments that say so, and sees that they do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sadpath.analysis.accepting import Acceptances, Terms
from sadpath.analysis.edits import applied
from sadpath.analysis.finding import Finding
from sadpath.analysis.suppressions import FAMILY
from sadpath.analysis.syntax.text import split_lines
from sadpath.workspace.files import SourceFile
from sadpath.workspace.rewritable import rewritable
from sadpath.workspace.walk import Target


@dataclass(frozen=True)
class Accepted:
    """A file with comments that accept what was found in it, not yet written. `data` are its bytes before.

    `left` is what no comment can accept, as there is no place for one.
    """

    source: SourceFile
    data: bytes
    text: str
    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]


def accept(targets: Iterable[Target], wanted: Callable[[Finding], bool], terms: Terms) -> Iterator[Accepted]:
    """Those of the files in which there is something to accept. Call it on a large stack.

    Findings about comments cannot be accepted. Raises ValueError where the terms cannot be written in a comment.
    """
    for session, source, data in rewritable(targets):
        found = [one for one in session.check(source.path).findings if one.family != FAMILY and wanted(one)]
        if found:
            text = _with_comments(source.text, found, terms)
            session.open(source.path, text)
            again = {finding.fingerprint for finding in session.check(source.path).findings}
            accepted = tuple(finding for finding in found if finding.fingerprint not in again)
            yield Accepted(source, data, text, accepted, tuple(one for one in found if one not in accepted))


def _with_comments(text: str, findings: Iterable[Finding], terms: Terms) -> str:
    for finding in findings:  # a comment moves no line, and no code in its line
        edit = Acceptances(split_lines(text)).edit(finding.rule, finding.range.start.line, terms)
        if edit is not None:
            text = applied(text, [edit])
    return text
