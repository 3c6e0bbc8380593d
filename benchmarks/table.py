"""Results as a Markdown table, in the README, and as JSON."""

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path

from results import OURS, STATISTICS, Row
from tools import Tool

README = Path(__file__).resolve().parent.parent / "README.md"
MARKED = re.compile(r"(?<=<!-- benchmarks -->\n).*?(?=<!-- end of benchmarks -->)", re.DOTALL)


def markdown(rows: Sequence[Row], tools: Sequence[Tool]) -> str:
    """The table, with what it means above it."""
    columns = [name for name in dict.fromkeys((OURS, "python", *(tool.name for tool in tools))) if _is_in(rows, name)]
    lines = [["work", *columns, "goal"], ["---"] * (len(columns) + 2)]
    lines += [[_work(row), *(_cell(row, name) for name in columns), _goal(row)] for row in rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{_legend(tools)}\n\n{table}\n"


def document(rows: Sequence[Row], tools: Sequence[Tool], seconds: float) -> str:
    """Everything that was measured, as JSON."""
    content = {
        "measured": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(seconds),
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "load": os.getloadavg(),
        "versions": {tool.name: tool.versions for tool in tools},
        "rows": [_object(row) for row in rows],
    }
    return json.dumps(content, indent=1) + "\n"


def write_readme(table: str) -> None:
    """Put the table between its marks."""
    README.write_text(MARKED.sub(lambda _: table, README.read_text(encoding="utf-8")), encoding="utf-8")


def _legend(tools: Sequence[Tool]) -> str:
    versions = "; ".join(tool.versions for tool in tools)
    return (
        f"{versions}; Python {platform.python_version()}, {os.cpu_count()} processors. "
        "In parentheses the fastest and the slowest, in brackets how many times sadpath's value a peer's is. "
        "Memory is that of all processes together, with what they share counted once (PSS)."
    )


def _work(row: Row) -> str:
    return row.work if row.shown == ("median",) else f"{row.work} ({' / '.join(row.shown)})"


def _cell(row: Row, tool: str) -> str:
    if tool not in row.by_tool:
        return ""
    text = " / ".join(_number(row.value(tool, statistic)) for statistic in row.shown)
    if row.shown == ("median",) and len(row.by_tool[tool]) > 1:
        text += f" ({_number(row.value(tool, 'min'))}-{_number(row.value(tool, 'max'))})"
    text += f" {row.unit}"
    return text if tool == OURS or OURS not in row.by_tool else f"{text} [{_number(row.ratio(tool))}x]"


def _goal(row: Row) -> str:
    if not row.goal or row.met is None:
        return ""
    return f"{row.goal.text}: {'met' if row.met else f'**missed** ({_number(row.goal.limit)} {row.unit})'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _object(row: Row) -> Mapping[str, object]:
    by_tool = {
        tool: {"values": [round(value, 4) for value in series], **_statistics(row, tool)}
        for tool, series in row.by_tool.items()
    }
    goal = {"text": row.goal.text, "limit": row.goal.limit, "met": row.met} if row.goal else None
    return {"work": row.work, "unit": row.unit, "goal": goal, "tools": by_tool}


def _statistics(row: Row, tool: str) -> Mapping[str, float]:
    return dict(_each(row, tool))


def _each(row: Row, tool: str) -> Iterator[tuple[str, float]]:
    for statistic in STATISTICS:
        yield statistic, round(row.value(tool, statistic), 4)
    if OURS in row.by_tool and row.value(OURS):
        yield "ratio", round(row.ratio(tool), 4)


def _is_in(rows: Sequence[Row], tool: str) -> bool:
    return any(tool in row.by_tool for row in rows)
