"""The rule `swallowed-exception`."""

import re
from collections.abc import Iterator

import libcst as cst

from sadpath.rule import (
    Confidence,
    Diagnostic,
    Exit,
    Handler,
    Harm,
    Outcome,
    Related,
    Severity,
    Unit,
    Width,
    Work,
    rule,
)

_STRONG, _NORMAL, _WEAK = 3, 2, 1


@rule(
    family="except",
    summary="an error of any kind disappears",
    visits=(cst.ExceptHandler, cst.ExceptStarHandler, cst.With, cst.Finally, cst.FunctionDef),
    severity=Severity.WARNING,
    words=("except", "suppress", "finally", "__exit__", "__aexit__"),
)
def swallowed_exception(node: cst.CSTNode, unit: Unit) -> Iterator[Diagnostic]:
    """Finds code that stops errors of every kind and does not tell anyone: `except Exception`, `suppress(Exception)`.

    What is lost decides how loud the hint is: items of a loop and writes to databases and services are warnings.

    ```python
    import contextlib

    def import_rows(rows, table):
        for row in rows:
            try:
                table.insert(row)
            except Exception:  # expect: swallowed-exception "an item for which `table.insert` fails is skipped"
                continue

    def refresh(cache, feed):
        with contextlib.suppress(Exception):  # expect: swallowed-exception "nobody will know why"
            cache.load(feed)
            feed.acknowledge()

    def rates(client):
        try:
            return client.fetch().json()
        except Exception:  # expect: swallowed-exception "`None` stands in for it"
            return None
    ```

    A `return`, `break` or `continue` in `finally`, an `__exit__` that is always true, and a time limit that is raised
    inside the `try` that stops it, are found too.

    The worst way through the handler counts. Narrow handlers, logging with the traceback (also by a function of the
    project), storing or passing on the exception, clean-up, telemetry, conversions with a default, and functions whose
    name says that they may fail (`try_...`, `safe_...`, `..._or_none`) are no findings.

    ```python
    import logging

    def rates(client, fallback):
        try:
            return client.fetch().json()
        except TimeoutError:
            return fallback
        except Exception:
            logging.exception("no rates")
            return fallback
    ```

    ## What happens in production

    The handler was written for the failure that its author had in mind, and catches all others too: the renamed column,
    the expired certificate, the typo in the line above. Work is lost piece by piece while every health check is green.

    ## What you will see

    Nothing; that is the point. Fewer rows than there should be, empty pages, a default where there was a value, weeks
    later, with no log line that says when it began.

    ## How to bound it

    Name the errors that are expected. For the others let the exception go on, or log it with its traceback
    (`logger.exception(...)`) and count it where someone looks.

    ## When to accept it

    Where the work is a courtesy (a metric, a hint in a prompt) and the reason for its failure is of no use to anyone. A
    comment that gives a reason in the handler makes the hint quieter; one that says that the failure is harmless or
    does not matter, or a flag that the code asks whether to be quiet, can silence it.
    """
    if isinstance(node, cst.Finally):
        yield from _discards(node, unit)
    elif isinstance(node, cst.FunctionDef):
        yield from _always_true(node, unit)
    elif (handler := unit.handler(node)) and _is_judged_here(handler):
        grade, message = _grade(handler, unit)
        grade = max(grade - 1, _WEAK) if grade and handler.remark else grade
        if grade and not (grade == _WEAK and _DISMISSAL.search(handler.remark)):
            yield _diagnostic(handler, grade, message)


def _is_judged_here(handler: Handler) -> bool:
    """Not where the rules `bare-except` and `swallowed-cancellation` speak of the same handler."""
    if handler.loss or handler.excused:
        return False
    if handler.final:
        return True
    return handler.width is Width.ERRORS or (handler.width is Width.EVERYTHING and isinstance(handler.node, cst.With))


def _grade(handler: Handler, unit: Unit) -> tuple[int, str]:
    """How much the hint weighs, 0 for nothing, and what it says."""
    if handler.harm is Harm.LIMIT:
        return _STRONG, f"the exception that is to end the loop in time is stopped by {handler.clause} in the same loop"
    outcome, best = handler.worst.outcome, max(way.outcome for way in handler.ways)
    if outcome >= Outcome.ANSWERED or best not in _UNSEEN or _is_accepted(handler) or _is_tried_again(handler, unit):
        return 0, ""
    if handler.final:
        message = f"if {handler.attempt} fails nobody will know: without this handler, Python would print it and go on"
        return (0, "") if outcome >= Outcome.WHISPERED else (_WEAK, message)
    if handler.work is Work.IMPORT:
        return _WEAK, "any error inside the imported module is taken for its absence"
    if outcome >= Outcome.WHISPERED:
        return _told(handler) if best < Outcome.ANSWERED else (0, "")
    if best is Outcome.RECORDED:
        return _WEAK, f"if {handler.attempt} fails, not every way through the handler tells of it"
    return _lost(handler)


