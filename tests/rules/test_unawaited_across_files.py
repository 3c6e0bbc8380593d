"""`unawaited-coroutine` where other files of the project tell what is called, and in test code."""

from collections.abc import Mapping

import pytest

from sadpath.analysis.finding import Finding
from sadpath.testing import apply_fix, check_code, check_expectations

RULE = ["unawaited-coroutine"]

STORE = """\
class Store:
    async def save(self, order): ...

    async def find(self, key) -> "Order": ...

    def size(self): ...


class Order:
    async def cancel(self): ...


async def connect(url) -> Store: ...


def make_store() -> Store: ...


default = Store()
"""

PROJECT: Mapping[str, str] = {
    "shop/__init__.py": "from shop.store import connect as join, Store\n",
    "shop/store.py": STORE,
    "shop/base.py": """\
from shop.store import Store


class Service:
    store: Store

    def __init__(self, store: Store | None = None):
        self._own = store or Store()

    async def open(self): ...

    @property
    def current(self) -> Store:
        return self._own
""",
}


def check(code: str, path: str = "shop/app.py", files: Mapping[str, str] = PROJECT) -> list[Finding]:
    return check_expectations(RULE, code, path, files)


def test_imported_functions_and_classes() -> None:
    check("""\
import shop
import shop.store as storage
from shop import join
from shop.store import Store, connect, default, make_store


async def run(url):
    connect(url)  # expect: unawaited-coroutine "`connect` never runs"
    join(url)  # expect: unawaited-coroutine "`join` never runs"
    shop.join(url)  # expect: unawaited-coroutine
    storage.connect(url)  # expect: unawaited-coroutine
    make_store().save(1)  # expect: unawaited-coroutine
    Store().save(1)  # expect: unawaited-coroutine
    default.save(1)  # expect: unawaited-coroutine
    store = await connect(url)
    store.save(1)  # expect: unawaited-coroutine
    store.size()
    order = store.find(1)  # expect: unawaited-coroutine "`order` holds the coroutine of `find`"
    await order.cancel
    found = await store.find(1)
    found.cancel()  # expect: unawaited-coroutine
""")


def test_relative_imports() -> None:
    check("""\
from . import store
from .store import connect


def run(url):
    connect(url)  # expect: unawaited-coroutine "`run` is not async"
    store.connect(url)  # expect: unawaited-coroutine
""")


def test_inherited_methods_and_attributes() -> None:
    check("""\
from shop.base import Service


class Shop(Service):
    async def start(self):
        self.open()  # expect: unawaited-coroutine
        super().open()  # expect: unawaited-coroutine
        self.store.save(1)  # expect: unawaited-coroutine
        self._own.save(1)  # expect: unawaited-coroutine
        self.current.save(1)  # expect: unawaited-coroutine
        self.current.size()


async def use(service: "Service"):
    service.store.save(1)  # expect: unawaited-coroutine
    if service.store.find(1):  # expect: unawaited-coroutine "always true"
        await service.current.save(1)
""")


def test_evidence_names_the_definition() -> None:
    [finding] = check("from shop.store import connect\n\n\ndef run():\n    connect(1)  # expect: unawaited-coroutine\n")
    assert any(step.text == "`connect` is `async def`" and step.path.endswith("store.py") for step in finding.evidence)


def test_an_override_that_is_not_async_is_no_finding() -> None:
    check("""\
from shop.base import Service


class Shop(Service):
    def open(self): ...

    async def start(self):
        self.open()
""")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("save()", "await save()"),
        ("save().rows", "(await save()).rows"),
        ("(save()).rows", "(await save()).rows"),
        ("save()[0]", "(await save())[0]"),
        ("save()()", "(await save())()"),
        ("x = not(save())", "x = not(await save())"),
        ("x = -save() ** 2", "x = -await save() ** 2"),
        ("x = save() == 1", "x = await save() == 1"),
        ("x = f'{save()}'", "x = f'{await save()}'"),
        ("for x in save(): print(x)", "for x in await save(): print(x)"),
        ("x = save() if save else None; print(x.y)", "x = await save() if save else None; print(x.y)"),
    ],
)
def test_the_fix_awaits_in_place(before: str, after: str) -> None:
    code = "async def save(): ...\nasync def run():\n    {}\n"
    findings = check_code(RULE, code.format(before))
    assert [apply_fix(code.format(before), fix) for fix in findings[0].fixes] == [code.format(after)]
    assert [fix.title for fix in findings[0].fixes] == ["Await `save`"]
    assert not findings[0].fixes[0].safe


@pytest.mark.parametrize(
    "code",
    [
        "def run():\n    save()\n",
        "async def run():\n    return any(x for x in [] if save())\n",
        "async def run():\n    return map(lambda: print(save()), [])\n",
        "async def run():\n    [save() for _ in range(3)]\n",
        "save()\n",
    ],
)
def test_no_fix_where_await_is_not_allowed_or_not_meant(code: str) -> None:
    [finding] = check_code(RULE, "async def save(): ...\n" + code)
    assert finding.fixes == ()


def test_related_places_show_how_the_name_is_used() -> None:
    [finding] = check_code(
        RULE, "async def find(): ...\nasync def run():\n    order = find()\n    if order:\n        order.cancel()\n"
    )
    assert [(place.range.start.line, place.message) for place in finding.related] == [
        (3, "`order` is always true here"),
        (4, "`.cancel` fails on `order`"),
    ]


def test_tests_are_checked_too() -> None:
    check(
        """\
import pytest
import warnings
from unittest.mock import AsyncMock, patch

from shop.store import Store, connect


async def test_connects():
    connect("a")  # expect: unawaited-coroutine
    assert connect("a")  # expect: unawaited-coroutine "always true"


async def test_fails_at_once():
    with pytest.raises(TypeError):
        connect()
    with warnings.catch_warnings(record=True):
        connect("a")


async def test_with_a_mock(monkeypatch):
    store = Store()
    store.save = AsyncMock()
    store.save(1)
    with patch("shop.store.Store.find"):
        store.find(1)
    monkeypatch.setattr(store, "find", lambda key: key)
    store.find(1)
""",
        path="tests/test_store.py",
    )
