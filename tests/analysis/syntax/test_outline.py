"""How files are cut into units, sound ones and broken ones."""

from textwrap import dedent

import pytest

from sadpath.analysis.syntax.outline import Comment, Outline, Segment, outline
from sadpath.analysis.syntax.text import split_lines


def cut(text: str) -> list[Segment]:
    segments = outline(split_lines(text)).segments
    assert "".join(segment.text for segment in segments) == text
    assert all(segment.lines == len(split_lines(segment.text)) for segment in segments)
    return segments


def names(text: str) -> list[str]:
    return [f"{segment.kind} {segment.qualname}".strip() for segment in cut(text)]


def test_cuts_statements_functions_and_class_members() -> None:
    text = dedent('''
        """The module."""
        import a; import b

        class Outer(Base):
            """A docstring."""
            x = 1

            async def f(self):
                class Local:
                    pass

            class Inner[T]:
                def g(self): pass
            class Empty: pass
            y = 2
        for a in b:
            def h(): ...
        else:
            pass
        async def main() -> None:
            pass
        # the end
        ''')
    assert names(text) == [
        "statement",
        "statement",
        "class Outer",
        "statement Outer",
        "statement Outer",
        "function Outer.f",
        "class Outer.Inner",
        "function Outer.Inner.g",
        "class Outer.Empty",
        "statement Outer",
        "statement",
        "function main",
        "end",
    ]


def test_tells_functions_and_classes_apart() -> None:
    segments = cut("async def f(): pass\ndef g(): pass\nclass A: pass\nclass B:\n    x = 1\n")
    assert [segment.is_async for segment in segments] == [True, False, False, False, False]
    assert [segment.is_open_class for segment in segments] == [False, False, False, True, False]
    assert [segment.indent for segment in segments] == ["", "", "", "", "    "]


@pytest.mark.parametrize(
    "header",
    [
        "def f(a: int = 1, b=lambda x: {1: 2}) -> dict[str, int]:",
        "def f(\n    a,  # why: not\n    b='):',\n) -> (\n    None\n):",
        "@a\n# b\n@c(\n  1)\nasync def f[T: (int, str)](x='#'):",
        "class A(metaclass=lambda: 1):",
        "\n# above\nclass A[T: int](B,\n C):",
        "class A(B['x:y']): # ':'".removesuffix(" # ':'"),
        "def f() -> lambda: 1:",
        'def f(a=f"{1:>{2}}"):',
    ],
)
@pytest.mark.parametrize("body", ["\n    pass\n", " pass\n", "  # comment\n    pass\n", " \\\n  pass"])
def test_knows_where_headers_end(header: str, body: str) -> None:
    segment = cut(header + body)[0]
    assert segment.text[: segment.header] == header
    assert segment.is_open_class == ("class" in header and body.lstrip(" ")[0] in "\n#")


def test_gives_what_stands_above_to_the_unit() -> None:
    segments = cut("# a\n\nx = 1\n\n# b\n@c\n\n# d\ndef f(): pass\n\n\n# e\n")
    assert [(segment.kind, segment.lead, segment.lines) for segment in segments] == [
        ("statement", 2, 3),
        ("function", 2, 6),
        ("end", 3, 3),
    ]


def test_leaves_comments_as_deep_as_a_body_to_it() -> None:
    first, second = cut("def f():\n    pass\n\n    # in f\n# on x\n    # on x too\nx = 1\n")
    assert first.text.endswith("# in f\n")
    assert second.lead == 2


def test_keeps_directives() -> None:
    text = dedent('''
        # sadpath: accept[bare-except] why
        def f(a=1,  # type: ignore[x]
              b="# noqa"):  # no directive
            """# noqa"""
            g()  # NOQA: E722, S113
            return f"{a}# nosec"  # pylint: disable=all
        ''')
    assert cut(text)[0].comments == (
        Comment(1, 0, "# sadpath: accept[bare-except] why"),
        Comment(2, 12, "# type: ignore[x]"),
        Comment(5, 9, "# NOQA: E722, S113"),
        Comment(6, 26, "# pylint: disable=all"),
    )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_takes_all_line_ends(ending: str) -> None:
    text = 'class A:\n    x = """\n\n  y"""\n    def f(\n        self\n    ): return 1 + \\\n  2\nz = 1'.replace(
        "\n", ending
    )
    assert names(text) == ["class A", "statement A", "function A.f", "statement"]


