"""The example's own server with a model that breaks over a marked row, or is slow: SLOW_SECONDS, LOAD_SECONDS."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from model_server import __main__ as server
from model_server.model import Model, Prediction, Row, load_model
from model_server.settings import Settings
from running_server import BREAKING_ROW_HOURS, SLOW_ROW_HOURS


@dataclass(frozen=True)
class StagedModel(Model):
    def predict(self, rows: Sequence[Row]) -> list[Prediction]:
        for row in rows:
            if row["hours_since_service"] == BREAKING_ROW_HOURS:
                raise ValueError(f"no answer to {row}")
            if row["hours_since_service"] == SLOW_ROW_HOURS:
                time.sleep(float(os.environ.get("SLOW_SECONDS", "1")))
        return super().predict(rows)


def load(settings: Settings) -> Model:
    time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
    model = load_model(settings)
    return StagedModel(model.name, model.version, model.registry_uri, model.file)


server.load_model = load
sys.exit(server.main())
