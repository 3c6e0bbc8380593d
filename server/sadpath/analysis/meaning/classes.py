"""What classes and their instances hold: members, inherited members, and what methods set on `self`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, cast

import libcst as cst
import msgspec

from sadpath.analysis.meaning import decorators, definitions, functions, generics, modules
from sadpath.analysis.meaning import evaluator as evaluators
from sadpath.analysis.meaning.binding import Binding, all_parameters, bound_attributes
from sadpath.analysis.meaning.conditions import reachable
from sadpath.analysis.meaning.denotation import NOTHING, because, join
from sadpath.analysis.meaning.program import (
    Program,
    definers,
    mentions,
    module_name,
    module_path,
    scopes_of,
    tree_of,
)
from sadpath.analysis.meaning.queries import query
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.tree import Tree, once_per_tree
from sadpath.rule import UNKNOWN, Class, Denotation, Function, Instance, Value, members

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator


_EMPTY = frozenset({"typing.Generic", "typing.Protocol", "builtins.object"})
"""Bases that are declared specially and hold nothing that anyone asks for."""


class Member(msgspec.Struct, frozen=True):
    """What a class body binds a name to, before it is bound to an instance."""

    kind: Literal["method", "static", "class", "property", "declared", "value"]
    denotation: Denotation


class Ancestry(msgspec.Struct, frozen=True):
    """A class and its ancestors in lookup order, as far as they are known; `complete` if all of them are.

    Attributes may be looked up in the first `certain` of them: before the others comes an unknown class that may have
    any attribute.
    """

    classes: tuple[Class, ...]
    complete: bool
    certain: int


def defined(evaluator: Evaluator, node: cst.ClassDef) -> Class:
    """The class that a definition of this unit makes."""
    qualname = definitions.qualname_of(evaluator.site.scope, evaluator.tree, node)
    module = evaluator.program.queries.ask(module_name, evaluator.site.path)
    name = evaluator.program.libraries.canonical(f"{module}.{qualname}")
    return Class(name, evaluator.site.path, qualname)


@query(cycle=())
def bases(program: Program, path: str, qualname: str) -> tuple[Value, ...]:
    """What the bases of a class that a file defines denote."""
    found: list[Value] = []
    for evaluator, node in definitions.definitions(program, path, qualname):
        if isinstance(node, cst.ClassDef):
            for argument in node.bases:
                value = evaluator.value(argument.value)
                found.append(value if not argument.star else UNKNOWN)
    return tuple(found)


@query(cycle=Ancestry((), False, 0))
def ancestry(program: Program, cls: Class) -> Ancestry:
    """The class and its ancestors in lookup order. A diamond's shared ancestor comes last, as in Python."""
    above = program.queries.ask(bases, cls.path, cls.qualname) if cls.path else ()
    named = [Class(name) for name in program.libraries.bases(cls.name)] if not above else []
    order: list[Class | None] = [cls]
    if not cls.path and cls.name not in _EMPTY and not program.libraries.is_class(cls.name):
        order.append(None)
    for base in (*above, *named):
        if not isinstance(base, Class):
            order.append(None)
        elif base.path or base.name != cls.name:
            meaning = generics.solved(program, cls)
            found = program.queries.ask(ancestry, cast("Class", generics.substituted(base, meaning)))
            unknown = [] if found.complete else [None]
            order += [*found.classes[: found.certain], *unknown, *found.classes[found.certain :]]
    return _in_order(order)


def attribute(evaluator: Evaluator, receiver: Instance | Class, name: str) -> Denotation:
    """What an attribute of an instance or a class denotes, inherited ones included."""
    program = evaluator.program
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    found_classes = program.queries.ask(ancestry, cls)
    for owner in found_classes.classes[: found_classes.certain]:
        held = program.queries.ask(member, owner.path, owner.qualname, name) if owner.path else None
        known = _from_tables(program, owner, name, receiver, held)
        if known is not None:
            return known
        found = _own(evaluator, owner, name, receiver, held)
        if found is not None:
            meaning = generics.solved(program, owner)
            return Denotation(generics.closed(generics.substituted(found.value, meaning)), found.because)
    return NOTHING