@pytest.mark.parametrize(
    "statement",
    [
        'x = (\n\'#\'\n"\\"("\n)',
        "x = '\\\n def f():'",
        'x = """\ndef f():\n\\"""\n"" " \'\'\' """',
        "x = r'\\\\' + rb'''\n'\\'''\n'''",
        'x = f"{a["b"]} {{ {c!r:>{d}} {\'}\'} \\N{DASH}"',
        "x = f'''\n{\nf(\n'''a''', {1: 2})\n:{d}}\n}}'''",
        'x = f"{x:{{}}}"',
        'x = rf"\\{a}"',
        'x = t"{a(\n)}"',
        "x = 1 \\\n  + 2",
        "if a:\n  pass\n# c\nelif b: pass\nelse:\n\tpass",
        "try: pass\nexcept* A: pass\nfinally:\n    def f(): pass",
        "match x:\n  case {1: _}:\n    pass",
        "with (\n  a as b,\n  c\n):\n  pass",
        "type A[T] = list[\nT]",
        "x: int = [\n]; y = {\n}",
        "for a in b:\n pass\nelse:\n pass",
        "x = 'a' \\\n    'b'  # '''",
    ],
)
@pytest.mark.parametrize("indent", ["", "    ", "\t"])
def test_takes_a_statement_whole(statement: str, indent: str) -> None:
    above = "class A:\n" if indent else ""
    block = (
        indent + statement.replace("\n", "\n" + indent)
        if "if" in statement or ":\n" in statement
        else indent + statement
    )
    segments = cut(f"{above}{block}\n{indent}def after(): pass\n")[len(above[:1]) :]
    assert [segment.kind for segment in segments] == ["statement", "function"]
    assert segments[0].text == block + "\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = (1,\ndef f(): pass\n", ["statement", "function f"]),
        ("def f():\n    g(1,\n    return 2\n\nclass A: pass\n", ["function f", "class A"]),
        ("x = [\n@a\n@b\nasync def f(): pass\n", ["statement", "function f"]),
        ("x = f('abc)\ny = 1\n", ["statement", "statement"]),
        ("x = f'{a\ndef f(): pass\n", ["statement", "function f"]),
        ("def f():\n    '''doc\n    x = 1\n\ndef g(): pass\n", ["function f", "function g"]),
        (
            "def f():\n    '''doc\n\ndef g():\n    '''doc'''\n\ndef h(): pass\n",
            ["function f", "function g", "function h"],
        ),
        ("x = '''\ny = 1\n", ["statement", "statement"]),
        ("class A(\n    def f(self): pass\n    def g(self): pass\n", ["class A", "function A.f", "function A.g"]),
        ("class A\n    def f(self): pass\nx = 1\n", ["class A", "function A.f", "statement"]),
        ("def\nclass\n@\n", ["function", "class", "statement"]),
        ("@a\nx = 1\n", ["statement", "statement"]),
        ("@a\n", ["statement"]),
        ("class A:\n    @a\n  # c\ndef f(): pass\n", ["class A", "statement A", "function f"]),
        (
            "class A:\n        x = 1\n    y = 1\n  z = 1\nw = 1\n",
            ["class A", "statement A", "statement A", "statement A", "statement"],
        ),
        ("    x = 1\n  y = 1\n", ["statement", "statement"]),
        (")]}\nx = 1\n", ["statement", "statement"]),
        ("x = 1 \\", ["statement"]),
        ("\\\n", ["statement"]),
        ("else: pass\n", ["statement"]),
        ("", []),
        ("\n# only this", ["end"]),
        ("\0\n\f\n\x0b\n\ud800\n", ["statement", "statement", "statement"]),
    ],
)
def test_lets_broken_code_cost_little(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = " + "(" * 201 + ")" * 201, "more than 200 nested brackets"),
        ("x = " + "[\n" * 201 + "]\n" * 201, "more than 200 nested brackets"),
        ("x = " + 'f"{' * 201 + '}"' * 201, "more than 200 nested brackets"),
        ("".join(f"{' ' * depth}if a:\n" for depth in range(102)), "more than 100 levels of indentation"),
        ("x = " + " + ".join("a" * 502), "more than 500 operators and calls in one expression"),
        ("x = a" + ".b" * 501, "more than 500 operators and calls in one expression"),
        ("x = a" + "()" * 501, "more than 500 operators and calls in one expression"),
        ("x = a" + "[0]" * 501, "more than 500 operators and calls in one expression"),
        ("x = " + "not " * 501 + "a", "more than 500 operators and calls in one expression"),
        ("x = " + "lambda: " * 501 + "a", "more than 500 operators and calls in one expression"),
        ("x = (\n" + "a if b else\n" * 501 + "c)", "more than 500 operators and calls in one expression"),
        ("x = [a " + "for a in b " * 501 + "]", "more than 500 operators and calls in one expression"),
        ("@a" + ".b" * 501 + "\ndef f(): pass", "more than 500 operators and calls in one expression"),
        ("if a: pass\n" + "elif a: pass\n" * 1001, "more than 1,000 `elif` branches"),
        ("x = [" + "1," * 125_000 + "]", "more than 250,000 characters of code"),
        ("x = [" + "'a'," * 125_000 + "]", "more than 250,000 characters of code"),
    ],
)
def test_refuses_what_the_parser_would_not_survive(text: str, reason: str) -> None:
    broken, sound = cut(f"{text}\ndef f(): pass\n")
    assert broken.refused == reason
    assert not sound.refused


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 200 + ")" * 200,
        "x = '" + "(" * 300 + "'  # " + "(" * 300,
        "x = [" + "a + 1, " * 501 + "]",
        "x = (" + "'a'\n" * 1001 + ")",
        "x = '''" + "a + b ((( \n" * 50_000 + "'''",
        "x = f'{a}" + "(" * 300 + "'",
        "".join(f"{' ' * depth}if a:\n" for depth in range(99)) + " " * 99 + "pass",
    ],
    ids=range(7),
)
def test_refuses_nothing_else(text: str) -> None:
    assert not cut(text)[0].refused


