"""The model: softmax regression over numbers and categories. Replace it and `model_file.py` to serve another kind."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .model_file import ModelError, ModelFile, NumberFeature, read_model
from .settings import Settings

Row = Mapping[str, float | str]


@dataclass(frozen=True)
class Prediction:
    answer: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class Model:
    name: str
    version: str
    registry_uri: str
    file: ModelFile

    def predict(self, rows: Sequence[Row]) -> list[Prediction]:
        return [self._predict(row) for row in rows]

    def warm_up(self) -> None:
        """Answers every stored example; a model that does not know its own examples is not the one that was trained."""
        answers = self.predict([example.features for example in self.file.examples])
        for example, prediction in zip(self.file.examples, answers, strict=True):
            if prediction.answer != example.answer:
                raise ModelError(
                    f"{self.name} {self.version} answers {prediction.answer} to its example of class {example.answer}"
                )

    def _predict(self, row: Row) -> Prediction:
        scores = list(self.file.intercepts)
        for feature in self.file.features:
            value = row[feature.name]
            if isinstance(feature, NumberFeature):
                standard = (float(value) - feature.mean) / feature.scale
                weights = [standard * weight for weight in feature.weights]
            else:
                weights = feature.weights[feature.values.index(str(value))]
            scores = [score + weight for score, weight in zip(scores, weights, strict=True)]
        probabilities = dict(zip(self.file.classes, _softmax(scores), strict=True))
        answer = max(probabilities, key=lambda name: probabilities[name])
        return Prediction(answer=answer, confidence=probabilities[answer], probabilities=probabilities)


def load_model(settings: Settings) -> Model:
    """The model of MODEL_PATH, checked and warm. Its name may be the deployment's; its version must be."""
    manifest, file = read_model(settings.model_path, settings.model_sha256)
    if settings.model_version not in (None, manifest.version):
        raise ModelError(
            f"MODEL_VERSION is {settings.model_version}, but {settings.model_path} holds {manifest.version}"
        )
    model = Model(
        name=settings.model_name or manifest.name,
        version=manifest.version,
        registry_uri=settings.model_registry_uri or manifest.registry_uri,
        file=file,
    )
    model.warm_up()
    return model


def _softmax(scores: Sequence[float]) -> list[float]:
    # The largest score is taken away first: exp of a large number overflows.
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]
