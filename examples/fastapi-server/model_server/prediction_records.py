"""What a prediction record says: the platform's contract (README), with what is left out or hashed."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from .logs import log
from .model import Model, Prediction, Row
from .settings import Settings, SettingsError


@dataclass(frozen=True)
class Answered:
    """What a record says of one request."""

    request_id: str
    caller: str | None
    rows: Sequence[Row]
    predictions: Sequence[Prediction]
    latency_seconds: float


def sampled(request_id: str, share: float) -> bool:
    """The same for one request id wherever it is asked: the records of one request are kept or left out together."""
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8]) < share * 2**64


class PredictionRecords:
    """Writes records with the field names of the platform's contract; features only where a setting asks for them."""

    def __init__(
        self,
        model: Model,
        environment: str,
        features: Literal["values", "hash", "none"],
        key: bytes,
    ) -> None:
        self._model = model
        self._environment = environment
        self._features = features
        self._key = key

    def of(self, answered: Answered) -> bytes:
        rows = _json(answered.rows)
        output = [{"class": one.answer, "confidence": round(one.confidence, 6)} for one in answered.predictions]
        record = {
            "model": self._model.name,
            "version": self._model.version,
            "request_id": answered.request_id,
            "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "features": self._kept(rows),
            # Of language models only.
            "prompt_sha256": None,
            "output": _json(output),
            # The least sure of a batch: the one that a reviewer looks for.
            "confidence": round(min(one.confidence for one in answered.predictions), 6),
            "latency_ms": round(answered.latency_seconds * 1000, 3),
            "caller": self._digest(answered.caller) if answered.caller else None,
            "environment": self._environment,
        }
        return _json(record).encode()

    def _kept(self, rows: str) -> str | None:
        if self._features == "none":
            return None
        return rows if self._features == "values" else _json({"hmac_sha256": self._digest(rows)})

    def _digest(self, text: str) -> str:
        """Keyed: a plain hash of an address, or of a few numbers, is found again by trying."""
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def hash_key(settings: Settings) -> bytes:
    """The mounted secret that hashes are keyed with; without one, a key that ends with the process."""
    path: Path | None = settings.prediction_log_hash_key_file
    if path is None:
        if settings.prediction_log_topic is not None:
            log(
                logging.WARNING,
                "PREDICTION_LOG_HASH_KEY_FILE is not set: equal hashes are found within one process only",
            )
        return secrets.token_bytes(32)
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"PREDICTION_LOG_HASH_KEY_FILE: {path} cannot be read: {error.strerror}") from error
    if len(key) < 32:
        raise SettingsError(f"PREDICTION_LOG_HASH_KEY_FILE: {path} holds {len(key)} bytes, needs at least 32")
    return key


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
