"""uvicorn, ending in the order that a load balancer needs: not ready, no new connections, no requests, no process."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from types import FrameType

import uvicorn

from .app import ModelServer
from .logs import log
from .settings import DRAIN_RESERVE_SECONDS


class DrainingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, server: ModelServer) -> None:
        super().__init__(config)
        self._lifecycle = server.lifecycle
        self._told = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal begins the drain, the second one ends the process at once."""
        if self._lifecycle.phase in ("loading", "ready"):
            self._lifecycle.drain()
        else:
            self.should_exit = self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._lifecycle.phase == "failed":
            log(logging.CRITICAL, "the model could not be loaded", reason=self._lifecycle.failure)
            self.should_exit = True
        elif self._lifecycle.phase == "draining":
            if not self._told:
                self._told = True
                log(logging.INFO, "draining", seconds=self._lifecycle.seconds_left)
            if not self._lifecycle.listens:
                self.config.timeout_graceful_shutdown = int(self._lifecycle.seconds_left - DRAIN_RESERVE_SECONDS + 1)
                self.should_exit = True
        return await super().on_tick(counter)


def run(server: ModelServer) -> int:
    """Serves until a signal ends it; the exit code."""
    settings = server.settings
    config = uvicorn.Config(
        server.app,
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_seconds,
    )
    asyncio.run(DrainingServer(config, server).serve())
    code = 1 if server.lifecycle.phase == "failed" else 0
    log(logging.INFO, "stopped", exit_code=code)
    if server.gate.abandoned > 0:
        # Python waits for its threads, however long a prediction hangs in one.
        sys.stdout.flush()
        os._exit(code)
    return code
