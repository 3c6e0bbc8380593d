"""Commands that other programs are started with, as far as the code spells them out."""

import libcst as cst

from sadpath.rule import Constant, Unit

_ASKS_ABOUT_ITSELF = frozenset({"--help", "--version", "-V", "version"})


def is_brief(unit: Unit, call: cst.Call, brief: tuple[str, ...]) -> bool:
    """Whether the command that a call runs ends at once.

    It begins as one of `brief`, or asks a program only for its version or help.
    """
    command = call.args[0].value if call.args and not call.args[0].star else None
    if command is None:
        return False
    words = _words(unit, command)
    if not _ASKS_ABOUT_ITSELF.isdisjoint(words):
        return True
    program, *rest = words or [""]
    begins = " ".join([program.rpartition("/")[2], *rest]) + " "
    return any(begins.startswith(f"{one} ") for one in brief)


def _words(unit: Unit, command: cst.BaseExpression) -> list[str]:
    """The words of a command; "?" for one that only running tells."""
    if isinstance(command, cst.List | cst.Tuple):
        values = [unit.denotes(element.value).value for element in command.elements]
        texts = [value.value if isinstance(value, Constant) else None for value in values]
        return [text if isinstance(text, str) else "?" for text in texts]
    value = unit.denotes(command).value
    return value.value.split() if isinstance(value, Constant) and isinstance(value.value, str) else []
