"""Whether a place is declared to take something else than an awaitable, or cannot make use of one."""

from collections.abc import Iterator

import libcst as cst

from sadpath.analysis.meaning import annotated, classes, functions, generics
from sadpath.analysis.meaning.definitions import functions_named
from sadpath.analysis.meaning.evaluator import Evaluator, Site
from sadpath.analysis.meaning.program import Program, mentions, tree_of
from sadpath.analysis.meaning.queries import query
from sadpath.analysis.syntax.tree import Tree
from sadpath.rule import Class, Constant, Display, Function, Instance, Value, is_coroutine, members, name_of

_PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
_OF_EVERYTHING = frozenset({"builtins.object", "typing.Hashable", "collections.abc.Hashable"})
_ITERATORS = frozenset({"Generator", "Iterator", "Iterable", "AsyncGenerator", "AsyncIterator", "AsyncIterable"})
_READS: dict[type[cst.CSTNode], str] = {
    cst.Subscript: "value",
    cst.For: "iter",
    cst.CompFor: "iter",
    cst.StarredElement: "value",
    cst.WithItem: "item",
    cst.Call: "func",
}
"""What fails on a coroutine, and the field where the coroutine would stand; so does any attribute of others."""
_HARMLESS = (cst.FormattedStringExpression, cst.Comparison, cst.ComparisonTarget, cst.If, cst.UnaryOperation)
_MOST_ARGUMENTS = 16
"""Where arguments are looked for: a function that calls itself with one more each time would have no end of them."""
_CONDITIONAL = (
    *(cst.If, cst.For, cst.While, cst.Try, cst.TryStar, cst.With, cst.Match, cst.FunctionDef, cst.ClassDef, cst.Lambda),
    *(cst.IfExp, cst.BooleanOperation, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp),
)
_COROUTINE_ATTRIBUTES = frozenset({"send", "throw", "close"})


def refuses_argument(evaluator: Evaluator, call: cst.Call, argument: cst.Arg) -> bool:
    """Whether a function is declared or written so that it can make no use of an awaitable as this argument."""
    if any(given.star for given in call.args):
        return False
    keyword = argument.keyword.value if argument.keyword is not None else ""
    return _refuses_at(evaluator, call, keyword, call.args.index(argument))


def refuses_attribute(evaluator: Evaluator, statement: cst.AnnAssign) -> bool:
    """Whether an attribute is declared, where it is assigned, to hold something that cannot be awaited."""
    return not isinstance(statement.target, cst.Name) and _refuses(evaluator, statement.annotation)


def refuses_result(evaluator: Evaluator, node: cst.FunctionDef, *, yielded: bool) -> bool:
    """Whether a function is declared to return, or to yield, something that cannot be awaited.

    An `async def` that declares nothing: whether another way through it, or a method of its class that awaits it,
    tells that what awaiting it gives is a result and no further coroutine.
    """
    if node.returns is None:
        return not yielded and node.asynchronous is not None and _gives_result(evaluator, node)
    if not yielded:
        is_meant = node.asynchronous is not None or _only_coroutines(evaluator, node)
        return is_meant and _refuses(evaluator, node.returns)
    declared = _declared(evaluator, node.returns)
    cls = declared.cls if isinstance(declared, Instance) else Class("")
    items = cls.arguments[:1] if cls.name.rpartition(".")[2] in _ITERATORS else ()
    return bool(items) and _are_plain(evaluator.program, items[0])


@query(cycle=False)
def refuses_parameter(program: Program, path: str, qualname: str, keyword: str, position: int) -> bool:
    """Whether a function can make no use of an awaitable as the argument of a keyword, or else of a position."""
    found = functions_named(program, path, qualname)
    return bool(found) and all(_makes_no_use(evaluator, node, keyword, position) for evaluator, node in found)


def _declared(evaluator: Evaluator, annotation: cst.Annotation) -> Value:
    return generics.closed(annotated.instance(evaluator, annotation.annotation).value)


def _refuses(evaluator: Evaluator, annotation: cst.Annotation) -> bool:
    """Whether nothing of a declared type can be awaited."""
    return _are_plain(evaluator.program, _declared(evaluator, annotation))


def _are_plain(program: Program, value: Value) -> bool:
    return all(_is_plain(program, member) for member in members(value))


def _refuses_at(evaluator: Evaluator, call: cst.Call, keyword: str, position: int) -> bool:
    """Whether what is called can make no use of an awaitable as the argument of a keyword, or else of a position."""
    return all(_is_refused(evaluator, value, keyword, position) for value in members(evaluator.value(call.func)))


