"""Imports lead to the files that Python would find, wherever a repository keeps its packages."""

from pathlib import Path

import pytest

from sadpath.rule import Role
from sadpath.workspace.sources import DiskSources

FILES = (
    "app/__init__.py",
    "app/client.py",
    "app/deep/__init__.py",
    "app/stubbed.py",
    "app/stubbed.pyi",
    "app/only.pyi",
    "src/inside/__init__.py",
    "loose/script.py",
    "loose/beside.py",
    "libraries/core/vendor/core/__init__.py",
    "libraries/more/vendor/more/__init__.py",
    "queue.py",
    "tests/test_app.py",
    "env/thing/__init__.py",
    "env/thing-stubs/__init__.pyi",
    "env/plain.py",
)


@pytest.fixture
def sources(tmp_path: Path) -> DiskSources:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return DiskSources(tmp_path, [tmp_path / "env"])


@pytest.mark.parametrize(
    ("module", "importer", "found"),
    [
        ("app", "app/client.py", "app/__init__.py"),
        ("app.client", "loose/script.py", "app/client.py"),
        ("app.stubbed", "app/client.py", "app/stubbed.py"),
        ("app.only", "app/client.py", "app/only.pyi"),
        ("app.missing", "app/client.py", None),
        ("inside", "app/client.py", "src/inside/__init__.py"),
        ("beside", "loose/script.py", "loose/beside.py"),
        ("loose", "app/client.py", "loose/"),
        ("vendor.core", "libraries/more/vendor/more/__init__.py", "libraries/core/vendor/core/__init__.py"),
        ("queue", "app/client.py", "queue.py"),
        ("thing", "app/client.py", "env/thing-stubs/__init__.pyi"),
        ("plain", "app/client.py", "env/plain.py"),
        ("nowhere", "app/client.py", None),
    ],
)
def test_find(sources: DiskSources, tmp_path: Path, module: str, importer: str, found: str | None) -> None:
    root = tmp_path.as_posix()
    place = sources.find(module, f"{root}/{importer}")
    assert (place and place.removeprefix(f"{root}/")) == found


def test_the_standard_library_is_known_by_its_stubs(sources: DiskSources, tmp_path: Path) -> None:
    importer = f"{tmp_path.as_posix()}/app/client.py"
    for module in ("asyncio", "concurrent.futures", "builtins", "typing"):
        place = sources.find(module, importer)
        assert place is not None
        assert sources.module_name(place) == module
        assert sources.role(place) is Role.STUB


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("app/__init__.py", "app"),
        ("app/deep/__init__.py", "app.deep"),
        ("src/inside/__init__.py", "inside"),
        ("loose/script.py", "loose.script"),
        ("env/thing-stubs/__init__.pyi", "thing"),
        ("queue.py", "queue"),
    ],
)
def test_module_names(sources: DiskSources, tmp_path: Path, path: str, name: str) -> None:
    assert sources.module_name(f"{tmp_path.as_posix()}/{path}") == name


def test_files_that_come_later_are_found_after_a_refresh(sources: DiskSources, tmp_path: Path) -> None:
    importer = f"{tmp_path.as_posix()}/app/client.py"
    assert sources.find("late", importer) is None
    (tmp_path / "late.py").write_text("")
    sources.refresh()
    assert sources.find("late", importer) is not None
