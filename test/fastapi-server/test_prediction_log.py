"""Prediction records: the contract's fields, nothing personal unasked, and never a request that waits for them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from types import SimpleNamespace

import pytest
from conftest import EXAMPLE
from model_server import prediction_log
from model_server import pubsub as pubsub_client
from model_server.model import load_model
from model_server.prediction_log import PredictionLog, PublishError
from model_server.prediction_records import Answered, PredictionRecords, sampled
from model_server.settings import Settings
from running_server import HEALTHY_ROW

FIELDS = [
    "model",
    "version",
    "request_id",
    "occurred_at",
    "features",
    "prompt_sha256",
    "output",
    "confidence",
    "latency_ms",
    "caller",
    "environment",
]
CALLER = {"x-goog-authenticated-user-email": "accounts.google.com:ada@acme.example"}
KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(KEY + b"\n")
    return path


def keyed(text: str) -> str:
    return hmac.new(KEY, text.encode(), hashlib.sha256).hexdigest()


def canonical(value) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def test_a_record_has_the_fields_of_the_contract(serve, pubsub):
    server = serve(**pubsub.environment(PREDICTION_LOG_FEATURES="values"))
    answer = server.predict(HEALTHY_ROW, HEALTHY_ROW, headers=CALLER | {"x-request-id": "order-1"})
    pubsub.wait_for(lambda stand_in: len(stand_in.records) == 1)
    (record,) = pubsub.records
    assert pubsub.paths == ["/v1/projects/acme/topics/predictions:publish"]
    assert sorted(record) == sorted(FIELDS)
    assert (record["model"], record["version"], record["environment"]) == ("pump-condition", "1.0.0", "test")
    assert record["request_id"] == "order-1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record["occurred_at"])
    assert json.loads(record["features"]) == [HEALTHY_ROW, HEALTHY_ROW]
    assert record["prompt_sha256"] is None
    first = answer.json["predictions"][0]
    assert json.loads(record["output"])[0] == {"class": first["class"], "confidence": first["confidence"]}
    assert record["confidence"] == first["confidence"]
    assert 0 < record["latency_ms"] < 5000
    # A pseudonym: whoever reads the log sees that it is the same caller, not who.
    assert re.fullmatch("[0-9a-f]{64}", record["caller"])


def test_by_default_no_feature_is_written(serve, pubsub):
    server = serve(**pubsub.environment())
    server.predict(HEALTHY_ROW)
    server.predict(HEALTHY_ROW, headers=CALLER)
    pubsub.wait_for(lambda stand_in: len(stand_in.records) == 2)
    anonymous, named = pubsub.records
    assert (anonymous["features"], anonymous["prompt_sha256"], anonymous["caller"]) == (None, None, None)
    # With the sign: three hexadecimal digits of a hash may be "ada" as well.
    assert "ada@" not in json.dumps(named)


def test_hashes_are_keyed(serve, pubsub, key_file):
    server = serve(
        **pubsub.environment(PREDICTION_LOG_FEATURES="hash", PREDICTION_LOG_HASH_KEY_FILE=key_file),
    )
    server.predict(HEALTHY_ROW, headers=CALLER)
    pubsub.wait_for(lambda stand_in: len(stand_in.records) == 1)
    (record,) = pubsub.records
    assert json.loads(record["features"]) == {"hmac_sha256": keyed(canonical([HEALTHY_ROW]))}
    assert record["prompt_sha256"] is None
    assert record["caller"] == keyed("accounts.google.com:ada@acme.example")


def test_without_a_key_equal_hashes_are_found_within_one_process_only(serve, pubsub):
    hashing = pubsub.environment(PREDICTION_LOG_FEATURES="hash", DRAIN_LISTEN_SECONDS=0)
    servers = [serve(**hashing), serve(**hashing)]
    other = HEALTHY_ROW | {"temperature_c": 70}
    for server in servers:
        for row in (HEALTHY_ROW, HEALTHY_ROW, other):
            server.predict(row, headers=CALLER)
        server.signal()
        (warning,) = [line for line in server.output() if line["severity"] == "WARNING"]
        assert "within one process only" in warning["message"]
    hashes = [record["features"] for record in pubsub.records]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[3] == hashes[4] != hashes[5]
    assert len({record["caller"] for record in pubsub.records}) == 2
    assert len(set(hashes)) == 4


def test_a_key_that_is_too_short_or_missing_is_refused(serve, pubsub, tmp_path):
    (tmp_path / "short").write_text("secret")
    server = serve(ready=False, **pubsub.environment(PREDICTION_LOG_HASH_KEY_FILE=tmp_path / "short"))
    assert "holds 6 bytes, needs at least 32" in server.output()[0]["reason"]
    server = serve(ready=False, **pubsub.environment(PREDICTION_LOG_HASH_KEY_FILE=tmp_path / "nowhere"))
    assert "cannot be read" in server.output()[0]["reason"]


def test_without_a_topic_nothing_is_written(serve, pubsub):
    server = serve(PUBSUB_EMULATOR_HOST=pubsub.host)
    server.predict(HEALTHY_ROW)
    time.sleep(1)
    assert pubsub.calls == 0


def test_a_refused_request_has_no_record(serve, pubsub):
    server = serve(**pubsub.environment())
    server.predict({})
    server.predict(HEALTHY_ROW, headers={"x-request-id": "good"})
    pubsub.wait_for(lambda stand_in: len(stand_in.records) >= 1)
    assert [record["request_id"] for record in pubsub.records] == ["good"]


def test_what_waits_at_the_end_is_still_handed_over(serve, pubsub):
    server = serve(**pubsub.environment(DRAIN_LISTEN_SECONDS=0, DRAIN_SECONDS=15))
    for _ in range(20):
        server.predict(HEALTHY_ROW)
    server.signal()
    assert server.wait() == 0
    assert len(pubsub.records) == 20


def test_a_pubsub_that_hangs_does_not_slow_a_request_down(serve, pubsub):
    pubsub.delay_seconds = 3
    server = serve(**pubsub.environment(PREDICTION_LOG_QUEUE=5))
    began = time.monotonic()
    answers = [server.predict(HEALTHY_ROW).status for _ in range(150)]
    assert answers == [200] * 150
    assert time.monotonic() - began < 3
    # Either in the batch on its way, in the queue, or dropped: nothing is lost uncounted.
    assert server.metric("mlops_prediction_log_dropped_total", reason="queue-full") >= 150 - 100 - 5


def test_a_passing_failure_is_tried_again(serve, pubsub):
    pubsub.answers = [503]
    server = serve(**pubsub.environment())
    server.predict(HEALTHY_ROW)
    pubsub.wait_for(lambda stand_in: len(stand_in.records) == 1)
    server.wait_for(lambda: server.metric("mlops_prediction_log_published_total") == 1, "it is counted")
    assert pubsub.calls == 2
    assert server.metric("mlops_prediction_log_dropped_total", reason="publish-failed") == 0


def test_a_lasting_failure_is_counted_told_and_got_over(serve, pubsub):
    pubsub.answers = [403]
    server = serve(**pubsub.environment(DRAIN_LISTEN_SECONDS=0, DRAIN_SECONDS=15))
    server.predict(HEALTHY_ROW)
    dropped = {"name": "mlops_prediction_log_dropped_total", "reason": "publish-failed"}
    server.wait_for(lambda: server.metric(**dropped) == 1, "the record is dropped")
    assert pubsub.calls == 1
    server.predict(HEALTHY_ROW)
    pubsub.wait_for(lambda stand_in: len(stand_in.records) == 1)
    server.signal()
    (warning,) = [line for line in server.output() if "records" in line]
    assert warning["severity"] == "WARNING"
    assert warning["records"] == 1
    assert "403" in warning["reason"]


def test_sampling_is_by_the_request_id_and_keeps_its_share(serve, pubsub):
    ids = [f"request-{number}" for number in range(10_000)]
    kept = {one for one in ids if sampled(one, 0.2)}
    assert 0.18 < len(kept) / len(ids) < 0.22
    assert kept == {one for one in ids if sampled(one, 0.2)}
    assert kept < {one for one in ids if sampled(one, 0.5)}
    assert not any(sampled(one, 0) for one in ids)
    assert all(sampled(one, 1) for one in ids)
    server = serve(**pubsub.environment(PREDICTION_LOG_SAMPLE=0.2))
    expected = {one for one in ids[:100] if one in kept}
    for one in ids[:100]:
        server.predict(HEALTHY_ROW, headers={"x-request-id": one})
    pubsub.wait_for(lambda stand_in: len(stand_in.records) >= len(expected))
    assert {record["request_id"] for record in pubsub.records} == expected


@pytest.fixture
def identified(pubsub, monkeypatch):
    """A publisher that asks for a token first, as it does outside of tests."""
    monkeypatch.setattr(pubsub_client, "TOKEN_URL", f"http://{pubsub.host}/token")
    token = pubsub_client.WorkloadToken(None)
    return pubsub_client.PubSubPublisher("projects/acme/topics/predictions", f"http://{pubsub.host}", token)


def test_the_workload_identifies_itself_with_a_token_that_it_asks_for_once(pubsub, identified):
    identified.publish([b"{}"])
    identified.publish([b"{}"])
    assert pubsub.authorisations == ["Bearer token-1", "Bearer token-1"]


def test_a_token_is_renewed_before_it_ends(pubsub, identified):
    pubsub.token_seconds = 60
    identified.publish([b"{}"])
    identified.publish([b"{}"])
    assert pubsub.authorisations == ["Bearer token-1", "Bearer token-2"]


def test_an_identity_that_cannot_be_had_is_a_failure_that_may_pass(identified, monkeypatch):
    monkeypatch.setattr(pubsub_client, "TOKEN_URL", "http://127.0.0.1:1/token")
    with pytest.raises(PublishError, match="cannot be reached") as failure:
        identified.publish([b"{}"])
    assert failure.value.passing


def test_without_an_emulator_it_calls_google_over_tls(tmp_path):
    topic = "projects/acme/topics/predictions"
    publisher = pubsub_client.publisher_of(
        Settings(model_path=tmp_path, environment="test", prediction_log_topic=topic)
    )
    assert publisher._url == f"https://pubsub.googleapis.com/v1/{topic}:publish"
    assert publisher._token._account is None


class FakePublisher:
    """Keeps what it is given; waits while `held`, raises what it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.batches: list[list[bytes]] = []
        self.free = threading.Event()
        self.free.set()
        self.error = error

    def publish(self, records) -> None:
        self.free.wait(10)
        if self.error:
            raise self.error
        self.batches.append(list(records))


