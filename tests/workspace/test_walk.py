import os
import shutil
from pathlib import Path

import pytest

from sadpath.workspace.configuration import Overrides, default_settings
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.settings_file import Configurations
from sadpath.workspace.walk import Target, project_root, walk


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the files of one test, which is the current one."""
    root = tmp_path / "build" / "project"  # its path must not count as excluded
    root.mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def write(root: Path, *names: str, **texts: str) -> None:
    for name, text in {**dict.fromkeys(names, ""), **texts}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def found(root: Path, *arguments: str, force_exclude: bool = False, overrides: Overrides | None = None) -> list[str]:
    configurations = Configurations({}, default_settings(Path.cwd()), overrides)
    paths = [Path(argument) for argument in arguments or ["."]]
    return [
        os.path.relpath(target.path, root) if isinstance(target, Target) else f"{target.path}: {target.reason}"
        for target in walk(paths, configurations, force_exclude=force_exclude)
    ]


def test_python_files_in_order(project: Path) -> None:
    write(project, "b.py", "a.pyi", "script", "x.txt", "pkg/z.py", "pkg/inner/y.py", "Pkg/z.py", ".hidden/h.py", "é.py")
    write(project, "directory.py/inside.py")
    expected = ["a.pyi", "b.py", "é.py", ".hidden/h.py", "Pkg/z.py", "directory.py/inside.py", "pkg/z.py"]
    assert found(project) == [*expected, "pkg/inner/y.py"]
    assert found(project, str(project)) == [*expected, "pkg/inner/y.py"]


def test_files_are_taken_as_named_and_once(project: Path) -> None:
    write(project, "script", "a.py", "pkg/b.py")
    assert found(project, "script", "a.py", "./a.py", "pkg/../a.py", "pkg", ".") == ["script", "a.py", "pkg/b.py"]


def test_usual_directories_are_excluded(project: Path) -> None:
    names = [".git", ".hg", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".tox", ".nox"]
    names += [".mypy_cache", "site-packages", "pkg/site-packages", "pkg/build"]
    write(project, "building/a.py", *(f"{name}/x.py" for name in names))
    assert found(project) == ["building/a.py"]


def test_what_is_named_is_searched_even_if_excluded(project: Path) -> None:
    write(project, "venv/lib/site-packages/pkg/a.py", "venv/lib/site-packages/pkg/build/b.py", "build/c.py")
    assert found(project, "venv/lib/site-packages/pkg", "build/c.py") == [
        "venv/lib/site-packages/pkg/a.py",
        "build/c.py",
    ]
    assert found(project, "venv/lib/site-packages/pkg", "build/c.py", force_exclude=True) == []


def test_excluded_by_settings(project: Path) -> None:
    write(project, "a.py", "a_pb2.py", "build/b.py", "vendor/c.py", "pkg/vendor/d.py", "pkg/gen/e.py", "gen/f.py")
    text = 'exclude = ["/vendor", "*_pb2.py"]\nextend-exclude = ["pkg/gen", "!gen/f.py"]'
    write(project, **{"sadpath.toml": text})
    assert found(project) == ["a.py", "build/b.py", "gen/f.py", "pkg/vendor/d.py"]


def test_nearest_settings_exclude(project: Path) -> None:
    write(project, "one/build/a.py", "two/build/b.py", "two/c.py")
    write(project, **{"two/sadpath.toml": 'exclude = ["c.py"]'})
    assert found(project) == ["two/build/b.py"]


def test_excluded_on_the_command_line(project: Path) -> None:
    write(project, "a.py", "b.py", "build/c.py")
    b = (Patterns(project.as_posix(), ("b.py",)),)
    assert found(project, overrides=Overrides(extend_exclude=b)) == ["a.py"]
    assert found(project, overrides=Overrides(exclude=b)) == ["a.py", "build/c.py"]


def test_outside_of_the_current_directory(project: Path) -> None:
    write(project.parent, "other/a.py", "other/build/b.py")
    assert found(project, "../other") == ["../other/a.py"]


def test_ignored_by_git(project: Path) -> None:
    write(project, "a.py", "out/b.py", "pkg/gen/c.py", "pkg/keep/gen.py", "pkg/d.py", "e_gen.py", "pkg/new/f.py")
    write(
        project,
        **{".git/info/exclude": "e_*.py\n", ".gitignore": "/out/\n*gen*\n\\\n", "pkg/.gitignore": "new\n!gen.py"},
    )
    assert found(project) == ["a.py", "pkg/d.py", "pkg/keep/gen.py"]
    assert found(project, "pkg") == ["pkg/d.py", "pkg/keep/gen.py"]
    assert found(project, "out") == ["out/b.py"]
    shutil.rmtree(project / ".git")
    assert len(found(project)) == 7


def test_worktree_and_inner_repository(project: Path) -> None:
    write(project, "main/.git/info/exclude", "tree/a.py", "tree/b.py", "tree/inner/.git/HEAD", "tree/inner/b.py")
    write(project, **{"main/.git/info/exclude": "b.py\n", "main/.git/worktrees/tree/commondir": "../..\n"})
    write(project, **{"tree/.git": "gitdir: ../main/.git/worktrees/tree\n"})
    assert found(project, "tree") == ["tree/a.py", "tree/inner/b.py"]


def test_symbolic_links(project: Path) -> None:
    write(project, "src/a.py", "shared/b.py", "shared/pkg/c.py")
    for link, target in {
        "again": ".",
        "loop.py": "loop.py",
        "dangling.py": "nowhere.py",
        ".#a.py": "someone@host.123",
        "same.py": "a.py",
        "pkg": "../shared/pkg",
        "b.py": "../shared/b.py",
        "pkg.py": "../shared/pkg",
    }.items():
        (project / "src" / link).symlink_to(target)
    assert found(project, "src") == ["src/a.py", "src/b.py", "src/dangling.py", "src/loop.py"]
    assert found(project, "src/pkg", "src/same.py") == ["src/pkg/c.py", "src/same.py"]


def test_directory_that_is_gone(project: Path) -> None:
    write(project, "a/x.py", "b/y.py", "c/z.py")
    targets = walk([project], Configurations({}, default_settings(project)))
    assert isinstance(next(targets), Target)
    shutil.rmtree(project / "b")
    assert [target.path.rpartition("/")[2] for target in targets] == ["b", "z.py"]


def test_project_root(project: Path) -> None:
    write(project, "repo/.git/HEAD", "repo/one/pyproject.toml", "repo/one/pkg/a.py", "loose/a.py", "tool/setup.py")
    assert project_root(project / "repo/one/pkg/a.py") == project / "repo"
    assert project_root(project / "tool") == project / "tool"
    assert project_root(project / "loose/a.py") == project
    assert project_root(project.parent) == project.parent
