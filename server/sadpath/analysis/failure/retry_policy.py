"""What a retry library is told: how the arguments of its decorators, loops and calls bound and delay the attempts."""

from collections.abc import Sequence

import libcst as cst

from sadpath.rule import Constant, Instance, Parameter, RetryFact, RetryPolicy, Scalar, Unit, Value, members, name_of


def retry_policy(unit: Unit, node: cst.Call | cst.Decorator) -> RetryPolicy | None:
    """What a call of a retry library, or its bare name as a decorator, asks for; None where that cannot be told."""
    function = node.func if isinstance(node, cst.Call) else node.decorator
    fact = unit.libraries.retry(name_of(unit.denotes(function).value))
    if fact is None or fact.by_design or (isinstance(node, cst.Decorator) and not fact.bare):
        return None
    arguments = node.args if isinstance(node, cst.Call) else ()
    if any(argument.star for argument in arguments):
        return None
    policy = _Policy(unit, fact, arguments)
    return RetryPolicy(fact, policy.is_endless(), policy.is_immediate())


class _Policy:
    def __init__(self, unit: Unit, fact: RetryFact, arguments: Sequence[cst.Arg]) -> None:
        self.unit = unit
        self.fact = fact
        self.positional = [argument.value for argument in arguments if argument.keyword is None]
        self.named = {argument.keyword.value: argument.value for argument in arguments if argument.keyword}

    def is_endless(self) -> bool:
        """Whether no parameter bounds the attempts."""
        fact = self.fact
        left = [stop for stop in fact.stops if self._given(stop) is None]
        if not fact.stops or any(stop.name in fact.stops_by_default for stop in left):
            return False
        return all(self._means(stop, fact.forever, "for ever") for stop in fact.stops if stop not in left)

    def is_immediate(self) -> bool:
        """Whether no parameter delays the attempts, of which there are more than two."""
        fact = self.fact
        left = [wait for wait in fact.waits if self._given(wait) is None]
        if not fact.waits or any(wait.name in fact.waits_by_default for wait in left):
            return False
        if any(self._is_once(stop) for stop in fact.stops):
            return False
        return all(self._means(wait, (*fact.zero, 0), "no delay") for wait in fact.waits if wait not in left)

    def _given(self, parameter: Parameter) -> cst.BaseExpression | None:
        if 0 < parameter.position <= len(self.positional):
            return self.positional[parameter.position - 1]
        return self.named.get(parameter.name)

    def _means(self, parameter: Parameter, values: tuple[Scalar, ...], meaning: str) -> bool:
        """Whether an argument is None, one of the values, or an object of that meaning; unknown ones are not."""
        given = self._given(parameter)
        value = self.unit.denotes(given).value if given is not None else Constant(None)
        return all(self._is(one, values, meaning) for one in members(value))

    def _is(self, value: Value, values: tuple[Scalar, ...], meaning: str) -> bool:
        if isinstance(value, Constant):
            same = (value.value == one and isinstance(value.value, bool) is isinstance(one, bool) for one in values)
            return value.value is None or any(same)
        name = name_of(value)
        known = self.unit.libraries.retry_value(name)
        if known is None:
            return bool(name) and name in values
        if known.meaning == meaning:
            return True
        # `wait_fixed(0)`: a delay whose length is given, and is nothing.
        given = value.given if isinstance(value, Instance) else None
        lengths = [argument.value for argument in given or ()]
        return meaning == "no delay" and known.meaning == "fixed delay" and lengths == [Constant(0)]

    def _is_once(self, parameter: Parameter) -> bool:
        """Whether an argument allows for one more attempt at most."""
        given = self._given(parameter)
        value = self.unit.denotes(given).value if given is not None else None
        if isinstance(value, Instance) and value.given:
            value = value.given[0].value
        return isinstance(value, Constant) and value.value in (0, 1, False)