class Counts:
    def __init__(self) -> None:
        self.dropped: dict[str, int] = {}
        self.published = 0

    def record_dropped(self, reason: str, count: int) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + count

    def record_published(self, count: int) -> None:
        self.published += count


@pytest.fixture
def make_log():
    model = load_model(Settings(model_path=EXAMPLE / "model"))

    def make(publisher, queue: int = 1000):
        counts = Counts()
        records = PredictionRecords(model, "test", "values", KEY)
        log = PredictionLog(records, publisher, counts, 1.0, queue)
        answered = Answered("id", None, [HEALTHY_ROW], model.predict([HEALTHY_ROW]), 0.001)
        return SimpleNamespace(log=log, counts=counts, write=lambda: log.write(answered))

    return make


def test_a_full_queue_drops_the_newest_at_once(make_log):
    publisher = FakePublisher()
    publisher.free.clear()
    made = make_log(publisher, queue=10)
    began = time.monotonic()
    for _ in range(500):
        made.write()
    assert time.monotonic() - began < 1
    assert made.counts.dropped["queue-full"] >= 500 - 10 - prediction_log.BATCH_RECORDS
    publisher.free.set()
    made.log.close(5)
    assert made.counts.published + made.counts.dropped["queue-full"] == 500


def test_batches_stay_below_what_one_call_may_hold(make_log, monkeypatch):
    publisher = FakePublisher()
    publisher.free.clear()
    monkeypatch.setattr(prediction_log, "BATCH_BYTES", 2000)
    made = make_log(publisher)
    for _ in range(50):
        made.write()
    publisher.free.set()
    made.log.close(5)
    assert sum(map(len, publisher.batches)) == 50
    assert len(publisher.batches) > 5
    assert all(sum(map(len, batch)) <= 2000 for batch in publisher.batches)


