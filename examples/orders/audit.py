"""Who did what, for the people who ask a year later."""

import asyncio
import json
from pathlib import Path


class AuditLog:
    """An append-only file, written off the event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def record(self, event: str, order_id: str) -> None:
        """Append one event."""
        line = json.dumps({"event": event, "order": order_id})
        await asyncio.to_thread(self._append, line)

    def _append(self, line: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
