"""Field sheets by ASTM D6433: published examples, a transcription written apart, properties."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scalar_d6433 as scalar
from hypothesis import given
from hypothesis import strategies as st
from sheets_made import CODES, PLAIN, lists, rated, sheet, sheets
from strategies import IS_THOROUGH, examples

from norwalk_geo import pci, schema
from norwalk_geo.errors import SchemaError

WORKED = Path(__file__).parent / "worked"


def worked(name: str) -> pd.DataFrame:
    return pd.read_csv(WORKED / f"{name}.csv", comment="#", keep_default_na=False)


# ------------------------------------------------------------------ published examples


@pytest.mark.parametrize("case", worked("d6433_cases").to_dict("records"), ids=lambda c: c["case"])
def test_published_sheets(case: dict[str, object]) -> None:
    every = worked("d6433_distress")
    rows = every[every["case"] == case["case"]]
    found = list(rows[["distress_code", "severity", "quantity"]].itertuples(index=False, name=None))
    one = rated([sheet(case["surface"], case["area"], found)], units=str(case["units"])).iloc[0]
    assert one["pci"] == pytest.approx(case["pci"], abs=case["tolerance"])
    if case["rating"]:
        assert one["rating"] == case["rating"]


def test_published_deducts() -> None:
    rows = worked("d6433_distress")
    rows = rows[rows["deduct"] != ""].merge(worked("d6433_cases")[["case", "surface"]])
    read = pci.deduct(rows["surface"], rows["distress_code"], rows["severity"], rows["density_pct"])
    # Two readings of one chart differ by up to 3 points; the sheets were read by a third.
    assert np.abs(read - rows["deduct"].astype(float)).max() <= 3.1


@pytest.mark.parametrize("case", worked("d6433_cdv")["case"].unique())
def test_published_corrections(case: str) -> None:
    every = worked("d6433_cdv")
    rows = every[every["case"] == case]
    read = pci.corrected(rows["surface"], rows["total_deduct"], rows["q"])
    highest = rows["max_cdv"].iloc[0]
    assert read.max() == pytest.approx(highest, abs=1.5)


def test_the_fraction_of_m() -> None:
    """Three times 48 allow 5.78 values: the sixth does not count, the fifth by its fraction."""
    made = pci.check_sheets(*lists([sheet("AC", 2500, [])]), units="us")
    assert pci.rate(made)["allowed_deducts"].item() == 10
    one = rated([sheet("PCC", 20, [(23, "M", 3), (34, "M", 2), (22, "L", 3), (39, "H", 1)])])
    assert one["allowed_deducts"].item() == pytest.approx(1 + 9 / 98 * (100 - 33.5))


# ------------------------------------------------------------------ curves


def test_every_code_has_its_curves() -> None:
    points = schema.parameters("deduct_curves").reset_index()
    by_code = points.groupby("distress_code")["severity"].unique().map(set)
    for code, surface in CODES.items():
        assert by_code[code] == ({"N"} if code in PLAIN else set("LMH")), code
        severity = "" if code in PLAIN else "M"
        assert 0 < pci.deduct(surface, code, severity, 100.0) <= 100


def test_curves_pass_near_their_points_and_rise() -> None:
    points = schema.parameters("deduct_curves").reset_index()
    surface = np.where(points["distress_code"] <= 20, "AC", "PCC")
    keys = [points["distress_code"], points["severity"]]
    read = pci.deduct(surface, *keys, points["density_pct"])
    real = points["density_pct"] > 0
    off = np.abs(read - points["deduct"].clip(upper=100))[real]
    assert off.max() <= 0.75
    at = np.concatenate([[0.0], np.geomspace(0.001, 400, 300)])
    for (code, severity), _ in points.groupby(["distress_code", "severity"]):
        line = pci.deduct("AC" if code <= 20 else "PCC", code, severity, at)
        assert (np.diff(line) >= -1e-9).all(), (code, severity)
        assert line[0] == 0


def test_the_two_readings_agree() -> None:
    """Where both can be used; what they differ by is what an index is uncertain by."""
    second = schema.parameters("deduct_polynomials").reset_index()
    points = schema.parameters("deduct_curves").reset_index()
    differ = []
    for (code, severity), terms in second.groupby(["distress_code", "severity"]):
        if code in (12, 20):
            continue
        at = points.query("distress_code == @code and severity == @severity")["density_pct"]
        x = np.log10(at.to_numpy())
        other = sum(c * x**p for c, p in zip(terms["coefficient"], terms["power"], strict=True))
        first = pci.deduct("AC", code, severity, at)
        differ.append(np.abs(np.clip(other, 0, 100) - first).max())
    assert len(differ) == 53
    assert np.sum(np.array(differ) <= 2.75) >= 50


def test_corrections_stay_in_bounds() -> None:
    total, q = np.meshgrid(np.linspace(0, 300, 601), np.arange(13))
    for surface in ("AC", "PCC"):
        cdv = pci.corrected(surface, total, q)
        assert (cdv <= np.minimum(total, 100) + 1e-12).all()
        assert (np.diff(cdv, axis=1) >= -1e-9).all()
        # The asphalt curves of 6 and 7 are one up to a total of 130.
        assert (np.diff(cdv, axis=0) <= 0.2).all(), "more values correct more"
    assert pci.corrected("AC", 15.0, 2) == pytest.approx(pci.corrected("AC", 30.0, 2) / 2)
    assert pci.corrected("AC", 90.0, 9) == pci.corrected("AC", 90.0, 7)
    assert pci.corrected("PCC", 90.0, 12) == pci.corrected("PCC", 90.0, 10)


def test_arrays_of_every_shape() -> None:
    assert pci.deduct("AC", 1, "L", 1.0).shape == ()
    assert pci.deduct(["AC", "PCC"], [1, 21], "H", [[1.0], [2.0]]).shape == (2, 2)
    assert pci.corrected("AC", [], []).shape == (0,)
    assert np.isnan(pci.deduct("AC", 1, "L", np.nan))
    assert pci.deduct("AC", 12, "H", 10) == pci.deduct("AC", 12, None, 10)


@pytest.mark.parametrize(
    "arguments",
    [
        ("AC", 21, "L", 1),
        ("XX", 1, "L", 1),
        ("AC", 1, "Q", 1),
        ("AC", 1, "L", -1),
        ("AC", 99, "L", 1),
    ],
)
def test_wrong_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(SchemaError, match="deduct: "):
        pci.deduct(*arguments)  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="unknown value"):
        pci.corrected("XX", 50, 2)


# ------------------------------------------------------------------ properties


@given(sheets())
def test_the_transcription_agrees(made: list[dict[str, object]]) -> None:
    found = rated(made)
    for one, row in zip(made, found.itertuples(), strict=True):
        expected = scalar.rate(one["surface"], one["area"], one["rows"])  # type: ignore[arg-type]
        assert 100 - row.max_cdv == pytest.approx(expected, abs=1e-9)
        assert row.pci == pytest.approx(expected, abs=0.0051)
        assert 0 <= row.pci <= 100


@examples(15)
@given(sheets(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(made: list[dict[str, object]], random) -> None:
    samples, distress = lists(made)
    first = pci.rate(pci.check_sheets(samples, distress, units="us"))
    mixed = [
        frame.sample(frac=1, random_state=random.randrange(1000)) for frame in (samples, distress)
    ]
    second = pci.rate(pci.check_sheets(*mixed, units="us")).loc[first.index]
    pd.testing.assert_frame_equal(first, second, check_exact=False, atol=1e-9)


@examples(15)
@given(sheets(surface="AC"))
def test_metric_sheets_agree(made: list[dict[str, object]]) -> None:
    samples, distress = lists(made)
    us = pci.rate(pci.check_sheets(samples, distress, units="us"))
    code = distress["distress_code"]
    factor = np.where(code.isin([4, 7, 8, 9, 10]), 0.3048, np.where(code.eq(13), 1, 0.3048**2))
    metric = (
        samples.assign(area=(samples["area"] * 0.3048**2).round(2), units="metric"),
        distress.assign(quantity=(distress["quantity"] * factor).round(4)),
    )
    other = pci.rate(pci.check_sheets(*metric, units="metric"))
    assert np.abs(us["pci"] - other["pci"]).max() <= 0.1


@given(sheets(max_rows=4), st.data())
def test_more_of_a_distress_never_helps_while_all_values_count(
    made: list[dict[str, object]], data: st.DataObject
) -> None:
    one = made[0]
    if not one["rows"]:
        return
    place = data.draw(st.integers(0, len(one["rows"]) - 1))  # type: ignore[arg-type]
    code, severity, quantity = one["rows"][place]  # type: ignore[index]
    room = 1.0 if code == 26 else data.draw(st.floats(1, 1.4))
    more = {**one, "rows": [*one["rows"]]}  # type: ignore[misc]
    more["rows"][place] = (code, severity, quantity * room)
    before, after = rated([one]).iloc[0], rated([more]).iloc[0]
    if before["not_monotone"] or after["not_monotone"]:
        return
    assert after["pci"] <= before["pci"] + 0.011


def test_the_standard_is_not_monotone() -> None:
    """Nine values of 20 total 166.9; with one of 21 only 8.26 count, and the total is less."""
    even, more = scalar.from_deducts("AC", [20.0] * 9), scalar.from_deducts("AC", [21.0] + [20] * 8)
    assert more > even


def test_a_sheet_without_distress_is_sound() -> None:
    one = rated([sheet("AC", 2500, []), sheet("PCC", 20, [(31, "", 0)])])
    assert one["pci"].tolist() == [100, 100]
    assert one["rating"].tolist() == ["Good", "Good"]
    assert one["load_share_pct"].isna().all()


def test_one_deduct_over_two_is_the_total() -> None:
    one = rated([sheet("AC", 2500, [(1, "H", 25), (20, "L", 250)])]).iloc[0]
    assert one["q"] == 1
    assert one["max_cdv"] == pytest.approx(30.0 + 1.84, abs=0.01)


def test_joint_seal_damage_is_the_same_for_every_quantity() -> None:
    for quantity in (1, 20, None):
        assert rated([sheet("PCC", 20, [(26, "H", quantity)])])["pci"].item() == 92


@pytest.mark.slow
def test_many_random_sheets_agree() -> None:
    from sheets_made import random_lists

    samples, distress, told = random_lists(100_000 if IS_THOROUGH else 20_000, seed=3)
    found = pci.rate(pci.check_sheets(samples, distress, units="us"))
    expected = np.array([scalar.rate(*one) for one in told])
    assert np.abs(100 - found["max_cdv"].to_numpy() - expected).max() < 1e-9
