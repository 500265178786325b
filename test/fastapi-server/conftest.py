"""How a test gets a server: `serve(NAME=value, …)` starts one that ends with the test, `shared` is there for all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi-server"
sys.path.insert(0, str(EXAMPLE))

from pubsub_stand_in import PubSubStandIn  # noqa: E402
from running_server import RunningServer  # noqa: E402


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningServer]]:
    started: list[RunningServer] = []

    def start(ready: bool = True, **environment: object) -> RunningServer:
        server = RunningServer(EXAMPLE, {name: str(value) for name, value in environment.items()})
        started.append(server)
        if ready:
            server.wait_until_ready()
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def shared() -> Iterator[RunningServer]:
    """One server with default settings, for tests that only read what it answers."""
    server = RunningServer(EXAMPLE, {"DRIFT_MINIMUM": "10"})
    server.wait_until_ready()
    yield server
    server.kill()


@pytest.fixture
def pubsub() -> Iterator[PubSubStandIn]:
    stand_in = PubSubStandIn()
    yield stand_in
    stand_in.close()
