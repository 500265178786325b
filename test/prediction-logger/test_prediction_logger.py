from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fastapi-server"))

from logged_server import EXAMPLE, PIECES, RunningLogger, StandInServer  # noqa: E402
from pubsub_stand_in import PubSubStandIn  # noqa: E402


@pytest.fixture
def server() -> Iterator[StandInServer]:
    stand_in = StandInServer()
    yield stand_in
    stand_in.close()


@pytest.fixture
def topic() -> Iterator[PubSubStandIn]:
    stand_in = PubSubStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def logger(server: StandInServer, topic: PubSubStandIn) -> Iterator[Callable[..., RunningLogger]]:
    started: list[RunningLogger] = []

    def start(**environment: object) -> RunningLogger:
        one = RunningLogger({"UPSTREAM_URL": server.url} | topic.environment(**environment))
        started.append(one)
        one.wait_until_ready()
        return one

    yield start
    for one in started:
        one.kill()


def record_of(topic: PubSubStandIn) -> dict[str, Any]:
    topic.wait_for(lambda it: len(it.records) == 1)
    return topic.records[0]


def test_everything_passes_as_it_is(logger: Callable[..., RunningLogger], server: StandInServer) -> None:
    running = logger()
    status, body, _ = running.request("GET", "/v1/models?limit=2")
    assert (status, json.loads(body)) == (200, {"path": "/v1/models?limit=2"})
    assert running.ask("Grüße", headers={"Authorization": "Bearer caller"})[0] == 200
    assert server.headers[0]["authorization"] == "Bearer caller"
    assert json.loads(server.bodies[0])["messages"][0]["content"] == "Grüße"
    assert running.ask(fail=True)[0] == 400


def test_a_stream_arrives_piece_by_piece(
    logger: Callable[..., RunningLogger], server: StandInServer, topic: PubSubStandIn
) -> None:
    response = logger(PREDICTION_LOG_FEATURES="values").open(
        "POST", "/v1/chat/completions", {"stream": True, "messages": []}
    )
    # The server does not go on before the first piece was read: nothing is held back.
    assert b"Hel" in response.readline()
    for _ in PIECES:
        server.go_on.release()
    assert response.read().strip().endswith(b"[DONE]")
    assert json.loads(record_of(topic)["output"]) == {"characters": 12, "complete": True, "text": "Hello, world"}


def test_a_record_says_what_the_contract_asks_for(logger: Callable[..., RunningLogger], topic: PubSubStandIn) -> None:
    running = logger(PREDICTION_LOG_FEATURES="values")
    headers = {"X-Request-Id": "r-1", "X-Goog-Authenticated-User-Email": "ann@acme.example"}
    running.ask("Hi", headers=headers)
    record = record_of(topic)
    assert record["model"] == "assistant"
    assert record["version"] == "3"
    assert record["environment"] == "test"
    assert record["request_id"] == "r-1"
    assert record["latency_ms"] > 0
    prompt = '[{"content":"Hi","role":"user"}]'
    assert record["prompt_sha256"] == hashlib.sha256(prompt.encode()).hexdigest()
    assert json.loads(record["features"]) == {"prompt": prompt}
    assert json.loads(record["output"])["text"] == "Hello, world"
    assert len(record["caller"]) == 64


@pytest.mark.parametrize("features", ["hash", "none"])
def test_texts_stay_out_where_they_have_to(
    logger: Callable[..., RunningLogger], topic: PubSubStandIn, features: str
) -> None:
    logger(PREDICTION_LOG_FEATURES=features).ask("my secret")
    record = record_of(topic)
    assert "secret" not in json.dumps(record)
    assert "Hello" not in json.dumps(record)
    assert record["features"] is None
    assert (record["prompt_sha256"] is not None) == (features == "hash")


def test_what_is_no_answer_of_the_model_is_not_logged(
    logger: Callable[..., RunningLogger], topic: PubSubStandIn
) -> None:
    running = logger()
    running.request("GET", "/metrics")
    running.request("POST", "/tokenize", {})
    running.ask(fail=True)
    running.ask()
    record_of(topic)
    time.sleep(0.8)
    assert len(topic.records) == 1


def test_a_sample_of_none(logger: Callable[..., RunningLogger], topic: PubSubStandIn) -> None:
    running = logger(PREDICTION_LOG_SAMPLE=0)
    running.ask()
    assert running.end() == 0
    assert topic.records == []


def test_a_log_that_takes_nothing_does_not_hold_answers_up(
    logger: Callable[..., RunningLogger], topic: PubSubStandIn
) -> None:
    topic.delay_seconds = 3
    running = logger(PREDICTION_LOG_QUEUE=1)
    began = time.monotonic()
    for _ in range(20):
        assert running.ask()[0] == 200
    assert time.monotonic() - began < 3
    metrics = running.request("GET", "/logger/metrics")[1].decode()
    dropped = re.search(r'^mlops_prediction_log_dropped_total\{model="[^"]+",reason="queue-full"\} (\d+)$', metrics, re.M)
    assert dropped is not None
    assert int(dropped[1]) > 0


def test_records_are_handed_over_at_the_end(logger: Callable[..., RunningLogger], topic: PubSubStandIn) -> None:
    running = logger()
    running.ask()
    assert running.end() == 0
    assert len(topic.records) == 1


def test_a_server_that_is_not_there(logger: Callable[..., RunningLogger], server: StandInServer) -> None:
    running = logger()
    server.close()
    assert running.ask()[0] == 502
    assert running.request("GET", "/logger/healthz")[0] == 200


def test_a_caller_who_leaves_frees_the_server(logger: Callable[..., RunningLogger], server: StandInServer) -> None:
    response = logger().open("POST", "/v1/chat/completions", {"stream": True, "messages": []})
    response.readline()
    response.close()
    time.sleep(0.5)
    for _ in range(200):
        server.go_on.release()
    assert server.caller_left.wait(5)


def test_the_readme_lists_every_variable() -> None:
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', (EXAMPLE / "prediction_logger" / "settings.py").read_text()))
    table = (EXAMPLE / "README.md").read_text().partition("## Environment")[2]
    listed = {name for row in re.findall(r"^\| (`.*?) +\|", table, re.MULTILINE) for name in re.findall("`(.*?)`", row)}
    assert listed == read


def test_an_environment_that_does_not_make_sense() -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "prediction_logger"],
        env={"PYTHONPATH": str(EXAMPLE), "UPSTREAM_URL": "ftp://x", "PREDICTION_LOG_SAMPLE": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    reason = json.loads(done.stdout)["reason"]
    for name in ("UPSTREAM_URL", "MODEL_NAME", "MODEL_VERSION", "PREDICTION_LOG_SAMPLE"):
        assert name in reason
