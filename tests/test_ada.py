"""Rules against hand-written limits, editions at their boundaries, and what must never pass."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import assert_like
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point
from strategies import examples

from norwalk_geo import ada, schema
from norwalk_geo.ada.conditions import parse
from norwalk_geo.errors import ConfigError, SchemaError

AS_OF = dt.date(2026, 7, 1)
CASES = pd.read_csv(
    Path(__file__).parent / "worked" / "ada_cases.csv",
    comment="#",
    dtype="str",
    keep_default_na=False,
).set_index("rule_id")
RULES = schema.parameters("ada_rules")
EVERY = ada.rules(*sorted(set(RULES["standard"])))
FEATURES = ["ramps", "walks", "crossings", "stops", "building_elements"]
WORDS = {"yes": True, "no": False}
# Units of length in inches; the survey foot and the international one differ by 2 in a million.
INCHES = {"in": 1.0, "ft": 12.0, "m": 1 / 0.0254, "cm": 1 / 2.54, "mm": 1 / 25.4}


def table(name: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Features `x1`, `x2` … of one table, at a place in the city."""
    described = schema.describe(name)
    frame = pd.DataFrame(rows)
    frame[described.key[0]] = [f"x{place + 1}" for place in range(len(rows))]
    frame = frame.set_index(described.key[0])
    if name == "building_elements":
        return frame.assign(building_id="b1")
    at = Point(6_530_000, 1_800_000)
    line = LineString([at, (6_530_100, 1_800_000)])
    shape = at if described.geometry == "Point" else line
    return gpd.GeoDataFrame(frame, geometry=[shape] * len(frame), crs="EPSG:2229")


