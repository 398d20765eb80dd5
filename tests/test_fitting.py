"""Fits of invented cities whose truth is known, and of surveys that tell nothing."""

from __future__ import annotations

import datetime as dt
import importlib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from norwalk_geo import deterioration, schema
from norwalk_geo.cli import decay
from norwalk_geo.deterioration import Protocol, held_out, scales, shapes, widths
from norwalk_geo.deterioration import judging as judging_scores
from norwalk_geo.errors import SchemaError

judging = importlib.import_module("norwalk_geo.deterioration.backtest")
calibrate = importlib.import_module("norwalk_geo.deterioration.calibrate")
CITED = deterioration.curves()
SCALE, SHAPE, NOISE, SPREAD = 22.0, 1.5, 4.0, 0.25


def sections(count: int, surface: str | None = "AC", kind: str = "residential") -> pd.DataFrame:
    ids = pd.Index([f"s{k:05d}" for k in range(count)], name="section_id", dtype="str")
    return pd.DataFrame({"functional_class": kind, "surface_type": surface}, index=ids)


def city(
    count: int = 400, years: tuple[int, ...] = (2008, 2011, 2014, 2017, 2020, 2023), seed: int = 1
) -> pd.DataFrame:
    """Ratings read off 100 exp(−(age / SCALE)^SHAPE) at each section's own pace, with an error."""
    rng = np.random.default_rng(seed)
    age, pace = rng.uniform(1, 16, count), rng.lognormal(0, SPREAD, count)
    rows = []
    for year in years:
        grown = age + pace * (year - years[0])
        pci = 100 * np.exp(-((grown / SCALE) ** SHAPE)) + rng.normal(0, NOISE, count)
        rows.append(surveys(sections(count).index, f"{year}-07-01", pci))
    return pd.concat(rows).sort_index()


def surveys(ids: pd.Index, day: str, pci: object, method: str = "vendor") -> pd.DataFrame:
    frame = pd.DataFrame(
        {"section_id": ids, "survey_date": pd.Timestamp(day), "pci": pci, "pci_method": method}
    )
    frame["pci"] = frame["pci"].clip(0, 100)
    return frame.set_index(["section_id", "survey_date"])


@pytest.fixture(scope="module")
def known() -> deterioration.Fit:
    return deterioration.fit(deterioration.histories(city()), sections(400))


def test_the_truth_is_recovered(known: deterioration.Fit) -> None:
    row = known.parameters.loc[("residential", "AC")]
    assert row["is_fitted"]
    assert row["scale_years"] == pytest.approx(SCALE, rel=0.15)
    assert row["shape"] == pytest.approx(SHAPE, rel=0.2)
    model = known.models["residential AC"]
    assert model.noise == pytest.approx(NOISE, rel=0.25)
    months = known.curves.index.to_numpy()
    truth = 100 * np.exp(-((months / 12 / SCALE) ** SHAPE))
    young = months <= 25 * 12
    assert np.abs(known.curves["residential AC"].to_numpy() - truth)[young].max() < 6


def test_every_curve_falls_strictly_from_a_hundred(known: deterioration.Fit) -> None:
    assert (known.curves.loc[0] == 100).all()
    assert (known.curves.diff().iloc[1:] < 0).all(axis=None)
    assert list(known.curves.columns) == list(CITED.columns)


def test_the_intervals_hold_eight_of_ten_of_the_future() -> None:
    """Fitted to ratings until 2017; judged on 2020 and 2023, which it has not seen."""
    table = deterioration.backtest(
        city(seed=2),
        sections(400),
        protocol=Protocol(until=dt.date(2018, 1, 1), with_boosting=False, cuts=()),
    )
    rows = table.loc["all"]
    assert 74 <= rows.loc["fitted", "coverage_pct"] <= 86
    for rival in ("last_value", "own_line", "cited_curve"):
        assert rows.loc[rival, "worse_low_points"] > 0, rival


