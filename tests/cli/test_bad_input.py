"""Whatever a directory holds: a clear word on what is not analysed, exit code 3, and all the rest is reported."""

import os
from pathlib import Path

import pytest
from command import HANGS, run_process

CALL = b"other("
START = HANGS.encode()  # each file that can be read holds one finding, above what is bad in it

ANALYSED = {
    "good.py": START,
    "latin1.py": b"# coding: latin-1\n" + START + b"x = '\xe9'\n",
    "bom.py": b"\xef\xbb\xbf" + START,
    "crlf.py": START.replace(b"\n", b"\r\n"),
    "cr.py": START.replace(b"\n", b"\r"),
    "form_feed.py": START + "\x0c\n# \u2028 \x85\n".encode(),
    "long_line.py": START + b"x = '" + b"a" * 5_000_000 + b"'\n",
}
IN_PART = {
    "long_expression.py": (START + CALL + b"1+" * 2_500_000 + b"1)\n", "more than "),
    "brackets.py": (START + CALL + b"(" * 100_000 + b"1" + b")" * 100_001 + b"\n", "nested brackets"),
    "open_brackets.py": (START + CALL + b"(" * 100_000, "nested brackets"),
    "elifs.py": (START + b"if x:\n    pass\n" + b"elif x:\n    pass\n" * 50_000, "more than "),
    "attributes.py": (START + b"other" + b".get" * 100_000 + b"\n", "more than "),
    "lambdas.py": (START + CALL + b"lambda: " * 50_000 + b"1)\n", "more than "),
    "indents.py": (
        START + b"".join(b" " * depth + b"if x:\n" for depth in range(2000)) + b" " * 2000 + CALL + b")\n",
        "levels of indentation",
    ),
    "quote.py": (START + CALL + b'"""\n', ""),
    "syntax.py": (START + b"def f(:\n    pass\n\n\ndef g():\n    pass\n", ""),
}
SKIPPED = {
    "utf8.py": (START + b"x = '\xff'\n", "it is not valid UTF-8: byte 0xff in line 6"),
    "null.py": (START + b"x = '\0'\n", "it holds a null byte in line 6, which Python does not accept"),
    "utf16.py": (START.decode().encode("utf-16"), "it is encoded in UTF-16, which Python does not accept"),
    "klingon.py": (b"# coding: klingon\n" + START, "it declares the encoding `klingon`, which Python does not know"),
    "huge.py": (START + b"#" * 10_000_000, "it is larger than 10 MB"),
}
SPECIAL = {
    "pipe.py": "it is not a regular file",
    "loop.py": "it is a symbolic link that leads back to itself",
    "dangling.py": "it is a symbolic link to nowhere",
}


@pytest.mark.slow
def test_every_kind_of_bad_input(tmp_path: Path) -> None:
    for name, data in ANALYSED.items():
        (tmp_path / name).write_bytes(data)
    for name, (data, _) in (IN_PART | SKIPPED).items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "empty.py").touch()
    (tmp_path / "directory.py").mkdir()
    (tmp_path / "directory.py/back").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "dangling.py").symlink_to("nowhere.py")

    ended = run_process("check", "--output-format", "json", "--jobs", "2", str(tmp_path))

    assert (ended.code, ended.errors) == (3, "")
    document = ended.document
    found = {Path(one.path).name: one for one in document.diagnostics}
    assert set(found) == set(ANALYSED | IN_PART)
    assert {one.rule for one in document.diagnostics} == {"missing-timeout"}
    reasons = {Path(one.path).name: one for one in document.skipped}
    assert set(reasons) == set(IN_PART | SKIPPED | SPECIAL)
    for name, (data, reason) in IN_PART.items():
        assert reason in reasons[name].reason
        assert 6 <= (reasons[name].line or 0) <= data.count(b"\n") + 1
    for name, reason in {**{name: reason for name, (_, reason) in SKIPPED.items()}, **SPECIAL}.items():
        assert (reasons[name].line, reasons[name].reason) == (None, reason)
    assert document.summary.files == len(ANALYSED | IN_PART | SKIPPED | SPECIAL) + 1
