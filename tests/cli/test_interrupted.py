"""A check that is ended from outside leaves no process behind, and later checks tell what they would have told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import HANGS, run_process

FILES = 20
PATIENCE = 60  # seconds, after which a process counts as left behind


@pytest.mark.parametrize(
    ("number", "while_it_writes"),
    [
        pytest.param(signal.SIGINT, False, id="interrupted"),
        pytest.param(signal.SIGTERM, False, id="terminated", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, False, id="killed", marks=pytest.mark.slow),
        pytest.param(signal.SIGKILL, True, id="killed while it writes", marks=pytest.mark.slow),
    ],
)
def test_ended_from_outside(project: Path, number: signal.Signals, while_it_writes: bool) -> None:
    for index in range(FILES):
        (project / f"m{index}.py").write_text(f"{HANGS}\n\nasync def run{index}():\n    run{index - 1}()\n")
    # What runs the tests in the background may have them ignore the signal, and what they start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    arguments = [sys.executable, "-m", "sadpath", "check", "--jobs", "2"]
    with subprocess.Popen(arguments, stdout=-1, stderr=-1, start_new_session=True) as run:
        while run.poll() is None and not (_is_writing(project) if while_it_writes else _is_working(run.pid)):
            os.sched_yield()
        run.send_signal(number)
        output, errors = run.communicate()
    assert (run.returncode, errors) in ((-number, b""), (1, b""))
    assert _ends(run.pid)
    expected = run_process("check", "--no-cache")
    assert run_process("check").output == run_process("check").output == expected.output
    assert run.returncode == -number or output.decode() == expected.output


def _is_writing(project: Path) -> bool:
    return any(project.glob(".sadpath_cache/*-journal"))


def _is_working(group: int) -> bool:
    """Whether the process that leads has started those that check files."""
    groups = subprocess.run(["ps", "-A", "-o", "pgid="], stdout=-1, check=True).stdout.split()
    return groups.count(str(group).encode()) >= 3


def _ends(group: int) -> bool:
    """Whether no process of a group is left, after a while."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        os.sched_yield()
    return False
