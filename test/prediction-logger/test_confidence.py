"""How sure a model is: for every answer with tensors, in records and in the series that canary analysis reads."""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fastapi-server"))

from logged_server import EXAMPLE, RunningLogger, StandInServer
from prometheus_client.parser import text_string_to_metric_families
from pubsub_stand_in import PubSubStandIn

sys.path.insert(0, str(EXAMPLE))
sys.path.insert(0, str(EXAMPLE.parent / "fastapi-server"))

from model_server.gate import Gate
from model_server.metrics import Metrics
from model_server.model import load_model
from model_server.settings import Settings
from prediction_logger.app import _body
from prediction_logger.confidence import NoConfidence, confidence_of
from prediction_logger.exchange import KEPT_ANSWER_BYTES, Exchange

NAME = "mlops_prediction_confidence"
INFER = "/v2/models/assistant/infer"
REASONS = {"cut", "unreadable", "missing", "binary", "not-a-probability"}


def answer(shape: Any, data: Any, name: str = "probability") -> dict[str, Any]:
    label = {"name": "label", "datatype": "BYTES", "shape": [1], "data": ["ok"]}
    return {"outputs": [label, {"name": name, "datatype": "FP32", "shape": shape, "data": data}]}


def exchange_of(document: Any, json_bytes: int | None = None, rest: bytes = b"") -> Exchange:
    exchange = Exchange("r-1", None)
    exchange.answered.add((document if isinstance(document, bytes) else json.dumps(document).encode()) + rest)
    exchange.json_bytes = json_bytes
    exchange.complete = True
    return exchange


@pytest.mark.parametrize(
    ("shape", "data", "expected"),
    [
        ([1, 3], [0.1, 0.7, 0.2], 0.7),
        ([2, 3], [0.1, 0.7, 0.2, 0.5, 0.1, 0.4], 0.5),
        ([2, 3], [[0.1, 0.7, 0.2], [0.5, 0.1, 0.4]], 0.5),
        ([2, 2, 2], [0.1, 0.9, 0.2, 0.8, 0.3, 0.6, 0.9, 0.1], 0.6),
        ([2, 1, 2], [[[0.1, 0.9]], [[0.2, 0.8]]], 0.8),
        ([3], [0.4, 0.9, 0.3], 0.3),
        ([3, 1], [0.4, 0.9, 0.3], 0.3),
        ([], [0.25], 0.25),
        ([1, 2], [1, 0], 1.0),
        ([1, 1], [0], 0.0),
    ],
)
def test_the_surest_value_of_each_row_and_the_least_sure_row(shape: Any, data: Any, expected: float) -> None:
    assert confidence_of(exchange_of(answer(shape, data)), "probability") == expected


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (answer([1, 2], [0.1, 1.0000001]), "not-a-probability"),
        (answer([1, 2], [-0.4, 0.9]), "not-a-probability"),
        (answer([1, 2], [float("nan"), 0.9]), "not-a-probability"),
        (answer([1], [float("inf")]), "not-a-probability"),
        (answer([1], ["0.9"]), "not-a-probability"),
        (answer([1], [True]), "not-a-probability"),
        (answer([1], [None]), "not-a-probability"),
        (answer([2, 2], [0.1, [0.2, 0.3], 0.4]), "unreadable"),
        (answer([2, 3], [0.1, 0.9]), "unreadable"),
        (answer([-1, -2], [0.1, 0.9]), "unreadable"),
        (answer(None, [0.9]), "unreadable"),
        (answer([1], 0.9), "unreadable"),
        (answer([0, 3], []), "missing"),
        (answer([1], [0.9], name="score"), "missing"),
        ({"outputs": [None, {}]}, "missing"),
        ({"outputs": None}, "unreadable"),
        ({"error": "none"}, "unreadable"),
        ([], "unreadable"),
        (b"", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[" * 200_000, "unreadable"),
        (b'{"outputs": [{"name": "probability", "parameters": {"binary_data_size": 4}}]}', "binary"),
    ],
)
def test_what_is_no_confidence(document: Any, reason: str) -> None:
    with pytest.raises(NoConfidence) as unknown:
        confidence_of(exchange_of(document), "probability")
    assert unknown.value.reason == reason


