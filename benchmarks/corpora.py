"""What is checked and edited: projects from PyPI, as their wheels hold them, and projects that are written here."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SETTINGS = "".join(f"[tool.{tool}]\n" for tool in ("basedpyright", "pyrefly", "ruff", "sadpath", "ty"))
"""Settings that set nothing. With them each tool stops here, and looks for no settings further up."""


@dataclass(frozen=True)
class Project:
    """A directory with Python files."""

    root: Path

    @property
    def name(self) -> str:
        """How the tables call it."""
        return self.root.name

    @cached_property
    def files(self) -> list[Path]:
        """Its files, sorted by path."""
        return sorted(self.root.rglob("*.py"))

    @cached_property
    def lines(self) -> int:
        """How many lines all its files have."""
        return sum(path.read_bytes().count(b"\n") for path in self.files)


@dataclass(frozen=True)
class Corpora:
    """All that is measured with. Of what is written here, small projects hold less."""

    work: Path
    batch: tuple[Project, Project]
    """Which are checked as a whole: a large one and a smaller one."""
    changed: tuple[str, str]
    """The file of each of them that changes between two checks."""
    largest: Project
    edited: tuple[tuple[Project, str], ...]
    """Files to edit, the largest first."""
    is_small: bool


def real(work: Path) -> Corpora:
    """Projects from PyPI, downloaded if they are not there yet."""
    homeassistant, distributed = _wheel(work, "homeassistant==2024.3.3"), _wheel(work, "distributed==2026.8.0")
    litellm, celery = _wheel(work, "litellm==1.109.1"), _wheel(work, "celery==5.7.0")
    return Corpora(
        work,
        batch=(homeassistant, distributed),
        changed=("homeassistant/components/mqtt/client.py", "distributed/comm/core.py"),
        largest=litellm,
        edited=(
            (litellm, "litellm/proxy/proxy_server.py"),
            (litellm, "litellm/proxy/utils.py"),
            (celery, "celery/app/base.py"),
        ),
        is_small=False,
    )


def small(work: Path) -> Corpora:
    """Projects of some hundred lines, to see that everything runs."""
    large, other = (
        written(work, name, {f"module_{number}.py": _module(number) for number in range(size)})
        for name, size in (("large", 20), ("other", 4))
    )
    edited = ((large, "module_0.py"), (large, "module_1.py"), (other, "module_0.py"))
    return Corpora(work, (large, other), ("module_0.py", "module_0.py"), large, edited, is_small=True)


def written(work: Path, name: str, files: dict[str, str]) -> Project:
    """A project with these files, and no others."""
    root = work / "corpora" / name
    shutil.rmtree(root, ignore_errors=True)
    _settle(root)
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    return Project(root)


def grown(corpora: Corpora, lines: int, most: int) -> tuple[Project, str, str]:
    """A project with a file of about so many lines, and one where the same lines have others around them.

    Both are made of whole files of the largest project; the other lines come in equal parts before and after.
    """
    parts = [text for path in corpora.largest.files if (text := _part(path))]
    core = min(parts, key=lambda part: abs(part.count("\n") - lines))
    parts.remove(core)
    before, parts = _take(parts, (most - lines) // 2)
    after, _ = _take(parts, (most - lines) // 2)
    return written(corpora.work, "grown", {"small.py": core, "large.py": before + core + after}), "small.py", "large.py"


def used(corpora: Corpora, units: int, callers: int) -> tuple[Project, str, list[str]]:
    """A project where so many functions, in so many files, await a method that the first file defines."""
    names = [f"caller_{number}.py" for number in range(callers)]
    function = "async def use_{0}(client: Client) -> None:\n    client.fetch({0})\n    print({0})\n\n\n"
    uses = "".join(function.format(number) for number in range(units // callers))
    files = {"client.py": CLIENT, **dict.fromkeys(names, f"from client import Client\n\n\n{uses}")}
    return written(corpora.work, "used", files), "client.py", names


CLIENT = """\
class Client:
    async def fetch(self, key: int) -> int:
        return key
"""


def _wheel(work: Path, requirement: str) -> Project:
    """The content of a wheel, whatever machine and Python it is for, without what it depends on."""
    root = work / "corpora" / requirement.partition("==")[0]
    if not (root / "pyproject.toml").exists():
        downloads = work / "downloads" / root.name
        any_machine = ["--platform", "any", "--platform", "manylinux_2_28_x86_64", "--python-version", "3.12"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", *any_machine, "--dest", str(downloads), requirement]
        subprocess.run(command, check=True)
        for wheel in downloads.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(root)
        _settle(root)
    return Project(root)


def _settle(root: Path) -> None:
    """Keep settings and ignored files of the directories above away from a project."""
    (root / ".git").mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")


def _part(path: Path) -> str:
    """A file that may stand inside of another one; empty if it is too small to matter."""
    text = path.read_text(encoding="utf-8")
    if text.count("\n") < 20:
        return ""
    return re.sub(r"^from __future__ .*\n", "", text, flags=re.MULTILINE).rstrip() + "\n\n\n"


def _take(parts: Iterable[str], lines: int) -> tuple[str, list[str]]:
    """Parts with so many lines, or a little more, as one text, and the parts that are left."""
    rest: Iterator[str] = iter(parts)
    taken: list[str] = []
    count = 0
    while count < lines and (part := next(rest, None)):
        taken.append(part)
        count += part.count("\n")
    return "".join(taken), list(rest)


def _module(number: int) -> str:
    return "import asyncio\n\nimport requests\n\n\n" + "".join(
        f"async def load_{number}_{function}(address: str) -> str:\n"
        f'    """Load something."""\n'
        f"    for _ in range(3):\n"
        f"        try:\n"
        f"            answer = requests.get(address)\n"
        f"            return answer.text\n"
        f"        except requests.ConnectionError:\n"
        f"            asyncio.sleep({function})\n"
        f'    return ""\n\n\n'
        for function in range(4)
    )
