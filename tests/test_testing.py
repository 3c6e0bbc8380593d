"""The public test helper: what it accepts, and what its failures say."""

import pytest

from sadpath.analysis.finding import Edit, Fix, Position, Range
from sadpath.testing import Expectation, apply_fix, check_code, check_expectations, examples, expectations

SWALLOWS_ALL = """\
try:
    work()
except:
    pass
"""


def test_a_trailing_expectation_speaks_of_its_line() -> None:
    assert expectations("a = 1\nb()  # expect: bare-except\n") == [Expectation(2, "bare-except")]


def test_an_expectation_alone_speaks_of_the_next_line_of_code() -> None:
    code = '# expect: bare-except "hides"\n\n# why\nb()\n'
    assert expectations(code) == [Expectation(4, "bare-except", "hides")]


def test_several_expectations_are_separated_by_commas() -> None:
    code = 'b()  # noqa  # expect: lost-task "a, b", bare-except, lost-task\n'
    assert expectations(code) == [
        Expectation(1, "lost-task", "a, b"),
        Expectation(1, "bare-except"),
        Expectation(1, "lost-task"),
    ]


def test_an_expectation_in_the_last_line_is_kept() -> None:
    assert expectations("a = 1\n# expect: lost-task") == [Expectation(2, "lost-task")]


def test_examples_are_the_fenced_python_blocks() -> None:
    documentation = """Finds it.

    ```python
    one()
    ```

    ```text
    no
    ```

    ```python
    if two:
        three()
    ```
    """
    assert examples(documentation) == ["one()\n", "if two:\n    three()\n"]


def test_a_fix_is_applied_from_the_end() -> None:
    def edit(line: int, start: int, end: int, text: str) -> Edit:
        return Edit(Range(Position(line, start), Position(line, end)), text)

    fix = Fix("Swap", safe=True, edits=(edit(0, 0, 3, "other"), edit(1, 0, 0, "x = "), edit(0, 4, 5, "")))
    assert apply_fix("one!!\r\ntwo", fix) == "other!\r\nx = two"


def test_an_expected_finding_passes() -> None:
    code = SWALLOWS_ALL.replace("except:", "except:  # expect: bare-except")
    (finding,) = check_expectations(["bare-except"], code)
    assert finding.rule == "bare-except"
    assert finding.range.start == Position(2, 0)


def test_other_files_are_seen() -> None:
    files = {"service/jobs.py": "async def save(): ...\n"}
    code = "from service.jobs import save\n\ndef main():\n    save()\n"
    assert len(check_code(["unawaited-coroutine"], code, "service/app.py", files)) == 1
    assert check_code(["unawaited-coroutine"], code, "service/app.py") == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            SWALLOWS_ALL,
            """\
line 3: found `bare-except`, which nothing expects
       3 | except:
         | ^^^^^^
""",
        ),
        (
            "a = 1  # expect: bare-except\n",
            """\
line 1: expected `bare-except`, but it is not found here
       1 | a = 1  # expect: bare-except""",
        ),
        (
            SWALLOWS_ALL.replace("pass", "pass  # expect: bare-except"),
            "the nearest one without an expectation starts on line 3",
        ),
        (
            SWALLOWS_ALL.replace("except:", 'except:  # expect: bare-except "waits for the moon"'),
            """\
line 3: `bare-except` is found as expected, but its message does not say so
       3 | except:  # expect: bare-except "waits for the moon"
         | ^^^^^^
    expected part: waits for the moon
    message:       """,
        ),
        (
            "a = 1  # expect: bare-excepts\n",
            "line 1: no rule is called 'bare-excepts'; did you mean 'bare-except'?",
        ),
        (
            "a = 1  # expect: lost-task\n",
            "line 1: expects 'lost-task', but only bare-except runs here",
        ),
        (
            "a = 1  # expect: bare-except 'hides'\n",
            """line 1: cannot read "bare-except 'hides'"; write `# expect: rule-name "part of the message"`""",
        ),
    ],
    ids=["unexpected", "not found", "on another line", "other words", "misspelt", "rule does not run", "unreadable"],
)
def test_a_failure_says_what_and_where(code: str, said: str) -> None:
    with pytest.raises(AssertionError) as failure:
        check_expectations(["bare-except"], code, "service/app.py")
    assert str(failure.value).startswith("service/app.py:\n\nline ")
    assert said in str(failure.value)


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(AssertionError, match="no rule is called 'bare-excpet'; did you mean 'bare-except'"):
        check_expectations(["bare-excpet"], "")
