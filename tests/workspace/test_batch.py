import os
import pickle
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sadpath.analysis.finding import FileReport, Skip
from sadpath.workspace.batch import BatchError, Checker, check_all
from sadpath.workspace.configuration import Settings, default_settings
from sadpath.workspace.patterns import Patterns
from sadpath.workspace.walk import Target


class Checks:
    """Does what the file's name says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.count = 0

    def check(self, path: str) -> FileReport:
        self.count += 1
        if "crash" in path:
            signal.raise_signal(signal.SIGSEGV)  # at once: `os.kill` may hit another thread, later
        if "exit" in path:
            os._exit(3)
        if "raise" in path:
            raise ValueError(path)
        return FileReport(path, skipped=(Skip(path, f"{self.root} {os.getpid()} {self.count}"),))


def open_checks(root: Path, _settings: Settings) -> Checker:
    return Checks(root)


def open_nothing(root: Path, _settings: Settings) -> Checker:
    raise OSError(f"no {root}")


def targets(*names: str, root: Path = Path("/p")) -> list[Target]:
    settings = default_settings(root)
    return [Target(f"{root}/{name}", settings, root) for name in names]


def reasons(reports: Iterator[FileReport]) -> dict[str, str]:
    return {report.path: report.skipped[0].reason for report in reports}


def test_few_files_are_checked_in_this_process() -> None:
    found = reasons(check_all(targets("a", "b", "raise"), 4, open_checks))
    assert found == {
        "/p/a": f"/p {os.getpid()} 1",
        "/p/b": f"/p {os.getpid()} 2",
        "/p/raise": "the analysis failed: ValueError('/p/raise')",
    }
    assert list(check_all([], 4, open_checks)) == []


def test_many_files_are_checked_in_several_processes() -> None:
    """Each of them has one session for each project; a file that breaks its process costs only itself."""
    names = [f"{index}" for index in range(40)]
    names[3:3] = ["crash", "raise"]
    names.append("exit")
    one, other = targets(*names), targets("x", root=Path("/q"))
    found = reasons(check_all([*one, *other], 2, open_checks))
    assert set(found) == {target.path for target in [*one, *other]}
    assert found["/p/crash"] == "the analysis of this file crashed (SIGSEGV)"
    assert found["/p/exit"] == "the analysis of this file crashed (exit code 3)"
    assert found["/p/raise"] == "the analysis failed: ValueError('/p/raise')"
    checked = [found[f"/p/{index}"].split() for index in range(40)]
    processes = {process for _, process, _ in checked}
    assert 2 <= len(processes) <= 4
    assert str(os.getpid()) not in processes
    assert {root for root, _, _ in checked} == {"/p"}
    assert found["/q/x"].startswith("/q ")


def test_session_that_does_not_open() -> None:
    assert reasons(check_all(targets("a"), 1, open_nothing)) == {"/p/a": "the analysis failed: OSError('no /p')"}


@pytest.mark.parametrize("executable", ["/bin/false", "/does/not/exist"])
def test_processes_that_do_not_start(monkeypatch: pytest.MonkeyPatch, executable: str) -> None:
    monkeypatch.setattr("sys.executable", executable)
    with pytest.raises(BatchError):
        list(check_all(targets(*map(str, range(40))), 2, open_checks))


def test_settings_reach_other_processes() -> None:
    settings = Settings(excludes=(Patterns("/p", ("a",)),))
    assert settings.excludes[0].verdict("/p/a")
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_file_that_is_deleted_meanwhile(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    found = list(check_all(targets("a.py", "deleted.py", root=tmp_path), 1))
    assert [report.skipped for report in found] == [
        (),
        (Skip(f"{tmp_path}/deleted.py", "it does not exist any more"),),
    ]


def test_no_process_is_left_behind() -> None:
    reports = check_all(targets(*map(str, range(40))), 2, open_checks)
    next(reports)
    assert len(psutil.Process().children()) == 2
    reports.close()
    assert psutil.Process().children() == []
