"""What the logger is told by its environment: the platform's variables for every server, and where the server is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingsError(Exception):
    """The environment does not make sense; the message names every variable that does not."""


@dataclass(frozen=True)
class Settings:
    upstream_host: str
    upstream_port: int
    model: str
    version: str
    environment: str
    topic: str | None
    sample: float
    features: str
    hash_key_file: Path | None
    host: str = "0.0.0.0"
    port: int = 8081
    timeout_seconds: float = 600
    queue: int = 1000
    pubsub_endpoint: str = "https://pubsub.googleapis.com"
    emulator: str | None = None
    credentials: Path | None = None
    confidence_output: str | None = None
    drain_seconds: float = 10

    @classmethod
    def from_environment(cls, given: Mapping[str, str]) -> Settings:
        """An empty variable counts as one that is not set: that is how manifests leave one out."""
        problems: list[str] = []

        def text(name: str, pattern: str, standard: str | None = None) -> str:
            value = given.get(name) or standard
            if value is None or not re.fullmatch(pattern, value):
                problems.append(f"{name}: {'is not set' if value is None else f'does not match {pattern}'}")
                return ""
            return value

        def number(name: str, standard: float, least: float, most: float) -> float:
            try:
                value = float(given.get(name) or standard)
            except ValueError:
                value = most + 1
            if not least <= value <= most:
                problems.append(f"{name}: must be a number from {least:g} to {most:g}")
            return value

        upstream = text("UPSTREAM_URL", r"http://[a-z0-9.-]+:\d+")
        host, _, port = upstream.removeprefix("http://").partition(":")
        topic = given.get("PREDICTION_LOG_TOPIC") or None
        if topic is not None:
            text("PREDICTION_LOG_TOPIC", r"projects/[^/]+/topics/[^/]+")
            text("ENVIRONMENT", r".+")
        key = given.get("PREDICTION_LOG_HASH_KEY_FILE") or None
        credentials = given.get("GOOGLE_APPLICATION_CREDENTIALS") or None
        output = given.get("PREDICTION_LOG_CONFIDENCE_OUTPUT") or None
        if output is not None:
            text("PREDICTION_LOG_CONFIDENCE_OUTPUT", r".{1,256}")
        settings = cls(
            upstream_host=host,
            upstream_port=int(port or 0),
            model=text("MODEL_NAME", r"[a-z0-9][a-z0-9-]{0,62}"),
            version=text("MODEL_VERSION", r".+"),
            environment=given.get("ENVIRONMENT", ""),
            topic=topic,
            sample=number("PREDICTION_LOG_SAMPLE", 1, 0, 1),
            features=text("PREDICTION_LOG_FEATURES", r"values|hash|none", "none"),
            hash_key_file=Path(key) if key else None,
            host=given.get("HOST") or cls.host,
            port=int(number("PORT", cls.port, 1, 65535)),
            timeout_seconds=number("REQUEST_TIMEOUT_SECONDS", cls.timeout_seconds, 1, 3600),
            queue=int(number("PREDICTION_LOG_QUEUE", cls.queue, 1, 100_000)),
            pubsub_endpoint=text("PUBSUB_ENDPOINT", r"https://[^/]+", cls.pubsub_endpoint),
            emulator=given.get("PUBSUB_EMULATOR_HOST") or None,
            credentials=Path(credentials) if credentials else None,
            confidence_output=output,
            drain_seconds=number("DRAIN_SECONDS", cls.drain_seconds, 1, 3700),
        )
        if problems:
            raise SettingsError("; ".join(problems))
        return settings
