"""`python -m prediction_logger`: told by its environment what to do."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from types import FrameType

import uvicorn

from .app import PredictionLogger
from .delivery import Delivery
from .logs import configure_logs, log
from .pubsub import Publisher
from .records import Records
from .settings import Settings, SettingsError

# Of the drain, for the last records; requests that are under way have the rest.
HAND_OVER_SECONDS = 3.0


class Server(uvicorn.Server):
    """Leaves the process there for the last records: uvicorn's own server ends it by the signal that it got."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def main() -> int:
    configure_logs("info")
    try:
        settings = Settings.from_environment(os.environ)
        delivery = Delivery(Records(settings), Publisher(settings), settings.queue) if settings.topic else None
    except SettingsError as error:
        log(logging.CRITICAL, "the environment does not make sense", reason=str(error))
        return 2
    config = uvicorn.Config(
        PredictionLogger(settings, delivery),
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        # Google's load balancers keep idle connections for 600 s (cloud.google.com/load-balancing/docs/https).
        timeout_keep_alive=620,
        timeout_graceful_shutdown=max(1, int(settings.drain_seconds - HAND_OVER_SECONDS)),
    )
    asyncio.run(Server(config).serve())
    if delivery:
        delivery.close(HAND_OVER_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
