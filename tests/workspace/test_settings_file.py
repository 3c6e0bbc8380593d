import re
from pathlib import Path

import pytest

from sadpath.rule import Parameter, Severity
from sadpath.workspace.configuration import (
    DEFAULT_EXCLUDES,
    ConfigurationError,
    Overrides,
    Selection,
    Settings,
    default_settings,
)
from sadpath.workspace.packs import Description
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.settings_file import Configurations, read_settings

RULES = [
    Description(name, family, "", "warning", "")
    for name, family in [
        ("bare-except", "except"),
        ("lost-task", "await"),
        ("missing-timeout", "timeout"),
        ("unawaited-coroutine", "await"),
    ]
]
KNOWN = {rule.name: rule.family for rule in RULES}


def chosen(settings: Settings, path: str | None = None) -> list[str]:
    return [rule.name for rule in settings.chosen(RULES, path)]


def settings_of(tmp_path: Path, text: str, name: str = "sadpath.toml") -> Settings:
    (tmp_path / name).write_text(text)
    settings = read_settings(tmp_path / name, KNOWN)
    assert settings
    return settings


def test_every_setting(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        """
        [tool.sadpath]
        select = ["await", "missing-timeout"]
        ignore = ["lost-task"]
        exclude = ["vendor"]
        extend-exclude = ["*_pb2.py"]
        per-file-ignores = { "tests/**" = ["timeout"] }
        severity.missing-timeout = "error"
        """,
        "pyproject.toml",
    )
    assert settings.root == tmp_path
    assert settings.source == tmp_path / "pyproject.toml"
    assert chosen(settings) == ["missing-timeout", "unawaited-coroutine"]
    assert chosen(settings, f"{tmp_path.as_posix()}/tests/unit/test_x.py") == ["unawaited-coroutine"]
    assert chosen(settings, f"{tmp_path.as_posix()}/src/tests.py") == ["missing-timeout", "unawaited-coroutine"]
    assert settings.severity == {"missing-timeout": Severity.ERROR}
    assert [patterns.lines for patterns in settings.excludes] == [("vendor",), ("*_pb2.py",)]


def test_without_settings_all_rules_are_on(tmp_path: Path) -> None:
    assert chosen(default_settings(tmp_path)) == [rule.name for rule in RULES]
    assert chosen(settings_of(tmp_path, "")) == [rule.name for rule in RULES]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(select=()), []),
        (Selection(select=("all",), ignore=("await",)), ["bare-except", "missing-timeout"]),
        (Selection(select=("lost-task",), ignore=("await",)), ["lost-task"]),
        (Selection(select=("lost-task",), ignore=("lost-task",)), []),
        (Selection(ignore=("all",), extend_select=("timeout",)), ["missing-timeout"]),
    ],
)
def test_the_more_exact_name_wins(selection: Selection, expected: list[str]) -> None:
    assert chosen(Settings(selections=(selection,))) == expected


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (Selection(), ["lost-task"]),
        (Selection(select=("bare-except",)), ["bare-except"]),
        (Selection(select=("unawaited-coroutine",)), ["unawaited-coroutine"]),
        (Selection(extend_select=("unawaited-coroutine",)), ["lost-task", "unawaited-coroutine"]),
        (Selection(ignore=("await",)), []),
    ],
)
def test_overrides_win_over_the_file(override: Selection, expected: list[str]) -> None:
    settings = Settings(selections=(Selection(select=("lost-task",), ignore=("unawaited-coroutine",)),))
    assert chosen(Overrides(override).over(settings)) == expected