CODE = "".join(
    f"@a\ndef f{number}(x):\n    '''Doc.'''\n    if x:\n        return (x,\n            1)\n\n" for number in range(500)
)


@pytest.mark.parametrize(
    ("line", "replacement"),
    [
        ("        return (x,\n", "        return (x, x,\n"),
        ("        return (x,\n", "        return (((x,\n"),
        ("    if x:\n", "    if 'x:\n"),
        ("def f250(x):\n", "async def f250(x):\n"),
        ("@a\n", ""),
        ("\n", "\n\n# more\n"),
        ("\n", "\nx = 1\n"),
    ],
)
def test_scans_only_around_an_edit(line: str, replacement: str) -> None:
    lines = split_lines(CODE)
    edited = outline(lines)
    place = lines.index(line, 250 * 7)
    new = split_lines(replacement)
    lines[place : place + 1] = new
    change = edited.update(lines, place, 1, len(new))
    assert edited.scanned <= 30
    assert len(change.old) <= 3 and len(change.new) <= 3
    assert edited.segments == outline(lines).segments


def test_keeps_the_segments_that_did_not_change() -> None:
    edited = Outline(["x = 1\n", "x = 1\n", "y = 2\n", "z = 3\n"])
    x, other, y, z = edited.segments
    change = edited.update(["x = 1\n", "x = 1\n", "y = 3\n", "z = 3\n"], 2, 1, 1)
    assert (change.first, change.old) == (2, (y,))
    assert [segment for segment in edited.segments if segment is not change.new[0]] == [x, other, z]
    assert edited.segments[1] is other
    change = edited.update(["y = 3\n", "z = 3\n"], 0, 2, 0)
    assert change == (0, (x, other), ())
    assert edited.first_lines == [0, 1]


@pytest.mark.parametrize("quote", ["    '''\n", "    '''more\n", "    f'''{\n", "'''\n"])
def test_a_quote_too_many_costs_one_unit(quote: str) -> None:
    lines = split_lines(CODE)
    edited = outline(lines)
    for place in (250 * 7 + 2, 250 * 7 + 3, 250 * 7 + 6):
        change = edited.update([*lines[:place], quote, *lines[place:]], place, 0, 1)
        assert len(change.old) <= 2 and len(change.new) <= 4
        edited.update(lines, place, 1, 0)
    assert edited.segments == outline(lines).segments
