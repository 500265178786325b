"""Where the process is between its start and its end, and for how long it may still be there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

Phase = Literal["loading", "ready", "draining", "failed"]


@dataclass
class Lifecycle:
    drain_seconds: float
    listen_seconds: float
    phase: Phase = "loading"
    # Whether requests can be answered: a server that drains still answers those that come late, one that loads cannot.
    loaded: bool = False
    failure: str = ""
    _drain_began: float = 0.0

    def model_is_ready(self) -> None:
        self.loaded = True
        if self.phase == "loading":
            self.phase = "ready"

    def fail(self, reason: str) -> None:
        self.phase, self.failure = "failed", reason

    def drain(self) -> None:
        if self.phase in ("loading", "ready"):
            self.phase, self._drain_began = "draining", time.monotonic()

    @property
    def listens(self) -> bool:
        """A drain still takes connections at first: load balancers notice late that the pod is not ready."""
        return self.phase != "draining" or time.monotonic() < self._drain_began + self.listen_seconds

    @property
    def seconds_left(self) -> float:
        if self.phase != "draining":
            return self.drain_seconds
        return max(0.0, self._drain_began + self.drain_seconds - time.monotonic())