def test_families_are_told_apart_and_small_ones_lean_on_the_cited_curve() -> None:
    fast, slow = city(120), city(120, seed=3)
    slow["pci"] = 100 - (100 - slow["pci"]) * 0.6
    both = pd.concat([fast, slow.rename(index=lambda one: f"z{one}", level="section_id")])
    streets = pd.concat([sections(120), sections(120, "PCC").rename(index=lambda i: f"z{i}")])
    streets.loc[streets.index[:3], "functional_class"] = "arterial"
    found = deterioration.fit(deterioration.histories(both.sort_index()), streets)
    assert found.parameters.loc[("residential", "PCC"), "years_to_60"] > 1.2 * float(
        found.parameters.loc[("residential", "AC"), "years_to_60"]
    )
    assert not found.parameters.loc[("arterial", "AC"), "is_fitted"]
    assert any("arterial AC: only 3 histories" in note for note in found.notes)
    assert found.curves["arterial AC"].to_numpy() == pytest.approx(
        CITED["arterial AC"].to_numpy(), abs=0.01
    )


def test_families_of_other_shapes_are_given_their_own() -> None:
    """One family falls early and slows, the other holds and then falls: read off their truths."""
    rng, ids, parts = np.random.default_rng(7), sections(300).index, []
    age, pace = rng.uniform(1, 16, 300), rng.lognormal(0, SPREAD, 300)
    shape = np.repeat([0.8, 2.4], 150)
    for year in range(2008, 2024, 3):
        fallen = 100 * np.exp(-(((age + pace * (year - 2008)) / SCALE) ** shape))
        parts.append(surveys(ids, f"{year}-07-01", fallen + rng.normal(0, 2, 300)))
    seen = deterioration.histories(pd.concat(parts).sort_index())
    streets = sections(300).assign(functional_class=np.repeat(["collector", "residential"], 150))
    observed, of = scales.observe(seen.ratings)
    names = streets["functional_class"].loc[of["section_id"]].reset_index(drop=True) + " AC"
    common = scales.search(observed, names, CITED)
    own = shapes.by_family(observed, names, common, CITED)
    found = own.parameters["shape"].loc[[("collector", "AC"), ("residential", "AC")]]
    assert found.iloc[0] < common.city.shape.exponent < found.iloc[1]
    assert found.to_numpy() == pytest.approx([0.8, 2.4], rel=0.35)


def test_the_plain_form_is_kept_where_it_is_as_good(known: deterioration.Fit) -> None:
    assert tuple(known.scores.index) == held_out.FORMS
    assert known.scores["is_chosen"].to_list() == [True, False, False]


def test_a_street_may_be_held_out_whole() -> None:
    """Two sections a street: by name they are in one fold, else in two for some."""
    streets = sections(60).assign(street_name=np.repeat([f"Street {k}" for k in range(30)], 2))
    ratings = city(60, years=(2016, 2023))
    for by_street, most in ((True, 1), (False, 2)):
        rule = Protocol(with_boosting=False, cuts=(), by_street=by_street)
        named = judging._streets(streets, by_name=by_street)
        splits = judging._split(ratings, None, named, rule, 15.0)
        folds = [set(streets["street_name"].loc[one.cases["section_id"]]) for one in splits]
        assert max(sum(street in fold for fold in folds) for street in folds[0]) == most


def later(found: deterioration.Fit, condition: pd.DataFrame, streets: pd.DataFrame) -> pd.DataFrame:
    return deterioration.forecast(condition, streets, years=range(2024, 2044), fitted=found)


def latest(ratings: pd.DataFrame) -> pd.DataFrame:
    last = ratings.reset_index().groupby("section_id").last()
    return last[["pci", "pci_method", "survey_date"]]


def test_forecasts_never_rise_and_lie_within_their_interval(known: deterioration.Fit) -> None:
    table = later(known, latest(city()), sections(400))
    for name in ("pci", "pci_low", "pci_high"):
        wide = table[name].unstack()  # noqa: PD010 - two levels of an index, not a long table
        assert (wide.diff(axis=1).iloc[:, 1:] <= 1e-9).all(axis=None), name
    assert (table["pci_low"] <= table["pci"]).all()
    assert (table["pci"] <= table["pci_high"] + 1e-9).all()


def test_a_longer_history_narrows_what_is_not_known(known: deterioration.Fit) -> None:
    """The same last rating, alone and after five others."""
    ratings, streets = city(), sections(400)
    whole = known.place(latest(ratings), streets)
    other_day = latest(ratings).assign(survey_date=pd.Timestamp("2023-06-30"))
    alone = known.place(other_day, streets)
    assert (whole["age_sd"] < alone["age_sd"]).mean() > 0.95
    assert (whole["pace_sd"] < alone["pace_sd"]).mean() > 0.95


