"""Finds the environment that a project uses, by looking at files only: nothing of it is ever run."""

import os
from collections.abc import Mapping
from pathlib import Path


def site_packages(root: Path, variables: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The directories that hold the project's installed packages; none where no environment is found.

    A `.venv` or `venv` beside the project wins over `VIRTUAL_ENV`, which may belong to another project.
    """
    candidates = [root / ".venv", root / "venv"]
    if variables.get("VIRTUAL_ENV"):
        candidates.append(Path(variables["VIRTUAL_ENV"]))
    for environment in candidates:
        if (environment / "pyvenv.cfg").is_file():
            found = [*sorted(environment.glob("lib*/python3*/site-packages")), environment / "Lib" / "site-packages"]
            return tuple(dict.fromkeys(path.resolve() for path in found if path.is_dir()))
    return ()
