"""Calls that keep the traceback of the exception under way: in a log, on a stream, in an error tracker, in a string.

Names alone decide only towards silence: what is called `exception` or `capture_exception` records, whatever it is.
"""

import libcst as cst

from sadpath.rule import last_name


def records(call: cst.Call, name: str) -> bool:
    """Whether a call keeps the traceback; `name` is the dotted name of what is called, "" where that is not known."""
    if last_name(call.func) in _RECORDERS or name.startswith("traceback."):
        return True
    return any(
        arg.keyword and arg.keyword.value in _TRACEBACK_ARGUMENTS and not _is_off(arg.value) for arg in call.args
    )


def _is_off(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value in ("False", "None")


_RECORDERS = frozenset(
    {
        "capture_exception", "captureException", "exception", "excepthook", "format_exc", "format_exception",
        "handleError", "log_exception", "notice_error", "print_exc", "print_exception", "record_exception",
        "report_exc_info", "report_exception",
        "showtraceback", "call_exception_handler",
    }
)  # fmt: skip
_TRACEBACK_ARGUMENTS = frozenset({"exc_info", "exception", "stack_info", "with_traceback"})
