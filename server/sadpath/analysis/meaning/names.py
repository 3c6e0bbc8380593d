"""What names and attributes denote: through scopes, modules, imports, classes and instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import annotated, calls, classes, functions, modules
from sadpath.analysis.meaning.binding import Binding
from sadpath.analysis.meaning.denotation import NOTHING, after, because, describe, join, present
from sadpath.analysis.meaning.program import module_path
from sadpath.analysis.meaning.reaching import reaching
from sadpath.rule import (
    UNKNOWN,
    Alias,
    Argument,
    Class,
    Constant,
    Denotation,
    Display,
    External,
    Instance,
    Module,
    Value,
    members,
    name_of,
)

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator


def named(evaluator: Evaluator, node: cst.Name) -> Denotation:
    """What a name denotes where it is read."""
    name = node.value
    scope, bindings = evaluator.scopes.lookup(name, node)
    if scope is not None:
        return join([evaluator.bound(binding) for binding in reaching(evaluator.tree, node, bindings)])
    if evaluator.site.scope and _directly_in_class(evaluator, node):
        found = evaluator.program.queries.ask(classes.member, evaluator.site.path, evaluator.site.scope, name)
        if found is not None:
            return found.denotation
    return global_name(evaluator, name)


def global_name(evaluator: Evaluator, name: str) -> Denotation:
    """What a name denotes at the top of this unit's module, builtins included."""
    ask = evaluator.program.queries.ask
    found = ask(modules.global_value, evaluator.site.path, name)
    if found is not None:
        return found
    builtins = ask(module_path, "builtins", evaluator.site.path)
    found = ask(modules.global_value, builtins, name) if builtins else None
    return found if found is not None else NOTHING


def bound(evaluator: Evaluator, binding: Binding) -> Denotation:
    """What a binding gives its name."""
    node = binding.statement
    if binding.kind == "function" and isinstance(node, cst.FunctionDef):
        return functions.defined(evaluator, node)
    if binding.kind == "class" and isinstance(node, cst.ClassDef):
        return Denotation(classes.defined(evaluator, node))
    if binding.kind == "import" and isinstance(node, cst.ImportAlias):
        return modules.imported(evaluator, node)
    if binding.kind == "parameter" and isinstance(node, cst.Param):
        return functions.parameter(evaluator, node)
    if binding.kind == "annotation" and isinstance(node, cst.AnnAssign):
        return _annotated(evaluator, binding, node)
    if isinstance(node, cst.TypeVar):
        given = Alias(UNKNOWN if node.bound is None else annotated.instance(evaluator, node.bound).value)
        return Denotation(Instance(Class("typing.TypeVar"), (Argument("bound", given),)))
    if isinstance(node, cst.TypeAlias):
        return Denotation(Alias(annotated.instance(evaluator, node.value).value))
    if binding.value is None or binding.kind in ("augment", "other"):
        return NOTHING
    return _from_value(evaluator, binding, binding.value)


def attribute(evaluator: Evaluator, receiver: Denotation, name: str) -> Denotation:
    """What an attribute of a value denotes."""
    values = present(receiver.value)
    if len(values) > 1:
        values = [value for value in values if not classes.lacks(evaluator.program, value, name)] or values
    return after(receiver, join([_of(evaluator, value, name) for value in values]))


def _of(evaluator: Evaluator, value: Value, name: str) -> Denotation:
    if isinstance(value, Module | External):
        return modules.module_attribute(evaluator.program, value, name)
    if isinstance(value, Instance | Class):
        return classes.attribute(evaluator, value, name)
    if isinstance(value, Display):
        return classes.attribute(evaluator, Instance(evaluator.builtin(value.kind)), name)
    if isinstance(value, Constant) and isinstance(value.value, str):
        return classes.attribute(evaluator, Instance(evaluator.builtin("str")), name)
    return NOTHING


def _from_value(evaluator: Evaluator, binding: Binding, value: cst.BaseExpression) -> Denotation:
    found = evaluator.denote(value)
    node = binding.statement
    if binding.kind == "for" and isinstance(node, cst.For | cst.CompFor):
        found = calls.iterated(evaluator, found, is_async=node.asynchronous is not None)
    elif binding.kind == "with" and isinstance(node, cst.WithItem):
        parent = evaluator.tree.parents.get(node)
        found = calls.entered(
            evaluator, found, is_async=isinstance(parent, cst.With) and parent.asynchronous is not None
        )
    elif binding.kind == "except":
        found = _caught(found)
    for index in binding.path:
        found = calls.unpacked(found, index)
    if found.value == UNKNOWN or isinstance(found.value, Constant):
        return found
    what = describe(found.value)
    return because(found, evaluator.evidence(f"`{binding.name}` is `{what}`", node)) if what else found


def _caught(found: Denotation) -> Denotation:
    value = found.value
    kinds = value.items if isinstance(value, Display) else members(value)
    return join([Denotation(Instance(kind) if isinstance(kind, Class) else UNKNOWN, found.because) for kind in kinds])


def _annotated(evaluator: Evaluator, binding: Binding, node: cst.AnnAssign) -> Denotation:
    if node.value is not None and name_of(evaluator.value(node.annotation.annotation)) == "typing.TypeAlias":
        return Denotation(Alias(annotated.instance(evaluator, node.value).value))
    found = annotated.instance(evaluator, node.annotation.annotation)
    if found.value == UNKNOWN and binding.value is not None:
        return _from_value(evaluator, binding, binding.value)
    if found.value == UNKNOWN:
        return found
    what = describe(found.value)
    return because(found, evaluator.evidence(f"`{binding.name}` is declared `{what}`", node)) if what else found


def _directly_in_class(evaluator: Evaluator, node: cst.CSTNode) -> bool:
    return not any(isinstance(s, cst.FunctionDef | cst.Lambda) for s in evaluator.scopes.around(node))