def test_overridden_exclusions() -> None:
    of_file, of_user = Patterns("/a", ("x",)), Patterns("/b", ("y",))
    settings = Settings(excludes=(of_file,))
    assert Overrides(extend_exclude=(of_user,)).over(settings).excludes == (of_file, of_user)
    assert Overrides(exclude=(of_user,)).over(settings).excludes == (of_user,)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('\nselct = ["all"]', 2, "unknown key `selct`; did you mean `select`?"),
        ("\n\n[severty]\n", 3, "unknown key `severty`; did you mean `severity`?"),
        ("zzz = 1", 1, "valid are cache-dir, calls, exclude, extend-exclude, ignore, packs, per-file-ignores, select,"),
        ("cache-dir = 3", 1, "`cache-dir` has to be a string"),
        ('select = "all"', 1, "`select` has to be a list of strings"),
        ("ignore = [\n'all',\n1]", 3, "`ignore` has to be a list of strings"),
        (
            'ignore = [\n  "all",\n  "bare-excpet",\n]',
            3,
            "no rule or family is called `bare-excpet`; did you mean `bare",
        ),
        ('select = ["timeouts"]', 1, "did you mean `timeout`?"),
        ('[per-file-ignores]\n"a.py" = []\n"b.py" = ["no"]', 3, "no rule or family is called `no`"),
        ('per-file-ignores = ["x"]', 1, "`per-file-ignores` has to be a table"),
        ('[severity]\nbare-exept = "error"', 2, "unknown rule `bare-exept`; did you mean `bare-except`?"),
        ('severity.bare-except = "warn"', 1, "unknown severity `warn`; did you mean `warning`?"),
        ("severity.bare-except = [1]", 1, "unknown severity `[1]`; valid are error, hint, warning"),
        ("calls = 1", 1, "`calls` has to be a table"),
        ("[calls]\ntimeouts = []", 2, "in `calls`, unknown key `timeouts`; did you mean `timeout`?"),
        ("[calls]\n\ndistribution = 'shop'", 3, "`distribution` is for libraries that come with the rules"),
        ("[[calls.timeout]]\nparameters = { timeout = 0 }", 1, "in `calls`, `timeout`: an entry has no `calls`"),
        ("[[calls.timeout]]\ncalls = ['a.b']\n[[calls.timeout]]\ncalls = ['a.b']", 3, "`a.b` has two entries"),
        (
            "[[calls.timeout]]\ncalls = ['a.b']\nparameter = 1",
            3,
            "unknown key `timeout.parameter`; did you mean `parameters`?",
        ),
        ("[[calls.timeout]]\ncalls = ['a.b']\ntier = 'D'", 3, "`timeout.tier`: invalid enum value 'D'"),
        ("[[calls.timeout]]\ncalls = ['a.b']\nbefore = 8", 3, "has to be a table of versions and defaults"),
        ("[calls.classes]\n'a.B' = 5", 1, "in `calls`, `classes`: expected `array`, got `int`"),
        ('exclude = ["ok", \n"no\\\\"]', 2, "is not a file pattern"),
        ("a = 1\nb = = 2", 2, "is not valid TOML"),
        ("a = 1\nb = '''", 2, "is not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, None, "has more brackets inside each other"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int | None, message: str
) -> None:
    path = tmp_path / "sadpath.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_settings(path, KNOWN)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}:{line}: " if line else f"{path}: ")


def test_calls_are_described_as_those_of_libraries(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        """
        [[tool.sadpath.calls.timeout]]
        of = "shop.http.Client"
        calls = ["get", "post"]
        parameters = { timeout = 2 }
        """,
        "pyproject.toml",
    )
    assert settings.calls is not None
    fact = settings.calls.timeouts["shop.http.Client.post"]
    assert (fact.parameters, fact.verified) == ((Parameter("timeout", 2),), "configured")
    assert settings_of(tmp_path, "").calls is None


def test_line_inside_pyproject(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\nselct = "of another tool"\n[tool.sadpath]\n\nselct = []\n')
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:5: unknown key"):
        read_settings(path, KNOWN)


def test_unreadable_settings(tmp_path: Path) -> None:
    path = tmp_path / "sadpath.toml"
    path.write_bytes(b"# \xff")
    with pytest.raises(ConfigurationError, match="is not valid UTF-8"):
        read_settings(path, KNOWN)
    with pytest.raises(ConfigurationError, match="cannot be read: Is a directory"):
        read_settings(tmp_path, KNOWN)


def test_nearest_settings(tmp_path: Path) -> None:
    inner = tmp_path / "a/b/c"
    inner.mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("[tool.sadpath]\nselect = ['await']")
    (tmp_path / "a/sadpath.toml").write_text("select = ['timeout']")
    (tmp_path / "a/pyproject.toml").write_text("[tool.sadpath]\nselect = ['except']")
    (tmp_path / "a/b/pyproject.toml").write_text("[tool.other]\n")
    (inner / "pyproject.toml").write_text("broken, and no business of ours")
    found = Configurations(KNOWN, default_settings(tmp_path))
    assert chosen(found.nearest(tmp_path)) == ["lost-task", "unawaited-coroutine"]
    assert found.nearest(tmp_path).source == tmp_path / "pyproject.toml"
    assert found.nearest(tmp_path / "a").source == tmp_path / "a/sadpath.toml"
    assert found.nearest(inner) is found.nearest(tmp_path / "a")
    assert found.nearest(tmp_path.parent).source is None
    assert Configurations(KNOWN, default_settings(tmp_path), fixed=True).nearest(inner).source is None


def test_documented_settings(tmp_path: Path) -> None:
    """The example of the documentation is valid, and the list of default exclusions complete."""
    page = (Path(__file__).parents[2] / "docs/configuration.md").read_text()
    example = page.split("```toml\n")[1].split("```")[0]
    settings = settings_of(tmp_path, example)
    assert settings.severity == {"missing-timeout": Severity.ERROR}
    paragraph = page.split("By default these are excluded: ")[1].split(".\n\n")[0]
    assert re.findall("`(.+?)`", paragraph) == list(DEFAULT_EXCLUDES)
