"""How a finding is graded. It stands apart from the vocabulary of rules, which imports libcst and few reports need."""

from enum import Enum


class Severity(str, Enum):
    """How much harm the code does when the unhappy path is taken."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Confidence(str, Enum):
    """How sure the analysis is that the diagnostic describes what happens."""

    CERTAIN = "certain"
    LIKELY = "likely"
    REVIEW = "review"
