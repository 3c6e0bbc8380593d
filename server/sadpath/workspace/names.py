"""What to say about a name that is not known."""

from collections.abc import Collection
from difflib import get_close_matches


def suggestion(name: str, names: Collection[str]) -> str:
    """The end of a message about a mistyped name: the known one that is nearest to it, or all of them."""
    nearest = get_close_matches(name, names, n=1)
    return f"; did you mean `{nearest[0]}`?" if nearest else f"; valid are {', '.join(sorted(names))}"
