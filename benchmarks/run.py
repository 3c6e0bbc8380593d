"""Measure sadpath beside its peers: installs all of them into an environment of their own, then runs measure.py there.

Takes the arguments of measure.py (`--help` lists them), and needs nothing but Python and its package index.
"""

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK = HERE / ".work"


def main() -> None:
    """Become measure.py, run by the Python of the environment."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--work", type=Path, default=WORK)
    work: Path = parser.parse_known_args()[0].work.resolve()
    python = environment(work / "venv")
    os.execv(python, [str(python), str(HERE / "measure.py"), "--work", str(work), *sys.argv[1:]])


def environment(directory: Path) -> Path:
    """The Python of an environment with the pinned peers, and sadpath as it is in this repository now."""
    python = directory / "bin" / "python"
    if not python.exists():
        venv.create(directory, with_pip=True)
    _install(python, "--requirement", str(HERE / "requirements.txt"), str(HERE.parent))
    _install(python, "--force-reinstall", "--no-deps", str(HERE.parent))  # also where its version is what it was
    return python


def _install(python: Path, *what: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what], check=True)


if __name__ == "__main__":
    main()
