"""`textDocument/hover`: why the code at this place fails in production."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from lsprotocol import types

from sadpath.analysis.finding import Evidence, Finding
from sadpath.lsp.client import Client
from sadpath.lsp.convert import page_of, range_of
from sadpath.lsp.files import OpenFile, OpenFiles

_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*\n", re.MULTILINE)


def hover(
    params: types.HoverParams, files: OpenFiles, client: Client, documentation: Mapping[str, str]
) -> types.Hover | None:
    """The stories of the findings under the cursor. `documentation` holds the rules' Markdown by name."""
    if not (file := files.get(params.text_document.uri)):
        return None
    place = file.document.locate(params.position)
    found = [finding for finding in file.findings if finding.range.start <= place <= finding.range.end]
    if not found:
        return None
    stories = [_story(finding, file, documentation.get(finding.rule, "")) for finding in found]
    markdown = "\n\n---\n\n".join(stories)
    kind = types.MarkupKind.Markdown if client.markdown else types.MarkupKind.PlainText
    text = markdown if client.markdown else _plain(markdown)
    return types.Hover(types.MarkupContent(kind, text), range_of(found[0].range, file.document.lines, client.encoding))


def _story(finding: Finding, file: OpenFile, documentation: str) -> str:
    parts = [f"**{finding.rule}** ({finding.confidence.value}): {finding.message}"]
    if finding.evidence:
        parts.append("\n".join(["Because:", "", *_chain(finding, file)]))
    heading = _HEADING.search(documentation)
    if heading:
        parts.append(_HEADING.sub(r"**\1**", documentation[heading.start() :]).strip())
    parts.append(f"[All about `{finding.rule}`]({page_of(finding.rule)})")
    return "\n\n".join(parts)


def _chain(finding: Finding, file: OpenFile) -> Iterator[str]:
    for step in finding.evidence:
        yield f"- {step.text}{_where(step, file)}"


def _where(step: Evidence, file: OpenFile) -> str:
    if step.line is None:
        return ""
    return f" (line {step.line + 1})" if step.path == file.path else f" ({PurePath(step.path).name}:{step.line + 1})"


def _plain(markdown: str) -> str:
    text = _FENCE.sub("", markdown).replace("**", "")
    return re.sub(r"\[([^\]]*)\]\(([^)]*)\)", r"\1: \2", text)