def _is_accepted(handler: Handler) -> bool:
    """Whether a failure is of no use to anyone, or what stands in for the result is meant."""
    if handler.work is Work.COMPUTE and handler.worst.outcome is Outcome.REPLACED:
        return True
    is_courtesy = isinstance(handler.node, cst.With) and _is_trifle(handler)
    return handler.tidying or handler.announced or handler.work in _ACCEPTED or is_courtesy


def _is_trifle(handler: Handler) -> bool:
    return handler.is_one_step and not handler.waits


def _lost(handler: Handler) -> tuple[int, str]:
    """Where nothing is told at all."""
    if handler.harm is not Harm.NONE:
        return _NORMAL if handler.work is Work.COMPUTE else _STRONG, _HARM[handler.harm].format(handler.attempt)
    is_replaced = handler.worst.outcome is Outcome.REPLACED
    instead = f"{handler.instead} stands in for it and " if handler.instead and is_replaced else ""
    message = f"if {handler.attempt} fails for any reason, {instead}nobody will know why"
    return _WEAK if _is_trifle(handler) and is_replaced else _NORMAL, message


def _is_tried_again(handler: Handler, unit: Unit) -> bool:
    """Whether the rules for retries speak of the same handler."""
    loops = (unit.retry_loop(above) for above in unit.ancestors(handler.node) if isinstance(above, cst.For | cst.While))
    failures = (failure for loop in loops if loop for failure in (*loop.endless, *loop.immediate))
    return any(failure.catcher is handler.node for failure in failures)


def _told(handler: Handler) -> tuple[int, str]:
    """Where a log or the screen tells something: is it enough to find the cause?"""
    outcome = handler.worst.outcome
    if outcome is Outcome.MENTIONED:
        return _WEAK, f"if {handler.attempt} fails, the message does not say why: the exception is lost"
    if outcome is Outcome.WHISPERED and handler.harm is not Harm.NONE:
        return _WEAK, f"if {handler.attempt} fails, only a debug message tells of it"
    if outcome is Outcome.LOGGED and len(handler.calls) >= _MANY:
        calls = len(handler.calls)
        return _WEAK, f"only the text of the error is kept: which of these {calls} calls it came from is lost"
    return 0, ""


def _diagnostic(handler: Handler, grade: int, message: str) -> Diagnostic:
    return Diagnostic(
        handler.place,
        message,
        Confidence.REVIEW if grade == _WEAK else Confidence.LIKELY,
        severity=Severity.WARNING if grade == _STRONG else Severity.HINT,
        evidence=handler.reason,
        related=(Related(handler.turn, "on this way nothing becomes of the exception"),) if handler.turn else (),
    )


def _discards(clause: cst.Finally, unit: Unit) -> Iterator[Diagnostic]:
    """Jumps out of a `finally`: since Python 3.14 also a `SyntaxWarning` (PEP 765)."""
    leaving = (path.end for path in unit.paths(clause.body) if path.exit in (Exit.RETURNS, Exit.BREAKS, Exit.CONTINUES))
    if end := next(leaving, None):
        yield Diagnostic(end, f"`{unit.code(end).split()[0]}` in `finally` discards whatever exception is under way")


def _always_true(function: cst.FunctionDef, unit: Unit) -> Iterator[Diagnostic]:
    """`__exit__` that says "handled" without a look at the exception."""
    if function.name.value not in ("__exit__", "__aexit__") or unit.enclosing_class(function) is None:
        return
    paths = unit.paths(function.body)
    ends = [path.end for path in paths if path.exit is Exit.RETURNS]
    looks = any(unit.loads(param.name.value, function) for param in function.params.params[1:])
    if not looks and len(ends) == len(paths) and all(_returns_true(end) for end in ends):
        message = f"`{function.name.value}` is always true: every exception in the `with` block disappears"
        yield Diagnostic(function.name, message)


def _returns_true(end: cst.CSTNode | None) -> bool:
    return isinstance(end, cst.Return) and isinstance(end.value, cst.Name) and end.value.value == "True"


_UNSEEN = frozenset(one for one in Outcome if one < Outcome.KEPT) - {Outcome.ANSWERED}
"""What the best way through a handler may come to if the worst one is worth a hint."""
_ACCEPTED = (
    *(Work.CLOSE, Work.TEXT, Work.SEARCH, Work.COURTESY, Work.OPTIONAL, Work.PROBE),
    Work.LOOKUP,
)
_DISMISSAL = re.compile(
    r"inconsequential|harmless|not critical|non-?critical|not important|unimportant|not worth"
    r"|(does|do|did)(n't| not) (really )?matter|safe(ly)? (to )?ignored?|of no consequence|never mind",
    re.IGNORECASE,
)
"""How authors say that nothing depends on what failed."""
_MANY = 8
_HARM = {
    Harm.ITEM: "an item for which {} fails is skipped and nobody will know",
    Harm.ROUND: "when {} fails the loop goes on with the next round and nobody will know",
    Harm.WRITE: "if {} fails nothing is written and nobody will know",
    Harm.BLOCK: "errors inside the `with` block disappear, whatever they are",
}
