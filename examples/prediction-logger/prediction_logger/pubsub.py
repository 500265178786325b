"""Pub/Sub by its REST interface, as the workload's own identity: no key, no client library."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence

from .external_account import ExternalAccount
from .settings import Settings

TOKEN_URL = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
TIMEOUT_SECONDS = 5.0
PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


class PublishError(Exception):
    """A batch was not taken; `passing` where another attempt may succeed."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class Publisher:
    def __init__(self, settings: Settings) -> None:
        endpoint = f"http://{settings.emulator}" if settings.emulator else settings.pubsub_endpoint
        self._url = f"{endpoint}/v1/{settings.topic}:publish"
        self._asks_for_token = settings.emulator is None
        credentials = settings.credentials if self._asks_for_token else None
        self._account = ExternalAccount.from_file(credentials) if credentials else None
        self._token = ""
        self._expires = 0.0

    def publish(self, records: Sequence[bytes]) -> None:
        body = json.dumps({"messages": [{"data": base64.b64encode(record).decode()} for record in records]})
        headers = {"Content-Type": "application/json"}
        if self._asks_for_token:
            headers["Authorization"] = f"Bearer {self._fresh_token()}"
        _call(urllib.request.Request(self._url, data=body.encode(), headers=headers))

    def _fresh_token(self) -> str:
        if time.monotonic() >= self._expires:
            answer = json.loads(_call(self._token_request()))
            self._token = answer["access_token"]
            # A minute early, so that a token does not end on its way.
            self._expires = time.monotonic() + answer["expires_in"] - 60
        return self._token

    def _token_request(self) -> urllib.request.Request:
        if self._account is None:
            return urllib.request.Request(TOKEN_URL, headers={"Metadata-Flavor": "Google"})
        try:
            return self._account.token_request()
        except OSError as error:
            raise PublishError(f"the subject token cannot be read: {error.strerror}", passing=True) from None


def _call(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            content: bytes = response.read()
            return content
    except urllib.error.HTTPError as error:
        raise PublishError(f"{request.host} answered {error.code}", passing=error.code in PASSING_STATUSES) from None
    except (OSError, ValueError) as error:
        raise PublishError(f"{request.host} cannot be reached: {type(error).__name__}", passing=True) from None
