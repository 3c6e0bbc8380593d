from pathlib import Path

import pytest

from sadpath.workspace.versions import versions_used


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", '[[package]]\nname = "redis"\nversion = "7.1.0"\nsource = { registry = "https://pypi.org" }\n'),
        ("poetry.lock", '[[package]]\nname = "redis"\nversion = "7.1.0"\ndescription = "client"\n'),
        ("requirements.txt", "# pins\nredis[hiredis]==7.1.0 ; python_version > '3'\nrequests>=2\n"),
        ("requirements-prod.txt", "redis == 7.1.0\n"),
    ],
)
def test_locked_and_pinned_versions(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    version = versions_used(tmp_path, ())
    assert version("redis") == "7.1.0"
    assert version("requests") == ""


def test_what_is_installed_wins(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("aio-pika==1\nredis==7.1.0\n")
    packages = tmp_path / "site-packages"
    (packages / "Aio_Pika-10.2.1.dist-info").mkdir(parents=True)
    version = versions_used(tmp_path, [packages])
    assert version("aio-pika") == "10.2.1"
    assert version("redis") == "7.1.0"


def test_nothing_tells(tmp_path: Path) -> None:
    assert versions_used(tmp_path, [tmp_path / "missing"])("redis") == ""