def test_a_tensor_in_json_is_read_where_others_are_binary() -> None:
    mixed = answer([1, 2], [0.2, 0.8])
    mixed["outputs"].append({"name": "embedding", "shape": [1], "parameters": {"binary_data_size": 4}})
    content = json.dumps(mixed).encode()
    exchange = exchange_of(content, len(content), b"\x00\xff}{")
    assert confidence_of(exchange, "probability") == 0.8
    with pytest.raises(NoConfidence, match="binary"):
        confidence_of(exchange, "embedding")


def test_an_answer_that_is_not_whole_says_nothing() -> None:
    whole = json.dumps(answer([1], [0.9])).encode()
    longer = exchange_of(whole + b" " * KEPT_ANSWER_BYTES)
    broken = exchange_of(whole)
    broken.complete = False
    for exchange in (longer, broken):
        with pytest.raises(NoConfidence, match="cut"):
            confidence_of(exchange, "probability")


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
def start(server: StandInServer) -> Iterator[Callable[..., RunningLogger]]:
    started: list[RunningLogger] = []

    def start(**environment: object) -> RunningLogger:
        one = RunningLogger(
            {"UPSTREAM_URL": server.url, "PREDICTION_LOG_CONFIDENCE_OUTPUT": "probability"} | environment
        )
        started.append(one)
        one.wait_until_ready()
        return one

    yield start
    for one in started:
        one.kill()


def infer(running: RunningLogger, **more: Any) -> int:
    return running.request("POST", INFER, {"inputs": []} | more)[0]


def series(running: RunningLogger) -> dict[tuple[str, str], float]:
    """Values by name, and by the label that tells series of one name apart."""
    families = text_string_to_metric_families(running.request("GET", "/logger/metrics")[1].decode())
    samples = [sample for family in families for sample in family.samples if sample.name.startswith(NAME)]
    return {(one.name, one.labels.get("le") or one.labels.get("reason", "")): one.value for one in samples}


def unknown(running: RunningLogger) -> dict[str, float]:
    found = series(running).items()
    return {label: value for (name, label), value in found if name == f"{NAME}_unknown_total" and value}


def test_every_answer_is_measured_and_sampled_ones_are_recorded(
    start: Callable[..., RunningLogger], server: StandInServer, topic: PubSubStandIn
) -> None:
    sampled = start(**topic.environment())
    server.tensors = json.dumps(answer([2, 2], [0.04, 0.96, 0.87654321, 0.1])).encode()
    infer(sampled)
    topic.wait_for(lambda it: len(it.records) == 1)
    assert topic.records[0]["confidence"] == 0.876543
    none = start(**topic.environment(PREDICTION_LOG_SAMPLE=0))
    without_topic = start()
    for running in (none, without_topic):
        infer(running)
        infer(running)
    for running, count in ((sampled, 1), (none, 2), (without_topic, 2)):
        found = series(running)
        assert found[f"{NAME}_count", ""] == count
        assert found[f"{NAME}_sum", ""] == pytest.approx(0.87654321 * count)
        assert [found[f"{NAME}_bucket", le] for le in ("0.8", "0.9", "1.0", "+Inf")] == [0, count, count, count]
        assert unknown(running) == {}
    time.sleep(0.8)
    assert len(topic.records) == 1


def test_a_value_on_a_bound_is_below_it(start: Callable[..., RunningLogger], server: StandInServer) -> None:
    running = start()
    for value in (0, 0.1, 1):
        server.tensors = json.dumps(answer([1], [value])).encode()
        infer(running)
    found = series(running)
    assert [found[f"{NAME}_bucket", le] for le in ("0.1", "0.2", "0.99", "1.0", "+Inf")] == [2, 2, 2, 3, 3]


