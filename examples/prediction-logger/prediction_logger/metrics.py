"""What the logger counts, as Prometheus text: a few series are not worth a client library."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import get_args

from .confidence import NoConfidence, Reason, confidence_of
from .delivery import Delivery
from .exchange import Exchange

# Name, label and buckets are those of the example server: canary analysis asks both the same.
CONFIDENCE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1)


class Confidence:
    """A histogram of how sure a model was. Only the loop that answers requests counts: nothing is locked."""

    def __init__(self, model: str, output: str) -> None:
        self._model = model
        self._output = output
        self._counts = [0] * len(CONFIDENCE)
        self._sum = 0.0
        # There from the start: a rate has no value before its counter's first one.
        self._unknown: dict[Reason, int] = dict.fromkeys(get_args(Reason), 0)

    def measure(self, exchange: Exchange) -> None:
        try:
            exchange.confidence = confidence_of(exchange, self._output)
        except NoConfidence as unknown:
            self._unknown[unknown.reason] += 1
            return
        self._counts[bisect_left(CONFIDENCE, exchange.confidence)] += 1
        self._sum += exchange.confidence

    def lines(self) -> Iterator[str]:
        name, model = "mlops_prediction_confidence", f'model="{self._model}"'
        count = sum(self._counts)
        yield f"# TYPE {name} histogram"
        for bound, below in zip(CONFIDENCE, accumulate(self._counts), strict=True):
            yield f'{name}_bucket{{{model},le="{float(bound)}"}} {below}'
        yield f'{name}_bucket{{{model},le="+Inf"}} {count}'
        yield f"{name}_sum{{{model}}} {self._sum}"
        yield f"{name}_count{{{model}}} {count}"
        yield f"# TYPE {name}_unknown_total counter"
        for reason, answers in self._unknown.items():
            yield f'{name}_unknown_total{{{model},reason="{reason}"}} {answers}'


def text(model: str, delivery: Delivery | None, confidence: Confidence | None) -> str:
    lines = [*(_records(model, delivery) if delivery else ()), *(confidence.lines() if confidence else ())]
    return "".join(f"{line}\n" for line in lines)


def _records(model: str, delivery: Delivery) -> Iterator[str]:
    published, dropped = "mlops_prediction_log_published_total", "mlops_prediction_log_dropped_total"
    yield f"# TYPE {published} counter"
    yield f'{published}{{model="{model}"}} {delivery.published}'
    yield f"# TYPE {dropped} counter"
    for reason, records in delivery.dropped.items():
        yield f'{dropped}{{model="{model}",reason="{reason}"}} {records}'
