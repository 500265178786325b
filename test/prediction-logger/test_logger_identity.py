"""Outside of Google Cloud the logger's records go out with a token that was exchanged, as the example server's do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fastapi-server"))

from logged_server import EXAMPLE, RunningLogger, StandInServer
from pubsub_stand_in import PubSubStandIn
from sts_stand_in import StsStandIn, credentials

sys.path.insert(0, str(EXAMPLE))

from prediction_logger import external_account
from prediction_logger import pubsub as pubsub_client
from prediction_logger.delivery import Delivery
from prediction_logger.exchange import Exchange
from prediction_logger.pubsub import Publisher, PublishError
from prediction_logger.records import Records
from prediction_logger.settings import Settings

ENVIRONMENT = {
    "UPSTREAM_URL": "http://127.0.0.1:8000",
    "MODEL_NAME": "assistant",
    "MODEL_VERSION": "3",
    "ENVIRONMENT": "test",
    "PREDICTION_LOG_TOPIC": "projects/acme/topics/predictions",
}


@pytest.fixture
def sts() -> Iterator[StsStandIn]:
    stand_in = StsStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def topic() -> Iterator[PubSubStandIn]:
    stand_in = PubSubStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def outside(sts: StsStandIn, topic: PubSubStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """As the variable makes them, but without TLS; there is no metadata server."""
    monkeypatch.setattr(external_account, "SCHEMES", ("http://",))
    monkeypatch.setattr(pubsub_client, "TOKEN_URL", "http://127.0.0.1:1/token")
    given = ENVIRONMENT | {"GOOGLE_APPLICATION_CREDENTIALS": str(sts.files(tmp_path))}
    return replace(Settings.from_environment(given), pubsub_endpoint=f"http://{topic.host}")


def test_a_token_is_exchanged_and_renewed_by_the_one_that_is_there_then(
    outside: Settings, sts: StsStandIn, topic: PubSubStandIn, tmp_path: Path
) -> None:
    publisher = Publisher(outside)
    publisher.publish([b"{}"])
    sts.token_seconds = 60
    publisher.publish([b"{}"])
    assert topic.authorisations == ["Bearer exchanged-1"] * 2
    publisher = Publisher(outside)
    publisher.publish([b"{}"])
    (tmp_path / "token").write_text("pod-token-2")
    publisher.publish([b"{}"])
    assert topic.authorisations[2:] == ["Bearer exchanged-2", "Bearer exchanged-3"]
    assert [one["subject_token"] for one in sts.asked] == ["pod-token-1", "pod-token-1", "pod-token-2"]


def test_a_failure_that_passes_is_tried_again_and_another_one_counted(
    outside: Settings, sts: StsStandIn, topic: PubSubStandIn
) -> None:
    delivery = Delivery(Records(outside), Publisher(outside), outside.queue)
    sts.answers = [503]
    delivery.take(Exchange("r-1", None))
    topic.wait_for(lambda it: len(it.records) == 1)
    delivery.close(5)
    assert (delivery.published, sum(delivery.dropped.values()), len(sts.asked)) == (1, 0, 2)
    delivery = Delivery(Records(outside), Publisher(outside), outside.queue)
    sts.answers = [400]
    delivery.take(Exchange("r-2", None))
    delivery.close(5)
    assert (delivery.published, delivery.dropped["publish-failed"], topic.calls) == (0, 1, 1)


def test_a_pods_token_that_is_not_there_yet_may_come(outside: Settings, tmp_path: Path) -> None:
    (tmp_path / "token").unlink()
    with pytest.raises(PublishError, match="the subject token cannot be read") as failure:
        Publisher(outside).publish([b"{}"])
    assert failure.value.passing


def test_without_the_variable_it_is_the_metadata_servers(topic: PubSubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubsub_client, "TOKEN_URL", f"http://{topic.host}/token")
    Publisher(replace(Settings.from_environment(ENVIRONMENT), pubsub_endpoint=f"http://{topic.host}")).publish([b"{}"])
    assert topic.authorisations == ["Bearer token-1"]


def test_an_exchange_that_fails_is_counted_and_holds_no_answer_up(tmp_path: Path) -> None:
    server = StandInServer()
    (tmp_path / "token").write_text("pod-token")
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(credentials(tmp_path, "https://127.0.0.1:1/v1/token")))
    given = ENVIRONMENT | {"UPSTREAM_URL": server.url, "GOOGLE_APPLICATION_CREDENTIALS": path}
    running = RunningLogger(given)
    try:
        running.wait_until_ready()
        began = time.monotonic()
        assert running.ask()[0] == 200
        assert time.monotonic() - began < 2
        end = time.monotonic() + 10
        while b'reason="publish-failed"} 1\n' not in running.request("GET", "/logger/metrics")[1]:
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        running.kill()
        server.close()


def test_a_key_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----"}))
    done = subprocess.run(
        [sys.executable, "-B", "-m", "prediction_logger"],
        env=ENVIRONMENT | {"PYTHONPATH": str(EXAMPLE), "GOOGLE_APPLICATION_CREDENTIALS": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        f"GOOGLE_APPLICATION_CREDENTIALS: {path} is the key of a service account" in json.loads(done.stdout)["reason"]
    )
    assert "BEGIN" not in done.stdout
