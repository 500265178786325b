"""How far the features of recent requests are from those that the model was trained on, and which values they have."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from .model import Row
from .model_file import CategoryFeature, NumberFeature

# Half a row in every bin: an empty bin has no logarithm, and one missing row is no evidence of drift.
PRIOR_ROWS = 0.5


def population_stability_index(reference: Sequence[float], counts: Sequence[int]) -> float:
    """PSI of counted rows against shares: 0 where they agree, from 0.1 worth a look, from 0.25 another population."""
    total = sum(counts) + PRIOR_ROWS * len(counts)
    actual = [(count + PRIOR_ROWS) / total for count in counts]
    return sum((now - then) * math.log(now / then) for now, then in zip(actual, reference, strict=True))


class FeatureWatch:
    """One feature: a sliding window of the bins of its last values, and the histogram of all since the start."""

    def __init__(self, feature: NumberFeature | CategoryFeature, window: int) -> None:
        self.feature = feature
        total = sum(feature.reference.shares)
        self._reference = [share / total for share in feature.reference.shares]
        self._window: deque[int] = deque(maxlen=window)
        self._recent = [0] * len(self._reference)
        self._ever = [0] * len(self._reference)
        self._sum = 0.0

    @property
    def rows(self) -> int:
        return len(self._window)

    def observe(self, value: float | str) -> None:
        found = self._bin(value)
        if len(self._window) == self._window.maxlen:
            self._recent[self._window[0]] -= 1
        self._window.append(found)
        self._recent[found] += 1
        self._ever[found] += 1
        if isinstance(value, float | int):
            self._sum += value

    def score(self) -> float:
        return population_stability_index(self._reference, self._recent)

    def histogram(self) -> tuple[list[tuple[str, float]], float]:
        """Cumulative buckets, bounded by the edges of the reference: a dashboard compares like with like."""
        assert isinstance(self.feature, NumberFeature)
        bounds = [*map(floatToGoString, self.feature.reference.edges), "+Inf"]
        buckets, seen = [], 0
        for bound, count in zip(bounds, self._ever, strict=True):
            seen += count
            buckets.append((bound, float(seen)))
        return buckets, self._sum

    def _bin(self, value: float | str) -> int:
        if isinstance(self.feature, NumberFeature):
            # The bin whose upper edge is not below the value, as Prometheus counts `le`.
            return bisect_left(self.feature.reference.edges, float(value))
        return self.feature.values.index(str(value))


class DriftWatch(Collector):
    """All features of a model. A score appears once the window holds enough rows: before, it would be noise."""

    def __init__(
        self, model: str, features: Iterable[NumberFeature | CategoryFeature], window: int, minimum: int
    ) -> None:
        self._model = model
        self._minimum = minimum
        self._watches = [FeatureWatch(feature, window) for feature in features]

    def observe(self, row: Row) -> None:
        for watch in self._watches:
            watch.observe(row[watch.feature.name])

    def collect(self) -> Iterator[Metric]:
        values = HistogramMetricFamily(
            "mlops_feature_value", "Values of a numeric feature in requests", labels=["model", "feature"]
        )
        scores = GaugeMetricFamily(
            "mlops_drift_score",
            "Distance of a feature's recent values from the training data",
            labels=["model", "feature", "method"],
        )
        rows = GaugeMetricFamily(
            "mlops_drift_window_rows", "Rows in the window that drift is judged by", labels=["model"]
        )
        for watch in self._watches:
            name = watch.feature.name
            if isinstance(watch.feature, NumberFeature):
                buckets, total = watch.histogram()
                values.add_metric([self._model, name], buckets, total)
            if watch.rows >= self._minimum:
                scores.add_metric([self._model, name, "psi"], watch.score())
        rows.add_metric([self._model], self._watches[0].rows)
        yield from (values, scores, rows)
