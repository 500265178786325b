"""The image is what the README says, and the README says what the code does."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from conftest import EXAMPLE
from model_server.model import load_model
from model_server.schemas import request_schema
from model_server.settings import Settings
from running_server import HEALTHY_ROW

DOCKERFILE = (EXAMPLE / "Dockerfile").read_text()
README = (EXAMPLE / "README.md").read_text()
LOCK = (EXAMPLE / "requirements.lock").read_text()


def test_every_stage_stands_on_one_image_pinned_by_digest():
    (pinned,) = re.findall(r"^ARG PYTHON=(.*)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim@sha256:[0-9a-f]{64}", pinned)
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]


def test_it_runs_as_a_number_other_than_root_and_without_a_shell():
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["65532:65532"]
    assert re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE) == ['["python", "-m", "model_server"]']
    assert re.search(r"HEALTHCHECK.*\\\n  CMD \[", DOCKERFILE)


def test_packages_are_installed_by_checksum_and_never_built():
    assert "--require-hashes" in DOCKERFILE
    assert "--only-binary :all:" in DOCKERFILE


def test_the_lock_holds_every_dependency_with_its_checksums():
    declared = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = re.findall(r"^([a-z0-9-]+)==\S+( ;.*)? \\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.MULTILINE)
    names = {name for name, _ in locked}
    assert set(declared) <= names
    assert len(names) == len(re.findall(r"^[a-z0-9-]+==", LOCK, re.MULTILINE))


def test_only_code_and_lock_get_into_the_build():
    assert (EXAMPLE / ".dockerignore").read_text().split() == ["*", "!model_server/*.py", "!requirements.lock"]


def shown(value: object) -> str:
    return "\N{EN DASH}" if value is None else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_lists_every_variable_with_its_default(name):
    field = Settings.model_fields[name]
    expected = "required" if field.is_required() else shown(field.default)
    rows = re.findall(rf"^\| `{name.upper()}` +\| (\S+) +\|", README, re.MULTILINE)
    assert rows == [expected]


def test_the_readme_lists_no_other_variable():
    listed = re.findall(r"^\| `([A-Z][A-Z0-9_]+)` +\|", README, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_the_readme_lists_every_metric(shared):
    shared.predict(*[HEALTHY_ROW] * 10)
    series = {one.name for one in shared.metrics() if one.name.startswith(("mlops_", "http_"))}
    served = {re.sub(r"_(bucket|sum|count)$", "", name) for name in series}
    listed = set(re.findall(r"^\| `((?:mlops|http)_[a-z_]+)", README, re.MULTILINE))
    assert listed == served


def test_the_readme_shows_a_request_that_is_answered_as_shown(shared):
    request, response = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", README, re.DOTALL)[:2])
    answer = shared.post(request)
    assert answer.status == 200
    assert answer.json == response


def test_the_request_schema_knows_no_field_that_the_model_does_not_declare():
    model = load_model(Settings(model_path=EXAMPLE / "model"))
    schema = request_schema(model, 1).model_json_schema()
    assert set(schema["$defs"]["Instance"]["properties"]) == {feature.name for feature in model.file.features}
