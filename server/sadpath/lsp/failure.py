"""Says what went wrong without saying what code it went wrong with: a log may be shown to others."""

import traceback


class AnalysisError(Exception):
    """The analysis failed in another process. `at` names the place, `trace` the way there."""

    def __init__(self, at: str, trace: str) -> None:
        super().__init__(at)
        self.at = at
        self.trace = trace


def at(error: BaseException) -> str:
    """The exception's class and where it was raised."""
    if isinstance(error, AnalysisError):
        return error.at
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, line {place.lineno}"


def trace(error: BaseException) -> str:
    """Where an exception comes from, without its message: that may hold source text."""
    if isinstance(error, AnalysisError):
        return error.trace
    return "".join([*traceback.format_tb(error.__traceback__), type(error).__name__])
