"""What is counted. Names and labels are a contract (README): alerts, autoscaling and canary analysis read them."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from .drift import DriftWatch
from .gate import Gate
from .model import Model, Prediction, Row

# The platform's catalogue holds the same numbers: an objective on latency can only be one of them.
DURATION_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)
DROP_REASONS = ("queue-full", "publish-failed", "shutdown")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

PREDICT = "/predict"


class Metrics:
    """Of the process: there from its start."""

    def __init__(self, gate: Gate) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "http_requests",
            "Requests answered, by class of status",
            ["handler", "method", "status"],
            registry=self._registry,
        )
        self._duration = Histogram(
            "http_request_duration_seconds",
            "Time to answer a request",
            ["handler", "method"],
            buckets=DURATION_SECONDS,
            registry=self._registry,
        )
        in_progress = Gauge(
            "http_requests_inprogress", "Predictions that run or wait; the signal to scale on", registry=self._registry
        )
        in_progress.set_function(lambda: gate.in_progress)
        queued = Gauge("http_requests_queued", "Predictions that wait for a free place", registry=self._registry)
        queued.set_function(lambda: gate.queued)
        for status in ("2xx", "4xx", "5xx"):
            # There from the start: a ratio of errors has no value while its numerator is missing.
            self._requests.labels(PREDICT, "POST", status)

    def answered(self, handler: str, method: str, status: int, seconds: float) -> None:
        known = method if method in METHODS else "OTHER"
        self._requests.labels(handler, known, f"{status // 100}xx").inc()
        self._duration.labels(handler, known).observe(seconds)

    def of_model(self, model: Model, drift_window: int, drift_minimum: int) -> ModelMetrics:
        return ModelMetrics(self._registry, model, drift_window, drift_minimum)

    def text(self) -> bytes:
        return generate_latest(self._registry)


class ModelMetrics:
    """Of the model, once it is loaded. Every series carries its name; features and classes are the declared ones."""

    def __init__(self, registry: CollectorRegistry, model: Model, drift_window: int, drift_minimum: int) -> None:
        info = Gauge(
            "mlops_model_info",
            "The model that is served: always 1",
            ["model", "version", "registry_uri"],
            registry=registry,
        )
        info.labels(model.name, model.version, model.registry_uri).set(1)
        self._confidence = Histogram(
            "mlops_prediction_confidence",
            "Probability of the class that was answered",
            ["model"],
            buckets=CONFIDENCE,
            registry=registry,
        ).labels(model.name)
        classes = Counter("mlops_prediction_class", "Predictions, by class", ["model", "class"], registry=registry)
        self._classes = {name: classes.labels(model.name, name) for name in model.file.classes}
        dropped = Counter(
            "mlops_prediction_log_dropped",
            "Records that did not reach the prediction log",
            ["model", "reason"],
            registry=registry,
        )
        self._dropped = {reason: dropped.labels(model.name, reason) for reason in DROP_REASONS}
        self._published = Counter(
            "mlops_prediction_log_published", "Records that reached the prediction log", ["model"], registry=registry
        ).labels(model.name)
        self._drift = DriftWatch(model.name, model.file.features, drift_window, drift_minimum)
        registry.register(self._drift)

    def predicted(self, rows: Sequence[Row], predictions: Sequence[Prediction]) -> None:
        for row, prediction in zip(rows, predictions, strict=True):
            self._drift.observe(row)
            self._confidence.observe(prediction.confidence)
            self._classes[prediction.answer].inc()

    def record_dropped(self, reason: str, count: int) -> None:
        self._dropped[reason].inc(count)

    def record_published(self, count: int) -> None:
        self._published.inc(count)
