"""What modules hold: their global names, their submodules, and what they import from each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import evaluator as evaluators
from sadpath.analysis.meaning.binding import Binding
from sadpath.analysis.meaning.conditions import reachable
from sadpath.analysis.meaning.denotation import NOTHING, join
from sadpath.analysis.meaning.program import (
    Program,
    definers,
    module_name,
    module_path,
    scopes_of,
    star_imports,
    tree_of,
)
from sadpath.analysis.meaning.queries import query
from sadpath.analysis.syntax.outline import Segment
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.tree import walk
from sadpath.rule import UNKNOWN, Class, Denotation, External, Function, Module

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator


_TYPING = frozenset({"typing", "typing_extensions"})
_SPECIAL_FORMS = frozenset(
    {
        *("Annotated", "Any", "Callable", "ClassVar", "Concatenate", "Final", "Literal", "Never", "NoReturn"),
        *("NotRequired", "Optional", "ReadOnly", "Required", "Self", "Tuple", "Type", "TypeAlias", "Union", "Unpack"),
    }
)
"""What has a meaning of its own in annotations; the stubs declare it without one."""
_OTHER_NAMES = {
    "List": ("builtins", "list"),
    "Dict": ("builtins", "dict"),
    "Set": ("builtins", "set"),
    "FrozenSet": ("builtins", "frozenset"),
    "DefaultDict": ("collections", "defaultdict"),
    "OrderedDict": ("collections", "OrderedDict"),
    "Counter": ("collections", "Counter"),
    "Deque": ("collections", "deque"),
    "ChainMap": ("collections", "ChainMap"),
}
"""What `typing` calls the generic classes; its stub declares them without saying so."""


@query(cycle=None)
def global_value(program: Program, path: str, name: str) -> Denotation | None:
    """What a name denotes at the top of a module; None where nothing there binds it."""
    found: list[Denotation] = []
    for segment in program.queries.ask(definers, path, "", name):
        found.extend(_bound_in(program, path, segment, name))
    if found:
        return _overloads_merged(found)
    for segment in program.queries.ask(star_imports, path):
        starred = _through_star(program, path, segment, name)
        if starred is not None:
            return starred
    return None


def module(program: Program, name: str, importer: str) -> Module | External:
    """The module of an absolute name as the importing file would find it."""
    path = program.queries.ask(module_path, name, importer)
    return Module(name, path) if path is not None else External(name)


def imported(evaluator: Evaluator, alias: cst.ImportAlias) -> Denotation:
    """What an import statement of this unit binds its name to."""
    program, path = evaluator.program, evaluator.site.path
    statement = evaluator.tree.parents.get(alias)
    if isinstance(statement, cst.ImportFrom):
        source = _source_module(program, path, statement)
        return module_attribute(program, source, dotted(alias.name)) if source else NOTHING
    name = dotted(alias.name)
    return Denotation(module(program, name if alias.asname else name.partition(".")[0], path))


def module_attribute(program: Program, owner: Module | External, name: str) -> Denotation:
    """What an attribute of a module denotes: a global name of it, a submodule, or what the library tables say."""
    full = f"{owner.name}.{name}"
    if owner.name in _TYPING and name in ("Generic", "Protocol"):
        return Denotation(Class(f"typing.{name}"))
    if owner.name in _TYPING and name in _SPECIAL_FORMS:
        return Denotation(External(f"typing.{name}"))
    if owner.name in _TYPING and name in _OTHER_NAMES and isinstance(owner, Module):
        source, class_name = _OTHER_NAMES[name]
        return module_attribute(program, module(program, source, owner.path), class_name)
    found = NOTHING
    if isinstance(owner, Module):
        held = program.queries.ask(global_value, owner.path, name)
        if held is None or held.value == UNKNOWN:
            path = program.queries.ask(module_path, full, owner.path)
            held = Denotation(Module(full, path)) if path is not None else held
        found = held or NOTHING
    labelled = _labelled(program, full, found)
    if labelled.value == UNKNOWN and isinstance(owner, External):
        return Denotation(External(full))
    return labelled


def dotted(name: cst.BaseExpression) -> str:
    """The dotted name that an import writes."""
    if isinstance(name, cst.Attribute):
        return f"{dotted(name.value)}.{name.attr.value}"
    return name.value if isinstance(name, cst.Name) else ""


def absolute(program: Program, path: str, level: int, name: str) -> str:
    """The absolute name of a module that a file imports relatively, with `level` dots; "" beyond the top."""
    if not level:
        return name
    package = program.queries.ask(module_name, path).split(".")
    drop = level - 1 if program.sources.is_package(path) else level
    if drop >= len(package):
        return ""
    return ".".join([*package[: len(package) - drop], *([name] if name else [])])


def _labelled(program: Program, full: str, found: Denotation) -> Denotation:
    """Give a thing the public name under which the library tables know it."""
    tables = program.libraries
    name = tables.canonical(full)
    if not tables.knows(name):
        return found
    value = found.value
    if tables.is_class(name) or isinstance(value, Class):
        known = value if isinstance(value, Class) else Class(name)
        return Denotation(Class(name, known.path, known.qualname, known.arguments), found.because)
    kind = "coroutine" if tables.is_coroutine(name) else value.kind if isinstance(value, Function) else "function"
    if isinstance(value, Function):
        return Denotation(Function(name, kind, value.path, value.qualname), found.because)
    return Denotation(Function(name, kind), found.because)


def _bound_in(program: Program, path: str, segment: Segment, name: str) -> Iterator[Denotation]:
    """What the bindings of a name in one unit give; nothing where it only occurs there."""
    tree = tree_of(segment)
    if isinstance(tree, Broken):
        if segment.kind != "statement":
            yield NOTHING  # while somebody types in a definition, nothing is known of it
        return
    bindings = [b for b in scopes_of(tree).bindings(None, name) if reachable(tree, b.statement)]
    if bindings:
        evaluator = evaluators.Evaluator(program, evaluators.Site(path, segment.scope, segment.name), tree)
        yield from (evaluator.bound(binding) for binding in _without_placeholders(bindings))


def _without_placeholders(bindings: list[Binding]) -> list[Binding]:
    """`del name` and bare annotations say nothing where something else binds the name."""
    real = [b for b in bindings if b.kind != "other" or not isinstance(b.statement, cst.Del)]
    return real or bindings


def _overloads_merged(found: list[Denotation]) -> Denotation:
    """Overloads are one function defined several times; the last one stands for all."""
    last = found[-1]
    if isinstance(last.value, Function) and all(d.value == last.value for d in found):
        return last
    return join(found)


def _through_star(program: Program, path: str, segment: Segment, name: str) -> Denotation | None:
    tree = tree_of(segment)
    if isinstance(tree, Broken) or name.startswith("_"):
        return None
    for node in walk(tree.root):
        if isinstance(node, cst.ImportFrom) and isinstance(node.names, cst.ImportStar):
            source = _source_module(program, path, node)
            if isinstance(source, Module):
                found = program.queries.ask(global_value, source.path, name)
                if found is not None:
                    return _labelled(program, f"{source.name}.{name}", found)
            elif source is not None and program.libraries.knows(f"{source.name}.{name}"):
                return _labelled(program, f"{source.name}.{name}", NOTHING)
            elif source is not None:
                return NOTHING  # the name may come from there
    return None


def _source_module(program: Program, path: str, statement: cst.ImportFrom) -> Module | External | None:
    name = dotted(statement.module) if statement.module is not None else ""
    name = absolute(program, path, len(statement.relative), name)
    return module(program, name, path) if name else None
