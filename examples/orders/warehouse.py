"""The warehouse's HTTP interface."""

import logging

import requests

log = logging.getLogger(__name__)

ATTEMPTS = 5


class OutOfStock(Exception):
    """The warehouse has too few of an item."""


class Warehouse:
    """Counts, reserves and releases stock."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def available(self, sku: str) -> int:
        """How many of an item can be ordered; the shop hides what is sold out."""
        try:
            response = self._session.get(f"{self._url}/items/{sku}", timeout=2)
            return int(response.json()["available"])
        except:
            return 0

    def reserve(self, sku: str, quantity: int) -> str:
        """Reserve items and give the reservation's id."""
        response = self._session.post(f"{self._url}/reservations", json={"sku": sku, "quantity": quantity})
        if response.status_code == requests.codes.conflict:
            raise OutOfStock(sku)
        response.raise_for_status()
        return str(response.json()["id"])

    def release(self, reservation: str) -> None:
        """Give reserved items back; the warehouse forgets a reservation only when told to."""
        for attempt in range(ATTEMPTS):
            try:
                response = self._session.delete(f"{self._url}/reservations/{reservation}", timeout=10)
                response.raise_for_status()
                return
            except requests.RequestException as error:
                log.warning("release of %s failed (attempt %d): %s", reservation, attempt + 1, error)
        raise TimeoutError(f"reservation {reservation} could not be released")
