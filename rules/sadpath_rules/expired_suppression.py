"""The rule `expired-suppression`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Unit, rule


@rule(
    family="suppression",
    summary="a risk that was accepted until a day that has come",
    visits=(),
    in_tests=True,
)
def expired_suppression(_node: cst.CSTNode, _unit: Unit) -> Iterator[Diagnostic]:
    """Finds `# sadpath: accept[...] until=DATE` from that day on. What the comment accepts is reported again as well.

    ```python
    import requests

    # expect: expired-suppression "ended on 2024-03-01"
    requests.get("https://bank.example")  # sadpath: accept[missing-timeout] until=2024-03-01: until the next API
    ```

    ```python
    import requests

    requests.get("https://bank.example")  # sadpath: accept[missing-timeout] until=2999-03-01: until the next API
    ```

    Comments whose rule has nothing to report are unused, whatever their date, and reported as that.

    ## What happens in production

    What was expected when the risk was accepted: it was to be lived with for a while, and the while is over.

    ## What you will see

    A check that passed yesterday fails today, without a change. `sadpath ledger` lists what expires, and when.

    ## How to bound it

    Bound the code that the comment is about and remove the comment; or decide once more, with another date.

    ## When to accept it

    Never: give the comment another date, which is a decision that has an author.
    """
    yield from ()