def test_a_section_moves_from_its_family_toward_its_own_history(known: deterioration.Fit) -> None:
    """Sections that fell fast are forecast to fall faster than the family, but not by all of it."""
    rng = np.random.default_rng(1)
    rng.uniform(1, 16, 400)
    pace = rng.lognormal(0, SPREAD, 400)
    found = known.states["pace"] * known.models["residential AC"].scale_years
    together = np.corrcoef(np.log(found), np.log(pace))[0, 1]
    assert together > 0.5
    assert found.std() < pace.std()


def test_a_wide_street_that_falls_faster_is_forecast_lower() -> None:
    """Two widths in one family; what the width tells is learned, and drawn toward nothing."""
    streets = sections(600).assign(width_ft=np.repeat([30.0, 60.0], 300))
    ratings = city(600, years=(2016, 2023), seed=4)
    wide = streets.index[streets["width_ft"] > 40]
    late = ratings.index.get_level_values("survey_date") > pd.Timestamp("2020-01-01")
    hit = late & ratings.index.get_level_values("section_id").isin(wide)
    ratings.loc[hit, "pci"] = (ratings.loc[hit, "pci"] - 12).clip(lower=0)
    found = deterioration.fit(deterioration.histories(ratings), streets)
    same = pd.DataFrame(
        {"pci": 80.0, "pci_method": "vendor", "survey_date": pd.Timestamp("2023-07-02")},
        index=streets.index[[0, 599]],
    )
    table = deterioration.forecast(same, streets.loc[same.index], years=[2030], fitted=found)
    narrow, broad = table["pci"].to_numpy()
    assert 4 < narrow - broad < 13
    plain = deterioration.fit(deterioration.histories(ratings), sections(600))
    assert plain.offset.points(np.array([80.0]), pd.Series(["residential AC"]), streets[:1]).size


def test_what_is_added_must_help_in_years_that_it_was_not_learned_from() -> None:
    """With one survey year cases are tried by section; with many, no year is in two folds."""
    ids = np.repeat([f"s{k}" for k in range(40)], 6)
    one = pd.DataFrame({"section_id": ids, "year": 2020})
    assert pd.Series(calibrate._folds(one, one)[1]).groupby(ids).nunique().eq(1).all()
    many = one.assign(year=np.tile(range(2012, 2018), 40))
    fold = pd.Series(calibrate._folds(many, many)[1])
    assert fold.nunique() == 5
    assert fold.groupby(many["year"]).nunique().eq(1).all()


@pytest.mark.parametrize("step", [0.0, 1.0, 10.0])
def test_the_step_of_a_scale_is_seen_and_filled(step: float) -> None:
    rng = np.random.default_rng(1)
    given = rng.uniform(20, 90, 3000)
    rated = np.round(given / step) * step if step else given
    assert widths.step(rated) == pytest.approx(step)
    spread = widths.spread_over_steps(rated, step)
    assert np.abs(spread - rated).max() <= step / 2 + 1e-9
    assert spread.mean() == pytest.approx(rated.mean(), abs=0.02)


@pytest.mark.parametrize("step", [0.0, 10.0])
@pytest.mark.parametrize("year_sd", [0.0, 6.0])
def test_intervals_hold_eight_of_ten_of_years_not_seen(step: float, year_sd: float) -> None:
    """Forecasts of 50 with errors of 8 points and of their year; tried on two hundred new years."""
    rng = np.random.default_rng(5)
    year = np.repeat(np.arange(40), 200)
    truth = 50 + rng.normal(0, year_sd, 40)[year] + rng.normal(0, 8, len(year))
    rated = np.round(truth / step) * step if step else truth
    cases = pd.DataFrame({"year": year, "rated": widths.spread_over_steps(rated, step)}).assign(
        pci=50.0, pci_low=45.0, pci_high=55.0, model=50.0, ahead=3.0
    )
    found = widths.widths(cases)
    new = 50 + (rng.normal(0, year_sd, 200)[:, None] + rng.normal(0, 8, (200, 50))).ravel()
    rated = widths.spread_over_steps(np.round(new / step) * step if step else new, step)
    low, high = 50 - 5 * found.below[0, 0], 50 + 5 * found.above[0, 0]
    assert ((rated >= low) & (rated <= high)).mean() == pytest.approx(0.8, abs=0.04)


