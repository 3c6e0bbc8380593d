"""The bindings of a unit, derived from its tree."""

from weakref import ref

import libcst as cst

from sadpath.analysis.meaning.program import scopes_of
from sadpath.analysis.syntax.interpreter import uncollected
from sadpath.analysis.syntax.outline import outline
from sadpath.analysis.syntax.parse import Parsed, parse
from sadpath.analysis.syntax.tree import Tree


def test_what_is_derived_from_a_tree_does_not_hold_it() -> None:
    parsed = parse(outline(["def f(a):\n", "    return a\n"]).segments[0])
    assert isinstance(parsed, Parsed)
    tree = Tree(parsed.module, parsed.statement, parsed.above)
    with uncollected():
        scopes = scopes_of(tree)
        assert scopes is scopes_of(tree)
        assert scopes.lookup("a", tree.of_type(cst.Return)[0])[0] is tree.root
        alive = ref(tree)
        del tree
        assert alive() is None