def _is_refused(evaluator: Evaluator, value: Value, keyword: str, position: int) -> bool:
    if evaluator.program.libraries.takes_values(name_of(value)):
        return True
    if isinstance(value, Class) and keyword and _is_plain_field(evaluator.program, value, keyword):
        return True
    function = _function(evaluator, value)
    if function is None or not function.path:
        return False
    position += function.receiver is not None
    return evaluator.program.queries.ask(refuses_parameter, function.path, function.qualname, keyword, position)


def _is_plain_field(program: Program, cls: Class, name: str) -> bool:
    """Whether a class declares an attribute of plain type and leaves its constructor to others, as dataclasses do."""
    ancestry = program.queries.ask(classes.ancestry, cls)
    own = [owner for owner in ancestry.classes[: ancestry.certain] if owner.path and owner.name != "builtins.object"]
    members_found = [program.queries.ask(classes.member, o.path, o.qualname, name) for o in own]
    field = next((found for found in members_found if found is not None), None)
    if field is None or field.kind != "declared" or not ancestry.complete:
        return False
    makers = [program.queries.ask(classes.member, o.path, o.qualname, m) for o in own for m in ("__init__", "__new__")]
    return not any(makers) and _are_plain(program, generics.closed(field.denotation.value))


def _function(evaluator: Evaluator, value: Value) -> Function | None:
    """The function that a call of a value runs first: of a class, its `__init__`."""
    if isinstance(value, Class):
        value = classes.attribute(evaluator, Instance(value), "__init__").value
    return value if isinstance(value, Function) else None


def _is_plain(program: Program, value: Value) -> bool:
    if isinstance(value, Constant):
        return True
    if not isinstance(value, Instance) or not value.cls.path:
        return False
    ancestry = program.queries.ask(classes.ancestry, value.cls)
    if not ancestry.complete or value.cls.name in _OF_EVERYTHING:
        return False
    bases = program.queries.ask(classes.bases, value.cls.path, value.cls.qualname)
    if any(isinstance(base, Class) and base.name in _PROTOCOLS for base in bases):
        return False
    owners = [cls for cls in ancestry.classes if cls.path]
    return not any(program.queries.ask(classes.member, o.path, o.qualname, "__await__") for o in owners)


