"""`textDocument/hover`: why the code at this place fails in production."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from lsprotocol import types

from sadpath.analysis.finding import Evidence, Finding
from sadpath.lsp.convert import page_of
from sadpath.lsp.diagnostics import Diagnostics
from sadpath.lsp.files import OpenFiles
from sadpath.lsp.open_file import Part
from sadpath.workspace.packs import Description

_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*\n", re.MULTILINE)


def hover(
    params: types.HoverParams, files: OpenFiles, diagnostics: Diagnostics, rules: Mapping[str, Description]
) -> types.Hover | None:
    """The stories of the findings under the cursor. `rules` are what the rules say about themselves, by name."""
    if not (part := files.part(params.text_document.uri)):
        return None
    place = part.locate(params.position)
    shown = diagnostics.shown(part.findings)
    found = [finding for finding in shown if finding.range.start <= place <= finding.range.end]
    if not found:
        return None
    stories = [_story(finding, part, rules) for finding in found]
    markdown = "\n\n---\n\n".join(stories)
    kind = types.MarkupKind.Markdown if diagnostics.client.markdown else types.MarkupKind.PlainText
    text = markdown if diagnostics.client.markdown else _plain(markdown)
    return types.Hover(types.MarkupContent(kind, text), part.range(found[0].range))


def _story(finding: Finding, part: Part, rules: Mapping[str, Description]) -> str:
    head = f"**{finding.rule}** ({finding.confidence.value})"  # the editor shows the message itself
    parts = ["\n".join([f"{head}, because", "", *_chain(finding, part)]) if finding.evidence else head]
    documentation = rules[finding.rule].documentation if finding.rule in rules else ""
    heading = _HEADING.search(documentation)
    if heading:
        parts.append(_HEADING.sub(r"**\1**", documentation[heading.start() :]).strip())
    parts.append(f"[All about `{finding.rule}`]({page_of(finding.rule)})")
    return "\n\n".join(parts)


def _chain(finding: Finding, part: Part) -> Iterator[str]:
    for step in finding.evidence:
        yield f"- {step.text}{_where(step, part)}"


def _where(step: Evidence, part: Part) -> str:
    if step.line is None:
        return ""
    if step.path != part.path:
        return f" ({PurePath(step.path).name}:{step.line + 1})"
    inside = part.first <= step.line < part.first + part.rows
    return f" (line {step.line - part.first + 1})" if inside else " (in another cell)"


def _plain(markdown: str) -> str:
    text = _FENCE.sub("", markdown).replace("**", "")
    return re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1: \2", text)
