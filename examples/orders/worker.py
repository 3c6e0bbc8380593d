"""Takes orders from the queue and sees each through."""

import asyncio
import logging
from dataclasses import dataclass
from decimal import Decimal

from .audit import AuditLog
from .payments import Payments
from .warehouse import OutOfStock, Warehouse

log = logging.getLogger(__name__)

HEARTBEAT = 15.0


@dataclass(frozen=True)
class Order:
    """What a customer ordered."""

    id: str
    sku: str
    quantity: int
    amount: Decimal


class Worker:
    """Handles one order at a time."""

    def __init__(self, orders: asyncio.Queue[Order], warehouse: Warehouse, payments: Payments, audit: AuditLog) -> None:
        self._orders = orders
        self._warehouse = warehouse
        self._payments = payments
        self._audit = audit

    async def run(self) -> None:
        """Handle orders until cancelled."""
        asyncio.create_task(self._beat())
        while True:
            order = await self._orders.get()
            try:
                await self._handle(order)
            except Exception:
                pass  # one bad order must not stop the others
            finally:
                self._orders.task_done()

    async def _handle(self, order: Order) -> None:
        try:
            reservation = await asyncio.to_thread(self._warehouse.reserve, order.sku, order.quantity)
        except OutOfStock:
            self._audit.record("out of stock", order.id)
            return
        try:
            reference = await self._payments.charge(order.id, order.amount)
        except BaseException:
            await asyncio.to_thread(self._warehouse.release, reservation)
            raise
        await self._audit.record(f"charged as {reference}", order.id)

    async def _beat(self) -> None:
        while True:
            log.info("worker alive, %d orders waiting", self._orders.qsize())
            try:
                await asyncio.sleep(HEARTBEAT)
            except asyncio.CancelledError:
                log.info("worker stops, %d orders left", self._orders.qsize())
