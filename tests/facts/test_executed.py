"""What the library tables say of calls is seen: without a bound they still block after a while, with it they end.

It needs what the extra `facts` installs, and runs with `-m executed`.
"""

import sys

import pytest
from calls import CALLS, Executed
from execution import complaints

GRACE = 1.25  # s: enough to see that a call blocks, not that it does so for ever, which is seen when it is recorded
HERE = [call for call in CALLS.values() if call.since <= sys.version_info[:2] < call.until]


@pytest.mark.executed
@pytest.mark.parametrize("call", HERE, ids=lambda call: call.key)
def test_calls_block_without_a_bound_and_end_with_it(call: Executed) -> None:
    assert complaints(call, GRACE) == dict.fromkeys(call.names, "")
