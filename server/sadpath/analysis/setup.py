"""Whether an object is set up in a way that may bound its calls: `sock.settimeout(5)`, `session.mount(...)`."""

import re
from collections.abc import Iterable, Iterator
from itertools import product

import libcst as cst

from sadpath.analysis.classes import ancestry
from sadpath.analysis.evaluator import Evaluator, Site
from sadpath.analysis.parse import Broken
from sadpath.analysis.program import definers, mentions, tree_of, words_of
from sadpath.analysis.segment import Segment
from sadpath.analysis.tree import walk
from sadpath.rule import Class, Evidence, Function, Instance, TimeoutFact, Unit, Value

_MOUNT = "mount"
_PLAIN_ADAPTER = "requests.HTTPAdapter"


def may_set_up(
    unit: Unit, evaluator: Evaluator, call: cst.Call, function: cst.BaseExpression, fact: TimeoutFact
) -> bool:
    """Whether something may bound the object that a method is called on, or that the result of a call is assigned to.

    That is: one of `fact.quiet` is used on it, or one of `fact.replaced` assigned or overridden. Looked for in the
    function or class of the call, in the units that the object comes from, and in the project's classes it inherits.
    """
    if not fact.quiet and not fact.replaced:
        return False
    found = unit.denotes(function)
    receiver = found.value.receiver if isinstance(found.value, Function) else None
    own = _own_classes(evaluator, receiver.cls) if isinstance(receiver, Instance) else []
    ask = evaluator.program.queries.ask
    if any(ask(definers, cls.path, cls.qualname, name) for cls in own for name in fact.replaced):
        return True
    here = [evaluator, *_mentioning(evaluator, evaluator.site.path, evaluator.site.scope, _MOUNT)]
    origins = [*_units(evaluator, found.because)]
    for cls, word in product(own, fact.quiet):
        origins += _mentioning(evaluator, cls.path, cls.qualname, word)
    if fact.replaced and any(_assigns(one, fact.replaced) for one in [*here, *origins]):
        return True
    held = function.value if isinstance(function, cst.Attribute) and receiver is not None else _target(unit, call)
    used = set(unit.attribute_uses(held)) if held is not None else set[str]()
    used.update(word for origin in origins for word in words_of(origin.tree.module.code))
    used.intersection_update(fact.quiet)
    if used == {_MOUNT}:
        return not all(_mounts_plain_adapters(one) for one in [*here, *origins])
    return bool(used)


def _units(evaluator: Evaluator, because: Iterable[Evidence]) -> Iterator[Evaluator]:
    """The other units that a chain of evidence leads through."""
    for step in because:
        scope, _, name = step.scope.rpartition(".")
        if not step.path or (name and (step.path, step.scope) == (evaluator.site.path, evaluator.site.qualname)):
            continue
        name = name or next(iter(step.anchor.split()), "")  # a statement is found by the name that it binds
        yield from _units_at(evaluator, step.path, evaluator.program.queries.ask(definers, step.path, scope, name))


def _own_classes(evaluator: Evaluator, cls: Class) -> list[Class]:
    """The class and its ancestors, as far as they are the project's own."""
    tables = evaluator.program.libraries
    ancestors = evaluator.program.queries.ask(ancestry, cls).classes
    return [above for above in ancestors if above.path and not tables.is_class(above.name)]


def _mentioning(evaluator: Evaluator, path: str, scope: str, word: str) -> Iterator[Evaluator]:
    """The units of a class in which a word occurs."""
    segments = evaluator.program.queries.ask(mentions, path, scope, word) if scope else ()
    return _units_at(evaluator, path, segments)


def _units_at(evaluator: Evaluator, path: str, segments: Iterable[Segment]) -> Iterator[Evaluator]:
    for segment in segments:
        tree = tree_of(segment)
        if not isinstance(tree, Broken):
            yield Evaluator(evaluator.program, Site(path, segment.scope, segment.name), tree)


def _assigns(unit: Evaluator, names: Iterable[str]) -> bool:
    """Whether a unit assigns one of the attributes, of whatever object."""
    return re.search(rf"\.(?:{'|'.join(names)})[ \t]*=(?!=)", unit.tree.module.code) is not None


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


def _mounts_plain_adapters(unit: Evaluator) -> bool:
    """Whether all that a unit mounts on a session sends requests as the library does, or speaks of no timeout."""
    adapters = [
        node.args[1].value
        for node in walk(unit.tree.root)
        if isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == _MOUNT
        and len(node.args) > 1
    ]
    return all(_is_plain(unit, unit.value(adapter)) for adapter in adapters)


def _is_plain(unit: Evaluator, adapter: Value) -> bool:
    if not isinstance(adapter, Instance):
        return False
    ask = unit.program.queries.ask
    if any(ask(mentions, cls.path, cls.qualname, "timeout") for cls in _own_classes(unit, adapter.cls)):
        return False
    return any(cls.name == _PLAIN_ADAPTER for cls in ask(ancestry, adapter.cls).classes)
