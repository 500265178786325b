"""What `/predict` answers: to rows of the model's schema, and to everything else."""

from __future__ import annotations

import json
import re
import socket
import time

import pytest
from conftest import EXAMPLE
from running_server import HEALTHY_ROW

JSON = {"Content-Type": "application/json"}


def problems(answer) -> dict[str, str]:
    assert answer.status == 422, answer.body
    assert answer.json["error"]["code"] == "invalid-request"
    return {one["field"]: one["problem"] for one in answer.json["error"]["details"]}


def test_the_model_answers_its_own_examples_in_their_order(shared):
    examples = json.loads((EXAMPLE / "model" / "model.json").read_text())["examples"]
    answer = shared.predict(*(example["features"] for example in examples))
    assert answer.status == 200
    assert (answer.json["model"], answer.json["version"]) == ("pump-condition", "1.0.0")
    predictions = answer.json["predictions"]
    assert [one["class"] for one in predictions] == [example["class"] for example in examples]
    for one in predictions:
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert one["confidence"] == max(one["probabilities"].values()) == one["probabilities"][one["class"]]


def test_a_name_of_the_deployment_is_the_one_that_is_answered(serve):
    server = serve(MODEL_NAME="pumps-europe", MODEL_REGISTRY_URI="projects/acme/models/7")
    assert server.predict(HEALTHY_ROW).json["model"] == "pumps-europe"
    assert server.metric("mlops_model_info", model="pumps-europe", registry_uri="projects/acme/models/7") == 1


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("temperature_c", "61.5", "valid number"),
        ("temperature_c", True, "valid number"),
        ("temperature_c", None, "valid number"),
        ("temperature_c", float("nan"), "finite number"),
        ("temperature_c", float("inf"), "less than or equal to 150|finite number"),
        ("hours_since_service", -1, "greater than or equal to 0"),
        ("pump_type", "diaphragm", "'centrifugal', 'gear' or 'piston'"),
        ("pump_type", ["gear"], "'centrifugal', 'gear' or 'piston'"),
        ("colour", "red", "not permitted"),
    ],
)
def test_a_value_outside_the_schema_is_refused_with_its_place(shared, field, value, problem):
    found = problems(shared.predict(HEALTHY_ROW, HEALTHY_ROW | {field: value}))
    assert list(found) == [f"body.instances.1.{field}"]
    assert any(text in found[f"body.instances.1.{field}"] for text in problem.split("|"))


def test_all_that_is_wrong_is_told_at_once(shared):
    row = HEALTHY_ROW | {"temperature_c": "warm", "pump_type": "none"}
    del row["pressure_bar"]
    assert set(problems(shared.predict(row))) == {
        "body.instances.0.temperature_c",
        "body.instances.0.pressure_bar",
        "body.instances.0.pump_type",
    }


def test_a_refusal_does_not_repeat_what_was_sent(shared):
    answer = shared.predict(HEALTHY_ROW | {"pump_type": "payload-marker"})
    assert b"payload-marker" not in answer.body


def test_what_is_not_rows_is_refused(serve):
    server = serve(MAX_INSTANCES=2)
    assert "body.instances" in problems(server.post({}))
    assert "at least 1 item" in problems(server.post({"instances": []}))["body.instances"]
    assert "at most 2 items" in problems(server.predict(*[HEALTHY_ROW] * 3))["body.instances"]
    assert "JSON" in str(problems(server.request("POST", "/predict", b'{"instances": [', JSON)))
    # Not UTF-8, and deeper than Python's parser goes: refused, not broken.
    assert server.request("POST", "/predict", b'"\xff"', JSON).status == 400
    assert server.request("POST", "/predict", b"[" * 100_000, JSON).status in (400, 422)
    assert server.predict(HEALTHY_ROW).status == 200


def test_a_body_that_is_not_declared_as_json_is_refused(shared):
    answer = shared.request("POST", "/predict", json.dumps({"instances": [HEALTHY_ROW]}).encode(), {})
    assert (answer.status, answer.json["error"]["code"]) == (415, "not-json")
    assert shared.post({"instances": [HEALTHY_ROW]}, {"Content-Type": "application/json; charset=utf-8"}).status == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_too_large_is_refused_whether_it_says_its_length_or_not(serve, chunked):
    server = serve(MAX_BODY_BYTES=2048)
    body = b" " * 1024 * 64
    answer = server.request("POST", "/predict", iter([body, body]) if chunked else body, JSON)
    assert (answer.status, answer.json["error"]["code"]) == (413, "body-too-large")
    assert "2048 bytes" in answer.json["error"]["message"]
    assert server.predict(HEALTHY_ROW).status == 200


def test_a_length_that_is_too_large_is_refused_before_the_body_is_there(serve):
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port), timeout=3) as client:
        client.sendall(
            b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999\r\n\r\n"
        )
        assert client.recv(65536).startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_arrive_is_not_waited_for(serve):
    server = serve(BODY_TIMEOUT_SECONDS=0.5)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(
            b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
        began = time.monotonic()
        received = b""
        while chunk := client.recv(65536):
            received += chunk
    assert received.startswith(b"HTTP/1.1 408")
    assert b"within 0.5 s" in received
    assert time.monotonic() - began < 5
    assert server.metric("http_requests_inprogress") == 0


def test_a_client_that_leaves_gives_its_place_back(serve):
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(
            b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
        server.wait_for(lambda: server.metric("http_requests_inprogress") == 1, "the request is in")
    server.wait_for(lambda: server.metric("http_requests_inprogress") == 0, "its place is free")
    assert server.metric("http_requests_total", handler="/predict", method="POST", status="4xx") == 1


def test_other_paths_and_methods_are_refused_in_the_same_shape(shared):
    for answer, status in ((shared.get("/docs"), 404), (shared.get("/predict"), 405)):
        assert answer.status == status
        assert answer.json["error"]["code"]
        assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_openapi_shows_the_features_of_the_model(shared):
    schemas = shared.get("/openapi.json").json["components"]["schemas"]
    declared = [one["name"] for one in json.loads((EXAMPLE / "model" / "model.json").read_text())["features"]]
    assert sorted(schemas["Instance"]["required"]) == sorted(declared)
    assert schemas["Instance"]["properties"]["temperature_c"]["maximum"] == 150
    assert schemas["Instance"]["properties"]["pump_type"]["enum"] == ["centrifugal", "gear", "piston"]
    assert set(schemas["PredictionOut"]["properties"]) == {"class", "confidence", "probabilities"}


def test_openapi_and_the_readme_name_every_refusal(shared):
    documented = shared.get("/openapi.json").json["paths"]["/predict"]["post"]["responses"]
    readme = re.findall(r"^\| (\d{3}) +\|", (EXAMPLE / "README.md").read_text(), re.MULTILINE)
    # A path or method that is unknown belongs to no operation.
    assert set(readme) - {"404", "405"} == set(documented) - {"200"}
