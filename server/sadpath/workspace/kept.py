"""The reports on a project's files that earlier checks left behind, and which of them still stand."""

from array import array
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import msgspec

from sadpath.analysis.fact import PACKAGES, PLACES, PROJECT, Fact
from sadpath.analysis.finding import FileReport
from sadpath.analysis.meaning.project_names import Names
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import State, is_directory, look_again, merge
from sadpath.workspace.store import Doubt, Key, Store

_STATES: Key = ("states", "")
_NAMES: Key = ("names", "")


class Made(msgspec.Struct, frozen=True):
    """What a report was made of: the marks of its facts, None if it must not be kept.

    `facts` and `states` are those that have not been told with an earlier report; `names` are those in all files of the
    project, None where they have been told.
    """

    marks: tuple[int, ...] | None
    facts: tuple[Fact, ...]
    states: dict[str, State]
    names: dict[str, Names | None] | None = None


class Checked(FileReport, frozen=True):
    """A report that was just made, and of what."""

    made: Made = Made(None, (), {})

    @property
    def report(self) -> FileReport:
        """The report alone."""
        return FileReport(self.path, self.findings, self.skipped, self.accepted)


class Witness(Protocol):
    """Who can tell whether facts are still true."""

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has the same answer now."""
        ...

    def states(self) -> dict[str, State]:
        """What was looked at since this was last asked."""
        ...

    def names(self) -> dict[str, Names | None] | None:
        """The names in all files of the project, if any are new since this was last asked."""
        ...


class _Topic(msgspec.Struct, frozen=True, array_like=True):
    """The facts about one topic, encoded, and their marks."""

    marks: bytes
    facts: bytes


class Kept:
    """The reports on one project's files, in one file. Whatever is wrong with that file, nothing was kept.

    `root` is the project's directory. `witness` gives one; it is called if something has changed.
    """

    def __init__(self, file: Path, root: Path, witness: Callable[[], Witness]) -> None:
        self._store = Store(file)
        self._root = f"{root.as_posix().rstrip('/')}/"
        self._witness = witness
        self._begin_anew()

    def standing(self, paths: Iterable[str]) -> dict[str, FileReport]:
        """The reports on these files that still stand."""
        try:
            return self._standing(paths)
        except (Doubt, msgspec.MsgspecError, LookupError, ValueError, TypeError):
            self._begin_anew()
            return {}

    def unaffected(self, changed: Collection[str], is_true: Callable[[Fact], bool]) -> set[str]:
        """The files whose reports would be the same after some change, which does not touch the disk.

        `changed` are the files and directories that it changes, and `is_true` tells which facts about them are true
        then. Files of whose reports nothing is kept are affected. To be asked after `save`.
        """
        try:
            return self._unaffected(changed, is_true) if self._is_saved else set()
        except (Doubt, msgspec.MsgspecError, LookupError, ValueError, TypeError):
            return set()

    def names(self) -> dict[str, Names | None]:
        """The names in the project's files, as they are on the disk; none if they are not known. For after `save`."""
        try:
            values = self._store.read(_NAMES[0]) if self._is_saved else {}
            return msgspec.msgpack.decode(values[_NAMES], type=dict[str, Names | None])
        except (Doubt, msgspec.MsgspecError, LookupError):
            return {}

    def add(self, checked: Checked) -> None:
        """Take in a report, to be kept."""
        made = checked.made
        merge(self._states, made.states)
        self._take_in_names(made.names)
        self._new_facts.update((fact.mark, fact) for fact in made.facts)
        if made.marks is not None:
            with suppress(UnicodeEncodeError):  # the name of its file is no text
                self._changes["report", checked.path] = msgspec.msgpack.encode(checked.report)
                self._changes["marks", checked.path] = array("q", made.marks).tobytes()

    def name_index(self) -> NameIndex:
        """The names in the project's files, as far as they are known."""
        if not self._states_before:
            return NameIndex()  # nothing was kept, or it is not known of when
        try:
            known = msgspec.msgpack.decode(self._store.read(_NAMES[0])[_NAMES], type=dict[str, Names | None])
        except (Doubt, msgspec.MsgspecError, LookupError):
            return NameIndex()
        names = {path: None if path in self._different else found for path, found in known.items()}
        moved = any(map(is_directory, self._different))
        if moved:
            self._changes[_NAMES] = None
        elif self._different:
            self._take_in_names(names)
        return NameIndex(names, complete=not moved)

    def save(self) -> None:
        """Write what has changed. Where that fails, nothing was kept."""
        with suppress(Doubt, msgspec.MsgspecError, UnicodeEncodeError):
            self._take_in_facts()
            if self._changes or self._states != self._states_before:
                self._store.write({**self._changes, _STATES: msgspec.msgpack.encode(self._states)})
            self._is_saved = True

    def _begin_anew(self) -> None:
        self._store.forget()
        self._states: dict[str, State] = {}
        self._states_before: dict[str, State] = {}
        self._changes: dict[Key, bytes | None] = {}
        self._new_facts: dict[int, Fact] = {}
        self._facts: dict[str, bytes] | None = {}
        self._different: Collection[str] = ()
        self._is_saved = False

    def _standing(self, paths: Iterable[str]) -> dict[str, FileReport]:
        values = self._store.read(_STATES[0], "report")
        self._states_before = msgspec.msgpack.decode(values[_STATES], type=dict[str, State])
        self._states, self._different = look_again(self._states_before)
        self._facts = None
        fallen = self._fallen(self._different) if self._different else set[str]()
        reports = msgspec.msgpack.Decoder(FileReport)
        wanted = {path: values.get(("report", path)) for path in paths if path not in fallen}
        return {path: reports.decode(value) for path, value in wanted.items() if value is not None}

    def _fallen(self, changed: Collection[str]) -> set[str]:
        """The files whose reports do not stand: they have changed, or a fact is not true any more."""
        values = self._store.read("marks", "facts")
        self._facts = {name: value for (kind, name), value in values.items() if kind == "facts"}
        true = self._true(changed)
        fallen = {
            path
            for (kind, path), value in values.items()
            if kind == "marks" and (path in changed or not true.issuperset(_marks(value)))
        }
        for path in fallen:
            self._changes["report", path] = self._changes["marks", path] = None
        return fallen

    def _true(self, changed: Collection[str]) -> set[int]:
        """The marks of the facts that are true. Only those whose topics have changed are asked again."""
        witness = self._witness()
        doubtful = self._doubtful(changed)
        true: set[int] = set()
        for topic, value in list((self._facts or {}).items()):
            known = msgspec.msgpack.decode(value, type=_Topic)
            if not doubtful(topic):
                true.update(_marks(known.marks))
                continue
            facts = msgspec.msgpack.decode(known.facts, type=list[Fact])
            kept = [fact for fact in facts if witness.is_true(fact)]
            true.update(fact.mark for fact in kept)
            if len(kept) < len(facts):
                self._set_facts(topic, kept)
        merge(self._states, witness.states())
        self._take_in_names(witness.names())
        return true

    def _doubtful(self, changed: Collection[str]) -> Callable[[str], bool]:
        """Whether facts about a topic may be different after a change."""
        moved = any(map(is_directory, changed))
        in_project = moved or any(path.startswith(self._root) for path in changed)
        outside = moved or any("/site-packages/" in path or not path.startswith(self._root) for path in changed)
        whole = {PROJECT: in_project, PACKAGES: outside}

        def doubtful(topic: str) -> bool:
            return moved if topic.startswith(PLACES) else whole.get(topic, topic in changed)

        return doubtful

    def _unaffected(self, changed: Collection[str], is_true: Callable[[Fact], bool]) -> set[str]:
        values = self._store.read("marks", "facts")
        doubtful = self._doubtful(changed)
        false: set[int] = set()
        for (kind, topic), value in values.items():
            if kind == "facts" and doubtful(topic):
                facts = msgspec.msgpack.decode(msgspec.msgpack.decode(value, type=_Topic).facts, type=list[Fact])
                false.update(fact.mark for fact in facts if not is_true(fact))
        return {
            path
            for (kind, path), value in values.items()
            if kind == "marks" and path not in changed and false.isdisjoint(_marks(value))
        }

    def _take_in_names(self, names: dict[str, Names | None] | None) -> None:
        if names is not None:
            self._changes[_NAMES] = msgspec.msgpack.encode(names)

    def _take_in_facts(self) -> None:
        """Put the new facts beside the others on their topics."""
        if not self._new_facts:
            return
        if self._facts is None:
            self._facts = {name: value for (_, name), value in self._store.read("facts").items()}
        topics: dict[str, dict[int, Fact]] = {}
        for mark, fact in self._new_facts.items():
            topics.setdefault(fact.topic, {})[mark] = fact
        for topic, facts in topics.items():
            if topic in self._facts:
                known = msgspec.msgpack.decode(self._facts[topic], type=_Topic)
                if set(_marks(known.marks)).issuperset(facts):
                    continue
                facts |= {fact.mark: fact for fact in msgspec.msgpack.decode(known.facts, type=list[Fact])}
            self._set_facts(topic, facts.values())

    def _set_facts(self, topic: str, facts: Collection[Fact]) -> None:
        marks = array("q", [fact.mark for fact in facts]).tobytes()
        value = msgspec.msgpack.encode(_Topic(marks, msgspec.msgpack.encode(list(facts))))
        self._changes["facts", topic] = value if facts else None
        if self._facts is not None:
            self._facts[topic] = value


def _marks(encoded: bytes) -> "array[int]":
    marks = array("q")
    marks.frombytes(encoded)
    return marks
