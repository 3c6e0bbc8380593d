"""Executes what `calls` holds and writes into the library tables what was seen: `verified = 'executed 2.34.2'`.

`python tests/facts/record.py [PACKAGE...]` in an environment with the extra `facts`; without packages, all of them. An
entry is written once all of its calls were seen to block, for longer than most libraries' defaults, and to end with the
bound; if one was not, the exit code is 1. All of them take ten minutes.
"""

import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from calls import CALLS, Executed
from execution import complaints
from tables import Entry, entries

AT_ONCE = 16
GRACE = 45.0


def main() -> int:
    """Execute and write; the exit code."""
    chosen = set(sys.argv[1:])
    calls = [call for call in CALLS.values() if not chosen or chosen & {name.split(".")[0] for name in call.names}]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = [one for result in pool.map(lambda call: complaints(call, GRACE), calls) for one in result.items()]
    wrong = {name: complaint for name, complaint in seen if complaint}
    for name, complaint in wrong.items():
        print(f"{name}: {complaint}")
    # From below, so that the lines of the other entries stay where they are.
    executed = {name: call for call in calls for name in call.names if name not in wrong}
    for entry in reversed(entries()):
        if set(entry.names) <= set(executed):
            write(entry, f"executed {_version(entry, executed)}")
    return 1 if wrong else 0


def write(entry: Entry, verified: str) -> None:
    """Set the entry's `verified`."""
    lines = entry.path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines[entry.start : entry.stop] if not line.startswith("verified = ")]
    lines[entry.start : entry.stop] = [*kept, f"verified = '{verified}'\n"]
    entry.path.write_text("".join(lines), "utf-8")


def _version(entry: Entry, executed: Mapping[str, Executed]) -> str:
    """The version of the library, or of Python where it comes with that."""
    distribution = executed[entry.names[0]].needs or entry.distribution
    return version(distribution) if distribution else f"{sys.version_info.major}.{sys.version_info.minor}"


if __name__ == "__main__":
    sys.exit(main())
