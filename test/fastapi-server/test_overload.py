"""More requests than places: the rest is turned away at once, and probes are answered all the time."""

from __future__ import annotations

import time

from running_server import HEALTHY_ROW, SLOW_ROW


def test_what_has_no_place_is_turned_away_at_once(serve):
    server = serve(MAX_CONCURRENCY=1, MAX_QUEUE=1, SLOW_SECONDS=2)
    admitted = [server.meanwhile(SLOW_ROW), server.meanwhile(SLOW_ROW)]
    server.wait_for(lambda: server.metric("http_requests_inprogress") == 2, "both places are taken")
    assert server.metric("http_requests_queued") == 1
    began = time.monotonic()
    refused = server.predict(HEALTHY_ROW)
    assert (refused.status, refused.json["error"]["code"]) == (503, "overloaded")
    assert int(refused.headers["Retry-After"]) >= 1
    assert server.get("/readyz").status == 200
    assert server.get("/healthz").status == 200
    assert time.monotonic() - began < 1
    assert [one.result().status for one in admitted] == [200, 200]
    assert server.metric("http_requests_inprogress") == 0
    assert server.metric("http_requests_queued") == 0
    assert server.predict(HEALTHY_ROW).status == 200
    assert server.metric("http_requests_total", handler="/predict", method="POST", status="5xx") == 1


def test_as_many_as_are_allowed_run_side_by_side(serve):
    server = serve(MAX_CONCURRENCY=4, MAX_QUEUE=0, SLOW_SECONDS=1)
    began = time.monotonic()
    running = [server.meanwhile(SLOW_ROW) for _ in range(4)]
    assert [one.result().status for one in running] == [200] * 4
    assert time.monotonic() - began < 3


def test_an_answer_that_comes_too_late_is_a_timeout_and_keeps_its_place_until_it_ends(serve):
    server = serve(MAX_CONCURRENCY=1, MAX_QUEUE=0, REQUEST_TIMEOUT_SECONDS=0.5, SLOW_SECONDS=2)
    late = server.predict(SLOW_ROW)
    assert (late.status, late.json["error"]["code"]) == (504, "timeout")
    # Its thread still computes: another prediction would only wait behind it.
    assert server.predict(HEALTHY_ROW).status == 503
    stuck = server.get("/healthz")
    assert (stuck.status, stuck.json) == (503, {"status": "stuck"})
    server.wait_for(lambda: server.get("/healthz").status == 200, "the thread is back")
    assert server.predict(HEALTHY_ROW).status == 200


def test_one_that_waits_too_long_never_runs(serve):
    server = serve(MAX_CONCURRENCY=1, MAX_QUEUE=1, REQUEST_TIMEOUT_SECONDS=1, SLOW_SECONDS=2)
    began = time.monotonic()
    both = [server.meanwhile(SLOW_ROW), server.meanwhile(SLOW_ROW)]
    assert [one.result().status for one in both] == [504, 504]
    server.wait_for(lambda: server.predict(HEALTHY_ROW).status == 200, "the thread is free again")
    # One slow prediction, not two.
    assert time.monotonic() - began < 3.5
