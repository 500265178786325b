"""Alive from the start, ready once the model is loaded, and gone with a reason where it cannot be."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from conftest import EXAMPLE
from running_server import BREAKING_ROW, BREAKING_ROW_HOURS, HEALTHY_ROW


def test_it_is_alive_but_not_ready_while_the_model_loads(serve):
    server = serve(ready=False, LOAD_SECONDS=3)
    server.wait_for(lambda: server.get("/healthz").status == 200, "the port is open")
    ready = server.get("/readyz")
    assert (ready.status, ready.json) == (503, {"status": "loading"})
    refused = server.predict(HEALTHY_ROW)
    assert (refused.status, refused.json["error"]["code"]) == (503, "loading")
    assert int(refused.headers["Retry-After"]) > 0
    assert server.get("/metrics").status == 200
    server.wait_until_ready()
    assert server.predict(HEALTHY_ROW).status == 200


def test_it_ends_with_the_reason_where_the_checksum_is_wrong(serve, tmp_path):
    shutil.copytree(EXAMPLE / "model", tmp_path / "model")
    with (tmp_path / "model" / "model.json").open("a") as file:
        file.write(" ")
    server = serve(ready=False, MODEL_PATH=tmp_path / "model")
    reasons = [line["reason"] for line in server.output() if line["severity"] == "CRITICAL"]
    assert server.wait() == 1
    assert len(reasons) == 1
    assert "its manifest says f787371e" in reasons[0]


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"MODEL_VERSION": "2.0.0"}, "MODEL_VERSION is 2.0.0, but .* holds 1.0.0"),
        ({"MODEL_SHA256": "0" * 64}, "MODEL_SHA256 says 0000"),
        ({"MODEL_PATH": "/nowhere"}, "/nowhere/manifest.json cannot be read: No such file"),
    ],
)
def test_it_ends_with_the_reason_where_the_model_is_not_the_one_expected(serve, environment, reason):
    server = serve(ready=False, **environment)
    (line,) = [line for line in server.output() if line["severity"] == "CRITICAL"]
    assert server.wait() == 1
    assert re.search(reason, line["reason"])


def test_an_environment_that_makes_no_sense_is_refused_with_all_that_is_wrong(serve):
    server = serve(
        ready=False,
        MAX_CONCURRENCY="many",
        PREDICTION_LOG_SAMPLE=2,
        PREDICTION_LOG_FEATURES="all",
        PREDICTION_LOG_TOPIC="predictions",
    )
    (line,) = server.output()
    assert server.wait() == 2
    for name in ("MAX_CONCURRENCY", "PREDICTION_LOG_SAMPLE", "PREDICTION_LOG_FEATURES", "PREDICTION_LOG_TOPIC"):
        assert name in line["reason"]


def test_a_request_id_is_taken_or_made_and_always_returned(shared):
    assert shared.predict(HEALTHY_ROW, headers={"x-request-id": "order-17:a"}).headers["x-request-id"] == "order-17:a"
    made = {shared.get(path).headers["x-request-id"] for path in ("/healthz", "/readyz", "/nowhere")}
    assert len(made) == 3
    assert None not in made


@pytest.mark.parametrize("unsafe", ["x" * 129, "two words", 'a"b', ""])
def test_a_request_id_that_could_be_mistaken_for_something_else_is_replaced(shared, unsafe):
    returned = shared.predict(HEALTHY_ROW, headers={"x-request-id": unsafe}).headers["x-request-id"]
    assert returned != unsafe
    assert len(returned) == 36


def test_the_log_is_json_with_the_request_and_without_its_payload(serve):
    server = serve(DRAIN_SECONDS=15, DRAIN_LISTEN_SECONDS=0)
    server.predict(HEALTHY_ROW | {"temperature_c": 98.7654}, headers={"x-request-id": "req-1"})
    server.predict(HEALTHY_ROW | {"pump_type": "payload-marker"}, headers={"x-request-id": "req-2"})
    server.get("/elsewhere?secret=query-marker")
    server.signal()
    lines = server.output()
    by_id = {line.get("request_id"): line for line in lines}
    assert by_id["req-1"]["status"] == 200
    assert by_id["req-1"]["handler"] == "/predict"
    assert by_id["req-1"]["latency_ms"] > 0
    assert by_id["req-2"]["status"] == 422
    text = json.dumps(lines)
    for secret in ("98.7654", "payload-marker", "query-marker", "elsewhere"):
        assert secret not in text


def test_a_prediction_that_breaks_is_our_failure_and_its_values_are_told_nobody(serve):
    server = serve(DRAIN_LISTEN_SECONDS=0)
    broken = server.predict(BREAKING_ROW, headers={"x-request-id": "req-3"})
    assert (broken.status, broken.json["error"]["code"]) == (500, "internal")
    assert broken.headers["x-request-id"] == broken.json["request_id"] == "req-3"
    assert server.metric("http_requests_total", handler="/predict", method="POST", status="5xx") == 1
    assert server.metric("http_requests_inprogress") == 0
    assert server.predict(HEALTHY_ROW).status == 200
    server.signal()
    lines = server.output()
    (failure,) = [line for line in lines if line["severity"] == "ERROR"]
    assert (failure["exception"], failure["request_id"]) == ("ValueError", "req-3")
    assert any("staged_server.py" in frame for frame in failure["stack"])
    assert str(BREAKING_ROW_HOURS) not in json.dumps(lines)
    assert str(BREAKING_ROW_HOURS) not in broken.body.decode()