def lacks(program: Program, value: Value, name: str) -> bool:
    """Whether an object certainly has no attribute of a name: all its class's ancestors are known, and none has it."""
    if not isinstance(value, Instance):
        return False
    ask = program.queries.ask
    above = ask(ancestry, value.cls)
    if not above.complete or not all(owner.path for owner in above.classes):
        return False
    return not any(
        ask(member, owner.path, owner.qualname, held) is not None
        or ask(self_attribute, owner.path, owner.qualname, held) is not None
        for owner in above.classes
        for held in (name, "__getattr__")
    )


@query(cycle=None)
def member(program: Program, path: str, qualname: str, name: str) -> Member | None:
    """What a class's own body binds a name to; None where it does not."""
    found = [_member(evaluator, binding) for evaluator, binding in _bindings(program, path, qualname, name)]
    if not found:
        return None
    declared = [item for item in found if item.kind == "declared"]
    if declared:
        return declared[-1]
    last = found[-1]
    if last.kind in ("method", "static", "class", "property"):
        # A property's setter and a method's overloads are definitions of the same name; the first one has the type.
        properties = [item for item in found if item.kind == "property"]
        return properties[0] if properties else _one_method(found)
    return Member("value", join([item.denotation for item in found]))


@query(cycle=None)
def self_attribute(program: Program, path: str, qualname: str, name: str) -> Member | None:
    """What the methods of a class set `self.name` to; None where none does. A declaration wins."""
    found: list[Denotation] = []
    placeholders: list[Denotation] = []
    sets = re.compile(rf"\.{name}\s*(?:=(?!=)|[:,)\]]|in\b)")
    for segment in program.queries.ask(mentions, path, qualname, name):
        if segment.kind != "function" or not sets.search(segment.text):
            continue
        tree = tree_of(segment)
        if isinstance(tree, Broken):
            continue
        evaluator = evaluators.Evaluator(program, evaluators.Site(path, segment.scope, segment.name), tree)
        for binding in _set_on_self(tree).get(name, ()):
            held = _member(evaluator, binding)
            if held.kind == "declared":
                return held
            # `self.client: Any` alone says less than what is assigned elsewhere.
            bare = binding.kind == "annotation" and binding.value is None
            (placeholders if bare else found).append(held.denotation)
    found = found or placeholders
    return Member("value", join(found)) if found else None


def _bindings(program: Program, path: str, qualname: str, name: str) -> Iterator[tuple[Evaluator, Binding]]:
    segments = program.queries.ask(definers, path, qualname, name)
    for segment in segments:
        tree = tree_of(segment)
        if isinstance(tree, Broken):
            continue
        evaluator = evaluators.Evaluator(program, evaluators.Site(path, segment.scope, segment.name), tree)
        for binding in scopes_of(tree).bindings(None, name):
            if reachable(tree, binding.statement):
                yield evaluator, binding
    if not segments:
        # The class is not cut into units of its own: it stands in a function, an `if` or a `try`.
        for evaluator, node in definitions.definitions(program, path, qualname):
            if isinstance(node, cst.ClassDef):
                for binding in evaluator.scopes.bindings(node, name):
                    yield evaluator, binding


def _member(evaluator: Evaluator, binding: Binding) -> Member:
    node = binding.statement
    if isinstance(node, cst.FunctionDef):
        return Member(decorators.method_kind(evaluator, node), evaluator.bound(binding))
    found = evaluator.bound(binding)
    if isinstance(node, cst.AnnAssign) and found.value != UNKNOWN:
        return Member("declared", found)
    return Member("value", found)


def _one_method(found: list[Member]) -> Member:
    functions_found = {item.denotation.value for item in found}
    if len(functions_found) == 1:
        return found[-1]
    return Member("value", join([item.denotation for item in found]))


def _from_tables(
    program: Program, owner: Class, name: str, receiver: Instance | Class, held: Member | None
) -> Denotation | None:
    """What the library tables say of an attribute, under its public name."""
    tables = program.libraries
    full = tables.canonical(f"{owner.name}.{name}")
    made_up = tables.attribute(f"{owner.name}.__getattr__") if not name.startswith("_") else ""
    if not tables.knows(full) and not made_up:
        return None
    attribute_class = tables.attribute(full) or (made_up if not tables.knows(full) else "")
    if attribute_class:
        return Denotation(Instance(named(program, attribute_class, owner.path)))
    if tables.is_class(full):
        return Denotation(Class(full))
    source = held.denotation.value if held is not None else UNKNOWN
    kind = "coroutine" if tables.is_coroutine(full) else source.kind if isinstance(source, Function) else "function"
    path, qualname = (source.path, source.qualname) if isinstance(source, Function) else ("", "")
    return Denotation(Function(full, kind, path, qualname, receiver))


