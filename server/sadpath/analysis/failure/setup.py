"""Whether an object is set up in a way that may bound its calls: `sock.settimeout(5)`, `session.mount(...)`."""

import re
from collections.abc import Iterable, Iterator
from itertools import product, takewhile

import libcst as cst

from sadpath.analysis.meaning.classes import ancestry
from sadpath.analysis.meaning.evaluator import Evaluator, Site
from sadpath.analysis.meaning.file_index import words_of
from sadpath.analysis.meaning.program import definers, mentions, tree_of
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.segment import Segment
from sadpath.analysis.syntax.tree import walk
from sadpath.rule import Class, Evidence, Function, Instance, TimeoutFact, Unit, Value

_MOUNT = "mount"
_PLAIN_ADAPTER = "requests.adapters.HTTPAdapter"


def may_set_up(
    unit: Unit, evaluator: Evaluator, call: cst.Call, function: cst.BaseExpression, fact: TimeoutFact
) -> bool:
    """Whether something may bound the object that a method is called on, or that the result of a call is assigned to.

    That is: one of `fact.quiet` is used on it, or one of `fact.replaced` assigned or overridden. Looked for on the same
    name in the function or class of the call, and on any in the units that the object comes from and in the project's
    classes that it inherits.
    """
    if not fact.quiet and not fact.replaced:
        return False
    found = unit.denotes(function)
    receiver = found.value.receiver if isinstance(found.value, Function) else None
    own = _own_classes(evaluator, receiver.cls, fact.name.rpartition(".")[0]) if isinstance(receiver, Instance) else []
    ask = evaluator.program.queries.ask
    if any(ask(definers, cls.path, cls.qualname, name) for cls in own for name in fact.replaced):
        return True
    origins = [*_origins(evaluator, found.because), *_setting_up(evaluator, found.because, fact)]
    for cls, word in product(own, fact.quiet):
        origins += _mentioning(evaluator, cls.path, cls.qualname, word)
    held = function.value if isinstance(function, cst.Attribute) and receiver is not None else _target(unit, call)
    return _is_set_up_as(unit, evaluator, held, fact) or any(_sets_up(origin, fact) for origin in origins)


def _is_set_up_as(unit: Unit, evaluator: Evaluator, held: cst.BaseExpression | None, fact: TimeoutFact) -> bool:
    """Whether the function or class of the call sets up the object under the same name."""
    if held is None:
        return False
    used = unit.attribute_uses(held)
    name = unit.code(held)
    site = evaluator.site
    here = [evaluator, *(one for word in fact.replaced for one in _mentioning(evaluator, site.path, site.scope, word))]
    if any(_assigns(one, name, fact.replaced) for one in here):
        return True
    if _MOUNT in fact.quiet and _MOUNT in used:
        here = [evaluator, *_mentioning(evaluator, site.path, site.scope, _MOUNT)]
        return not all(_mounts_plain_adapters(one, name) for one in here)
    return not used.isdisjoint(fact.quiet)


def _sets_up(origin: Evaluator, fact: TimeoutFact) -> bool:
    """Whether a unit that an object comes from may set it up, under whatever name."""
    used = words_of(origin.tree.module.code).intersection(fact.quiet)
    if used == frozenset({_MOUNT}):
        return not _mounts_plain_adapters(origin)
    return bool(used) or _assigns(origin, "", fact.replaced)


def _origins(evaluator: Evaluator, because: Iterable[Evidence]) -> Iterator[Evaluator]:
    """The units outside the function or class of the call that a chain of evidence leads through."""
    site = evaluator.site
    for step in because:
        scope, _, name = step.scope.rpartition(".")
        near = step.path == site.path and (step.scope == site.qualname if not site.scope else scope == site.scope)
        if not step.path or (name and near):
            continue
        name = name or next(iter(step.anchor.split()), "")  # a statement is found by the name that it binds
        yield from _units_at(evaluator, step.path, evaluator.program.queries.ask(definers, step.path, scope, name))


def _setting_up(evaluator: Evaluator, because: Iterable[Evidence], fact: TimeoutFact) -> Iterator[Evaluator]:
    """The functions that set up a global of their module which a chain of evidence leads through."""
    for step in because:
        name = next(iter(step.anchor.split()), "")
        if step.path and not step.scope and name.isidentifier():
            used = re.compile(rf"\b{name}\.(?:{'|'.join((*fact.quiet, *fact.replaced))})\b")
            segments = evaluator.program.queries.ask(mentions, step.path, "", name)
            yield from _units_at(evaluator, step.path, (one for one in segments if used.search(one.text)))


def _own_classes(evaluator: Evaluator, cls: Class, library: str) -> list[Class]:
    """The class and its ancestors below a library's class."""
    ancestors = evaluator.program.queries.ask(ancestry, cls).classes
    return [above for above in takewhile(lambda above: above.name != library, ancestors) if above.path]


def _mentioning(evaluator: Evaluator, path: str, scope: str, word: str) -> Iterator[Evaluator]:
    """The units of a class in which a word occurs."""
    segments = evaluator.program.queries.ask(mentions, path, scope, word) if scope else ()
    return _units_at(evaluator, path, segments)


def _units_at(evaluator: Evaluator, path: str, segments: Iterable[Segment]) -> Iterator[Evaluator]:
    for segment in segments:
        tree = tree_of(segment)
        if not isinstance(tree, Broken):
            yield Evaluator(evaluator.program, Site(path, segment.scope, segment.name), tree)


def _assigns(unit: Evaluator, name: str, attributes: tuple[str, ...]) -> bool:
    """Whether a unit assigns one of the attributes of what has the name ("": whatever it is called)."""
    pattern = rf"{re.escape(name)}\.(?:{'|'.join(attributes)})[ \t]*=(?!=)"
    return bool(attributes) and re.search(pattern, unit.tree.module.code) is not None


def _target(unit: Unit, call: cst.Call) -> cst.BaseExpression | None:
    """The name or attribute that the result of a call is assigned to."""
    node = unit.parent(call)
    if isinstance(node, cst.Await):
        node = unit.parent(node)
    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        return node.targets[0].target
    if isinstance(node, cst.WithItem) and node.asname is not None:
        return node.asname.name
    return node.target if isinstance(node, cst.AnnAssign | cst.NamedExpr) else None


def _mounts_plain_adapters(unit: Evaluator, name: str = "") -> bool:
    """Whether all that a unit mounts on sessions (of that name) sends as the library does, or speaks of no timeout."""
    adapters = [
        node.args[1].value
        for node in walk(unit.tree.root)
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == _MOUNT
        and name in ("", unit.tree.code(node.func.value))
        and len(node.args) > 1
    ]
    return all(_is_plain(unit, unit.value(adapter)) for adapter in adapters)


def _is_plain(unit: Evaluator, adapter: Value) -> bool:
    if not isinstance(adapter, Instance):
        return False
    ask = unit.program.queries.ask
    if any(ask(mentions, cls.path, cls.qualname, "timeout") for cls in _own_classes(unit, adapter.cls, _PLAIN_ADAPTER)):
        return False
    return any(cls.name == _PLAIN_ADAPTER for cls in ask(ancestry, adapter.cls).classes)
