"""Pub/Sub by its REST interface: one call and one token do not need the client library and its twenty dependencies."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from .external_account import ExternalAccount
from .prediction_log import Publisher, PublishError
from .settings import Settings

# Answers with the workload's identity on GKE and on Cloud Run (cloud.google.com/compute/docs/metadata).
TOKEN_URL = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
TIMEOUT_SECONDS = 5.0
PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class WorkloadToken:
    """The workload's own access token, by the metadata server or an exchange: no key, no secret in the environment."""

    def __init__(self, account: ExternalAccount | None) -> None:
        self._account = account
        self._token = ""
        self._expires = 0.0

    def header(self) -> dict[str, str]:
        if time.monotonic() >= self._expires:
            answer = json.loads(_call(self._request()))
            self._token = answer["access_token"]
            # A minute early, so that a token does not end on its way.
            self._expires = time.monotonic() + answer["expires_in"] - 60
        return {"Authorization": f"Bearer {self._token}"}

    def _request(self) -> urllib.request.Request:
        if self._account is None:
            return urllib.request.Request(TOKEN_URL, headers={"Metadata-Flavor": "Google"})
        try:
            return self._account.token_request()
        except OSError as error:
            raise PublishError(f"the subject token cannot be read: {error.strerror}", passing=True) from None


class PubSubPublisher:
    def __init__(self, topic: str, endpoint: str, token: WorkloadToken | None) -> None:
        self._url = f"{endpoint}/v1/{topic}:publish"
        self._token = token

    def publish(self, records: Sequence[bytes]) -> None:
        body = json.dumps({"messages": [{"data": base64.b64encode(record).decode()} for record in records]})
        headers = {"Content-Type": "application/json", **(self._token.header() if self._token else {})}
        _call(urllib.request.Request(self._url, data=body.encode(), headers=headers))


def publisher_of(settings: Settings) -> Publisher | None:
    """None where no topic is set. An emulator, named as Pub/Sub's clients name it, is called without a token."""
    if settings.prediction_log_topic is None:
        return None
    if settings.pubsub_emulator_host is not None:
        return PubSubPublisher(settings.prediction_log_topic, f"http://{settings.pubsub_emulator_host}", None)
    credentials = settings.google_application_credentials
    account = ExternalAccount.from_file(credentials) if credentials else None
    return PubSubPublisher(settings.prediction_log_topic, settings.pubsub_endpoint, WorkloadToken(account))


def _call(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            content: bytes = response.read()
            return content
    except urllib.error.HTTPError as error:
        raise PublishError(f"{request.host} answered {error.code}", passing=error.code in PASSING_STATUSES) from None
    except (OSError, ValueError) as error:
        raise PublishError(f"{request.host} cannot be reached: {type(error).__name__}", passing=True) from None