def test_an_answer_without_confidence_is_counted_by_its_reason(
    start: Callable[..., RunningLogger], server: StandInServer, topic: PubSubStandIn
) -> None:
    running = start(**topic.environment())
    server.tensors = json.dumps(answer([1], [2.5])).encode()
    infer(running)
    assert unknown(running) == {"not-a-probability": 1}
    server.tensors = json.dumps(answer([100_000], [0.5] * 100_000)).encode()
    assert len(server.tensors) > KEPT_ANSWER_BYTES
    infer(running)
    assert unknown(running) == {"not-a-probability": 1, "cut": 1}
    content = b'{"outputs": [{"name": "probability", "shape": [1], "parameters": {"binary_data_size": 4}}]}'
    server.tensors = content + b"\x00\x00\x80\x3f"
    server.tensor_headers = {
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": str(len(content)),
    }
    status, body, headers = running.request("POST", INFER, {"inputs": []})
    assert (status, body, headers["Inference-Header-Content-Length"]) == (200, server.tensors, str(len(content)))
    assert unknown(running) == {"not-a-probability": 1, "cut": 1, "binary": 1}
    assert series(running)[f"{NAME}_count", ""] == 0
    topic.wait_for(lambda it: len(it.records) == 3)
    assert [record["confidence"] for record in topic.records] == [None] * 3


def test_an_answer_that_breaks_off_is_not_read(start: Callable[..., RunningLogger], server: StandInServer) -> None:
    running = start()
    server.tensors = json.dumps(answer([1], [0.9])).encode()
    server.tensor_headers = {"Content-Length": str(len(server.tensors) + 1)}
    with pytest.raises((OSError, http.client.HTTPException)):
        infer(running)
    assert unknown(running) == {"cut": 1}


def test_of_an_answer_that_is_only_measured_no_request_is_kept() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"question"}

    async def passed(exchange: Exchange) -> list[bytes]:
        return [chunk async for chunk in _body(receive, exchange)]

    measured, recorded = (Exchange("r-1", None, recorded=one, measured=True) for one in (False, True))
    for exchange, size in ((measured, 0), (recorded, len(b"question"))):
        assert asyncio.run(passed(exchange)) == [b"question"]
        assert exchange.size == size


def test_refusals_and_language_models_are_not_measured(
    start: Callable[..., RunningLogger], server: StandInServer, topic: PubSubStandIn
) -> None:
    running = start(**topic.environment(PREDICTION_LOG_FEATURES="values"))
    assert infer(running, fail=True) == 400
    assert running.ask("Hi")[0] == 200
    running.request("POST", "/v2/models/assistant/generate", {"text_input": "Hi"})
    topic.wait_for(lambda it: len(it.records) == 2)
    assert [record["confidence"] for record in topic.records] == [None, None]
    assert json.loads(topic.records[0]["output"])["text"] == "Hello, world"
    assert unknown(running) == {}
    assert series(running)[f"{NAME}_count", ""] == 0


def test_without_the_variable_there_is_no_such_series(
    start: Callable[..., RunningLogger], server: StandInServer
) -> None:
    running = start(PREDICTION_LOG_CONFIDENCE_OUTPUT="")
    server.tensors = json.dumps(answer([1], [0.9])).encode()
    infer(running)
    assert series(running) == {}


def test_labels_and_buckets_are_those_of_the_example_server(start: Callable[..., RunningLogger]) -> None:
    settings = Settings(model_path=EXAMPLE.parent / "fastapi-server" / "model", model_name="assistant")
    metrics = Metrics(Gate(1, 1))
    metrics.of_model(load_model(settings), settings.drift_window, settings.drift_minimum)

    def histogram(text: str) -> list[Any]:
        (family,) = [one for one in text_string_to_metric_families(text) if one.name == NAME]
        assert family.type == "histogram"
        return sorted((sample.name, sorted(sample.labels.items())) for sample in family.samples)

    running = start()
    assert histogram(running.request("GET", "/logger/metrics")[1].decode()) == histogram(metrics.text().decode())
    assert {label for (name, label) in series(running) if name == f"{NAME}_unknown_total"} == REASONS
