"""Drift: near nothing for rows like those the model was trained on, beyond 0.25 for rows that are not."""

from __future__ import annotations

import json
import random

import pytest
from conftest import EXAMPLE
from model_server.drift import FeatureWatch, population_stability_index
from model_server.model_file import NumberFeature
from running_server import HEALTHY_ROW

FEATURES = json.loads((EXAMPLE / "model" / "model.json").read_text())["features"]
WARN, ACT = 0.1, 0.25


def drawn(feature, pick: random.Random):
    """A value as the training rows had it: a bin by its share, a value within it."""
    reference = feature["reference"]
    if feature["kind"] == "category":
        return pick.choices(feature["values"], reference["shares"])[0]
    edges = [feature["minimum"], *reference["edges"], feature["maximum"]]
    (found,) = pick.choices(range(len(edges) - 1), reference["shares"])
    # Not on the lower edge, which belongs to the bin below.
    return edges[found + 1] - pick.random() * (edges[found + 1] - edges[found]) * 0.99


def rows_like_the_reference(count: int):
    pick = random.Random(7)
    return [{feature["name"]: drawn(feature, pick) for feature in FEATURES} for _ in range(count)]


def send(server, rows) -> None:
    for start in range(0, len(rows), 100):
        assert server.predict(*rows[start : start + 100]).status == 200


def scores(server) -> dict[str, float]:
    found = [one for one in server.metrics() if one.name == "mlops_drift_score"]
    assert {one.labels["method"] for one in found} <= {"psi"}
    return {one.labels["feature"]: one.value for one in found}


def test_rows_like_the_training_data_do_not_drift(serve):
    server = serve()
    send(server, rows_like_the_reference(1000))
    assert set(scores(server)) == {feature["name"] for feature in FEATURES}
    assert max(scores(server).values()) < WARN / 2


def test_a_shifted_feature_drifts_and_the_others_do_not(serve):
    server = serve()
    send(server, [row | {"temperature_c": min(150, row["temperature_c"] + 9)} for row in rows_like_the_reference(1000)])
    found = scores(server)
    assert found.pop("temperature_c") > ACT
    assert max(found.values()) < WARN


def test_another_mix_of_a_category_drifts(serve):
    server = serve()
    send(server, [row | {"pump_type": "piston"} for row in rows_like_the_reference(500)])
    assert scores(server)["pump_type"] > ACT


def test_too_few_rows_have_no_score(serve):
    server = serve(DRIFT_MINIMUM=200)
    send(server, rows_like_the_reference(199))
    assert scores(server) == {}
    assert server.metric("mlops_drift_window_rows") == 199
    send(server, rows_like_the_reference(1))
    assert len(scores(server)) == len(FEATURES)


def test_what_has_left_the_window_no_longer_counts(serve):
    server = serve(DRIFT_WINDOW=500)
    send(server, [HEALTHY_ROW] * 500)
    assert scores(server)["temperature_c"] > ACT
    send(server, rows_like_the_reference(500))
    assert max(scores(server).values()) < WARN
    assert server.metric("mlops_drift_window_rows") == 500


def test_the_score_is_the_population_stability_index():
    # (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5) = 0.0405
    assert population_stability_index([0.5, 0.5], [60_000, 40_000]) == pytest.approx(0.0405, abs=1e-4)
    assert population_stability_index([0.5, 0.5], [50_000, 50_000]) == 0


def test_an_empty_bin_has_a_finite_score():
    assert ACT < population_stability_index([0.5, 0.5], [1000, 0]) < 10


def test_the_window_counts_what_it_holds():
    feature = NumberFeature.model_validate(FEATURES[0])
    watch, pick = FeatureWatch(feature, 50), random.Random(3)
    values = [drawn(FEATURES[0], pick) for _ in range(500)]
    for value in values:
        watch.observe(value)
    fresh = FeatureWatch(feature, 50)
    for value in values[-50:]:
        fresh.observe(value)
    assert watch.rows == 50
    assert watch.score() == pytest.approx(fresh.score())
