"""Hands prediction records over in a thread of its own: a request never waits, at worst its record is dropped."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from .logs import log
from .metrics import ModelMetrics
from .prediction_records import Answered, PredictionRecords, sampled

# Pub/Sub takes 10 MB a call, in base64, which is a third longer (cloud.google.com/pubsub/quotas).
BATCH_BYTES = 6_000_000
BATCH_RECORDS = 100
QUEUE_BYTES = 32 * 2**20
LINGER_SECONDS = 0.5
RETRY_SECONDS = (0.5, 2.0)


class PublishError(Exception):
    """A batch was not taken; `passing` where another attempt may succeed."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Publisher(Protocol):
    def publish(self, records: Sequence[bytes]) -> None:
        """Hands over all records or raises PublishError."""


class PredictionLog:
    def __init__(
        self,
        records: PredictionRecords,
        publisher: Publisher,
        metrics: ModelMetrics,
        share: float,
        queue: int,
    ) -> None:
        self._records = records
        self._publisher = publisher
        self._metrics = metrics
        self._share = share
        self._limit = queue
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="prediction-log", daemon=True)
        self._thread.start()

    def write(self, answered: Answered) -> None:
        if not sampled(answered.request_id, self._share):
            return
        record = self._records.of(answered)
        with self._changed:
            full = len(self._waiting) >= self._limit or self._waiting_bytes + len(record) > QUEUE_BYTES
            if not (full or self._closing):
                self._waiting.append(record)
                self._waiting_bytes += len(record)
                self._changed.notify()
                return
        self._metrics.record_dropped("shutdown" if self._closing else "queue-full", 1)

    def close(self, seconds: float) -> None:
        """Hands over what waits, for at most so long; the rest is counted as dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        with self._changed:
            left = len(self._waiting)
            self._waiting.clear()
        if left > 0:
            self._metrics.record_dropped("shutdown", left)
            log(logging.ERROR, "prediction records were dropped at shutdown", records=left)

    def _work(self) -> None:
        while batch := self._next_batch():
            self._hand_over(batch)

    def _next_batch(self) -> list[bytes]:
        """Waits for records and a little for their company; empty once the log is closed and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            self._changed.wait_for(lambda: len(self._waiting) >= BATCH_RECORDS or self._closing, LINGER_SECONDS)
            batch: list[bytes] = []
            size = 0
            while self._waiting and len(batch) < BATCH_RECORDS:
                if batch and size + len(self._waiting[0]) > BATCH_BYTES:
                    break
                record = self._waiting.popleft()
                batch.append(record)
                size += len(record)
            self._waiting_bytes -= size
            return batch

    def _hand_over(self, batch: list[bytes]) -> None:
        for wait in (*RETRY_SECONDS, None):
            try:
                self._publisher.publish(batch)
                self._metrics.record_published(len(batch))
                return
            except PublishError as error:
                reason, passing = str(error), error.passing
            except Exception as error:
                # The thread must outlive whatever a publisher does, or records would pile up unseen.
                reason, passing = type(error).__name__, False
            if not passing or wait is None or self._pause(wait):
                break
        self._metrics.record_dropped("publish-failed", len(batch))
        log(logging.WARNING, "prediction records were not taken", records=len(batch), reason=reason)

    def _pause(self, seconds: float) -> bool:
        """True where the server ends meanwhile: then there is no time for another attempt."""
        end = time.monotonic() + seconds
        with self._changed:
            return self._changed.wait_for(lambda: self._closing, max(0.0, end - time.monotonic()))
