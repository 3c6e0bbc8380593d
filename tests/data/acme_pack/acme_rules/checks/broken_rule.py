"""A rule with a defect."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Unit, rule


@rule(family="retry", summary="never says anything", visits=cst.Call, words=("sleep",))
def broken_rule(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Fails at every call."""
    raise ZeroDivisionError(unit.code(call.func))
    yield
