"""How many predictions run and wait at once. The rest is turned away at the door, where it costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Gate:
    """Counts on the event loop's thread only; the threads that predict come back to it."""

    def __init__(self, max_concurrency: int, max_queue: int) -> None:
        self.max_concurrency = max_concurrency
        self._places = max_concurrency + max_queue
        self._executor = ThreadPoolExecutor(max_workers=max_concurrency, thread_name_prefix="predict")
        self.in_progress = 0
        # Predictions that nobody waits for any more but that still hold a thread: Python cannot stop them.
        self.abandoned = 0

    @property
    def queued(self) -> int:
        return max(0, self.in_progress + self.abandoned - self.max_concurrency)

    @property
    def stuck(self) -> bool:
        return self.abandoned >= self.max_concurrency

    def enter(self) -> bool:
        if self.in_progress + self.abandoned >= self._places:
            return False
        self.in_progress += 1
        return True

    def leave(self) -> None:
        self.in_progress -= 1

    async def run(self, predict: Callable[[], T]) -> T:
        """In a thread, so that probes are answered meanwhile. Cancelled by the request's timeout."""
        future = self._executor.submit(predict)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            # One that has not begun yet never will; one that runs cannot be stopped.
            if not future.cancel():
                self._abandon(future)
            raise

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _abandon(self, future: Future[T]) -> None:
        loop = asyncio.get_running_loop()
        self.abandoned += 1
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._returned))

    def _returned(self) -> None:
        self.abandoned -= 1
