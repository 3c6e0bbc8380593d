"""`unawaited-coroutine` in expressions that nobody thought of."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sadpath.testing import apply_fix, check_code

RULE = ["unawaited-coroutine"]
AROUND = [
    *(
        "({})",
        "not {}",
        "-{}",
        "{} + 1",
        "2 ** {}",
        "{}.rows",
        "{}[0]",
        "x[{}]",
        "{}()",
        "[{}]",
        "({}, 1)",
        "{{1: {}}}",
    ),
    *("{} if x else 1", "1 if {} else x", "x or {}", "{} and x", "{} == x", "x in {}", "0 < {} < 2", "f'{{{}}}'"),
    *(
        "[{} for y in x]",
        "[y for y in {}]",
        "[y for y in x if {}]",
        "any({} for y in x)",
        "(lambda: {})",
        "(lambda: {})()",
    ),
    *(
        "len({})",
        "str({})",
        "print({})",
        "unknown({})",
        "unknown(*{})",
        "unknown(y={})",
        "list({})",
        "dict(y={})",
        "(y := {})",
    ),
]
STATEMENTS = [
    *(
        "{}",
        "y = {}",
        "y, z = {}",
        "y = {}; y.rows",
        "y = {}; await y",
        "y = [{}]; print(len(y))",
        "x.y = {}",
        "y: int = {}",
    ),
    *(
        "return {}",
        "yield {}",
        "assert {}, x",
        "raise {}",
        "x += {}",
        "if {}: pass",
        "while {}: break",
        "for y in {}: pass",
    ),
    *("with {}: pass", "async with {} as y: pass", "async for y in {}: pass", "match {}:\n        case 1: pass"),
]
anywhere = st.tuples(st.sampled_from(STATEMENTS), st.lists(st.sampled_from(AROUND), max_size=4))


def code(call: str, place: tuple[str, list[str]]) -> str:
    statement, around = place
    for template in around:
        call = f"({template.format(call)})"
    text = f"async def call(): ...\n\n\nasync def run(x, unknown):\n    {statement.format(call)}\n"
    assume(compiles(text))
    return text


def compiles(text: str) -> bool:
    try:
        compile(text, "example.py", "exec")
    except SyntaxError:
        return False
    return True


@given(anywhere)
@settings(max_examples=40, deadline=None)
def test_what_is_awaited_is_never_reported(place: tuple[str, list[str]]) -> None:
    assert check_code(RULE, code("(await call())", place)) == []


@given(anywhere)
@settings(max_examples=40, deadline=None)
def test_a_call_is_reported_once_and_each_fix_mends_it(place: tuple[str, list[str]]) -> None:
    text = code("call()", place)
    findings = check_code(RULE, text)
    assert len(findings) <= 1
    for fix in (fix for finding in findings for fix in finding.fixes):
        fixed = apply_fix(text, fix)
        assert compiles(fixed)
        assert check_code(RULE, fixed) == []
