"""The reports on a project's files that earlier checks left behind, and which of them still stand."""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from sadpath.analysis.fact import PACKAGES, PLACES, PROJECT, Fact
from sadpath.analysis.finding import FileReport
from sadpath.analysis.meaning.project_names import Names
from sadpath.workspace.name_index import NameIndex
from sadpath.workspace.observed import State, is_directory, look_again, merge
from sadpath.workspace.store import Doubt, Key, Scratch, Store

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


class Elsewhere(Protocol):
    """Another state of the files than that on the disk."""

    @property
    def changed(self) -> Collection[str]:
        """The files that are different there; directories, ending with a slash, where some are there only once."""
        ...

    def holds(self, fact: Fact) -> bool:
        """Whether a fact that is true on the disk is true there as well."""
        ...

    def is_true(self, fact: Fact) -> bool:
        """Whether the question has this answer there, whatever it is on the disk."""
        ...

    def digest(self, path: str) -> bytes | None:
        """The digest of a file's content there, as a `State` has it; None if the content is that on the disk."""
        ...


class Compared(NamedTuple):
    """What reports there are on a project's files elsewhere.

    Those on the `unaffected` files are the same as on the disk. `known` are others, which an earlier check has left
    behind: they stand no more, but do there.
    """

    unaffected: set[str]
    known: dict[str, FileReport]


class _Fell(msgspec.Struct):
    """What was kept before this check and does not stand: reports with their marks, encoded, and facts by their marks.

    `true` are the marks of the facts that are true.
    """

    reports: dict[str, tuple[bytes, bytes]] = {}
    facts: dict[int, Fact] = {}
    true: set[int] = set()


class _Topic(msgspec.Struct, frozen=True, array_like=True):
    """The facts about one topic, encoded, and their marks."""

    marks: bytes
    facts: bytes


class Kept:
    """The reports on one project's files, in a store. Whatever is wrong with that, nothing was kept.

    `root` is the project's directory. `witness` gives one; it is called if something has changed.
    """

    def __init__(self, store: Store | Scratch, root: Path, witness: Callable[[], Witness]) -> None:
        self._store = store
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

    def compare(self, other: Elsewhere) -> Compared:
        """What reports there are in another state of the files. To be asked after `save`."""
        try:
            return self._compare(other) if self._is_saved else Compared(set(), {})
        except (Doubt, msgspec.MsgspecError, LookupError, ValueError, TypeError):
            return Compared(set(), {})

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
        with suppress(UnicodeEncodeError):  # the name of its file, or of one that it rests on, is no text
            for fact in made.facts:  # encoded, they take a fifth of the memory
                self._new_facts.setdefault(fact.topic, {})[fact.mark] = _encoded(fact)
            if made.marks is not None:
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
        self._new_facts: dict[str, dict[int, msgspec.Raw]] = {}
        self._facts: dict[str, bytes] | None = {}
        self._different: Collection[str] = ()
        self._fell = _Fell()
        self._is_saved = False

    def _standing(self, paths: Iterable[str]) -> dict[str, FileReport]:
        values = self._store.read(_STATES[0], "report")
        self._states_before = msgspec.msgpack.decode(values[_STATES], type=dict[str, State])
        self._states, self._different = look_again(self._states_before)
        self._facts = None
        fallen = self._fallen(self._different) if self._different else set[str]()
        reports = msgspec.msgpack.Decoder(FileReport)
        for path in fallen:
            self._fell.reports[path] = (values["report", path], self._fell.reports[path][1])
        wanted = {path: values.get(("report", path)) for path in paths if path not in fallen}
        return {path: reports.decode(value) for path, value in wanted.items() if value is not None}

    def _fallen(self, changed: Collection[str]) -> set[str]:
        """The files whose reports do not stand: they have changed, or a fact is not true any more."""
        values = self._store.read("marks", "facts")
        self._facts = {name: value for (kind, name), value in values.items() if kind == "facts"}
        self._fell.true = true = self._true(changed)
        fallen = {
            path: value
            for (kind, path), value in values.items()
            if kind == "marks" and (path in changed or not true.issuperset(_marks(value)))
        }
        self._fell.reports = {path: (b"", marks) for path, marks in fallen.items()}
        for path in fallen:
            self._changes["report", path] = self._changes["marks", path] = None
        return set(fallen)

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
                self._fell.facts |= {fact.mark: fact for fact in facts if fact.mark not in true}
                self._set_facts(topic, {fact.mark: _encoded(fact) for fact in kept})
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

    def _compare(self, other: Elsewhere) -> Compared:
        values = self._store.read("marks", "facts")
        changed = other.changed
        doubtful = self._doubtful(changed)
        false: set[int] = set()
        for (kind, topic), value in values.items():
            if kind == "facts" and doubtful(topic):
                facts = msgspec.msgpack.decode(msgspec.msgpack.decode(value, type=_Topic).facts, type=list[Fact])
                false.update(fact.mark for fact in facts if not other.holds(fact))
        unaffected = {
            path
            for (kind, path), value in values.items()
            if kind == "marks" and path not in changed and false.isdisjoint(_marks(value))
        }
        return Compared(unaffected, self._standing_in(other, false))

    def _standing_in(self, other: Elsewhere, false: set[int]) -> dict[str, FileReport]:
        """The reports that fell when this check began, and stand in another state, where these facts are `false`."""
        if not self._fell.reports:
            return {}
        true = (self._fell.true - false) | {mark for mark, fact in self._fell.facts.items() if other.is_true(fact)}
        reports = msgspec.msgpack.Decoder(FileReport)
        return {
            path: reports.decode(report)
            for path, (report, marks) in self._fell.reports.items()
            if self._was_of(other, path) and true.issuperset(_marks(marks))
        }

    def _was_of(self, other: Elsewhere, path: str) -> bool:
        """Whether what was kept of a file before this check was of the content that it has in another state."""
        digest = other.digest(path)
        if digest is None:
            return path not in self._different
        return path in self._states_before and self._states_before[path].digest == digest

    def _take_in_names(self, names: dict[str, Names | None] | None) -> None:
        if names is not None:
            with suppress(UnicodeEncodeError):  # the name of a file is no text
                self._changes[_NAMES] = msgspec.msgpack.encode(names)

    def _take_in_facts(self) -> None:
        """Put the new facts beside the others on their topics."""
        if not self._new_facts:
            return
        if self._facts is None:
            self._facts = {name: value for (_, name), value in self._store.read("facts").items()}
        for topic, facts in self._new_facts.items():
            if topic in self._facts:
                known = msgspec.msgpack.decode(self._facts[topic], type=_Topic)
                marks = _marks(known.marks)
                if set(marks).issuperset(facts):
                    continue
                encoded = msgspec.msgpack.decode(known.facts, type=list[msgspec.Raw])
                facts |= dict(zip(marks, encoded, strict=True))
            self._set_facts(topic, facts)

    def _set_facts(self, topic: str, facts: Mapping[int, msgspec.Raw]) -> None:
        marks = array("q", facts).tobytes()
        value = msgspec.msgpack.encode(_Topic(marks, msgspec.msgpack.encode(list(facts.values()))))
        self._changes["facts", topic] = value if facts else None
        if self._facts is not None:
            self._facts[topic] = value


def _encoded(fact: Fact) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(fact))


def _marks(encoded: bytes) -> "array[int]":
    marks = array("q")
    marks.frombytes(encoded)
    return marks
