"""SIGTERM: not ready at once, running requests end, nothing outlives the grace."""

from __future__ import annotations

import signal
import time

import pytest
from running_server import HEALTHY_ROW, SLOW_ROW


def test_readiness_goes_first_and_the_running_request_ends(serve):
    server = serve(DRAIN_SECONDS=10, DRAIN_LISTEN_SECONDS=1, REQUEST_TIMEOUT_SECONDS=4, SLOW_SECONDS=2)
    running = server.meanwhile(SLOW_ROW)
    server.wait_for(lambda: server.metric("http_requests_inprogress") == 1, "the request runs")
    server.signal()
    server.wait_for(lambda: server.get("/readyz").status == 503, "it is not ready")
    assert server.get("/readyz").json == {"status": "draining"}
    assert server.get("/healthz").status == 200
    assert not running.done()
    late = server.predict(HEALTHY_ROW)
    assert late.status == 200
    assert late.headers["Connection"] == "close"
    assert running.result().status == 200
    assert server.wait() == 0


def test_connections_are_refused_once_it_no_longer_listens(serve):
    server = serve(DRAIN_SECONDS=10, DRAIN_LISTEN_SECONDS=0.2, REQUEST_TIMEOUT_SECONDS=5, SLOW_SECONDS=2)
    running = server.meanwhile(SLOW_ROW)
    server.wait_for(lambda: server.metric("http_requests_inprogress") == 1, "the request runs")
    server.signal()
    time.sleep(1)
    with pytest.raises(ConnectionRefusedError):
        server.get("/readyz")
    assert running.result().status == 200
    assert server.wait() == 0


def test_an_idle_server_ends_as_soon_as_it_no_longer_listens(serve):
    server = serve(DRAIN_SECONDS=60, DRAIN_LISTEN_SECONDS=0.5)
    began = time.monotonic()
    server.signal()
    assert server.wait() == 0
    assert 0.5 <= time.monotonic() - began < 5


def test_a_prediction_that_hangs_does_not_outlive_the_grace(serve):
    server = serve(DRAIN_SECONDS=6, DRAIN_LISTEN_SECONDS=0, REQUEST_TIMEOUT_SECONDS=2, SLOW_SECONDS=60)
    server.meanwhile(SLOW_ROW)
    server.wait_for(lambda: server.metric("http_requests_inprogress") == 1, "the request runs")
    began = time.monotonic()
    server.signal()
    assert server.wait() == 0
    assert time.monotonic() - began < 6


def test_a_second_signal_ends_it_at_once(serve):
    server = serve(DRAIN_SECONDS=60, DRAIN_LISTEN_SECONDS=30)
    server.signal()
    server.wait_for(lambda: server.get("/readyz").status == 503, "it drains")
    server.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    server.wait()
    assert time.monotonic() - began < 5


def test_it_drains_while_it_still_loads(serve):
    server = serve(ready=False, LOAD_SECONDS=60, DRAIN_LISTEN_SECONDS=0.2)
    server.wait_for(lambda: server.get("/healthz").status == 200, "the port is open")
    server.signal()
    began = time.monotonic()
    assert server.wait() == 0
    assert time.monotonic() - began < 5


def test_a_grace_too_short_for_a_request_is_refused_at_the_start(serve):
    server = serve(ready=False, DRAIN_SECONDS=10)
    (line,) = server.output()
    assert "a request that is taken last may need 19" in line["reason"]
    assert server.wait() == 2
