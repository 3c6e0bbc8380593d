from collections.abc import Collection
from datetime import date
from textwrap import dedent

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sadpath.analysis.acceptance import acceptances
from sadpath.analysis.expiry import enforced
from sadpath.analysis.finding import FileReport, Finding, Position, Range, Skip
from sadpath.analysis.peers import MEANINGS
from sadpath.analysis.suppressions import EXPIRED, INVALID, UNUSED, Checked, apply
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.text import split_lines
from sadpath.rule import Confidence, Severity
from sadpath.testing import apply_fix

FAMILIES = {
    "bare-except": "except",
    "swallowed-exception": "except",
    "swallowed-cancellation": "except",
    "missing-timeout": "timeout",
    "unbounded-retry": "retry",
    "lost-task": "await",
    "unawaited-coroutine": "await",
    "coroutine-as-callback": "await",
    "cached-coroutine": "await",
}
KNOWN = {*FAMILIES, UNUSED, INVALID}


def finding(code: str, rule: str, text: str, occurrence: int = 0) -> Finding:
    """A finding of the rule at that piece of the code."""
    start = -1
    for _ in range(occurrence + 1):
        start = code.index(text, start + 1)
    before, after = split_lines(code[:start] + "|"), split_lines(code[: start + len(text)] + "|")
    return Finding(
        path="/p/a.py",
        rule=rule,
        family=FAMILIES[rule],
        severity=Severity.WARNING,
        confidence=Confidence.CERTAIN,
        message="",
        range=Range(
            Position(len(before) - 1, len(before[-1]) - 1),
            Position(len(after) - 1, len(after[-1]) - 1),
        ),
        scope="",
        fingerprint="",
    )


def applied(
    code: str, *findings: Finding, ran: Collection[str] = KNOWN, skipped: Collection[Skip] = ()
) -> tuple[Finding, ...]:
    left, _ = apply(findings, outline(split_lines(code)), skipped, Checked("/p/a.py", "a.py", ran, KNOWN))
    return left


def accepted_rules(code: str, text: str) -> set[str]:
    """The rules whose findings at that piece of the code are accepted."""
    left = applied(code, *(finding(code, rule, text) for rule in FAMILIES), ran=FAMILIES)
    return set(FAMILIES) - {one.rule for one in left}


EXCEPTS = {"bare-except", "swallowed-exception", "swallowed-cancellation"}
AWAITS = {"lost-task", "unawaited-coroutine", "coroutine-as-callback", "cached-coroutine"}


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# noqa", set(FAMILIES)),
        ("#NoQA", set(FAMILIES)),
        ("# a word # noqa and another", set(FAMILIES)),
        ("# noqa: E722", EXCEPTS),
        ("# noqa:X1,BLE001 # why", EXCEPTS),
        ("# noqa : S110 S113", {"swallowed-exception", "swallowed-cancellation", "missing-timeout"}),
        ("# noqa: F401", set()),
        ("# noqa: because", set(FAMILIES)),
        ("# NOSONAR", set(FAMILIES)),
        ("# nosec", {"swallowed-exception", "swallowed-cancellation", "missing-timeout"}),
        ("# nosec B113 - internal", {"missing-timeout"}),
        ("#nosec: B101, B110", {"swallowed-exception", "swallowed-cancellation"}),
        ("# nosec: request_without_timeout", {"missing-timeout"}),
        ("# nosec B101", set()),
        ("# pylint: disable=bare-except,W0611", EXCEPTS),
        ("# pylint:disable = broad-exception-caught", EXCEPTS),
        ("# pylint: disable=all", set(FAMILIES)),
        ("# pylint: disable=unused-import", set()),
        ("# ruff: ignore[S113] why", {"missing-timeout"}),
        ("# ruff: ignore[asyncio-dangling-task]", {"lost-task"}),
        ("# ruff: noqa", set()),
        ("# flake8: noqa", set()),
        ("# type: ignore", AWAITS),
        ("# type:ignore[unused-coroutine, attr-defined]", {"unawaited-coroutine"}),
        ("# type: ignore[attr-defined]", set()),
        ("# type: Ignored", set()),
        ("# pyright: ignore[reportUnusedCoroutine]", {"unawaited-coroutine"}),
        ("# ty: ignore[unused-awaitable]", {"lost-task", "unawaited-coroutine"}),
        ("# pyrefly: ignore", AWAITS),
        ("# type: ignore[misc] # noqa: S113", {"missing-timeout"}),
        ("# mypy: ignore-errors", AWAITS),
        ("# noqa-like", set(FAMILIES)),
        ("# nothing to see, noqa", set()),
    ],
)
def test_comments_of_other_tools_behind_the_code(comment: str, rules: set[str]) -> None:
    assert accepted_rules(f"import a\n\ncall()  {comment}\nother()\n", "call()") == rules