def named(program: Program, name: str, importer: str) -> Class:
    """A class of the tables, with its file where an importing file finds it."""
    module_name, _, attribute_name = name.rpartition(".")
    path = program.queries.ask(module_path, module_name, importer) if importer else None
    found = program.queries.ask(modules.global_value, path, attribute_name) if path else None
    if found is not None and isinstance(found.value, Class):
        return Class(name, found.value.path, found.value.qualname)
    return Class(name)


def _own(
    evaluator: Evaluator, owner: Class, name: str, receiver: Instance | Class, held: Member | None
) -> Denotation | None:
    if not owner.path:
        return None
    if held is not None and held.kind == "value" and isinstance(receiver, Class) and _is_enum(evaluator, receiver):
        return Denotation(Instance(receiver))
    if held is not None and held.kind in ("declared", "property"):
        return held.denotation if held.kind == "declared" else _bind(evaluator, held, receiver)
    on_self = None
    if isinstance(receiver, Instance):
        on_self = evaluator.program.queries.ask(self_attribute, owner.path, owner.qualname, name)
    if on_self is not None and on_self.kind == "declared":
        return on_self.denotation
    found = [item.denotation for item in (on_self,) if item is not None]
    if held is not None:
        found.insert(0, held.denotation if held.kind == "value" else _bind(evaluator, held, receiver))
    return join(found) if found else None


def _is_enum(evaluator: Evaluator, cls: Class) -> bool:
    return is_subclass(evaluator.program, cls, frozenset({"enum.Enum"}))


def _bind(evaluator: Evaluator, held: Member, receiver: Instance | Class) -> Denotation:
    value = held.denotation.value
    if not isinstance(value, Function):
        return held.denotation
    if held.kind == "property":
        if not isinstance(receiver, Instance):
            return NOTHING
        getter = Function(value.name, value.kind, value.path, value.qualname, receiver)
        found = functions.result(evaluator.program, getter)
        return because(found, *held.denotation.because)
    if held.kind == "class" and isinstance(receiver, Instance):
        receiver = receiver.cls
    bound = held.kind != "static" and (isinstance(receiver, Instance) or held.kind == "class")
    function = Function(value.name, value.kind, value.path, value.qualname, receiver if bound else None)
    return Denotation(function, held.denotation.because)


@once_per_tree
def _set_on_self(tree: Tree) -> dict[str, list[Binding]]:
    """What a method binds attributes of its first parameter to, by the attribute's name."""
    found: dict[str, list[Binding]] = {}
    first = next(all_parameters(tree.root.params), None) if isinstance(tree.root, cst.FunctionDef) else None
    if first is not None:
        for binding in bound_attributes(tree, first.name.value):
            found.setdefault(binding.name.rpartition(".")[2], []).append(binding)
    return found


def _in_order(order: list[Class | None]) -> Ancestry:
    """The last occurrence of each class, and where the first unknown one (None) stands among them."""
    kept: dict[tuple[str, str], Class | None] = {}
    for position, cls in reversed(list(enumerate(order))):
        kept.setdefault((cls.path, cls.name) if cls is not None else ("", str(position)), cls)
    classes = list(reversed(kept.values()))
    known = tuple(cls for cls in classes if cls is not None)
    return Ancestry(known, None not in classes, classes.index(None) if None in classes else len(known))


def is_subclass(program: Program, value: Value, names: frozenset[str]) -> bool:
    """Whether every possible value is a class, or an instance of one, that is or inherits from one of the names."""
    return all(_is_one(program, member_value, names) for member_value in members(value))


def _is_one(program: Program, value: Value, names: frozenset[str]) -> bool:
    cls = value.cls if isinstance(value, Instance) else value
    if not isinstance(cls, Class):
        return False
    return any(above.name in names for above in program.queries.ask(ancestry, cls).classes)
