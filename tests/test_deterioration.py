"""Curves: the published check, both directions, and forecasts that only fall."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norwalk_geo import deterioration, pci, schema
from norwalk_geo.errors import ConfigError

CURVES = deterioration.curves()
AS_OF = dt.date(2026, 7, 1)


def test_curves_fall_from_a_hundred() -> None:
    assert (CURVES.loc[0] == 100).all()
    assert (CURVES.diff().iloc[1:] < 0).all(axis=None)
    assert (CURVES > 0).all(axis=None)


def test_published_check_of_the_shape() -> None:
    """65–75 % of the design life costs about 40 % of the quality: 100 → 60."""
    rows = schema.parameters("curves").reset_index()
    assert len(rows) == 24
    for row in rows.to_dict("records"):
        life = float(re.search(r"Design life (\d+) years", row["source"]).group(1))
        curve = CURVES[f"{row['functional_class']} {row['surface_type']}"].to_numpy()
        months = np.interp(60.0, curve[::-1], CURVES.index.to_numpy()[::-1])
        assert 0.65 <= months / 12 / life <= 0.75


@given(st.sampled_from(list(CURVES.columns)), st.floats(0.5, 100))
def test_age_and_condition_are_inverse(family: str, points: float) -> None:
    families = pd.Series([family])
    age = deterioration.effective_age(pd.Series([points]), families, CURVES)
    back = deterioration.condition_at(age, families, CURVES)
    assert back[0] == pytest.approx(max(points, CURVES[family].iloc[-1]), abs=0.01)


def test_missing_stays_missing() -> None:
    families = pd.Series(["residential AC"] * 2)
    age = deterioration.effective_age(pd.Series([70.0, None]), families, CURVES)
    assert age.isna().tolist() == [False, True]


def test_family_of_an_unknown_surface_is_the_class_alone(sample_town) -> None:
    sections = sample_town.streets.sections
    found = deterioration.families(sections, CURVES)
    unknown = sections["surface_type"].isna()
    assert unknown.any()
    assert found["family_is_assumed"].equals(unknown.rename("family_is_assumed"))
    assert found.loc[unknown, "family"].str.endswith(" unknown").all()


def test_a_class_without_a_curve_is_named(sample_town) -> None:
    few = CURVES[["residential AC", "residential unknown"]]
    with pytest.raises(ConfigError, match="arterial unknown"):
        deterioration.families(sample_town.streets.sections, few)


def test_forecast_falls_and_starts_at_the_survey(sample_town) -> None:
    sections = sample_town.streets.sections
    condition = pci.latest(sample_town.surveys, sections, as_of=AS_OF)
    years = [2020, 2027, 2030, 2036]
    later = deterioration.forecast(condition, sections, years=years, curves=CURVES)["pci"]
    wide = later.unstack()  # noqa: PD010 - two levels of an index, not a long table
    known = condition["pci"].notna()
    assert (wide.loc[known, 2036] < wide.loc[known, 2027]).all()
    assert (wide.loc[known, 2027] <= condition.loc[known, "pci"] + 1e-9).all()
    assert wide.loc[~known].isna().all(axis=None)
    before = condition["survey_date"] > pd.Timestamp(2020, 6, 30)
    assert wide.loc[before, 2020].isna().all()


def test_a_year_is_twelve_months() -> None:
    condition = pd.DataFrame({"survey_date": pd.to_datetime(["2020-07-01", None, "2030-01-01"])})
    months = deterioration.months_since_survey(condition, dt.date(2024, 7, 1))
    assert months[0] == pytest.approx(48, abs=0.01)
    assert np.isnan(months[1])
    assert months[2] == 0
