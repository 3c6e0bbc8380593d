"""Patterns in the form of `.gitignore`."""

from hypothesis import assume, given
from hypothesis import strategies as st

from sadpath.workspace.patterns import Patterns, is_pattern

NAMES = st.sampled_from(["a", "b", "a.py", "#a", "!a"])
GLOBS = st.sampled_from(["a", "b", "*.py", "a*", "?", "[ab]", "**", "*"])
LINES = st.builds(
    lambda re_includes, start, parts, end: re_includes + start + "/".join(parts) + end,
    st.sampled_from(["", "", "", "", "", "!", "#", "\\!", "\\#"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(GLOBS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/**", " "]),
).filter(is_pattern)


@given(
    st.lists(LINES, min_size=1, max_size=3),
    st.lists(NAMES, max_size=2),
    st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=4),
)
def test_the_quick_verdict_is_the_verdict(lines: list[str], parents: list[str], inside: list[tuple[str, bool]]) -> None:
    patterns = Patterns("/base", tuple(lines))
    directory = "/".join(("/base", *parents))
    assume(not patterns.verdict(directory, directory=True))
    for name, is_directory in inside * 2:
        path = f"{directory}/{name}"
        assert patterns.verdict_inside(path, is_directory) == patterns.verdict(path, is_directory)
    assert patterns.verdict_inside("/other/a") is None
