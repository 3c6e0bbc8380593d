"""Names for findings that stay the same while other code changes."""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b


def fingerprints(findings: Iterable[tuple[str, str, str, str]]) -> list[str]:
    """A name of 16 hexadecimal digits for each finding of a file, in order.

    A finding is given as its rule, the file's path in the project, the enclosing scope and the reported source text,
    in which white space does not count. Findings that agree in all of that are numbered in the order given.
    """
    seen: Counter[bytes] = Counter()
    names: list[str] = []
    for rule, path, scope, text in findings:
        # NUL keeps the parts apart: no rule, path or scope can hold one, and the text stands last.
        content = "\0".join((rule, path, scope, " ".join(text.split()))).encode("utf-8", "surrogatepass")
        names.append(blake2b(content + b"\0%d" % seen[content], digest_size=8).hexdigest())
        seen[content] += 1
    return names
