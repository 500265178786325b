"""Writes and hands over records in a thread of its own: an answer never waits, at worst its record is dropped."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Literal, get_args

from .exchange import Exchange
from .logs import log
from .pubsub import Publisher, PublishError
from .records import Records

BATCH_RECORDS = 20
# Pub/Sub takes 10 MB a call, in base64, which is a third longer (cloud.google.com/pubsub/quotas).
BATCH_BYTES = 6_000_000
WAITING_BYTES = 64 * 2**20
LINGER_SECONDS = 0.5
RETRY_SECONDS = (0.5, 2.0)

# As the example server counts them: one alert asks both.
DropReason = Literal["queue-full", "publish-failed", "shutdown"]


class Delivery:
    def __init__(self, records: Records, publisher: Publisher, limit: int) -> None:
        self._records = records
        self._publisher = publisher
        self._limit = limit
        self._waiting: deque[Exchange] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self.published = 0
        self.dropped: dict[DropReason, int] = dict.fromkeys(get_args(DropReason), 0)
        self._thread = threading.Thread(target=self._work, name="delivery", daemon=True)
        self._thread.start()

    def take(self, exchange: Exchange) -> None:
        with self._changed:
            full = len(self._waiting) >= self._limit or self._bytes + exchange.size > WAITING_BYTES
            if full or self._closing:
                self.dropped["shutdown" if self._closing else "queue-full"] += 1
                return
            self._waiting.append(exchange)
            self._bytes += exchange.size
            self._changed.notify()

    def close(self, seconds: float) -> None:
        """Hands over what waits, for at most so long; the rest is counted as dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        with self._changed:
            left = len(self._waiting)
            self._waiting.clear()
            self.dropped["shutdown"] += left
        if left > 0:
            log(logging.ERROR, "records were dropped at shutdown", records=left)

    def _work(self) -> None:
        while batch := self._next_batch():
            self._hand_over(batch)

    def _next_batch(self) -> list[Exchange]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            self._changed.wait_for(lambda: len(self._waiting) >= BATCH_RECORDS or self._closing, LINGER_SECONDS)
            batch: list[Exchange] = []
            size = 0
            while self._waiting and len(batch) < BATCH_RECORDS:
                if batch and size + self._waiting[0].size > BATCH_BYTES:
                    break
                batch.append(self._waiting.popleft())
                size += batch[-1].size
            self._bytes -= size
            return batch

    def _hand_over(self, batch: list[Exchange]) -> None:
        reason = ""
        for wait in (*RETRY_SECONDS, None):
            try:
                self._publisher.publish([self._records.of(exchange) for exchange in batch])
                self.published += len(batch)
                return
            except PublishError as error:
                reason, passing = str(error), error.passing
            except Exception as error:
                # The thread must outlive whatever a body holds, or records would pile up unseen.
                reason, passing = type(error).__name__, False
            if not passing or wait is None or self._closing:
                break
            time.sleep(wait)
        self.dropped["publish-failed"] += len(batch)
        log(logging.WARNING, "records were not taken", records=len(batch), reason=reason)
