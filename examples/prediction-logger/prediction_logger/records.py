"""What a record says: the platform's contract, with what is left out or hashed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from .exchange import Exchange
from .reading import compact, output_of, prompt_of
from .settings import Settings, SettingsError


def sampled(request_id: str, share: float) -> bool:
    """As in the example server: the records of one request are kept or left out together."""
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8]) < share * 2**64


class Records:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = _hash_key(settings)

    def of(self, exchange: Exchange) -> bytes:
        settings = self._settings
        prompt, output = prompt_of(exchange), output_of(exchange)
        values = settings.features == "values"
        told: dict[str, object] = {"characters": len(output), "complete": exchange.complete}
        if exchange.answered.cut:
            told["cut"] = True
        if values:
            told["text"] = output
        elif settings.features == "hash":
            told["hmac_sha256"] = self._digest(output)
        asked = compact({"prompt": prompt, **({"cut": True} if exchange.asked.cut else {})})
        record = {
            "environment": settings.environment,
            "model": settings.model,
            "version": settings.version,
            "request_id": exchange.request_id,
            "occurred_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "latency_ms": round(exchange.latency_seconds * 1000, 3),
            "features": asked if values else None,
            "prompt_sha256": None if settings.features == "none" else hashlib.sha256(prompt.encode()).hexdigest(),
            "output": compact(told),
            "confidence": None if exchange.confidence is None else round(exchange.confidence, 6),
            "caller": self._digest(exchange.caller) if exchange.caller else None,
        }
        return compact(record).encode()

    def _digest(self, text: str) -> str:
        """Keyed: a plain hash of an address, or of a short answer, is found again by trying."""
        return hmac.digest(self._key, text.encode(), "sha256").hex()


def _hash_key(settings: Settings) -> bytes:
    if settings.hash_key_file is None:
        return secrets.token_bytes(32)
    try:
        key = settings.hash_key_file.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"PREDICTION_LOG_HASH_KEY_FILE: cannot be read: {error.strerror}") from error
    if len(key) < 32:
        raise SettingsError(f"PREDICTION_LOG_HASH_KEY_FILE: holds {len(key)} bytes, needs at least 32")
    return key
