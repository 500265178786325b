"""The example's own server with a model that can be slow: SLOW_SECONDS for a marked row, LOAD_SECONDS to load."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from model_server import __main__ as server
from model_server.model import Model, Prediction, Row, load_model
from model_server.settings import Settings
from running_server import SLOW_ROW_HOURS


@dataclass(frozen=True)
class SlowModel(Model):
    def predict(self, rows: Sequence[Row]) -> list[Prediction]:
        for row in rows:
            if row["hours_since_service"] == SLOW_ROW_HOURS:
                time.sleep(float(os.environ.get("SLOW_SECONDS", "1")))
        return super().predict(rows)


def load(settings: Settings) -> Model:
    time.sleep(float(os.environ.get("LOAD_SECONDS", "0")))
    model = load_model(settings)
    return SlowModel(model.name, model.version, model.registry_uri, model.file)


server.load_model = load
sys.exit(server.main())
