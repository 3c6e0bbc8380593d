"""What a rule may ask about the unit of code that it looks at."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol, TypeAlias

import libcst as cst

from sadpath.rule.blocking import Blocking, Wait
from sadpath.rule.diagnostic import Evidence
from sadpath.rule.handler import Handler
from sadpath.rule.library import Libraries
from sadpath.rule.path import Path
from sadpath.rule.retry import Retrying, RetryLoop, RetryPolicy
from sadpath.rule.use import Use
from sadpath.rule.value import Class, Denotation, Function, Value

Scope: TypeAlias = cst.FunctionDef | cst.Lambda


class Role(str, Enum):
    """What the file is for, judged by its path."""

    LIBRARY = "library"
    COMMAND = "command"
    """Part of a command line, a script or a build: someone waits in front of it, and can stop it."""
    TEST = "test"
    STUB = "stub"


class Unit(Protocol):
    """The unit of code that a rule looks at, with the queries it may ask. Answers from other places are recorded."""

    @property
    def path(self) -> str:
        """The file, as the workspace names it."""
        ...

    @property
    def role(self) -> Role:
        """What the file is for."""
        ...

    @property
    def libraries(self) -> Libraries:
        """What is known about library calls."""
        ...

    def denotes(self, expression: cst.BaseExpression) -> Denotation:
        """What an expression of this unit denotes where it stands; `UNKNOWN` where files do not tell."""
        ...

    def mro(self, cls: Class) -> tuple[Class, ...]:
        """The class and its ancestors in lookup order, as far as they are known."""
        ...

    def complete(self, cls: Class) -> bool:
        """Whether every ancestor of the class is known."""
        ...

    def returns(self, function: Function) -> Denotation:
        """What a call of the function gives (for a coroutine function: what awaiting that gives)."""
        ...

    def unanimous(self, call: cst.Call) -> tuple[Evidence, ...]:
        """Why a method call gives a coroutine although its receiver is unknown: every function of that name does.

        Empty where one does not, and where the whole project may not be read.
        """
        ...

    def contains_failures(self, function: Function) -> bool:
        """Whether all that can fail in the function stands in a `try` that stops every exception."""
        ...

    def records_failures(self, function: Function) -> bool:
        """Whether the function, called from a handler, keeps the traceback: logs it, or sends it to a tracker."""
        ...

    def never_returns(self, call: cst.Call) -> bool:
        """Whether the call always raises or ends the process (`sys.exit`, `NoReturn`, or all paths raise)."""
        ...

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that directly contains this one; None for the unit's top."""
        ...

    def ancestors(self, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """The nodes that contain this one, innermost first."""
        ...

    def walk(self, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
        """The node and everything in it except white space, in source order."""
        ...

    def scope(self, node: cst.CSTNode) -> Scope | None:
        """The innermost function or lambda whose body contains the node; None at module or class level."""
        ...

    def can_await(self, node: cst.CSTNode) -> bool:
        """Whether `await` may be written where the node stands."""
        ...

    def enclosing_class(self, node: cst.CSTNode) -> Class | None:
        """The class whose method or body contains the node, also where that class's header is another unit."""
        ...

    def code(self, node: cst.CSTNode) -> str:
        """The node's source text, without surrounding white space."""
        ...

    def comments(self, node: cst.CSTNode) -> tuple[str, ...]:
        """The comments inside the node (also after its first line's colon), each with its `#`."""
        ...

    def paths(self, block: cst.BaseSuite | Sequence[cst.BaseStatement]) -> tuple[Path, ...]:
        """The ways through a block (at most 64; where there are more, alike ones are merged)."""
        ...

    def handler(self, node: cst.CSTNode) -> Handler | None:
        """What becomes of what an `except` or `with` stops; None unless that is every error, or cancellation."""
        ...

    def loads(self, name: str, scope: Scope | None) -> tuple[cst.Name, ...]:
        """The places in this unit where a name of that scope is read, nested functions included."""
        ...

    def stores(self, name: str, scope: Scope | None) -> tuple[cst.CSTNode, ...]:
        """The statements (or with-items, parameters, handlers ...) of this unit that bind a name of that scope."""
        ...

    def bound_by(self, name: cst.Name) -> tuple[cst.CSTNode, ...]:
        """What may have bound a name to the value that it has where it is read: some of what `stores` gives."""
        ...

    def uses(self, expression: cst.BaseExpression) -> tuple[Use, ...]:
        """What is done with the value of an expression, followed through conditions, displays and local names."""
        ...

    def attribute_uses(self, receiver: cst.BaseExpression) -> frozenset[str]:
        """The attribute names used on the same receiver, `name` or `self.name`, in its whole function or class."""
        ...

    def retry_loop(self, node: Retrying) -> RetryLoop | None:
        """How a loop, or a function that calls itself from a handler, tries again; None where it does not."""
        ...

    def retry_policy(self, node: cst.Call | cst.Decorator) -> RetryPolicy | None:
        """What a call of a retry library, or its name as a decorator, asks for; None where that cannot be told."""
        ...

    def blocking(self, call: cst.Call) -> Blocking | None:
        """How a call may block for ever; None where it does not, is bounded, or files do not tell."""
        ...

    def wait(self, node: cst.Call | cst.Await) -> Wait | None:
        """How a call, or awaiting a future, waits without a bound where that is harmful; None where it does not."""
        ...

    def is_exception(self, value: Value, *names: str) -> bool:
        """Whether the value is one of the exception classes, named like "builtins.OSError", or a subclass."""
        ...
