"""How the code spells what it uses; what that is, only `Unit.denotes` tells."""

import libcst as cst


def what_decorates(decorator: cst.BaseExpression) -> cst.BaseExpression:
    """Of what stands behind an `@`: what is called to get the decorator, or else the decorator itself."""
    return decorator.func if isinstance(decorator, cst.Call) else decorator


def last_name(node: cst.CSTNode) -> str:
    """The last word of a name or attribute; of a call, that of what it calls; "" for anything else."""
    while isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
