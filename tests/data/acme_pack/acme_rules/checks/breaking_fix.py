"""A rule whose fix is no code."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Edit, Fix, Unit, rule


@rule(family="retry", summary="calls of `breaks`", visits=cst.Call, words=("breaks",))
def breaking_fix(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls of `breaks`."""
    if unit.code(call.func) == "breaks":
        yield Diagnostic(call, "`breaks` is called", fixes=(Fix("Break it", (Edit(call, "(("),), safe=True),))
