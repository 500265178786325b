"""The contract of the metrics: names, labels, and no more series than the model declares."""

from __future__ import annotations

import pytest
from running_server import HEALTHY_ROW

MODEL = {"model": "pump-condition"}


def labels_of(server, name: str) -> set[frozenset[str]]:
    return {frozenset(one.labels) for one in server.metrics() if one.name == name}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("http_requests_total", {"handler", "method", "status"}),
        ("http_request_duration_seconds_bucket", {"handler", "method", "le"}),
        ("http_requests_inprogress", set()),
        ("http_requests_queued", set()),
        ("mlops_prediction_confidence_bucket", {"model", "le"}),
        ("mlops_prediction_class_total", {"model", "class"}),
        ("mlops_feature_value_bucket", {"model", "feature", "le"}),
        ("mlops_drift_score", {"model", "feature", "method"}),
        ("mlops_drift_window_rows", {"model"}),
        ("mlops_model_info", {"model", "version", "registry_uri"}),
        ("mlops_prediction_log_dropped_total", {"model", "reason"}),
        ("mlops_prediction_log_published_total", {"model"}),
    ],
)
def test_every_metric_has_its_labels(shared, name, labels):
    shared.predict(*[HEALTHY_ROW] * 10)
    assert labels_of(shared, name) == {frozenset(labels)}


def test_requests_are_counted_by_class_of_status_and_probes_are_not(serve):
    server = serve()
    counted = {"handler": "/predict", "method": "POST"}
    assert server.metric("http_requests_total", **counted, status="5xx") == 0
    server.predict(HEALTHY_ROW)
    server.predict(HEALTHY_ROW)
    server.predict({})
    for probe in ("/healthz", "/readyz", "/metrics"):
        server.get(probe)
    assert server.metric("http_requests_total", **counted, status="2xx") == 2
    assert server.metric("http_requests_total", **counted, status="4xx") == 1
    assert server.metric("http_request_duration_seconds_count", **counted) == 3
    assert {one.labels["handler"] for one in server.metrics() if one.name == "http_requests_total"} == {"/predict"}


def test_no_request_can_make_a_series_of_its_own(serve):
    server = serve()
    for number in range(20):
        server.get(f"/made-up/{number}")
        server.request(f"MADE{number}", "/predict")
        server.predict(HEALTHY_ROW | {f"made-up-{number}": 1})
        server.predict(HEALTHY_ROW | {"pump_type": f"made-up-{number}"})
    seen = [one.labels for one in server.metrics() if one.name == "http_requests_total"]
    assert {one["handler"] for one in seen} == {"/predict", "none"}
    assert {one["method"] for one in seen} == {"GET", "POST", "OTHER"}
    assert "made-up" not in server.get("/metrics").body.decode()


def test_confidence_and_classes_are_counted_for_each_prediction(serve):
    server = serve()
    worn = HEALTHY_ROW | {
        "vibration_mm_s": 7.6,
        "temperature_c": 78,
        "hours_since_service": 4100,
        "pump_type": "piston",
    }
    unsure = {
        "temperature_c": 66,
        "vibration_mm_s": 4.2,
        "pressure_bar": 5.8,
        "hours_since_service": 2600,
        "pump_type": "gear",
    }
    answers = server.predict(HEALTHY_ROW, worn, unsure).json["predictions"]
    confidence = [one["confidence"] for one in answers]
    assert server.metric("mlops_prediction_confidence_count", **MODEL) == 3
    assert server.metric("mlops_prediction_confidence_sum", **MODEL) == pytest.approx(sum(confidence), abs=1e-5)
    below = sum(one <= 0.9 for one in confidence)
    assert below == 1
    assert server.metric("mlops_prediction_confidence_bucket", **MODEL, le="0.9") == below
    counted = {
        name: server.metric("mlops_prediction_class_total", **{"class": name}) for name in ("ok", "inspect", "replace")
    }
    assert counted == {"ok": 1, "inspect": 1, "replace": 1}


def test_a_refused_request_counts_as_no_prediction(serve):
    server = serve()
    server.predict(HEALTHY_ROW, HEALTHY_ROW | {"pump_type": "none"})
    assert server.metric("mlops_prediction_confidence_count", **MODEL) == 0
    assert server.metric("mlops_feature_value_count", **MODEL, feature="temperature_c") == 0


def test_values_of_features_fall_into_the_bins_of_the_reference(serve):
    server = serve()
    for value in (50.37, 50.38, 149):
        server.predict(HEALTHY_ROW | {"temperature_c": value})
    temperature = MODEL | {"feature": "temperature_c"}
    assert server.metric("mlops_feature_value_bucket", **temperature, le="50.37") == 1
    assert server.metric("mlops_feature_value_bucket", **temperature, le="54.28") == 2
    assert server.metric("mlops_feature_value_bucket", **temperature, le="73.55") == 2
    assert server.metric("mlops_feature_value_bucket", **temperature, le="+Inf") == 3
    assert server.metric("mlops_feature_value_count", **temperature) == 3
    assert server.metric("mlops_feature_value_sum", **temperature) == pytest.approx(249.75)
    # A category is no number: its drift is scored, its values are not measured.
    assert server.metric_values("mlops_feature_value_count", feature="pump_type") == []


def test_the_model_is_named_with_its_version(serve):
    server = serve()
    assert server.metric("mlops_model_info", **MODEL, version="1.0.0", registry_uri="unregistered") == 1
