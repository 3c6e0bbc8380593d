"""The rule `invalid-suppression`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Unit, rule


@rule(
    family="suppression",
    summary="a comment that is meant to accept a risk and does not",
    visits=(),
    in_tests=True,
)
def invalid_suppression(_node: cst.CSTNode, _unit: Unit) -> Iterator[Diagnostic]:
    """Finds comments that begin with `# sadpath:` but give no reason, name no known rule, or cannot be understood.

    Such a comment accepts nothing, so what it was written for is still reported. The analysis judges comments itself.

    ```python
    import requests

    # expect: invalid-suppression "gives no reason"
    requests.get("https://bank.example")  # sadpath: accept[missing-timeout]
    # expect: invalid-suppression "did you mean `missing-timeout`?"
    requests.get("https://bank.example")  # sadpath: accept[missing-timeouts] the watchdog ends it
    # expect: invalid-suppression "cannot be understood"
    requests.get("https://bank.example")  # sadpath: ignore
    ```

    A date after which the risk is no longer accepted, and who answers for it, may stand before the reason.

    ```python
    import requests

    # sadpath: accept[missing-timeout] until=2999-03-01 owner=@payments: the watchdog ends it
    requests.get("https://bank.example")
    ```

    ## What happens in production

    Nothing by itself; but a risk that somebody meant to accept has no reason on record, and the next reader cannot tell
    a decision from an accident.

    ## What you will see

    The finding that the comment was to accept, again, in every check.

    ## How to bound it

    Write `# sadpath: accept[rule] reason`, with the name of the rule as it is reported, behind the code or alone on the
    line above.

    ## When to accept it

    Never: repair the comment, or remove it.
    """
    yield from ()
