"""The rule pack of `tests/data/acme_pack`, installed as others install theirs."""

import os
import shutil
import sys
from pathlib import Path

import pytest

import sadpath

PACK = Path(__file__).parent / "data/acme_pack"


def install_acme(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install it in a directory where this process and those that it starts find it."""
    shutil.copytree(PACK / "acme_rules", site / "acme_rules")
    (site / "acme_rules-1.0.dist-info").mkdir()
    (site / "acme_rules-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (site / "acme_rules-1.0.dist-info/entry_points.txt").write_text("[sadpath.rules]\nacme = acme_rules.checks\n")
    paths = [str(site), str(Path(sadpath.__file__).parents[1]), str(Path(sadpath.__file__).parents[2] / "rules")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
