"""
ASTM D6433 transcribed step by step, one sheet at a time, as an engineer with the charts would.

Written apart from the package: plain loops, its own reading of the parameter files and its own
interpolation (Fritsch and Carlson's, after pooling readings that dip), so that an error in one is
not repeated in the other.
"""

from __future__ import annotations

import csv
import itertools
import math
from importlib import resources

SF_PER_M2, FT_PER_M = 10.763910416709722, 3.280839895013123
LENGTHS, AREAS = {4, 7, 8, 9, 10}, {1, 2, 3, 5, 6, 11, 12, 14, 15, 16, 17, 18, 19, 20}


def read(name: str) -> list[dict[str, str]]:
    file = resources.files("norwalk_geo") / "parameters" / f"{name}.csv"
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def pooled(values: list[float]) -> list[float]:
    """Pool neighbors that fall until none does."""
    blocks: list[list[float]] = []
    for reading in values:
        blocks.append([reading, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, count = blocks.pop()
            before, number = blocks.pop()
            blocks.append([(value * count + before * number) / (count + number), count + number])
    return [value for value, count in blocks for _ in range(int(count))]


def end_slope(h0: float, h1: float, d0: float, d1: float) -> float:
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    if d0 * d1 < 0 and abs(slope) > 3 * abs(d0):
        return 3 * d0
    return slope


def slopes(x: list[float], y: list[float]) -> list[float]:
    """Slopes at the points: the weighted harmonic mean of the neighbors, none at a level."""
    h = [b - a for a, b in itertools.pairwise(x)]
    d = [(b - a) / w for a, b, w in zip(y, y[1:], h, strict=False)]
    inner = []
    for k in range(1, len(d)):
        if d[k - 1] * d[k] <= 0:
            inner.append(0.0)
            continue
        w1, w2 = 2 * h[k] + h[k - 1], h[k] + 2 * h[k - 1]
        inner.append((w1 + w2) / (w1 / d[k - 1] + w2 / d[k]))
    first = end_slope(h[0], h[1], d[0], d[1])
    last = end_slope(h[-1], h[-2], d[-1], d[-2])
    return [first, *inner, last]


class Curve:
    """A curve through points that never falls."""

    def __init__(self, points: list[tuple[float, float]]) -> None:
        points = sorted(points)
        self.x = [x for x, _ in points]
        self.y = pooled([min(y, 100.0) for _, y in points])
        self.s = slopes(self.x, self.y)

    def __call__(self, at: float) -> float:
        at = min(max(at, self.x[0]), self.x[-1])
        k = max(k for k in range(len(self.x) - 1) if self.x[k] <= at)
        h = self.x[k + 1] - self.x[k]
        t = (at - self.x[k]) / h
        value = (
            (1 + 2 * t) * (1 - t) ** 2 * self.y[k]
            + t * (1 - t) ** 2 * h * self.s[k]
            + t * t * (3 - 2 * t) * self.y[k + 1]
            + t * t * (t - 1) * h * self.s[k + 1]
        )
        return min(max(value, 0.0), 100.0)


def _deduct_curves() -> dict[tuple[int, str], Curve]:
    points: dict[tuple[int, str], list[tuple[float, float]]] = {}
    for row in read("deduct_curves"):
        code, density = int(row["distress_code"]), float(row["density_pct"])
        x = math.log10(density) if code <= 20 else density
        points.setdefault((code, row["severity"]), []).append((x, float(row["deduct"])))
    return {key: Curve(some) for key, some in points.items()}


def _cdv_curves() -> dict[tuple[str, int], Curve]:
    points: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for row in read("cdv_curves"):
        key = row["surface"], int(row["q"])
        points.setdefault(key, []).append((float(row["total_deduct"]), float(row["cdv"])))
    return {key: Curve(some) for key, some in points.items()}


DEDUCT, CDV = _deduct_curves(), _cdv_curves()


def deduct(surface: str, code: int, severity: str, density: float) -> float:
    if density == 0:
        return 0.0
    return DEDUCT[code, severity or "N"](math.log10(density) if surface == "AC" else density)


def corrected(surface: str, total: float, q: int) -> float:
    if q <= 1:
        return min(total, 100.0)
    curve = CDV[surface, min(q, 7 if surface == "AC" else 10)]
    value = total * curve(30.0) / 30.0 if total < 30 else curve(total)
    return min(value, total, 100.0)


def from_deducts(surface: str, values: list[float]) -> float:
    """Index of one sample unit from its deduct values."""
    values = sorted((value for value in values if value > 0), reverse=True)
    if sum(value > 2 for value in values) <= 1:
        return 100 - min(sum(values), 100.0)
    m = min(1 + 9 / 98 * (100 - values[0]), 10.0)
    whole = math.floor(m)
    kept = values[:whole]
    if len(values) > whole:
        kept.append(values[whole] * (m - whole))
    highest = 0.0
    while True:
        q = sum(value > 2 for value in kept)
        highest = max(highest, corrected(surface, sum(kept), q))
        if q <= 1:
            return 100 - highest
        smallest = min(value for value in kept if value > 2)
        kept[max(i for i, value in enumerate(kept) if value == smallest)] = 2.0


def rate(surface: str, area: float, rows: list[tuple[int, str, float]], units: str = "us") -> float:
    """Index of one sample unit from its sheet."""
    found = []
    for code, severity, quantity in rows:
        amount, whole = quantity, area
        if surface == "AC" and units == "metric":
            whole = area * SF_PER_M2
            amount *= FT_PER_M if code in LENGTHS else SF_PER_M2 if code in AREAS else 1
        found.append(deduct(surface, code, severity, 100 * amount / whole))
    return from_deducts(surface, found)
