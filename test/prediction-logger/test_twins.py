"""Each image holds all that it needs, so some files are there twice: they must not drift apart."""

from __future__ import annotations

import pytest
from logged_server import EXAMPLE

SERVER = EXAMPLE.parent / "fastapi-server" / "model_server"
LOGGER = EXAMPLE / "prediction_logger"


@pytest.mark.parametrize("name", ["external_account.py", "logs.py"])
def test_they_are_equal_in_both_images(name: str) -> None:
    assert (LOGGER / name).read_bytes() == (SERVER / name).read_bytes()
