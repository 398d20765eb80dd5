"""The latest survey of each section, and what the bands say."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from conftest import assert_like

from norwalk_geo import pci, schema
from norwalk_geo.errors import SchemaError

AS_OF = dt.date(2026, 7, 1)


def surveys(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["section_id", "survey_date", "pci"])
    return schema.check(frame.assign(pci_method="mtc"), "surveys")


@pytest.fixture
def sections(draw):
    return draw("A---B---C---D")


def test_the_latest_by_the_day_counts(sections) -> None:
    ids = list(sections.index)
    rows = [(ids[0], "2020-01-01", 80), (ids[0], "2024-01-01", 70), (ids[0], "2027-01-01", 60)]
    condition = pci.latest(surveys(rows), sections, as_of=AS_OF)
    assert_like(condition, sections)
    assert condition.loc[ids[0], "pci"] == 70
    assert condition.loc[ids[1:], "pci"].isna().all()


def test_order_of_surveys_does_not_matter(sample_town) -> None:
    sections = sample_town.streets.sections
    one = pci.latest(sample_town.surveys, sections, as_of=AS_OF)
    mixed = sample_town.surveys.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(pci.latest(mixed, sections, as_of=AS_OF), one)


def test_a_survey_of_no_section_is_named(sections) -> None:
    with pytest.raises(SchemaError, match="names a section that is not in sections in 1 row: s9"):
        pci.latest(surveys([("s9", "2020-01-01", 80)]), sections, as_of=AS_OF)


def test_class_median_is_marked(sections) -> None:
    ids = list(sections.index)
    condition = pci.latest(surveys([(ids[0], "2020-01-01", 80)]), sections, as_of=AS_OF)
    assumed = pci.assume_class_median(condition, sections, as_of=AS_OF)
    assert assumed["pci"].tolist() == [80, 80, 80]
    assert assumed["is_assumed"].tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("scheme", "points", "band"),
    [
        ("astm7", 100, "Good"),
        ("astm7", 85, "Good"),
        ("astm7", 84.99, "Satisfactory"),
        ("astm7", 10, "Serious"),
        ("astm7", 0, "Failed"),
        ("california4", 70, "Good"),
        ("california4", 69.9, "Fair"),
        ("california4", 50, "Fair"),
        ("california4", 25, "Poor"),
        ("california4", 24.9, "Failed"),
    ],
)
def test_bands(scheme: str, points: float, band: str) -> None:
    rows = schema.parameters("bands").loc[scheme]
    assert pci.band(pd.Series([points]), rows)[0] == band


def test_no_band_without_a_survey() -> None:
    rows = schema.parameters("bands").loc["astm7"]
    assert pci.band(pd.Series([None], dtype="float64"), rows).isna().all()
