"""What a report rests on: the questions about files that led to it, each with a digest of its answer.

A report that was kept stands as long as the text of its file is the same and its facts are still true. Facts are plain
values: they can be stored, and asked again in another process.
"""

import msgspec

PLACES, PROJECT, PACKAGES = ":places:", ":project", ":packages"
"""What facts are about that are not about one file's text: where imports lead from the file whose path follows, all of
the project, the installed packages."""


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """A question and, in `mark`, a digest of itself and its answer: the fact is true while asking gives that mark.

    `topic` is the path of the file that it is about, or one of the constants above. Marks are signed, of 64 bits.
    """

    mark: int
    topic: str
    kind: str
    arguments: tuple[str, ...]