def test_the_queue_is_bounded_in_bytes_too(make_log, monkeypatch):
    publisher = FakePublisher()
    publisher.free.clear()
    monkeypatch.setattr(prediction_log, "QUEUE_BYTES", 5000)
    made = make_log(publisher, queue=100_000)
    time.sleep(0.1)
    for _ in range(1000):
        made.write()
    assert made.counts.dropped["queue-full"] > 900
    publisher.free.set()
    made.log.close(5)


def test_what_cannot_be_handed_over_at_the_end_is_counted(make_log):
    publisher = FakePublisher()
    publisher.free.clear()
    made = make_log(publisher)
    for _ in range(3 * prediction_log.BATCH_RECORDS):
        made.write()
    began = time.monotonic()
    made.log.close(0.5)
    assert time.monotonic() - began < 2
    assert made.counts.dropped["shutdown"] >= prediction_log.BATCH_RECORDS
    made.write()
    assert made.counts.dropped["shutdown"] > prediction_log.BATCH_RECORDS
    publisher.free.set()


@pytest.mark.parametrize("error", [PublishError("no", passing=False), KeyError("access_token")])
def test_whatever_a_publisher_raises_the_log_lives_on(make_log, error):
    publisher = FakePublisher(error)
    made = make_log(publisher)
    made.write()
    end = time.monotonic() + 5
    while made.counts.dropped.get("publish-failed") != 1:
        assert time.monotonic() < end
        time.sleep(0.01)
    publisher.error = None
    made.write()
    made.log.close(5)
    assert made.counts.published == 1
