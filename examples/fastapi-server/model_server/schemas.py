"""Requests and responses of `/predict`, as the loaded model declares them: OpenAPI shows its features and classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from .model import Model, Prediction
from .model_file import CategoryFeature, NumberFeature


class PredictionOut(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    answer: str = Field(serialization_alias="class", description="The most probable class")
    confidence: float = Field(ge=0, le=1, description="Its probability")
    probabilities: dict[str, float] = Field(description="The probability of every class")

    @classmethod
    def of(cls, prediction: Prediction) -> PredictionOut:
        return cls(
            answer=prediction.answer,
            confidence=round(prediction.confidence, 6),
            probabilities={name: round(value, 6) for name, value in prediction.probabilities.items()},
        )


class PredictResponse(BaseModel):
    model_config = ConfigDict(protected_namespaces=())

    model: str = Field(description="The name of the model")
    version: str = Field(description="The version that answered")
    predictions: list[PredictionOut] = Field(description="One for each instance, in their order")


def request_schema(model: Model, max_instances: int) -> type[BaseModel]:
    """Strict: a number in quotes, an unknown field and a value out of range are refused, not guessed at."""
    strict = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
    fields: dict[str, Any] = {feature.name: (_type(feature), ...) for feature in model.file.features}
    instance = create_model("Instance", __config__=strict, **fields)
    example: Any = {"instances": [model.file.examples[0].features]}
    return create_model(
        "PredictRequest",
        __config__=ConfigDict(strict=True, extra="forbid", json_schema_extra={"examples": [example]}),
        instances=(
            Annotated[list[instance], Field(min_length=1, max_length=max_instances)],  # type: ignore[valid-type]
            ...,
        ),
    )


def _type(feature: NumberFeature | CategoryFeature) -> Any:
    if isinstance(feature, NumberFeature):
        return Annotated[float, Field(ge=feature.minimum, le=feature.maximum, description=feature.description)]
    return Annotated[Literal[tuple(feature.values)], Field(description=feature.description)]
