"""The rule `sleeping-job`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Edit, Fix, Severity, Unit, rule


@rule(
    family="timeout",
    severity=Severity.ERROR,
    summary="a job sleeps, and holds its worker meanwhile",
    visits=cst.Call,
    words=("sleep",),
)
def sleeping_job(call: cst.Call, unit: Unit) -> Iterator[Diagnostic]:
    """Finds calls of `time.sleep`.

    ```python
    import time
    time.sleep(5)  # expect: sleeping-job "holds its worker"
    ```

    ## What happens in production

    The worker does nothing else.
    """
    if unit.code(call.func) == "time.sleep":
        fix = Fix("Defer the rest", (Edit(call.func, "acme.defer"),), safe=True)
        yield Diagnostic(call, "this sleep holds its worker", fixes=(fix,))
