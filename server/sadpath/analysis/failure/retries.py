"""Code that tries the same thing again after it failed: what it tries, what ends it, how long it waits."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import libcst as cst

from sadpath.analysis.failure import effects, guards
from sadpath.analysis.failure.causes import (
    Cause,
    asks_for_race,
    catches,
    catches_network,
    caught_name,
    causes,
    is_not_ready,
    suppressing_items,
)
from sadpath.analysis.failure.delays import delay_of
from sadpath.analysis.failure.guards import Condition
from sadpath.analysis.failure.places import (
    AnyTry,
    Loop,
    calls_in,
    exits_of,
    loaded,
    own,
    place_name,
    statements,
    stored,
    surroundings,
)
from sadpath.analysis.failure.polls import poll
from sadpath.analysis.failure.recursions import recursion, refusal
from sadpath.rule import Catcher, Delay, Exit, Failure, Path, Retrying, RetryLoop, Unit


def retry_loop(unit: Unit, node: Retrying) -> RetryLoop | None:
    """How a loop, or a function that calls itself from a `try` or an `if`, tries again; None where it does not."""
    if isinstance(node, cst.Try | cst.TryStar):
        return recursion(unit, node)
    if isinstance(node, cst.If):
        return refusal(unit, node)
    if any(effects.asks_user(call) for call in calls_in(node)) or _is_in_iterator(unit, node):
        return None
    found = (attempt.read() for attempt in _attempts(unit, node))
    return next((one for one in found if one), None) or poll(unit, node)


def _is_in_iterator(unit: Unit, node: Loop) -> bool:
    """Whether a loop looks for the next item of an iterator, so that it goes on with another one."""
    scope = unit.scope(node)
    return isinstance(scope, cst.FunctionDef) and scope.name.value in ("__next__", "__anext__")


def _attempts(unit: Unit, loop: Loop) -> Iterator["_Attempt"]:
    for node in own(loop.body):
        if isinstance(node, cst.Try | cst.TryStar) or (isinstance(node, cst.With) and suppressing_items(unit, node)):
            around = surroundings(unit, node, loop)
            if around is not None:
                yield _Attempt(unit, loop, node, *around)


class _Attempt:
    """A `try` (or `with suppress`) in a loop, as one attempt of what the loop may try again."""

    def __init__(
        self,
        unit: Unit,
        loop: Loop,
        node: AnyTry | cst.With,
        before: tuple[cst.BaseStatement, ...],
        after: tuple[cst.BaseStatement, ...],
    ) -> None:
        self.unit = unit
        self.loop = loop
        self.before = before
        self.body = statements(node.body)
        self.otherwise: tuple[cst.BaseStatement, ...] = ()
        self.after = after
        self.catchers: Sequence[Catcher] = (node,) if isinstance(node, cst.With) else tuple(node.handlers)
        if not isinstance(node, cst.With):
            self.otherwise = statements(node.orelse.body) if node.orelse else ()
            self.after = (*(statements(node.finalbody.body) if node.finalbody else ()), *after)

    def read(self) -> RetryLoop | None:
        """The retry that the loop is by this attempt; None where it is none."""
        if all(_surely_leaves(catcher) for catcher in self.catchers) or self._tries_another_thing():
            return None
        tried = effects.attempt(self.unit, self.body)
        if tried is None or effects.takes_next(tried) or self._advances():
            return None
        failures = tuple(found for catcher in self.catchers if (found := self._failure(catcher)))
        if not failures:
            return None
        if self._is_left_by_success():
            return RetryLoop(self.loop, "loop", tried, failures, self._is_bounded(), guards.most(self.unit, self.loop))
        if restarting := tuple(failure for failure in failures if self._restarts(failure)):
            return RetryLoop(self.loop, "restart", self._opening or tried, restarting, bounded=True)
        return None

    @cached_property
    def condition(self) -> Condition:
        """Until when the loop goes on by itself."""
        return guards.condition(self.unit, self.loop)

    @cached_property
    def flag(self) -> guards.Flag | None:
        """The flag that the loop tests."""
        return guards.flag_of(self.loop)

    @cached_property
    def _results(self) -> frozenset[str]:
        """The places that a successful attempt stores."""
        return stored(own(*self.body, *self.otherwise))

    @cached_property
    def _inputs(self) -> frozenset[str]:
        """The places that the attempt, and what is prepared for it, read; telling and waiting left out."""
        prepared = [statement for statement in self.before if not isinstance(statement, cst.If)]
        region = (*prepared, *self.body)
        quiet = {node for call in calls_in(*region) if effects.does_nothing(self.unit, call) for node in own(call)}
        return loaded((node for node in own(*region) if node not in quiet), self.unit)

    def _tries_another_thing(self) -> bool:
        """Whether each attempt is made with something new: a loop variable, a random name, the next candidate."""
        if isinstance(self.loop, cst.For) and self.condition is Condition.BOUNDED:
            only_counts = guards.ranges(self.unit, self.loop) and self._inputs.isdisjoint(stored([self.loop]))
        else:
            only_counts = True
        calls = calls_in(*self.before, *self.body)
        return not only_counts or any(effects.is_fresh(call) or self._asks_for_input(call) for call in calls)

    def _asks_for_input(self, call: cst.Call) -> bool:
        """Whether a function that was given, such as one that asks the user, gives what the attempt is made with."""
        assign = self.unit.parent(call)
        if not isinstance(call.func, cst.Name) or not isinstance(assign, cst.Assign):
            return False
        is_given = any(isinstance(one, cst.Param) for one in self.unit.stores(call.func.value, self.unit.scope(call)))
        used = loaded((a for other in calls_in(*self.body) for a in own(*other.args)), self.unit)
        return is_given and not stored(own(assign)).isdisjoint(used)

    def _advances(self) -> bool:
        """Whether the attempt reads what each round of the loop makes from the last one: a position, a parent."""
        carried: frozenset[str] = frozenset()
        made: frozenset[str] = frozenset()
        stored_before = stored(own(*self.before))
        for statement in self.before:
            reads = loaded(own(statement), self.unit)
            stores = stored(own(statement))
            carried |= (reads - made) & stored_before
            carried |= stores if reads & carried else frozenset()
            made |= stores
        return not carried.isdisjoint(loaded(own(*self.body), self.unit))

    # What happens after it failed

    def _failure(self, catcher: Catcher) -> Failure | None:
        """The way back to the next attempt through a handler; None where there is none, or it belongs to the logic."""
        handler = () if isinstance(catcher, cst.With) else statements(catcher.body)
        found = causes(self.unit, catcher) - {Cause.CONTROL}
        if not found or self._waits_in_slices(found) or self._is_hoped_to_be_free(found) or self._changes(handler):
            return None
        name = caught_name(catcher)
        known = guards.literals(own(*handler), name)
        ways = [way for way in self.unit.paths([*handler, *self.after]) if self._is_possible(way, known)]
        back = [way for way in ways if self._comes_back(way)]
        tests = [test.test for way in ways for test in self._deciding(way)]
        if not back or any(is_not_ready(test) for test in tests):
            return None
        steps = [step for way in back for step in way.steps]
        calls = tuple(calls_in(*steps))
        return Failure(
            catcher,
            self._delay(calls),
            bounded=any(self._gives_up(way, handler, name) for way in ways if way not in back)
            or any(effects.may_give_up(self.unit, call, name) for call in calls),
            race=found == frozenset({Cause.RACE}) or any(asks_for_race(test) for test in tests),
            mends=self._mends(steps) or self._resets(handler),
            timed_out=found == frozenset({Cause.TIMEOUT}),
        )

    def _waits_in_slices(self, found: frozenset[Cause]) -> bool:
        return found == frozenset({Cause.TIMEOUT}) and any(
            effects.is_wait_in_slices(call) for call in calls_in(*self.body)
        )

    def _is_hoped_to_be_free(self, found: frozenset[Cause]) -> bool:
        return found <= {Cause.RACE, Cause.OTHER} and any(
            effects.makes_unique(call) for call in calls_in(*self.before, *self.body)
        )

    def _changes(self, handler: Sequence[cst.BaseStatement]) -> bool:
        """Whether the handler changes what is tried; to reset a place to None does not."""
        reset = {target for node in own(*handler) if _is_reset(node) for target in own(node)}
        changed = stored(node for node in own(*handler) if node not in reset)
        return bool(changed & (self._inputs - self._results))

    def _mends(self, steps: Iterable[cst.CSTNode]) -> bool:
        """Whether a statement, and not only a test, calls something with an effect that is not known."""
        done = calls_in(*(step for step in steps if not isinstance(step, cst.BaseExpression)))
        return any(effects.reaches_outside(self.unit, call) and not effects.closes(call) for call in done)

    def _resets(self, handler: Sequence[cst.BaseStatement]) -> bool:
        """Whether the handler drops something, such as a connection, for the next attempt to make anew."""
        return any(
            isinstance(node, cst.Assign) and _is_reset(node) and "." in place_name(node.targets[0].target)
            for node in own(*handler)
        )

    def _comes_back(self, way: Path) -> bool:
        if way.exit not in (Exit.FALLS, Exit.CONTINUES):
            return False
        return not any(
            (self.flag is not None and guards.sets(step, self.flag)) or effects.returns_value(self.unit, step)
            for step in way.steps
        )

    def _deciding(self, way: Path) -> list[cst.If]:
        """The `if` statements on a way that decide whether it leaves the loop."""
        parents = (self.unit.parent(step) for step in way.steps if isinstance(step, cst.BaseExpression))
        return [parent for parent in parents if isinstance(parent, cst.If) and guards.decides(parent, self.flag)]

    def _gives_up(self, way: Path, handler: Sequence[cst.BaseStatement], exception: str) -> bool:
        """Whether a way that leaves the loop after a failure may be taken if only the failure goes on long enough."""
        tests = self._deciding(way)
        if any(self._needs_success(test, way, handler) for test in tests):
            return False
        return not tests or not all(guards.asks_only_about(self.unit, test.test, exception) for test in tests)

    def _needs_success(self, test: cst.If, way: Path, handler: Sequence[cst.BaseStatement]) -> bool:
        """Whether a way goes through the body of an `if` that is not entered after a failure."""
        places = loaded(own(test.test), self.unit)
        return self._enters(way, test) and bool(places & self._results) and not places & stored(own(*handler))

    def _is_possible(self, way: Path, known: dict[str, bool]) -> bool:
        """Whether a way agrees with what a failure stored."""
        truths = ((test, guards.truth_given(test.test, known)) for test in self._deciding(way))
        return all(truth is None or truth is self._enters(way, test) for test, truth in truths)

    def _enters(self, way: Path, test: cst.If) -> bool:
        inside = set(own(test.body))
        return any(step in inside for step in way.steps)

    def _delay(self, calls: Iterable[cst.Call]) -> Delay:
        waits = (call for call in calls_in(*self.body) if effects.sleeps(self.unit, call) or self._comes_first(call))
        head = calls_in(self.loop.test) if isinstance(self.loop, cst.While) else ()
        return delay_of(self.unit, [*calls, *waits, *head, *calls_in(*self.before)], stored(own(self.loop)))

    def _comes_first(self, call: cst.Call) -> bool:
        """Whether a call in the attempt lets time pass before anything is tried."""
        if not effects.pauses(self.unit, call) or any(
            effects.reaches_outside(self.unit, one) for one in calls_in(*call.args)
        ):
            return False
        started = (one for one in calls_in(*self.body) if one is call or effects.reaches_outside(self.unit, one))
        return next(started) is call

    # What happens after it worked

    def _is_left_by_success(self) -> bool:
        """Whether the loop ends when the attempt works, unless its answer is judged to be not good enough."""
        ways = self.unit.paths([*self.body, *self.otherwise, *self.after])
        staying = [way for way in ways if self._comes_back(way)]
        leaving = [way for way in ways if way not in staying and way.exit is not Exit.RAISES]
        common = {step for way in leaving for step in way.steps}
        only_staying = [step for way in staying for step in way.steps if step not in common]
        if not leaving or not all(self._does_nothing(step) for step in only_staying):
            return False
        waits = any(effects.pauses(self.unit, call) for call in calls_in(*only_staying, *self.before))
        return not staying or waits or any(_gives_value(way) for way in leaving)

    def _does_nothing(self, step: cst.CSTNode) -> bool:
        if isinstance(step, cst.Pass | cst.Continue) or (isinstance(step, cst.Assign) and _is_literal(step.value)):
            return True
        calls = tuple(calls_in(step))
        quiet = all(effects.does_nothing(self.unit, call) for call in calls)
        return quiet and (bool(calls) or isinstance(step, cst.BaseExpression))

    def _restarts(self, failure: Failure) -> bool:
        """Whether the loop runs something lasting, and runs it again at once when its connection is lost."""
        if self.condition not in (Condition.ENDLESS, Condition.STOPPED) or isinstance(self.loop, cst.For):
            return False
        awaits = any(isinstance(node, cst.Await) for node in own(*self.before, *self.after))
        if awaits or failure.delay is not Delay.NONE or not self._loses_connection(failure):
            return False
        return self._opening is not None or not (self._fetches() or self._is_paced())

    @cached_property
    def _opening(self) -> cst.Call | None:
        """The call that opens a connection before anything else, where something lasting follows."""
        around = calls_in(*self.before, *self.body, *self.after)
        first = next((call for call in around if effects.reaches_outside(self.unit, call)), None)
        if first is None or not effects.connects(first):
            return None
        lasts = any(isinstance(node, cst.For | cst.While) for node in own(*self.body))
        return first if lasts or any(effects.lasts(call) for call in calls_in(*self.body)) else None

    def _fetches(self) -> bool:
        return any(isinstance(node, cst.Assign | cst.NamedExpr | cst.AnnAssign | cst.Yield) for node in own(*self.body))

    def _is_paced(self) -> bool:
        """Whether something outside of inner loops lets time pass, or handles one thing after the other."""
        inner = {node for one in own(*self.body) if isinstance(one, cst.For | cst.While) for node in own(one.body)}
        calls = [call for call in calls_in(self.loop) if call not in inner]
        return any(effects.pauses(self.unit, call) or effects.takes_turns(call) for call in calls)

    def _loses_connection(self, failure: Failure) -> bool:
        found = causes(self.unit, failure.catcher) if not isinstance(failure.catcher, cst.BaseExpression) else ()
        opened = (item.item for node in own(*self.body) if isinstance(node, cst.With) for item in node.items)
        opens = self._opening is not None or any(effects.connects(item) for item in opened)
        caught = not isinstance(failure.catcher, cst.BaseExpression) and catches_network(failure.catcher)
        return Cause.CONNECTION in found or (Cause.ANY in found and opens) or (caught and self._opening is not None)

    # What ends it

    def _is_bounded(self) -> bool:
        """Whether something ends the loop although the attempt keeps failing."""
        if self.condition in (Condition.BOUNDED, Condition.STOPPED) or guards.is_limited(self.unit, self.loop):
            return True
        region = (*self.before, *self.body, *self.otherwise, *self.after)
        exits = [exit_ for exit_ in exits_of(self.unit, region, self.loop) if not self._is_caught(exit_)]
        unasked = [exit_ for exit_ in exits if not self._asks_for_success(exit_)]
        return 0 < len(unasked) < len(exits)

    def _asks_for_success(self, exit_: cst.CSTNode) -> bool:
        """Whether an exit is taken after the attempt worked, and not by some other test."""
        tests = guards.tests_before(self.unit, exit_, self.loop)
        return not tests or any(loaded(own(test.test), self.unit) & self._results for test in tests)

    def _is_caught(self, exit_: cst.CSTNode) -> bool:
        """Whether the attempt itself raises what its own handlers catch."""
        if not isinstance(exit_, cst.Raise) or exit_.exc is None or exit_ not in set(own(*self.body)):
            return False
        raised = exit_.exc.func if isinstance(exit_.exc, cst.Call) else exit_.exc
        return any(catches(self.unit, catcher, raised) for catcher in self.catchers)


def _surely_leaves(catcher: Catcher) -> bool:
    """Whether each way through a handler leaves the loop, as far as that is seen without a closer look."""
    if isinstance(catcher, cst.With) or any(isinstance(node, cst.Continue) for node in own(catcher.body)):
        return False
    last = statements(catcher.body)[-1]
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return | cst.Raise | cst.Break)


def _is_reset(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Assign) and isinstance(node.value, cst.Name) and node.value.value == "None"


def _is_literal(value: cst.BaseExpression) -> bool:
    return guards.truth_of(value) is not None


def _gives_value(way: Path) -> bool:
    return isinstance(way.end, cst.Return) and way.end.value is not None and not _is_literal(way.end.value)
