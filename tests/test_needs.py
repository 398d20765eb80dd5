"""Averages and the distribution by band."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

from norwalk_geo import budget, deterioration, needs, network, pci, schema, treatments

AS_OF = dt.date(2026, 7, 1)


def test_missing_is_in_no_average() -> None:
    points, area = pd.Series([90.0, None, 30.0]), pd.Series([1.0, 100.0, 2.0])
    assert needs.area_weighted(points, area) == pytest.approx(50)
    assert math.isnan(needs.area_weighted(pd.Series([None], dtype="float64"), pd.Series([1.0])))


@pytest.mark.parametrize("points", [100.0, 0.1, 99.9])
def test_rounding_lifts_no_average_over_its_values(points: float) -> None:
    """A weighted sum of a thousand hundreds may come out as 100.00000000000001."""
    for count in range(1, 200):
        area = pd.Series([0.1 * (k % 7 + 1) / 3 for k in range(count)])
        assert needs.area_weighted(pd.Series([points] * count), area) == points


def test_bands_add_up(sample_town) -> None:
    sections = sample_town.streets.sections
    condition = pci.latest(sample_town.surveys, sections, as_of=AS_OF)
    life = treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))
    plan = budget.optimize(condition, sections, life, budget_usd={2027: 3e5, 2028: 3e5})
    bands = schema.parameters("bands").loc["california4"]
    table = needs.summarize(sections, condition, plan.outcomes, bands, life.classes)
    measures = network.measure(sections, life.classes)
    known = condition["pci"].notna() & (measures["area_sy"] > 0)
    for moment in ("surveyed", "now", "end", "end_untreated"):
        page = table.loc[moment]
        assert list(page.index) == ["Good", "Fair", "Poor", "Failed"]
        assert page["sections"].sum() == known.sum()
        assert page["miles"].sum() == pytest.approx(measures.loc[known, "miles"].sum())
        assert page["area_pct"].sum() == pytest.approx(100)
