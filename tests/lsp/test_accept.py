"""The comment that accepts a risk stands where it does no harm and accepts what it should."""

import ast

import pytest

from sadpath.analysis.accepting import Acceptances
from sadpath.analysis.syntax.text import split_lines

COMMENT = "  # sadpath: accept[bare-except] TODO: reason"


def accepted(text: str, row: int) -> str:
    lines = split_lines(text)
    edit = Acceptances(lines).edit("bare-except", row)
    assert edit
    start, end = edit.range.start, edit.range.end
    assert start.line == end.line
    line = lines[start.line]
    lines[start.line] = line[: start.column] + edit.text + line[end.column :]
    return "".join(lines)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("f()\n", 0, f"f(){COMMENT}\n"),
        ("f()", 0, f"f(){COMMENT}"),
        ("f()  \r\ng()\r\n", 0, f"f(){COMMENT}\r\ng()\r\n"),
        ("f()  # noqa: E722\n", 0, f"f()  # noqa: E722{COMMENT}\n"),
        ("f(\n  1,\n)\n", 0, f"f({COMMENT}\n  1,\n)\n"),
        ("f(\n  1,\n)\n", 1, f"f(\n  1,{COMMENT}\n)\n"),
        ("f('''\n# x\n''', 1)\n", 0, f"f('''\n# x\n''', 1){COMMENT}\n"),
        ("f('''\n# x\n''', 1)\n", 1, f"f('''\n# x\n''', 1){COMMENT}\n"),
        ("f(f'''\n{x}\n''', 1)\n", 1, f"f(f'''\n{{x}}\n''', 1){COMMENT}\n"),
        ("x = 1 + \\\n  f()\n", 0, f"x = 1 + \\\n  f(){COMMENT}\n"),
        ("f('# no comment')\n", 0, f"f('# no comment'){COMMENT}\n"),
        ("while True:\n  f()\n", 0, f"while True:{COMMENT}\n  f()\n"),
        (
            "def f():\n  try:\n    g()\n  except:\n    pass\n",
            3,
            f"def f():\n  try:\n    g()\n  except:{COMMENT}\n    pass\n",
        ),
        (
            "f()  # sadpath: accept[missing-timeout] a watchdog\n",
            0,
            "f()  # sadpath: accept[missing-timeout, bare-except] a watchdog\n",
        ),
        (
            "f()  # noqa # sadpath: accept[a,b] until=2030-01-01: why\n",
            0,
            "f()  # noqa # sadpath: accept[a,b, bare-except] until=2030-01-01: why\n",
        ),
    ],
)
def test_where_the_comment_goes(text: str, row: int, expected: str) -> None:
    result = accepted(text, row)
    assert result == expected
    assert ast.dump(ast.parse(result)) == ast.dump(ast.parse(text))


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "'''\n", "x = '''\nnever closed\n"])
def test_where_no_comment_can_go(text: str) -> None:
    edit = Acceptances(split_lines(text)).edit("bare-except", 0)
    assert edit is None or "'''" not in text