@pytest.mark.parametrize("peer", [peer for peers in MEANINGS.values() for peer in peers])
def test_every_peer_name_is_understood(peer: str) -> None:
    (meant,) = [rules for rules, peers in MEANINGS.items() if peer in peers]
    assert meant <= set(FAMILIES)
    assert accepted_rules(f"call()  # pylint: disable={peer}\n", "call()") == meant


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("# ruff: noqa", set(FAMILIES)),
        ("# ruff: noqa: S113", {"missing-timeout"}),
        ("# ruff: file-ignore[S113]", {"missing-timeout"}),
        ("# flake8: noqa", set(FAMILIES)),
        ("# flake8: noqa: E722,E501", EXCEPTS),
        ("# pylint: skip-file", set(FAMILIES)),
        ("# pylint: disable=missing-timeout", {"missing-timeout"}),
        ("# type: ignore", AWAITS),
        ("# mypy: ignore-errors", AWAITS),
        ("# mypy: ignore-errors=False", set()),
        ('# mypy: disable-error-code="misc,unused-coroutine"', {"unawaited-coroutine"}),
        ("# pyright: strict, reportUnusedCoroutine=false", {"unawaited-coroutine"}),
        ("# pyright: reportUnusedCoroutine=true", set()),
        ("# pyrefly: ignore-errors", AWAITS),
        ("# noqa", set()),
        ("# nosec", set()),
    ],
)
def test_comments_of_other_tools_about_the_file(comment: str, rules: set[str]) -> None:
    code = f"{comment}\nimport a\n\n\nclass C:\n    def f():\n        call()\n"
    assert accepted_rules(code, "call()") == rules
    assert accepted_rules(code.replace("\n", "\r"), "call()") == rules


def test_lines_of_a_statement() -> None:
    code = dedent('''
        call(
            first,  # noqa
            """
        x""",
        )
        # noqa
        second()
        third() ; fourth()  # noqa
        if (fifth()  # noqa
            and sixth()):
            seventh()
        x = [
            # noqa
            eighth()]
    ''')
    texts = ["first", "call(", '"""', "second()", "third()", "fourth()", "fifth()", "sixth()", "seventh()", "eighth()"]
    assert [text for text in texts if not accepted_rules(code, text)] == ["second()", "seventh()"]


@pytest.mark.parametrize(("line", "accepted"), [(2, True), (3, False), (4, True)])
def test_finding_over_several_statements(line: int, accepted: bool) -> None:
    """The comment may stand where the finding starts or ends, but not in between."""
    lines = ["try:", "    a()", "except X:", "    b()", "    c()"]
    lines[line] += "  # noqa"
    code = "\n".join(lines)
    spanning = finding(code, "bare-except", code[code.index("except") : code.rindex(")") + 1])
    assert (applied(code, spanning) == ()) is accepted


def test_text_in_strings_is_no_comment() -> None:
    assert accepted_rules('call("# noqa")\n', "call") == set()
    assert accepted_rules('call("""\n# noqa\n""")\n', "call") == set()


BLOCKS = """
first()
class C:
    # pylint: disable=all
    second()
    def f():
        third()
        if x:
            # ruff: disable[S113]
            fourth()
        fifth()
    # pylint: enable=all
    sixth()
seventh()
# pylint: disable-next=all
eighth()
ninth()
"""


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("first", set()),
        ("second", set(FAMILIES)),
        ("third", set(FAMILIES)),
        ("sixth", set()),
        ("seventh", set()),
        ("eighth", set(FAMILIES)),
        ("ninth", set()),
    ],
)
def test_blocks(text: str, rules: set[str]) -> None:
    assert accepted_rules(BLOCKS, text) == rules


