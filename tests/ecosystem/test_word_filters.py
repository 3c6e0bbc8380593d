"""Words decide which units are parsed. That must not change what is found, in any code that can be found."""

import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from sadpath.analysis.engine import Engine
from sadpath.analysis.meaning.program import Program
from sadpath.analysis.syntax.interpreter import on_large_stack, uncollected
from sadpath.workspace.library_files import library_tables
from sadpath.workspace.packs import load_rules
from sadpath.workspace.sources import DiskSources

STANDARD = Path(sysconfig.get_path("stdlib"))
INSTALLED = Path(sysconfig.get_path("purelib"))
SAMPLE = ["socketserver.py", "smtplib.py", "asyncio/tasks.py"]


def _parts(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.name != "site-packages" and (path.is_dir() or _is_code(path)))


def _is_code(path: Path) -> bool:
    return path.suffix == ".py"


@pytest.mark.parametrize("name", SAMPLE)
def test_filters_change_nothing_in_a_sample(name: str) -> None:
    _compare(STANDARD, STANDARD / name)


@pytest.mark.slow
@pytest.mark.parametrize("part", _parts(STANDARD), ids=lambda path: path.name)
def test_filters_change_nothing_in_the_library(part: Path) -> None:
    _compare(STANDARD, part)


@pytest.mark.slow
@pytest.mark.parametrize("part", _parts(INSTALLED), ids=lambda path: path.name)
def test_filters_change_nothing_in_installed_packages(part: Path) -> None:
    _compare(INSTALLED, part)


def _compare(root: Path, part: Path) -> None:
    files = [part] if _is_code(part) else sorted(part.rglob("*.py"))
    with uncollected():
        on_large_stack(lambda: _compare_files(root, [path.as_posix() for path in files]))


def _compare_files(root: Path, paths: Sequence[str]) -> None:
    program = Program(DiskSources(root), library_tables())
    filtered, unfiltered = (Engine(program, load_rules(), filtered=on) for on in (True, False))
    for path in paths:
        file = program.file(path)
        for segment in file.outline.segments if file else ():
            assert filtered.report(path, segment).findings == unfiltered.report(path, segment).findings
