"""What was measured: rows of series, one for each tool, and what is wanted of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

OURS = "sadpath"

Series = tuple[float, ...]
"""All measured values, in their order."""


def _quantile(percent: int) -> Callable[[Series], float]:
    def of(series: Series) -> float:
        return quantiles(series, n=100, method="inclusive")[percent - 1] if len(series) > 1 else max(series)

    return of


STATISTICS: Mapping[str, Callable[[Series], float]] = {
    "median": median,
    "p50": _quantile(50),
    "p95": _quantile(95),
    "min": min,
    "max": max,
    "start": lambda series: series[0],
    "end": lambda series: series[-1],
}


@dataclass(frozen=True)
class Goal:
    """What sadpath's value must not exceed, in the row's unit."""

    text: str
    limit: float


@dataclass(frozen=True)
class Row:
    """One work, measured for some tools. The first of the shown statistics is the one to compare."""

    work: str
    unit: str
    shown: tuple[str, ...]
    by_tool: Mapping[str, Series]
    goal: Goal | None = None

    def value(self, tool: str, statistic: str = "") -> float:
        """A statistic of a tool's series; by default the one to compare."""
        return STATISTICS[statistic or self.shown[0]](self.by_tool[tool])

    def ratio(self, tool: str) -> float:
        """How many times sadpath's value this tool's is."""
        return self.value(tool) / self.value(OURS)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met, if there is one."""
        return self.value(OURS) < self.goal.limit if self.goal and OURS in self.by_tool else None

    def wanted(self, text: str, factor: float, tools: Iterable[str], of: "Row | None" = None) -> "Row":
        """The row with a goal: to stay below a factor of the best of these tools, in this row or another one.

        Where none of the tools was measured there is no goal.
        """
        row = of or self
        best = min((row.value(tool) for tool in tools if tool in row.by_tool), default=None)
        return self if best is None else self.limited(text, factor * best)

    def limited(self, text: str, limit: float) -> "Row":
        """The row with a goal: to stay below a value."""
        return Row(self.work, self.unit, self.shown, self.by_tool, Goal(text, limit))