def test_end_of_a_block_without_an_end() -> None:
    code = BLOCKS.replace("    # pylint: enable=all\n", "").replace("    # pylint: disable=all\n", "")
    assert accepted_rules(code, "fourth") == {"missing-timeout"}
    assert accepted_rules(code, "fifth") == set()
    assert accepted_rules(BLOCKS.replace("    # pylint: enable=all\n", ""), "sixth") == set(FAMILIES)
    assert accepted_rules(BLOCKS.replace("    # pylint: enable=all\n", ""), "seventh") == set()


@pytest.mark.parametrize(
    "code",
    [
        "call()  # sadpath: accept[missing-timeout] reason\n",
        "call()  #sadpath:accept [ lost-task , missing-timeout ] : reason\n",
        "call(  # sadpath: accept[missing-timeout] reason\n    1)\n",
        "# sadpath: accept[missing-timeout] reason\n\n# and more\ncall()\n",
        "def f():\n    x = 1\n    # sadpath: accept[missing-timeout] reason\n    call()\n",
        "try:\n    a()\n# sadpath: accept[missing-timeout] reason\nexcept call():\n    pass\n",
        "call()  # noqa: X1  # sadpath: accept[missing-timeout] reason # 7\n",
    ],
)
def test_accepted_risk(code: str) -> None:
    kept = applied(code, finding(code, "missing-timeout", "call("))
    assert [one.message for one in kept] == ["this accepts `lost-task`, which is not reported here"] * ("lost" in code)


def test_accepted_risk_reaches_no_further() -> None:
    code = "# sadpath: accept[missing-timeout] reason\na()\nb()\n"
    left = finding(code, "missing-timeout", "b()")
    assert applied(code, finding(code, "missing-timeout", "a()"), left) == (left,)
    other = finding(code, "lost-task", "a()")
    assert applied(code, finding(code, "missing-timeout", "a()"), other) == (other,)


def test_fields() -> None:
    (said,) = acceptances(
        "# sadpath: accept[missing-timeout] until=2027-03-01 owner=@payments: polled by a watchdog: see #12  # noqa"
    )
    assert said.rules == ("missing-timeout",)
    assert said.until == date(2027, 3, 1)
    assert said.owner == "@payments"
    assert said.reason == "polled by a watchdog: see #12"
    assert said.problem == ""


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# sadpath: accept[missing-timeout]", "this suppression has no effect, as it gives no reason"),
        ("# sadpath: accept[missing-timeout]:  # noqa: X1", "this suppression has no effect, as it gives no reason"),
        ("# sadpath: accept[missing-timeout] TODO: reason", "this suppression has no effect, as it gives no reason"),
        ("# sadpath: accept[missing-timeout] owner=@me", "this suppression has no effect, as it gives no reason"),
        (
            "# sadpath: accept[missing-timeout] until=2027-02-30: why",
            "this suppression has no effect, as `until=2027-02-30` is not a date such as 2027-03-01",
        ),
        ("# sadpath: accept[missing-timeout] until=20270201 why", "is not a date"),
        ("# sadpath: accept[missing-timeout] until= why", "`until=` is not a date"),
        (
            "# sadpath: accept[missing-timeout] untill=2027-02-01 why",
            "nothing is called `untill`; did you mean `until=`?",
        ),
        ("# sadpath: accept[missing-timeout] until=2027-02-01 Owner=@me: why", "did you mean `owner=`?"),
        (
            "# sadpath: accept missing-timeout why",
            "this suppression cannot be understood; write `# sadpath: accept[rule] reason`",
        ),
        ("# sadpath: accept[] why", "cannot be understood"),
        ("# sadpath: ignore[missing-timeout] why", "cannot be understood"),
        (
            "# sadpath: accept[mising-timeout] why",
            "no rule is called `mising-timeout`, so this accepts nothing; did you mean `missing-timeout`?",
        ),
        ("# sadpath: accept[zzz] why", "no rule is called `zzz`, so this accepts nothing"),
    ],
)
def test_comment_without_effect(comment: str, message: str) -> None:
    code = f"def f():\n    call()  {comment}\n"
    one = finding(code, "missing-timeout", "call()")
    kept, problem = applied(code, one)
    assert kept == one
    assert problem.rule == INVALID
    assert message in problem.message
    assert problem.scope == "f"
    start, end = problem.range.start, problem.range.end
    assert (start.line, start.column, end.line) == (1, 12, 1)
    assert comment.startswith(code.split("\n")[1][start.column : end.column])
    assert len(problem.fingerprint) == 16


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("call()  # sadpath: accept[missing-timeout] why\nx\n", "call()\nx\n"),
        ("call()  # sadpath: accept[missing-timeout] why", "call()"),
        ("x\n    # sadpath: accept[missing-timeout] why\r\ncall()\n", "x\ncall()\n"),
        ("x\n# sadpath: accept[missing-timeout] why", "x\n"),
        ("call()  # sadpath: accept[missing-timeout] why # noqa: X\n", "call()  # noqa: X\n"),
        ("call()  # note # sadpath: accept[missing-timeout] why\n", "call()  # note\n"),
        ("call()  # sadpath: accept[missing-timeout, other] why\n", "call()  # sadpath: accept[other] why\n"),
    ],
)
def test_unused_comment_is_removed(before: str, after: str) -> None:
    (unused,) = applied(before, ran={UNUSED, "missing-timeout"})
    assert unused.rule == UNUSED
    assert unused.message == "this accepts `missing-timeout`, which is not reported here"
    (fix,) = unused.fixes
    assert fix.safe
    assert apply_fix(before, fix) == after


