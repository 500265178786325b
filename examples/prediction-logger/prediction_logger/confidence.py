"""How sure a model is of an answer, by a tensor of it in JSON (Open Inference Protocol 2, as Triton answers)."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Literal

from .exchange import Exchange

# What is answered with tensors. Routes may have a prefix of their own before it.
INFERRING = re.compile(r"/v2/models/[^/]+(/versions/[^/]+)?/infer$")

Reason = Literal["cut", "unreadable", "missing", "binary", "not-a-probability"]


class NoConfidence(Exception):
    """An answer that does not say how sure it is."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def confidence_of(exchange: Exchange, output: str) -> float:
    """
    The largest value of each row, which is the last axis; in a tensor of one axis every value is a row. Of all rows the
    smallest: the least sure of a batch is the one that a reviewer looks for.
    """
    if exchange.answered.cut or not exchange.complete:
        raise NoConfidence("cut")
    tensor = _tensor(_outputs(exchange), output)
    shape, values = tensor.get("shape"), tensor["data"]
    if not isinstance(values, list) or not isinstance(shape, list):
        raise NoConfidence("unreadable")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise NoConfidence("unreadable")
    for _ in shape[1:]:
        # Flat by Triton, nested by others: the protocol lets a server choose.
        if values and isinstance(values[0], list):
            values = [value for part in values for value in (part if isinstance(part, list) else [part])]
    if math.prod(shape) != len(values):
        raise NoConfidence("unreadable")
    if not values:
        raise NoConfidence("missing")
    # All of them: scores that are no probabilities have some that look like one.
    if not all(type(value) in (int, float) and 0 <= value <= 1 for value in values):
        raise NoConfidence("not-a-probability")
    width = shape[-1] if len(shape) > 1 else 1
    return float(min(max(values[start : start + width]) for start in range(0, len(values), width)))


def _outputs(exchange: Exchange) -> list[Any]:
    """Of tensors that are binary the JSON says only how long they are; they stand behind it."""
    content = exchange.answered.content[: exchange.json_bytes]
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise NoConfidence("unreadable") from None
    outputs = document.get("outputs") if isinstance(document, dict) else None
    if not isinstance(outputs, list):
        raise NoConfidence("unreadable")
    return outputs


def _tensor(outputs: list[Any], name: str) -> dict[str, Any]:
    for one in outputs:
        if isinstance(one, dict) and one.get("name") == name:
            if "data" not in one:
                raise NoConfidence("binary")
            return one
    raise NoConfidence("missing")