def test_a_step_half_inside_counts_half() -> None:
    judged = pd.DataFrame({"rated": [50.0, 60.0], "low": [50.0, 20.0], "high": [80.0, 50.0]})
    assert judging_scores._of_steps(judged, 10.0) == pytest.approx(0.25)
    assert judging_scores._of_steps(judged, 0.0) == pytest.approx(0.5)


# ------------------------------------------------------------------ with the work that is usual


def worked_city(yearly: float, count: int = 900, steps: int = 1) -> pd.DataFrame:
    """Surveys every six years; the worked share is rated 95 ± 2, the others fall by about 12."""
    rng = np.random.default_rng(8)
    now, ids = rng.uniform(40, 90, count), sections(count).index
    parts = [surveys(ids, "2009-07-01", now)]
    for step in range(steps):
        is_worked = rng.uniform(size=count) < 1 - np.exp(-6 * yearly)
        fallen = np.maximum(now - 12 + rng.normal(0, 3, count), 0)
        now = np.where(is_worked, 95 + rng.normal(0, 2, count), fallen)
        parts.append(surveys(ids, f"{2015 + 6 * step}-07-01", now))
    return pd.concat(parts).sort_index()


def test_the_chance_of_work_is_recovered_and_mixed_in() -> None:
    yearly, streets = 0.06, sections(900)
    seen = deterioration.histories(worked_city(yearly), rise_points=4.0)
    fitted = deterioration.fit(seen, streets)
    usual = deterioration.usual_work(seen, streets, fitted)
    assert usual.worked / usual.pairs == pytest.approx(1 - np.exp(-6 * yearly), abs=0.05)
    condition = latest(worked_city(yearly))
    made = deterioration.forecast_with_usual_work(
        condition, streets, usual, years=[2016, 2020], fitted=fitted
    )
    after_five = made.xs(2020, level="year")["work_pct"].mean() / 100
    assert after_five == pytest.approx(1 - np.exp(-5 * yearly), abs=0.05)
    nothing = deterioration.forecast(condition, streets, years=[2020], fitted=fitted)["pci"]
    assert made.xs(2020, level="year")["pci"].mean() > nothing.mean()
    assert (made["pci_low"] <= made["pci_high"]).all()


def test_usual_work_needs_work() -> None:
    seen = deterioration.histories(city(40))
    fitted = deterioration.fit(seen, sections(40))
    with pytest.raises(SchemaError, match="work between only 0 pairs of ratings"):
        deterioration.usual_work(seen, sections(40), fitted)


def test_each_limit_is_a_rule_for_learning_and_judging_alike() -> None:
    rule = Protocol(until=dt.date(2018, 1, 1), with_boosting=False, cuts=(8.0,))
    table = deterioration.backtest(worked_city(0.06, 450, 2), sections(450), protocol=rule)
    assert {"all", "rise up to 8 points"} == set(table.index.get_level_values("kept"))
    assert table.loc[("rise up to 8 points", "last_value"), "worse_low_points"] > 0
    assert table.loc[("all", "fitted"), "worse_low_points"] > 0


# ------------------------------------------------------------------ surveys that tell nothing


def fitted_to(ratings: pd.DataFrame, count: int) -> deterioration.Fit:
    return deterioration.fit(deterioration.histories(ratings), sections(count))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ([], "only 0 histories of two or more"),
        ([0.0, 0.0], "do not fall"),
        ([3.0, 6.0], "do not fall"),
    ],
    ids=["one survey", "all equal", "rising"],
)
def test_the_cited_curves_are_used_and_the_reason_is_said(change: list[float], why: str) -> None:
    ids, parts = sections(60).index, []
    for k, rise in enumerate([0.0, *change]):
        parts.append(surveys(ids, f"{2010 + 4 * k}-05-01", 70.0 + rise))
    found = fitted_to(pd.concat(parts).sort_index(), 60)
    assert not found.is_fitted
    assert any("The cited curves are used" in note and why in note for note in found.notes)
    pd.testing.assert_frame_equal(found.curves, CITED)
    made = later(found, latest(pd.concat(parts)), sections(60))
    assert made["pci"].notna().all()


def test_no_survey_at_all_gives_the_cited_curves() -> None:
    assert not fitted_to(city(5).iloc[:0], 5).is_fitted


