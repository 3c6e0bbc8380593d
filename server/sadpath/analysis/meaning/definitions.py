"""Finding a definition by its qualified name, wherever it stands in its file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from sadpath.analysis.meaning import evaluator as evaluators
from sadpath.analysis.meaning.conditions import reachable
from sadpath.analysis.meaning.program import Program, definers, tree_of
from sadpath.analysis.syntax.parse import Broken
from sadpath.analysis.syntax.tree import Tree

if TYPE_CHECKING:
    from sadpath.analysis.meaning.evaluator import Evaluator

_LOCALS = "<locals>"


def qualname_of(scope: str, tree: Tree, node: cst.FunctionDef | cst.ClassDef) -> str:
    """The qualified name of a definition in a unit that stands in the classes `scope` (PEP 3155)."""
    parts = [node.name.value]
    for above in tree.ancestors(node):
        if isinstance(above, cst.FunctionDef):
            parts += [_LOCALS, above.name.value]
        elif isinstance(above, cst.ClassDef):
            parts.append(above.name.value)
    return ".".join([*([scope] if scope else []), *reversed(parts)])


def definitions(
    program: Program, path: str, qualname: str
) -> "Iterator[tuple[Evaluator, cst.FunctionDef | cst.ClassDef]]":
    """The definitions of a qualified name in a file, each with an evaluator for the unit it stands in.

    There are several where a function is overloaded, or defined once per condition.
    """
    parts = qualname.split(".")
    for length in range(len(parts), 0, -1):
        scope, name, rest = ".".join(parts[: length - 1]), parts[length - 1], parts[length:]
        segments = program.queries.ask(definers, path, scope, name)
        found = False
        for segment in segments:
            tree = tree_of(segment)
            if isinstance(tree, Broken):
                continue
            evaluator = evaluators.Evaluator(program, evaluators.Site(path, segment.scope, segment.name), tree)
            for node in _named(tree, name, rest):
                found = True
                yield evaluator, node
        if found:
            return


def functions_named(program: Program, path: str, qualname: str) -> "list[tuple[Evaluator, cst.FunctionDef]]":
    """Those of the definitions that are functions."""
    return [(e, node) for e, node in definitions(program, path, qualname) if isinstance(node, cst.FunctionDef)]


def _named(tree: Tree, name: str, rest: list[str]) -> Iterator[cst.FunctionDef | cst.ClassDef]:
    wanted = [name, *rest]
    found: list[cst.FunctionDef | cst.ClassDef] = [*tree.of_type(cst.FunctionDef), *tree.of_type(cst.ClassDef)]
    for node in found:
        if node.name.value == wanted[-1] and qualname_of("", tree, node).split(".") == wanted and reachable(tree, node):
            yield node
