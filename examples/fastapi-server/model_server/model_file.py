"""The stored model: a folder with `manifest.json` (what it is) and the file that it names (the model itself)."""

from __future__ import annotations

import hashlib
import itertools
import math
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

# A name or category becomes the value of a metric label, so there is a bound to how many and how long.
Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,62}$")]
Share = Annotated[float, Field(gt=0, le=1)]


class ModelError(Exception):
    """The stored model cannot be served; the message says why."""


class Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


S = TypeVar("S", bound=Stored)


class Manifest(Stored):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    version: str = Field(min_length=1, max_length=63)
    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")
    registry_uri: str = "unregistered"


class NumberReference(Stored):
    """Shares of the training rows between the edges: one more than there are edges."""

    edges: list[float] = Field(min_length=1, max_length=50)
    shares: list[Share]


class CategoryReference(Stored):
    """Shares of the training rows, in the order of the feature's values."""

    shares: list[Share]


class NumberFeature(Stored):
    kind: Literal["number"]
    name: Name
    description: str = ""
    minimum: float
    maximum: float
    mean: float
    scale: float = Field(gt=0)
    weights: list[float]
    reference: NumberReference

    @model_validator(mode="after")
    def _consistent(self) -> NumberFeature:
        edges = self.reference.edges
        if any(low >= high for low, high in itertools.pairwise(edges)):
            raise ValueError("edges of the reference must rise")
        _check_shares(self.reference.shares, len(edges) + 1)
        return self


class CategoryFeature(Stored):
    kind: Literal["category"]
    name: Name
    description: str = ""
    values: list[Name] = Field(min_length=2, max_length=50)
    weights: list[list[float]]
    reference: CategoryReference

    @model_validator(mode="after")
    def _consistent(self) -> CategoryFeature:
        if len(self.weights) != len(self.values):
            raise ValueError("needs one row of weights for each value")
        _check_shares(self.reference.shares, len(self.values))
        return self


Feature = Annotated[NumberFeature | CategoryFeature, Field(discriminator="kind")]


class Example(Stored):
    """A row whose answer is known: it warms the model up, and shows that what was loaded is what was trained."""

    features: dict[str, float | str]
    answer: str = Field(alias="class")


class ModelFile(Stored):
    format: Literal["softmax-regression/1"]
    classes: list[Name] = Field(min_length=2, max_length=50)
    features: list[Feature] = Field(min_length=1, max_length=100)
    intercepts: list[float]
    examples: list[Example] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> ModelFile:
        width = len(self.classes)
        if len(self.intercepts) != width:
            raise ValueError("needs one intercept for each class")
        for feature in self.features:
            rows = [feature.weights] if isinstance(feature, NumberFeature) else feature.weights
            if any(len(row) != width for row in rows):
                raise ValueError(f"feature {feature.name} needs one weight for each class")
        if len({feature.name for feature in self.features}) != len(self.features):
            raise ValueError("two features have one name")
        return self


def read_model(folder: Path, expected_sha256: str | None) -> tuple[Manifest, ModelFile]:
    """Reads the folder; refuses a file whose checksum is not the manifest's, or not the expected one."""
    manifest = _parse(Manifest, folder / "manifest.json", _read(folder / "manifest.json"))
    path = folder / manifest.file
    content = _read(path)
    actual = hashlib.sha256(content).hexdigest()
    for expected, source in ((manifest.sha256, "its manifest"), (expected_sha256, "MODEL_SHA256")):
        if expected is not None and expected != actual:
            raise ModelError(f"{path} has SHA-256 {actual}, but {source} says {expected}")
    return manifest, _parse(ModelFile, path, content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def _parse(kind: type[S], path: Path, content: bytes) -> S:
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        found = (
            f"{'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()
        )
        raise ModelError(f"{path} is not a model of this server: {'; '.join(found)}") from None


def _check_shares(shares: list[float], count: int) -> None:
    if len(shares) != count:
        raise ValueError(f"needs {count} shares in its reference, has {len(shares)}")
    if not math.isclose(sum(shares), 1, abs_tol=0.01):
        raise ValueError(f"shares of its reference sum up to {sum(shares):g}, not 1")