def test_dates_in_any_order_give_the_same(known: deterioration.Fit) -> None:
    again = deterioration.fit(deterioration.histories(city().iloc[::-1]), sections(400))
    pd.testing.assert_frame_equal(again.parameters, known.parameters)


def test_what_is_odd_in_the_ratings_is_said() -> None:
    ratings = city(40, years=(2000, 2012))
    ratings.iloc[0, 0], ratings.iloc[0, 1] = 0.0, "converted"
    found = deterioration.histories(ratings)
    said = " ".join(found.notes)
    assert "1 converted ratings of 0" in said
    assert "39 gaps between ratings are longer than 8 years" in said
    ratings.iloc[5, 1] = "mtc"
    assert "several methods" in " ".join(deterioration.histories(ratings).notes)


def test_work_cuts_a_history_by_record_and_by_rise() -> None:
    ids = sections(3).index
    days, points = ["2010-01-01", "2013-01-01", "2016-01-01"], [60.0, 70.0, 90.0]
    ratings = pd.concat([surveys(ids, *pair) for pair in zip(days, points, strict=True)])
    work = pd.DataFrame(
        {"section_id": ids[:2], "finished": pd.to_datetime(["2012-01-01", "2020-01-01"])}
    ).set_index(["section_id", "finished"])
    found = deterioration.histories(ratings.sort_index(), work)
    assert (found.cut_by_record, found.cut_by_rise) == (1, 3)
    assert found.worked_since == ("s00001",)
    uncut = deterioration.histories(ratings.sort_index(), rise_points=np.inf)
    assert uncut.ratings["history"].nunique() == 3


def test_a_backtest_needs_two_dates() -> None:
    with pytest.raises(SchemaError, match="no section has a rating to learn from"):
        deterioration.backtest(
            surveys(sections(5).index, "2020-01-01", 50.0),
            sections(5),
            protocol=Protocol(until=dt.date(2021, 1, 1), with_boosting=False),
        )


def test_a_backtest_says_what_it_rests_on() -> None:
    """Ratings that rise leave the cited curves; few histories give narrow intervals."""
    ids = sections(45).index
    rising = [surveys(ids, f"{2010 + 4 * k}-05-01", 70.0 + 3 * k) for k in range(3)]
    table = deterioration.backtest(
        pd.concat(rising).sort_index(),
        sections(45),
        protocol=Protocol(with_boosting=False, cuts=()),
    )
    assert "keeps cited curves" in " ".join(table.attrs["notes"])
    rows = pd.DataFrame(
        {"ratings": 116, "coverage_pct": [66.0, 80.0], "interval_score_points": [16.0, 15.0]},
        index=["fitted", "cited_curve"],
    )
    narrow, beaten = judging_scores.remarks(rows)
    assert "hold 66 % of the 116 ratings judged, not 80 %: they are too narrow" in narrow
    assert "better interval score (15.0 against 16.0 points)" in beaten
    rows.loc["fitted"] = [116, 78.0, 14.0]
    assert judging_scores.remarks(rows) == []
    few = fitted_to(city(60, years=(2016, 2023)), 60)
    assert few.is_fitted
    assert any("Intervals rest on" in note and "too narrow" in note for note in few.notes)


# ------------------------------------------------------------------ Markov chains


def test_the_chain_is_counted_by_hand() -> None:
    """Four sections at 95: two stay, one falls a state, one falls two; a rise counts as staying."""
    ids = sections(4).index
    ratings = pd.concat(
        [
            surveys(ids, "2010-06-01", [95.0, 95.0, 95.0, 95.0]),
            surveys(ids, "2012-06-01", [99.0, 92.0, 85.0, 75.0]),
        ]
    ).sort_index()
    chain = deterioration.transitions(deterioration.histories(ratings))
    assert chain.attrs["step_years"] == 2
    top = chain.loc[10]
    assert top["pairs"].to_dict() == {8: 1, 9: 1, 10: 2}
    # Half a section's worth of doubt: a quarter stays, a quarter falls one.
    assert top.loc[10, "probability"] == pytest.approx(2.25 / 4.5)
    assert (chain["probability_low"] <= chain["probability"] + 1e-9).all()
    assert chain.groupby("state")["probability"].sum().to_numpy() == pytest.approx(1.0)


