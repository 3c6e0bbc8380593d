"""The payment provider's HTTP interface."""

import asyncio
import logging
from decimal import Decimal
from types import TracebackType

import httpx

log = logging.getLogger(__name__)


class Payments:
    """Charges and refunds."""

    def __init__(self, url: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=10)

    async def __aenter__(self) -> "Payments":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def charge(self, order_id: str, amount: Decimal) -> str:
        """Charge the customer and give the provider's reference."""
        while True:
            try:
                response = await self._http.post("/charges", json={"order": order_id, "amount": str(amount)})
                response.raise_for_status()
                return str(response.json()["reference"])
            except httpx.HTTPError as error:
                log.warning("charge of %s failed, trying again: %s", order_id, error)
                await asyncio.sleep(1)

    async def refund(self, reference: str) -> None:
        """Give the money of a charge back."""
        response = await self._http.post(f"/charges/{reference}/refund")
        response.raise_for_status()
