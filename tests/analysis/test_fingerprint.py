from hypothesis import given
from hypothesis import strategies as st

from sadpath.analysis.fingerprint import fingerprints

words = st.text("ab ", max_size=3)
findings = st.tuples(words, words, words, st.text("ab\0 ", max_size=3))


def test_form_and_value() -> None:
    """The value is stored in baselines, so it must not change."""
    assert fingerprints([("bare-except", "app/x.py", "save", "except:")]) == ["c182c77a7f1e4f30"]


def test_white_space_does_not_count() -> None:
    one, other = ("r", "p", "s", "get(\n    url,\n)"), ("r", "p", "s", "get( url, )")
    assert fingerprints([one]) == fingerprints([other])
    assert fingerprints([one]) != fingerprints([("r", "p", "s", "get( url )")])


def test_path_that_is_no_text() -> None:
    assert len(fingerprints([("r", "\ud800.py", "s", "")])[0]) == 16


@given(st.lists(findings, max_size=8))
def test_all_are_different(given_findings: list[tuple[str, str, str, str]]) -> None:
    assert len(set(fingerprints(given_findings))) == len(given_findings)


@given(st.lists(findings, max_size=6), findings, st.lists(findings, max_size=6))
def test_other_findings_do_not_matter(
    before: list[tuple[str, str, str, str]],
    finding: tuple[str, str, str, str],
    after: list[tuple[str, str, str, str]],
) -> None:
    key = (*finding[:3], " ".join(finding[3].split()))
    before = [other for other in before if (*other[:3], " ".join(other[3].split())) != key]
    assert fingerprints([*before, finding, *after])[len(before)] == fingerprints([finding])[0]