def ramps(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return table("ramps", list(rows))


def facts(rule_id: str) -> dict[str, Any]:
    """Facts under which a rule governs, one word or number for each of its conditions."""
    row, found = RULES.loc[rule_id], {}
    columns = schema.describe(row["feature"]).columns
    for one in parse(row["applies"] if pd.notna(row["applies"]) else ""):
        if one.words == ("given",):
            found.setdefault(one.column, "2020-05-05" if "date" in one.column else None)
        elif one.operator != "=":
            step = {"<": -1, "<=": 0, ">": 1, ">=": 0}[one.operator]
            found[one.column] = float(one.words[0]) + step
        elif one.words:
            word: Any = one.words[0]
            is_truth = columns.loc[one.column, "type"] == "boolean"
            found[one.column] = WORDS[word] if is_truth else word
    return {name: value for name, value in found.items() if value is not None}


def day_of(rule_id: str) -> dict[str, str]:
    """A day of building on which a rule governs."""
    case = CASES.loc[rule_id]
    return {"date_built": case["last"] or case["first"] or "2026-02-02"}


def measures(rule_id: str, value: float) -> dict[str, Any]:
    column = RULES.loc[rule_id, "attribute"]
    if column == "grade_change_pct":
        return {"running_slope_pct": value / 2, "counter_slope_pct": value / 2}
    return {column: value}


Pairs = list[tuple[str, dict[str, Any]]]


def verdicts_by(pairs: Pairs) -> list[str]:
    """Verdict of a rule on a row, for each pair of one table; none where it does not govern."""
    feature = RULES.loc[pairs[0][0], "feature"]
    frame = table(feature, [row for _, row in pairs])
    rules = EVERY.loc[list(dict.fromkeys(rule_id for rule_id, _ in pairs))]
    found = ada.find(frame, rules=rules).droplevel("feature")["verdict"]
    keys = [(f"x{place + 1}", rule_id) for place, (rule_id, _) in enumerate(pairs)]
    return found.reindex(pd.MultiIndex.from_tuples(keys)).fillna("none").tolist()


def verdicts_of(rule_id: str, rows: list[dict[str, Any]]) -> list[str]:
    return verdicts_by([(rule_id, row) for row in rows])


def of_table(feature: str, chosen: pd.Series) -> list[str]:
    """Rules of one table among those chosen."""
    return [one for one in CASES.index[chosen] if RULES.loc[one, "feature"] == feature]


def test_every_rule_has_a_case() -> None:
    assert set(CASES.index) == set(RULES.index)
    assert len(RULES) >= 100
    per_table = RULES.groupby("feature").size()
    assert per_table.drop("building_elements").min() >= 10


def around_limit(rule_id: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows at, just under and just over a limit, and without a measure, and what must come out."""
    case = CASES.loc[rule_id]
    limit, step = float(case["limit"]), 0.001
    known = facts(rule_id) | day_of(rule_id)
    if pd.notna(RULES.loc[rule_id, "limit_column"]):
        known |= {"street_grade_pct": 0.0}
    values = [limit, max(limit - step, 0), limit + step]
    rows = [known | measures(rule_id, value) for value in values]
    good, bad = ("pass", "fail") if case["sense"] == "max" else ("fail", "pass")
    return [*rows, known], ["pass", good if limit else "pass", bad, "unknown"]


@pytest.mark.parametrize("feature", FEATURES)
def test_every_rule_at_just_under_and_just_over_its_limit(feature: str) -> None:
    rules = of_table(feature, CASES["sense"].ne("words"))
    cases = {rule_id: around_limit(rule_id) for rule_id in rules}
    pairs = [(rule_id, row) for rule_id, (rows, _) in cases.items() for row in rows]
    found = iter(verdicts_by(pairs))
    for rule_id, (rows, wanted) in cases.items():
        assert [next(found) for _ in rows] == wanted, rule_id


@pytest.mark.parametrize("feature", ["ramps", "building_elements"])
def test_rules_of_words(feature: str) -> None:
    pairs = []
    for rule_id in of_table(feature, CASES["sense"].eq("words")):
        column, wanted = RULES.loc[rule_id, "attribute"], CASES.loc[rule_id, "limit"]
        is_truth = schema.describe(feature).columns.loc[column, "type"] == "boolean"
        is_listed = column in {"presence", "detectable_warning"}
        answers: list[Any] = [True, False] if is_truth else [wanted, "no" if is_listed else "red"]
        known = facts(rule_id) | day_of(rule_id)
        pairs += [(rule_id, known | {column: answer}) for answer in [*answers, None]]
    assert verdicts_by(pairs) == ["pass", "fail", "unknown"] * (len(pairs) // 3)


@pytest.mark.parametrize("feature", ["ramps", "walks", "crossings", "stops"])
def test_an_edition_governs_from_its_first_day_to_its_last(feature: str) -> None:
    pairs, expected = [], []
    for rule_id in of_table(feature, CASES["first"].ne("") | CASES["last"].ne("")):
        known = facts(rule_id)
        # An altered ramp is governed by the day of its alteration.
        name = "date_altered" if "date_altered" in known else "date_built"
        for edge, outside in (("first", -1), ("last", 1)):
            if at := CASES.loc[rule_id, edge]:
                for step in (0, outside):
                    day = dt.date.fromisoformat(at) + dt.timedelta(days=step)
                    pairs.append((rule_id, known | {name: day.isoformat()}))
                    expected.append(step == 0)
    assert [one != "none" for one in verdicts_by(pairs)] == expected


# ------------------------------------------------------------------ units


def reading(value: float, unit: str, **cells: Any) -> dict[str, Any]:
    return {
        "feature": "ramps",
        "feature_id": "x1",
        "attribute": "running_slope_pct",
        "value": value,
        "unit": unit,
        "error": 0.0,
        "measured_on": "2025-05-05",
    } | cells


def with_readings(*rows: dict[str, Any], count: int = 1) -> gpd.GeoDataFrame:
    named = [row | {"measurement_id": f"m{place}"} for place, row in enumerate(rows)]
    features = ramps(*[{"date_built": "2020-01-01"}] * count)
    return ada.measured(features, pd.DataFrame(named), as_of=AS_OF)


@pytest.mark.parametrize("n", [12, 48])
def test_a_slope_at_its_limit_passes_in_every_unit(n: int) -> None:
    written = {"%": 100 / n, "ratio": 1 / n, "degrees": math.degrees(math.atan(1 / n)), "1:n": n}
    rule = EVERY.loc[["ada2010-405.2"]].assign(limit=f"1:{n}")
    for unit, value in written.items():
        worse = value * (0.999 if unit == "1:n" else 1.001)
        for one, verdict in ((value, "pass"), (worse, "fail")):
            found = ada.find(with_readings(reading(one, unit)), rules=rule)
            assert found["verdict"].tolist() == [verdict], unit
            assert found["value"].iloc[0] == pytest.approx(100 / n, rel=2e-3)


@pytest.mark.parametrize("unit", INCHES)
def test_a_width_at_its_limit_passes_in_every_unit(unit: str) -> None:
    rule = EVERY.loc[["ada2010-405.5"]]
    for inches, verdict in ((36.0, "pass"), (35.99, "fail")):
        row = reading(inches / INCHES[unit], unit, attribute="width_in")
        found = ada.find(with_readings(row), rules=rule)
        assert found["verdict"].tolist() == [verdict]


def test_the_error_of_the_instrument_never_makes_a_pass() -> None:
    rule = EVERY.loc[["ada2010-405.2"]]
    for value, error, verdict in (
        (8.0, 0.2, "pass"),
        (8.2, 0.2, "within_error"),
        (8.4, 0.2, "within_error"),
        (8.6, 0.2, "fail"),
        (8.4, 0.0, "fail"),
    ):
        found = ada.find(with_readings(reading(value, "%", error=error)), rules=rule)
        assert found["verdict"].tolist() == [verdict]
    # Where none is stated, that of the instrument stands in, or that of an unknown one.
    for cells, error in (({"instrument": "digital level"}, 0.2), ({}, 0.5)):
        frame = with_readings(reading(8.0, "%", **({"error": None} | cells)))
        assert frame["error_running_slope_pct"].tolist() == [pytest.approx(error)]


def test_an_error_in_degrees_is_one_in_percent() -> None:
    frame = with_readings(reading(5.0, "degrees", error=1.0))
    wide = 100 * (math.tan(math.radians(6)) - math.tan(math.radians(5)))
    assert frame["error_running_slope_pct"].iloc[0] == pytest.approx(wide)


def test_readings_of_the_latest_day_count_and_none_is_smoothed_away() -> None:
    frame = with_readings(
        reading(3.0, "%", measured_on="2024-01-01"),
        reading(8.2, "%", error=0.1),
        reading(8.4, "%", error=0.2),
    )
    assert frame["running_slope_pct"].tolist() == [pytest.approx(8.35)]
    assert frame["error_running_slope_pct"].tolist() == [pytest.approx(0.25)]
    assert frame["last_inspection_date"].tolist() == [pd.Timestamp("2025-05-05")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([reading(8, "%"), reading(12, "1:n")], r"mixes units \(%, 1:n\)"),
        ([reading(8, "in")], "in is no unit of running_slope_pct"),
        ([reading(8.3, "ratio")], "is no slope in its unit"),
        ([reading(0.5, "1:n")], "is no slope in its unit"),
        ([reading(8, "%", measured_on="2027-01-01")], "is after 2026-07-01"),
        ([reading(8, "%", error=0.1), reading(9, "%", error=0.1)], "contradict each other"),
        ([reading(8, "%", feature_id="x9")], "is not in ramps"),
        ([reading(8, "%", attribute="slope")], "'slope' is no measure"),
        ([reading(8, None)], "unit: missing"),
        ([reading(8, "%", error=-0.1)], "error: below 0"),
    ],
)
def test_readings_that_cannot_be_used_are_refused(rows: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        with_readings(*rows)


# ------------------------------------------------------------------ what is not known


MEASURES = ["running_slope_pct", "cross_slope_pct", "width_in", "flare_slope_pct"]
numbers = st.one_of(st.none(), st.floats(0, 60, allow_nan=False))
ramp = st.fixed_dictionaries(
    dict.fromkeys(MEASURES, numbers)
    | {
        "built_year": st.one_of(st.none(), st.sampled_from([1985, 2011, 2012, 2020])),
        "ramp_type": st.one_of(st.none(), st.sampled_from(["parallel", "transition", "unknown"])),
        "landing_length_in": st.one_of(st.none(), st.sampled_from([24.0, 36.0, 50.0])),
    }
)


# Rules about what the strategy draws; a table of rules may be cut like any other.
DRAWN = EVERY[EVERY["feature"].eq("ramps") & EVERY["attribute"].isin(MEASURES)]
DRAWN = DRAWN[DRAWN["standard"].isin(["ada2010", "prowag2023"])]


def strict(frame: gpd.GeoDataFrame, rules: pd.DataFrame = DRAWN) -> pd.Series:
    return ada.find(frame, rules=rules)["verdict"]


@examples(12)
@given(st.lists(ramp, min_size=1, max_size=4), st.data())
def test_what_is_taken_away_never_passes_and_never_turns_a_verdict(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole = strict(ramps(*rows))
    lost = data.draw(st.sampled_from([*MEASURES, "built_year", "ramp_type", "landing_length_in"]))
    less = strict(ramps(*[row | {lost: None} for row in rows]))
    both = pd.concat({"whole": whole, "less": less}, axis=1).dropna()
    assert (both["less"].eq(both["whole"]) | both["less"].eq("unknown")).all()
    # A measure that is missing passes nothing.
    measured = less.index.get_level_values("rule_id").map(DRAWN["attribute"])
    gone = less[pd.Series(measured, index=less.index).eq(lost)]
    assert gone.isin(["unknown"]).all()


@examples(12)
@given(st.lists(ramp, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_order_and_company_change_nothing(rows: list[dict[str, Any]], random: Any) -> None:
    frame = ramps(*rows)
    order = list(frame.index)
    random.shuffle(order)
    whole, shuffled = strict(frame), strict(frame.loc[order])
    pd.testing.assert_series_equal(shuffled.reindex(whole.index), whole)
    alone = strict(frame.iloc[[-1]])
    pd.testing.assert_series_equal(alone, whole.reindex(alone.index))


@examples(12)
@given(ramp, st.floats(0, 5, allow_nan=False))
def test_a_larger_error_only_leaves_more_open(row: dict[str, Any], error: float) -> None:
    frame = ramps(row)
    exact = strict(frame)
    vague = strict(frame.assign(error_running_slope_pct=error, error_width_in=error))
    changed = vague.ne(exact)
    assert vague[changed].isin(["within_error", "unknown"]).all()


def test_an_unknown_day_fails_only_what_every_edition_fails() -> None:
    steep, narrow = {"running_slope_pct": 9.0}, {"landing_length_in": 30.0}
    found = strict(ramps(steep)).droplevel("feature")
    assert found["x1", "ada1991-4.7.2"] == found["x1", "ada2010-405.2"] == "fail"
    # The 1991 Standards ask for no landing, so a short one may be allowed.
    landing = strict(ramps(narrow), EVERY.loc[["ada2010-406.4"]])
    assert landing.tolist() == ["unknown"]
    # PROWAG has a gentler limit for blended transitions: 6 % depends on the kind of ramp.
    kinds = strict(ramps({"running_slope_pct": 6.0}, {"running_slope_pct": 9.0}))
    kinds = kinds.droplevel("feature")
    assert kinds["x1", "prowag-R304.4.1"] == "unknown"
    assert kinds["x2", "prowag-R304.4.1"] == "fail"


def test_a_walk_may_be_as_steep_as_its_street() -> None:
    rows = [
        {"running_slope_pct": slope, "street_grade_pct": grade, "width_in": 70.0}
        for slope, grade in ((7.0, 7.0), (7.0, 6.0), (7.0, None), (4.0, None))
    ]
    assert verdicts_of("prowag-R302.4.1", rows) == ["pass", "fail", "unknown", "pass"]


def test_a_year_alone_stands_for_all_its_days() -> None:
    rows = [{"landing_length_in": 30.0, "built_year": year} for year in (2011, 2012, 2013)]
    assert verdicts_of("ada2010-406.4", rows) == ["none", "unknown", "fail"]


def test_downward_slopes_count_as_upward_ones() -> None:
    rows = [{"running_slope_pct": one, "built_year": 2020} for one in (-9.0, -8.0)]
    assert verdicts_of("ada2010-405.2", rows) == ["fail", "pass"]


def test_a_missing_ramp_fails_where_a_walkway_leads_and_has_no_measures() -> None:
    rows = [{"presence": "no", "has_walkway": walk} for walk in (True, False, None)]
    assert verdicts_of("ada2010-35.151(i)", rows) == ["fail", "none", "unknown"]
    found = ada.find(ramps(*rows), rules=EVERY)
    assert set(found.index.get_level_values("rule_id")) == {"ada2010-35.151(i)"}


# ------------------------------------------------------------------ choosing rules, counting


def test_findings_say_what_is_enforced_and_fit_their_schema() -> None:
    rules = ada.rules("ada2010", "cbc11b", advise=["prowag2023"])
    walks = table("walks", [{"width_in": 40.0, "date_built": "2020-01-01"}])
    found = ada.find(ramps({"width_in": 40.0, "date_built": "2020-01-01"}), walks, rules=rules)
    checked = schema.check(found, "findings")
    assert_like(checked, found)
    own = found.loc["walks"].droplevel("feature_id")
    assert own.loc["ada2010-403.5.1-walks-width", "verdict"] == "pass"
    assert own.loc["cbc-403.5.1", ["verdict", "is_enforced", "margin"]].tolist() == [
        "fail",
        True,
        -8,
    ]
    assert own.loc["prowag-R302.2", ["verdict", "is_enforced"]].tolist() == ["fail", False]


@pytest.mark.parametrize(
    ("enforce", "advise", "said"),
    [
        ((), (), "none is named"),
        (("ada2011",), (), "Did you mean 'ada2010'"),
        (("ada2010",), ("ada2010",), "is named twice"),
    ],
)
def test_standards_that_nobody_knows_are_refused(
    enforce: tuple[str, ...], advise: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        ada.rules(*enforce, advise=advise)


@pytest.mark.parametrize(
    "cell",
    [
        {"limit": "steep"},
        {"attribute": "slope"},
        {"applies": "ramp_type~parallel"},
        {"applies": "kind=parallel"},
        {"limit_column": "grade"},
        {"unit": "in"},
    ],
)
def test_a_citys_own_rule_that_cannot_be_used_is_named(cell: dict[str, str]) -> None:
    own = RULES.loc[["ada2010-405.2"]].assign(**cell)
    with pytest.raises(ConfigError, match=r"ada2010-405\.2"):
        ada.rules("ada2010", table=own)


def test_a_table_that_is_none_of_features_is_refused() -> None:
    with pytest.raises(ConfigError, match="Give a table whose index is one of ramp_id"):
        ada.find(pd.DataFrame(index=pd.Index(["s1"], name="section_id")), rules=EVERY)


def test_compliance_counts_every_feature_once_with_what_is_not_measured() -> None:
    rows = [
        {"zone_id": "a", "width_in": 30.0, "built_year": 2020},
        {"zone_id": "a", "width_in": 40.0, "built_year": 2020},
        {"zone_id": None, "built_year": 2020, "last_inspection_date": "2025-03-03"},
    ]
    frame = ramps(*rows)
    rules = EVERY.loc[["ada2010-405.5", "ada2010-405.3"]]
    found = ada.find(frame, rules=rules)
    table_ = ada.summarize(found, frame).droplevel(["feature", "is_enforced"])
    counts = ["features", "passed", "failed", "unmeasured"]
    assert table_.loc[("all", "all"), counts].tolist() == [3, 0, 1, 2]
    assert table_.loc[("all", "all"), "unmeasured_checks_pct"] == pytest.approx(400 / 6, abs=0.01)
    assert table_.loc[("zone_id", "a"), counts].tolist() == [2, 0, 1, 1]
    assert table_.loc[("zone_id", "not known"), counts].tolist() == [1, 0, 0, 1]
    assert table_.loc[("year", "2025"), "features"] == 1
    assert table_.loc[("requirement", "width"), counts].tolist() == [3, 1, 1, 1]
    sums = table_[["passed", "failed", "within_error", "unmeasured"]].sum(axis=1)
    assert sums.eq(table_["features"]).all()


# ------------------------------------------------------------------ what cannot be so


@pytest.mark.parametrize(
    ("name", "row", "said"),
    [
        ("ramps", {"width_in": -1}, "width_in: below 0 in"),
        ("ramps", {"date_built": "2027-01-01"}, "date_built: is after 2026-07-01 in 1 row: x1"),
        ("ramps", {"built_year": 2030}, "built_year: is after 2026"),
        (
            "ramps",
            {"date_built": "2010-01-01", "built_year": 2011},
            "is not the year of date_built",
        ),
        (
            "ramps",
            {"date_built": "2010-01-01", "date_altered": "2009-01-01"},
            "is before date_built",
        ),
        ("ramps", {"presence": "no", "width_in": 40}, "there is no ramp, which has measures"),
        (
            "ramps",
            {"detectable_warning": "no", "detectable_warning_depth_in": 24},
            "there is none, which has a depth",
        ),
        ("ramps", {"infeasible_record": "File 12"}, "infeasible_signed: is missing"),
        ("ramps", {"running_slope_pct": "1:12"}, "not a number"),
        ("crossings", {"has_refuge": False, "refuge_width_in": 60}, "which has a width"),
        ("walks", {"passing_spacing_ft": -5}, "below 0 ft"),
    ],
)
def test_what_cannot_be_so_is_named_with_its_row(name: str, row: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        ada.check(table(name, [row]), as_of=AS_OF)


def test_ids_used_twice_are_refused() -> None:
    frame = ramps({"width_in": 40}, {"width_in": 50})
    frame.index = pd.Index(["r1", "r1"], name="ramp_id")
    with pytest.raises(SchemaError, match="used more than once"):
        ada.check(frame, as_of=AS_OF)


def test_what_is_so_comes_back_as_it_was() -> None:
    frame = ramps({"width_in": 40.0, "date_built": "2020-01-01"})
    checked = ada.check(frame, as_of=AS_OF)
    assert_like(checked, frame)
    assert np.isclose(checked["width_in"], 40).all()