def test_the_chains_curve_falls_and_follows_the_truth() -> None:
    chain = deterioration.transitions(deterioration.histories(city()), draws=20)
    curve = deterioration.expected(chain)
    assert curve[0] == 100
    assert (curve.diff().iloc[1:] < 0).all()
    truth = 100 * np.exp(-((15 / SCALE) ** SHAPE))
    assert curve[15 * 12] == pytest.approx(truth, abs=12)


@examples(8)
@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 40), st.floats(0, 100)),
        min_size=1,
        max_size=60,
        unique_by=lambda row: row[:2],
    )
)
def test_any_surveys_give_falling_curves_and_forecasts(rows: list[tuple[int, int, float]]) -> None:
    flat = pd.DataFrame(rows, columns=["k", "year", "pci"])
    ids = sections(31).index
    ratings = pd.DataFrame(
        {
            "section_id": ids[flat["k"]],
            "survey_date": pd.to_datetime((1980 + flat["year"]).astype("str") + "-03-01"),
            "pci": flat["pci"],
            "pci_method": "mtc",
        }
    ).set_index(["section_id", "survey_date"])
    found = fitted_to(ratings.sort_index(), 31)
    assert (found.curves.diff().iloc[1:] < 0).all(axis=None)
    condition = latest(ratings.sort_index()).reindex(ids)
    wide = later(found, condition, sections(31))["pci"].unstack()  # noqa: PD010 - an index
    assert (wide.diff(axis=1).iloc[:, 1:].fillna(0) <= 1e-9).all(axis=None)
    assert wide.notna().all(axis=1).equals(condition["pci"].notna())


# ------------------------------------------------------------------ own paces in a plan


def test_a_plan_may_follow_sections_at_their_own_pace(known: deterioration.Fit) -> None:
    """Thirds by pace: each falls at its mean pace, and the three are the family on average."""
    streets = sections(400)
    own = deterioration.own_paces(known, latest(city()), streets)
    table = own.table.set_index("pace_band")
    assert table["sections"].between(130, 137).all()
    assert table["pace"].is_monotonic_increasing
    assert table["pace"].mean() == pytest.approx(1, abs=0.12)
    truth = np.exp(SPREAD * 1.09)  # mean of the upper third of a normal distribution: 1.09
    assert 1.1 < table.loc["fast", "pace"] < truth
    whole = known.curves["residential AC"]
    for band, pace in table["pace"].items():
        curve = own.curves[f"residential AC:{band}"]
        assert (curve.diff().iloc[1:] < 0).all()
        assert curve[120] == pytest.approx(np.interp(120 * pace, whole.index, whole), abs=0.02)
    found = deterioration.families(streets.assign(pace_band=own.bands), own.curves)
    assert set(found["family"]) == set(own.curves.columns) - set(known.curves.columns)
    assert not found["family_is_assumed"].any()
    plain = deterioration.families(streets.assign(pace_band=own.bands), known.curves)
    assert set(plain["family"]) == {"residential AC"}


def test_few_ratings_tell_no_pace(known: deterioration.Fit) -> None:
    condition = latest(city())
    few = condition.assign(survey_date=pd.Timestamp("2023-06-30"))
    own = deterioration.own_paces(known, few, sections(400))
    assert own.bands.isna().all()
    pd.testing.assert_frame_equal(own.curves, known.curves)
    assert own.notes == ("0 of 400 sections follow their family's curve at their own pace.",)


@pytest.mark.parametrize(
    ("settings", "count", "said"),
    [
        ({"curves": "cited", "own_pace": True}, 0, "Sections' own paces are not used"),
        ({"curves": "cited", "own_pace": False}, 0, None),
        ({"curves": "fitted", "own_pace": False}, 0, "Curves of"),
        ({"curves": "fitted", "own_pace": True}, 3, "400 of 400 sections follow"),
    ],
)
def test_a_city_chooses_the_curves_of_its_plans(
    known: deterioration.Fit, settings: dict[str, object], count: int, said: str | None
) -> None:
    streets = sections(400)
    town = SimpleNamespace(
        tables={"sections": streets},
        parameters={"curves": schema.parameters("curves")},
        config=SimpleNamespace(**settings),
    )
    used = decay.used(town, dt.date(2024, 1, 1), latest(city()), known)
    assert len(used.curves.columns) == len(CITED.columns) + count
    assert (used.bands is not None) == bool(count)
    assert said is None or used.notes[-1].startswith(said)
