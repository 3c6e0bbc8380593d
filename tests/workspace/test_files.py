import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sadpath.analysis.finding import Skip
from sadpath.workspace.files import LARGEST, SourceFile, decode, read


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        ("é = 1\r\n".encode(), "é = 1\r\n", "utf-8"),
        (b"a\rb\n", "a\rb\n", "utf-8"),
        ("# coding: latin-1\né\n".encode("latin-1"), "# coding: latin-1\né\n", "latin-1"),
        (
            b"#!/bin/python\n# vim: set fileencoding=cp1252 :\n\x80",
            "#!/bin/python\n# vim: set fileencoding=cp1252 :\n€",
            "cp1252",
        ),
        (b"#!/bin/python\r# coding=cp1252\r\x80", "#!/bin/python\r# coding=cp1252\r€", "cp1252"),
        ("# coding: UTF8\né".encode(), "# coding: UTF8\né", "utf-8"),
        ("x = 1\n# coding: latin-1\né".encode(), "x = 1\n# coding: latin-1\né", "utf-8"),
        ("\n\n# coding: latin-1\né".encode(), "\n\n# coding: latin-1\né", "utf-8"),
    ],
)
def test_text_is_decoded_as_python_does(data: bytes, text: str, encoding: str) -> None:
    assert decode("x.py", data) == SourceFile("x.py", text, encoding)


def test_byte_order_mark_is_kept_apart() -> None:
    assert decode("x.py", b"\xef\xbb\xbf# coding: utf-8\n") == SourceFile(
        "x.py", "# coding: utf-8\n", "utf-8", b"\xef\xbb\xbf"
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a = 1\nb = '\xff'\n", "it is not valid UTF-8: byte 0xff in line 2"),
        (b"a\r\nb\rc\n\xc3", "it is not valid UTF-8: byte 0xc3 in line 4"),
        (b"# coding: ascii\n\xe9", "it is not valid ASCII: byte 0xe9 in line 2"),
        (b"a = 1\n\0", "it holds a null byte in line 2, which Python does not accept"),
        ("x = 1".encode("utf-16"), "it is encoded in UTF-16, which Python does not accept"),
        (b"# coding: klingon\n", "it declares the encoding `klingon`, which Python does not know"),
        (b"# coding: rot13\n", "it declares the encoding `rot13`, which Python does not know"),
        (b"# coding: utf-7\n+2AA-", "it cannot be decoded by the encoding `utf-7` that it declares"),
        (
            b"\xef\xbb\xbf# coding: latin-1\n",
            "it starts as UTF-8 does, with a byte order mark, but declares the encoding `latin-1`",
        ),
    ],
)
def test_what_python_does_not_accept(data: bytes, reason: str) -> None:
    assert decode("x.py", data) == Skip("x.py", reason)


@given(st.binary(max_size=60) | st.text(max_size=30).map(lambda text: b"# coding: latin-1\n" + text.encode()))
def test_text_is_written_back_as_it_was(data: bytes) -> None:
    source = decode("x.py", data)
    if isinstance(source, SourceFile):
        assert source.bom + source.text.encode(source.encoding) == data
    else:
        assert source.reason


def test_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(b"x = 1\r\n")
    assert read(str(path)) == SourceFile(str(path), "x = 1\r\n")


def test_large_file(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(b"#" * LARGEST)
    assert isinstance(read(str(path)), SourceFile)
    path.write_bytes(b"#" * (LARGEST + 1))
    assert read(str(path)) == Skip(str(path), "it is larger than 10 MB")


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "directory.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    names = ["directory", "pipe", "dangling", "loop", "deleted"]
    reports = [read(str(tmp_path / f"{name}.py")) for name in names]
    assert [report.reason if isinstance(report, Skip) else "" for report in reports] == [
        "it cannot be read: Is a directory",
        "it is not a regular file",
        "it is a symbolic link to nowhere",
        "it is a symbolic link that leads back to itself",
        "it does not exist any more",
    ]