def _only_coroutines(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    """Whether a plain function returns nothing but coroutines; others may serve both kinds of callers."""
    returned = [n.value for n in functions.own_nodes(node.body) if isinstance(n, cst.Return)]
    values = [evaluator.value(value) if value is not None else Constant(None) for value in returned]
    return all(value == Constant(None) or is_coroutine(value) for value in values)


def _gives_result(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    returned = [n.value for n in functions.own_nodes(node.body) if isinstance(n, cst.Return) and n.value is not None]
    values = [evaluator.value(value) for value in returned]
    has_result = any(
        isinstance(value, Display) or (isinstance(value, Constant) and value.value is not None) for value in values
    )
    awaits = any(isinstance(v, cst.Await) and not is_coroutine(evaluator.value(v)) for v in returned)
    return has_result or awaits or _is_awaited_once(evaluator, node)


def _is_awaited_once(evaluator: Evaluator, node: cst.FunctionDef) -> bool:
    """Whether a method of the same class awaits the method, and uses what that gives as a result or not at all."""
    site, name = evaluator.site, node.name.value
    if not site.scope or node is not evaluator.tree.root:
        return False
    for segment in evaluator.program.queries.ask(mentions, site.path, site.scope, name):
        tree = tree_of(segment)
        if isinstance(tree, Tree):
            caller = Evaluator(evaluator.program, Site(site.path, segment.scope, segment.name), tree)
            if any(_is_result(caller, awaited, site.qualname) for awaited in tree.of_type(cst.Await)):
                return True
    return False


def _is_result(evaluator: Evaluator, node: cst.Await, qualname: str) -> bool:
    call, above = node.expression, evaluator.tree.parents.get(node)
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return False
    if call.func.attr.value != qualname.rpartition(".")[2]:
        return False
    function = evaluator.value(call.func)
    if not isinstance(function, Function) or (function.path, function.qualname) != (evaluator.site.path, qualname):
        return False
    if isinstance(above, cst.Return):
        owner = next((a for a in evaluator.tree.ancestors(above) if isinstance(a, cst.FunctionDef)), None)
        return owner is not None and owner.returns is not None and refuses_result(evaluator, owner, yielded=False)
    return isinstance(above, cst.Expr | cst.Attribute | cst.Subscript)


def _makes_no_use(evaluator: Evaluator, node: cst.FunctionDef, keyword: str, position: int) -> bool:
    parameter = _parameter(node.params, keyword, position)
    if parameter is None:
        return not keyword and _forwards(evaluator, node, position)
    if parameter.annotation is not None:
        return _refuses(evaluator, parameter.annotation)
    return _only_reads(evaluator, node, parameter.name.value)


def _parameter(parameters: cst.Parameters, keyword: str, position: int) -> cst.Param | None:
    positional = [*parameters.posonly_params, *parameters.params]
    if keyword:
        named = (*parameters.params, *parameters.kwonly_params)
        return next((p for p in named if p.name.value == keyword), None)
    return positional[position] if position < len(positional) else None


def _forwards(evaluator: Evaluator, node: cst.FunctionDef, position: int) -> bool:
    """Whether a function does nothing with its `*args` but hand them on to something that refuses the one asked for."""
    rest = node.params.star_arg
    if not isinstance(rest, cst.Param) or position > _MOST_ARGUMENTS:
        return False
    position -= len(node.params.posonly_params) + len(node.params.params)
    arguments = [evaluator.tree.parents.get(read) for read in _reads_of(evaluator, node, rest.name.value)]
    return bool(arguments) and all(
        isinstance(argument, cst.Arg) and _hands_on(evaluator, argument, position) for argument in arguments
    )


def _hands_on(evaluator: Evaluator, argument: cst.Arg, position: int) -> bool:
    call = evaluator.tree.parents.get(argument)
    if not isinstance(call, cst.Call) or argument.star != "*":
        return False
    index = call.args.index(argument)
    return not any(before.star for before in call.args[:index]) and _refuses_at(evaluator, call, "", index + position)


def _only_reads(evaluator: Evaluator, node: cst.FunctionDef, name: str) -> bool:
    """Whether a function reads a parameter in ways that fail on a coroutine, before it may hand it on."""
    if len(evaluator.scopes.bindings(node, name)) != 1 or functions.kind_of(node) == "async generator":
        return False
    reads = [read for read in _reads_of(evaluator, node, name) if not _is_harmless(evaluator, read)]
    fails = [_fails(evaluator, read) for read in reads]
    return bool(fails) and fails[0] and (all(fails) or _always_runs(evaluator.tree, reads[0], node))


def _always_runs(tree: Tree, read: cst.Name, function: cst.FunctionDef) -> bool:
    """Whether an expression is evaluated whenever the function gets as far as its statement, and may get there."""
    for above in tree.ancestors(read):
        if above is function:
            return True
        if isinstance(above, _CONDITIONAL):
            return False
    return False


def _reads_of(evaluator: Evaluator, node: cst.FunctionDef, name: str) -> Iterator[cst.Name]:
    for inner in evaluator.tree.walk(node.body):
        if isinstance(inner, cst.Name) and inner.value == name:
            above = evaluator.tree.parents.get(inner)
            is_other = (isinstance(above, cst.Attribute) and above.attr is inner) or (
                isinstance(above, cst.Arg) and above.keyword is inner
            )
            if not is_other and evaluator.scopes.lookup(name, inner)[0] is node:
                yield inner


def _is_harmless(evaluator: Evaluator, read: cst.Name) -> bool:
    """Whether a read neither runs a coroutine nor hands it on: a test, or `getattr(row, "name", "")`."""
    above = evaluator.tree.parents.get(read)
    call = evaluator.tree.parents.get(above) if isinstance(above, cst.Arg) else None
    if isinstance(call, cst.Call) and len(call.args) > 1 and above is call.args[0]:
        attribute = evaluator.value(call.args[1].value)
        is_getattr = isinstance(call.func, cst.Name) and call.func.value in ("getattr", "hasattr")
        return is_getattr and isinstance(attribute, Constant) and not str(attribute.value).startswith("__")
    return isinstance(above, _HARMLESS)


def _fails(evaluator: Evaluator, read: cst.Name) -> bool:
    above = evaluator.tree.parents.get(read)
    call = evaluator.tree.parents.get(above) if isinstance(above, cst.Arg) else None
    if isinstance(above, cst.Arg) and isinstance(call, cst.Call):
        return not above.star and refuses_argument(evaluator, call, above)
    if isinstance(above, cst.Attribute):
        attribute = above.attr.value
        return attribute not in _COROUTINE_ATTRIBUTES and not attribute.startswith(("cr_", "__"))
    field = _READS.get(type(above)) if above is not None else None
    return field is not None and getattr(above, field) is read
