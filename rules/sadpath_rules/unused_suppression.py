"""The rule `unused-suppression`."""

from collections.abc import Iterator

import libcst as cst

from sadpath.rule import Diagnostic, Unit, rule


@rule(
    family="suppression",
    summary="an accepted risk that is not there",
    visits=(),
    in_tests=True,
)
def unused_suppression(_node: cst.CSTNode, _unit: Unit) -> Iterator[Diagnostic]:
    """Finds `# sadpath: accept[...]` where the rule that it names has nothing to report.

    The analysis judges comments itself, after all rules ran. It is silent about rules that are switched off and about
    code that could not be analysed, and never judges comments to other tools.

    ```python
    import requests

    # expect: unused-suppression "accepts `missing-timeout`"
    requests.get("https://bank.example", timeout=5)  # sadpath: accept[missing-timeout] the watchdog ends it
    ```

    ```python
    import requests

    requests.get("https://bank.example")  # sadpath: accept[missing-timeout] the watchdog ends it
    ```

    ## What happens in production

    Nothing yet. But the next person who edits this line believes that the risk was thought about, and when it comes
    back, the comment hides it: nobody is told.

    ## What you will see

    Comments that contradict the code beside them, and a list of accepted risks that is longer than the list of risks.

    ## How to bound it

    Remove the comment, or the rule from its brackets. The fix does that.

    ## When to accept it

    Where the same line is reported under another version of Python or of a library only: say so in a plain comment and
    switch the rule off for that file.
    """
    yield from ()
