"""How the code spells what it uses; what that is, only `Unit.denotes` tells."""

import libcst as cst


def last_name(node: cst.CSTNode) -> str:
    """The last word of a name or attribute; of a call, that of what it calls; "" for anything else."""
    while isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""