def test_unused_only_where_the_rule_ran() -> None:
    code = "class C:\n    # sadpath: accept[missing-timeout] why\n    def f():\n        x = 1\n\n    y = 1\n"
    assert [one.rule for one in applied(code)] == [UNUSED]
    assert applied(code, ran={UNUSED, INVALID}) == ()
    assert applied(code, ran={"missing-timeout"}) == ()
    assert applied(code, skipped=[Skip("/p/a.py", "does not parse", 3)]) == ()
    assert len(applied(code, skipped=[Skip("/p/a.py", "does not parse", 5)])) == 1


def test_both_kinds_of_comment_on_one_line() -> None:
    code = "call()  # sadpath: accept[missing-timeout] why  # noqa\n"
    assert applied(code, finding(code, "missing-timeout", "call()")) == ()


def test_findings_stay_as_they_are_without_comments() -> None:
    code = "call()\n"
    findings = (finding(code, "missing-timeout", "call()"),)
    assert applied(code, *findings) == findings


LINES = st.sampled_from(
    [
        "call()",
        "call(",
        ")",
        '"""',
        "class C:",
        "    def f():",
        "        call()",
        "",
        *(
            f"{indent}# {comment}"
            for indent in ("", "    ", "call()  ")
            for comment in (
                "noqa",
                "sadpath: accept[lost-task] x",
                "pylint: disable=all",
                "pylint: enable=all",
                "sadpath:",
            )
        ),
    ]
)


@given(st.lists(LINES, max_size=12), st.data())
def test_any_text(lines: list[str], data: st.DataObject) -> None:
    """Nothing fails, own findings lie in the text, and their fixes leave no comment behind that needs them again."""
    code = "\n".join(lines)
    rows = split_lines(code)
    found: list[Finding] = []
    if rows:
        row = data.draw(st.integers(0, len(rows) - 1))
        place = Range(Position(row, 0), Position(row, len(rows[row].rstrip("\n"))))
        found.append(msgspec.structs.replace(finding("x", "lost-task", "x"), range=place))
    for one in applied(code, *found):
        assert one.range.end.line < len(rows)
        assert one.range.end.column <= len(rows[one.range.end.line])
        for fix in one.fixes:
            fixed = apply_fix(code, fix)
            assert fixed.count("sadpath: accept") == code.count("sadpath: accept") - 1


@pytest.mark.parametrize(("day", "left"), [(28, []), (29, ["expired-suppression", "missing-timeout"])])
def test_the_first_day_on_which_a_risk_is_not_accepted(day: int, left: list[str]) -> None:
    code = "call()  # sadpath: accept[missing-timeout] until=2028-02-29: why\n"
    kept, accepted = apply(
        (finding(code, "missing-timeout", "call()"),),
        outline(split_lines(code)),
        (),
        Checked("/p/a.py", "a.py", {*KNOWN, EXPIRED}, KNOWN),
    )
    report = FileReport("/p/a.py", kept, accepted=accepted)
    on_day = enforced(report, date(2028, 2, day))
    assert sorted(one.rule for one in on_day.findings) == left
    assert len(on_day.accepted) == (not left)
