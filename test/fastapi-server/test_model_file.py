"""A stored model that does not hold together is refused with its place; one of a wrong checksum is not even read."""

from __future__ import annotations

import copy
import hashlib
import json

import pytest
from conftest import EXAMPLE
from model_server.model import load_model
from model_server.model_file import ModelError
from model_server.settings import Settings

MODEL = json.loads((EXAMPLE / "model" / "model.json").read_text())
MANIFEST = json.loads((EXAMPLE / "model" / "manifest.json").read_text())


def changed(path: str, value) -> dict:
    model = copy.deepcopy(MODEL)
    *way, last = path.split(".")
    at = model
    for key in way:
        at = at[int(key) if key.isdecimal() else key]
    at[int(last) if last.isdecimal() else last] = value
    return model


@pytest.fixture
def load(tmp_path):
    def load(model=MODEL, manifest=None, **settings):
        content = json.dumps(model).encode()
        (tmp_path / "model.json").write_bytes(content)
        stored = MANIFEST | {"sha256": hashlib.sha256(content).hexdigest()} | (manifest or {})
        (tmp_path / "manifest.json").write_text(json.dumps(stored))
        return load_model(Settings(model_path=tmp_path, **settings))

    return load


def test_the_sample_is_the_file_of_its_manifest():
    assert load_model(Settings(model_path=EXAMPLE / "model")).version == MANIFEST["version"]
    assert hashlib.sha256((EXAMPLE / "model" / "model.json").read_bytes()).hexdigest() == MANIFEST["sha256"]


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("format", "pickle", "format"),
        ("classes", ["ok", "replace"], "one intercept for each class"),
        ("intercepts.0", "3.2", "intercepts.0: Input should be a valid number"),
        ("intercepts.0", float("nan"), "intercepts.0: Input should be a finite number"),
        ("features.0.weights", [1.0], "feature temperature_c needs one weight for each class"),
        ("features.0.scale", 0, "scale: Input should be greater than 0"),
        ("features.0.reference.edges.0", 99, "edges of the reference must rise"),
        ("features.0.reference.shares", [0.5, 0.5], "needs 10 shares in its reference, has 2"),
        ("features.0.reference.shares.0", 0.9, "features.0.number: shares of its reference sum up to 1.8001, not 1"),
        ("features.4.reference.shares.0", 0, "greater than 0"),
        ("features.4.weights", [[1.0, 2.0, 3.0]], "one row of weights for each value"),
        ("features.1.name", "temperature_c", "two features have one name"),
        ("features.0.name", 'a"} 1\nforged{x="', "name"),
        ("features.0.unknown", 1, "unknown: Extra inputs are not permitted"),
        ("examples", [], "at least 1 item"),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(load, path, value, reason):
    with pytest.raises(ModelError, match="is not a model of this server") as refused:
        load(changed(path, value))
    assert reason in str(refused.value)


def test_a_model_that_does_not_know_its_own_examples_is_refused(load):
    with pytest.raises(ModelError, match="answers ok to its example of class replace"):
        load(changed("examples.0.class", "replace"))


def test_checksums_of_the_manifest_and_of_the_deployment_are_held(load):
    with pytest.raises(ModelError, match="its manifest says 0000"):
        load(manifest={"sha256": "0" * 64})
    with pytest.raises(ModelError, match="MODEL_SHA256 says 1111"):
        load(model_sha256="1" * 64)
    assert load(manifest={"sha256": None}).name == "pump-condition"


def test_the_checksum_is_judged_before_the_content(load):
    with pytest.raises(ModelError, match="has SHA-256"):
        load({"anything": 1}, manifest={"sha256": "0" * 64})


@pytest.mark.parametrize("file", ["../model.json", "/etc/passwd", "sub/model.json", ".hidden"])
def test_a_manifest_cannot_name_a_file_elsewhere(load, file):
    with pytest.raises(ModelError, match="file: String should match"):
        load(manifest={"file": file})


def test_the_version_must_be_the_deployed_one_and_the_name_may_be_given(load):
    with pytest.raises(ModelError, match="MODEL_VERSION is 2"):
        load(model_version="2")
    model = load(model_version="1.0.0", model_name="pumps-europe")
    assert (model.name, model.version) == ("pumps-europe", "1.0.0")


def test_large_scores_do_not_overflow(load):
    model = load(changed("intercepts", [5000.0, 0.0, 0.0]) | {"examples": MODEL["examples"][:1]})
    (prediction,) = model.predict([MODEL["examples"][2]["features"]])
    assert (prediction.answer, prediction.confidence) == ("ok", 1.0)
