"""What the server is told by its environment. Every variable is a field's name in capitals; the README lists them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

# Kept free at a drain's end: three seconds to hand over the last prediction records, one for uvicorn's own pauses.
DRAIN_RESERVE_SECONDS = 4.0


class SettingsError(Exception):
    """The environment does not make sense; the message names every variable that does not."""


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())

    host: str = "0.0.0.0"
    port: int = Field(8080, ge=1, le=65535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: str | None = None

    model_path: Path
    model_name: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    model_version: str | None = None
    model_sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    model_registry_uri: str | None = None

    max_concurrency: int = Field(4, ge=1, le=256)
    max_queue: int = Field(16, ge=0, le=4096)
    max_body_bytes: int = Field(2**20, ge=1024, le=4 * 2**20)
    max_instances: int = Field(128, ge=1, le=1024)
    body_timeout_seconds: float = Field(5, gt=0)
    request_timeout_seconds: float = Field(10, gt=0)
    # Google's load balancers keep idle connections for 600 s; a server that closes first makes them answer 502
    # (cloud.google.com/load-balancing/docs/https: backend HTTP keepalive timeout).
    keep_alive_seconds: int = Field(620, ge=1)
    drain_seconds: float = Field(20, gt=0)
    drain_listen_seconds: float = Field(5, ge=0)

    drift_window: int = Field(1000, ge=10, le=1_000_000)
    drift_minimum: int = Field(200, ge=10)

    prediction_log_topic: str | None = Field(None, pattern=r"^projects/[^/]+/topics/[^/]+$")
    prediction_log_sample: float = Field(1.0, ge=0, le=1)
    prediction_log_features: Literal["values", "hash", "none"] = "none"
    prediction_log_hash_key_file: Path | None = None
    prediction_log_queue: int = Field(1000, ge=1, le=100_000)
    google_application_credentials: Path | None = None
    pubsub_endpoint: str = Field("https://pubsub.googleapis.com", pattern=r"^https://[^/]+$")
    pubsub_emulator_host: str | None = Field(None, pattern=r"^[^/]+:\d+$")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """An empty variable counts as one that is not set: that is how manifests leave one out."""
        given = {name: environment[name.upper()] for name in cls.model_fields if environment.get(name.upper())}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SettingsError("; ".join(_problem(found["loc"], found["msg"]) for found in error.errors())) from None

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        problems = [message for broken, message in self._rules() if broken]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _rules(self) -> list[tuple[bool, str]]:
        needed = self.drain_listen_seconds + self.request_timeout_seconds + DRAIN_RESERVE_SECONDS
        return [
            (
                self.drain_seconds < needed,
                f"DRAIN_SECONDS is {self.drain_seconds:g}, but a request that is taken last may need {needed:g}:"
                f" DRAIN_LISTEN_SECONDS + REQUEST_TIMEOUT_SECONDS + {DRAIN_RESERVE_SECONDS:g} for the last records",
            ),
            (
                self.drift_minimum > self.drift_window,
                f"DRIFT_MINIMUM is {self.drift_minimum}, more than DRIFT_WINDOW ({self.drift_window}) ever holds",
            ),
            (
                self.prediction_log_topic is not None and self.environment is None,
                "PREDICTION_LOG_TOPIC is set, but not ENVIRONMENT, which every record names",
            ),
        ]


def _problem(where: tuple[int | str, ...], message: str) -> str:
    name = str(where[0]).upper() if where else ""
    text = message.removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
