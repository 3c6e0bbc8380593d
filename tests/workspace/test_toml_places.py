import string
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sadpath.workspace.toml_places import Keys, places

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCUMENT = '''
title = "x = 1" # not a key
[tool.sadpath]
select = [
    "a", # a comment with ] and "
    "b"]
"quoted.key" = { inner = 1, 'other' = [2] }
dotted . "part".last = 1979-05-27T07:32:00.5Z
text = """
[not.a.table]
key = 1
\\""" still text""""
literal = \'\'\'
[nor.this]\'\'\'
after = 1.5

[ tool . "other" ]
x = []
[[many]]
y = 1
[[many.below]]
[[many]]
[many.table]
z = 2
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("title",), 2),
        (("tool", "sadpath"), 3),
        (("tool", "sadpath", "select"), 4),
        (("tool", "sadpath", "select", 0), 5),
        (("tool", "sadpath", "select", 1), 6),
        (("tool", "sadpath", "quoted.key"), 7),
        (("tool", "sadpath", "quoted.key", "inner"), 7),
        (("tool", "sadpath", "quoted.key", "other", 0), 7),
        (("tool", "sadpath", "dotted", "part", "last"), 8),
        (("tool", "sadpath", "text"), 9),
        (("tool", "sadpath", "literal"), 13),
        (("tool", "sadpath", "after"), 15),
        (("tool", "other", "x"), 18),
        (("many", 0), 19),
        (("many", 0, "y"), 20),
        (("many", 0, "below", 0), 21),
        (("many", 1), 22),
        (("many", 1, "table", "z"), 24),
    ],
)
def test_line_of_a_key(keys: Keys, line: int) -> None:
    tomllib.loads(DOCUMENT)
    assert places(DOCUMENT)[keys] == line


def test_nothing_else_is_taken_for_a_key() -> None:
    implied = {("tool",)}
    assert set(places(DOCUMENT)) == set(_paths(tomllib.loads(DOCUMENT))) - implied


names = st.text(string.ascii_letters + "-_.\"' é", min_size=1, max_size=5)
scalars = st.one_of(st.integers(), st.booleans(), st.text("ab\"'\\\n[]{}=,#.", max_size=8))
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


@given(st.dictionaries(names, values, max_size=4))
def test_every_value_of_a_document_has_its_line(content: dict[str, object]) -> None:
    document = ""
    expected = {}
    for key, value in content.items():
        document += "\n# a comment\n"
        expected[(key,)] = document.count("\n") + 1
        document += f"{_written(key)} = {_written(value)}\n"
    assert tomllib.loads(document) == content
    found = places(document)
    assert set(found) == set(_paths(content))
    assert {keys: line for keys, line in found.items() if len(keys) == 1} == expected


def _paths(value: object, prefix: Keys = ()) -> Iterator[Keys]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield (*prefix, key)
        yield from _paths(item, (*prefix, key))


def _written(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)} = {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f"{_written(item)}, # ]\n" for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value)
