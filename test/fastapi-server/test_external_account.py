"""Outside of Google Cloud: the pod's own token is exchanged for one of Google's, and no key takes its place."""

from __future__ import annotations

import json

import pytest
from model_server import external_account
from model_server import pubsub as pubsub_client
from model_server.external_account import ExternalAccount
from model_server.prediction_log import PublishError
from model_server.settings import Settings, SettingsError
from running_server import HEALTHY_ROW
from sts_stand_in import AUDIENCE, StsStandIn, credentials

TOPIC = "projects/acme/topics/predictions"


@pytest.fixture
def sts():
    stand_in = StsStandIn()
    yield stand_in
    stand_in.close()


@pytest.fixture
def outside(sts, pubsub, tmp_path, monkeypatch):
    """A publisher as the variable makes it, but without TLS; there is no metadata server."""
    monkeypatch.setattr(external_account, "SCHEMES", ("http://",))
    monkeypatch.setattr(pubsub_client, "TOKEN_URL", "http://127.0.0.1:1/token")
    settings = Settings(
        model_path=tmp_path,
        environment="test",
        prediction_log_topic=TOPIC,
        google_application_credentials=sts.files(tmp_path),
    ).model_copy(update={"pubsub_endpoint": f"http://{pubsub.host}"})
    return pubsub_client.publisher_of(settings)


def test_the_pods_token_is_exchanged_and_the_new_one_used_until_its_end(sts, pubsub, outside):
    outside.publish([b"{}"])
    outside.publish([b"{}"])
    assert pubsub.authorisations == ["Bearer exchanged-1", "Bearer exchanged-1"]
    assert sts.media == ["application/x-www-form-urlencoded"]
    assert sts.asked == [
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": AUDIENCE,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token": "pod-token-1",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        }
    ]


def test_it_is_renewed_before_its_end_by_the_token_that_is_there_then(sts, pubsub, outside, tmp_path):
    sts.token_seconds = 60
    outside.publish([b"{}"])
    (tmp_path / "token").write_text("pod-token-2\n")
    outside.publish([b"{}"])
    assert pubsub.authorisations == ["Bearer exchanged-1", "Bearer exchanged-2"]
    assert [one["subject_token"] for one in sts.asked] == ["pod-token-1", "pod-token-2"]


@pytest.mark.parametrize(("status", "passing"), [(503, True), (400, False)])
def test_an_exchange_that_fails_is_a_failure_to_publish(sts, pubsub, outside, status, passing):
    sts.answers = [status]
    with pytest.raises(PublishError, match=f"answered {status}") as failure:
        outside.publish([b"{}"])
    assert failure.value.passing is passing
    assert pubsub.calls == 0
    outside.publish([b"{}"])
    assert pubsub.authorisations == ["Bearer exchanged-2"]


def test_a_pods_token_that_is_not_there_yet_may_come(sts, outside, tmp_path):
    (tmp_path / "token").unlink()
    with pytest.raises(PublishError, match="the subject token cannot be read: No such file") as failure:
        outside.publish([b"{}"])
    assert failure.value.passing
    assert sts.asked == []


def test_an_exchange_that_fails_is_counted_and_holds_no_answer_up(serve, tmp_path):
    # Nobody listens there: the exchange fails before Pub/Sub is asked.
    (tmp_path / "token").write_text("pod-token")
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(credentials(tmp_path, "https://127.0.0.1:1/v1/token")))
    server = serve(PREDICTION_LOG_TOPIC=TOPIC, ENVIRONMENT="test", GOOGLE_APPLICATION_CREDENTIALS=path)
    assert server.predict(HEALTHY_ROW).status == 200
    dropped = {"name": "mlops_prediction_log_dropped_total", "reason": "publish-failed"}
    server.wait_for(lambda: server.metric(**dropped) == 1, "the record is dropped")
    server.signal()
    (warning,) = [line for line in server.output() if "records" in line]
    assert warning["reason"].startswith("127.0.0.1:1 cannot be reached")


def test_a_key_is_refused_at_the_start(serve, tmp_path):
    path = tmp_path / "key.json"
    path.write_text(json.dumps({"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----"}))
    given = {"PREDICTION_LOG_TOPIC": TOPIC, "ENVIRONMENT": "test", "GOOGLE_APPLICATION_CREDENTIALS": path}
    server = serve(ready=False, **given)
    assert server.wait() == 2
    reason = server.output()[0]["reason"]
    assert reason.startswith(f"GOOGLE_APPLICATION_CREDENTIALS: {path} is the key of a service account")
    assert "revokes it" in reason
    assert "BEGIN" not in reason


SOURCE = {"file": "/var/run/secrets/google/token"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"type": "authorized_user"}, "not a file of type external_account"),
        ([], "not a file of type external_account"),
        ("{", "is not JSON"),
        (None, "cannot be read: No such file"),
        ({"service_account_impersonation_url": "https://iam"}, "service_account_impersonation_url is not known here"),
        ({"client_id": "acme", "client_secret": "x"}, "client_id is not known here; client_secret is not known here"),
        ({"audience": None, "token_url": 1}, "audience is not set; token_url is not set"),
        ({"token_url": "http://sts.googleapis.com/v1/token"}, "token_url does not begin with https://"),
        ({"credential_source": {"url": "http://169.254.169.254"}}, "credential_source.file is not set"),
        ({"credential_source": SOURCE | {"format": {"type": "json"}}}, "credential_source.format is not known here"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(tmp_path, content, message):
    path = tmp_path / "credentials.json"
    if isinstance(content, str):
        path.write_text(content)
    elif content is not None:
        path.write_text(json.dumps(credentials(tmp_path) | content if content else content))
    with pytest.raises(SettingsError) as refusal:
        ExternalAccount.from_file(path)
    assert str(refusal.value).startswith(f"GOOGLE_APPLICATION_CREDENTIALS: {path}")
    assert message in str(refusal.value)


def test_the_file_of_the_platform_is_taken(tmp_path):
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(credentials(tmp_path)))
    assert ExternalAccount.from_file(path).token_url == "https://sts.googleapis.com/v1/token"


def test_a_server_that_logs_nothing_needs_no_token(serve, tmp_path):
    assert serve(GOOGLE_APPLICATION_CREDENTIALS=tmp_path / "nowhere").predict(HEALTHY_ROW).status == 200
