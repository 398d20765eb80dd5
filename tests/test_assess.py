"""State, needs, past work and the files of norwalk assess and norwalk backtest."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from browser import judge
from typer.testing import CliRunner

from benchmarks.deterioration import finding, sandiego, syracuse
from norwalk_geo import deterioration, needs, network, pci, schema, treatments
from norwalk_geo.cli.commands import app
from norwalk_geo.deterioration import Protocol
from norwalk_geo.errors import ConfigError
from norwalk_geo.report import assessment_page

AS_OF = dt.date(2026, 7, 1)
CURVES = deterioration.curves()
LIFE = treatments.lifecycle(CURVES, treatments.catalogue(base_year=2026))


@pytest.fixture(scope="module")
def condition(sample_town) -> pd.DataFrame:
    return pci.latest(sample_town.surveys, sample_town.streets.sections, as_of=AS_OF)


def test_groups_add_up_to_the_network(sample_town, condition) -> None:
    sections = sample_town.streets.sections
    table = needs.state(sections, condition, LIFE, critical_pci=70)
    whole = table.loc["network"].loc["all"]
    for grouping in ("class", "surface", "survey_year"):
        for column in ("sections", "surveyed", "miles", "area_sy", "replacement_usd"):
            assert table.loc[grouping][column].sum() == pytest.approx(whole[column])
    assert whole["pci_p10"] <= whole["pci_median"] <= whole["pci_p90"]
    bands = schema.parameters("bands").loc["california4"]
    shares = needs.state_bands(sections, condition, bands, LIFE.classes)
    assert shares.xs("network", level="grouping")["area_pct"].sum() == pytest.approx(100)


def test_remaining_life_by_hand(draw) -> None:
    """From 100 to 60 points on the cited curve: 27.4 × (−ln 0.6)^(1/1.6) = 18.0 years."""
    sections = draw("A---B").assign(surface_type="AC")
    condition = pd.DataFrame({"pci": [100.0]}, index=sections.index)
    life = needs.remaining_life(condition, sections, CURVES, critical_pci=60)
    assert life.iloc[0] == pytest.approx(27.4 * (-np.log(0.6)) ** (1 / 1.6), abs=0.02)


def test_what_is_called_for_is_the_first_years_need(sample_town, condition) -> None:
    sections = sample_town.streets.sections
    years = needs.unconstrained(condition, sections, LIFE, years=range(2027, 2037), critical_pci=70)
    called = needs.calls(condition, sections, LIFE, day=AS_OF)
    assert years["needs_usd"].iloc[0] == pytest.approx(called["cost_usd"].sum(), abs=0.01)
    below = called["pci_now"] < 70
    assert years["backlog_usd"].iloc[0] == pytest.approx(
        called.loc[below, "cost_usd"].sum(), abs=0.01
    )
    assert (years["pci_untreated"].diff().dropna() < 0).all()
    assert (years["pci_needs_met"] > years["pci_untreated"]).all()


def test_seals_alone_never_hold_a_street_above_its_curve_for_long() -> None:
    """Every seal that is open, every year for forty: below 40 points in the end."""
    f = LIFE.families.index("residential AC")
    seals = np.flatnonzero(LIFE.treatments["counts_as_seal"].to_numpy())
    age, done, used = 0, 0, 0
    for _ in range(40):
        open_now = [j for j in seals if LIFE.next_age[f, j, done, age] >= 0]
        if open_now:
            j = min(open_now, key=lambda k: LIFE.next_age[f, k, done, age])
            age, done, used = (
                int(LIFE.next_age[f, j, done, age]),
                int(LIFE.next_seals[j, done]),
                used + 1,
            )
        age += 12
    assert used == LIFE.seal_limit[f]
    assert LIFE.curves["residential AC"].iloc[age] < 40


def test_measured_effect_beside_the_catalogues(draw) -> None:
    sections = draw("A---B")
    ids = sections.index[:1]
    key = ["section_id", "survey_date"]
    surveys = pd.DataFrame(
        {"section_id": [ids[0]] * 2, "survey_date": pd.to_datetime(["2020-01-01", "2022-01-01"])}
    ).assign(pci=[70.0, 77.0], pci_method="vendor")
    work = pd.DataFrame(
        {"section_id": ids, "finished": pd.to_datetime(["2021-01-01"]), "treatment": "slurry_seal"}
    ).assign(cost_usd=1000.0)
    index = schema.parameters("price_index")
    based = needs.in_base_year(work.set_index(["section_id", "finished"]), index, base_year=2026)
    rows = LIFE.treatments
    table = needs.work_effects(based, surveys.set_index(key), sections, rows, as_of=AS_OF)
    row = table.loc["slurry_seal"]
    assert (row["measured"], row["gain_points"], row["catalogue_gain_points"]) == (1, 7.0, 9.0)
    assert row["cost_usd"] == pytest.approx(1000 * 330.8 / 270.97)


def test_gasb_applies_only_where_elected(sample_town) -> None:
    area = network.measure(sample_town.streets.sections, LIFE.classes)["area_sy"]
    given = {"maintenance": None, "as_of": AS_OF}
    found = needs.modified_approach(sample_town.surveys, area, target_pci=None, **given)
    assert found["status"] == "not applicable"
    found = needs.modified_approach(sample_town.surveys, area, target_pci=60, **given)
    assert found["status"] == "incomplete"
    assert len(found["assessments"]) == 3
    assert any("needed and spent" in text for text in found["missing"])
    page = assessment_page._gasb34(found)
    assert "Reached PCI 60" in page
    assert all(f"<li>{text}</li>" in page for text in found["missing"])


def test_bids_by_hand_and_their_report() -> None:
    rows = treatments.catalogue(base_year=2024)
    bids = pd.DataFrame(
        {
            "treatment": "mill_overlay",
            "item": ["asphalt", "milling"],
            "quantity_a_yard": [0.11, 1.0],
            "item_unit": ["ton", "sy"],
            "unit_price_usd": [100.0, 4.0],
            "price_year": 2024,
            "place": "an invented city",
            "source": "invented bid",
        }
    )
    used = treatments.from_bids(rows, bids, base_year=2024, markup=treatments.Markup(10, 20))
    assert used.loc["mill_overlay", "cost_usd_sy"] == pytest.approx(19.80)
    report = treatments.cost_report(used, rows)
    assert list(report.index[report["is_overridden"]]) == ["mill_overlay"]
    with pytest.raises(ConfigError, match="not in the catalogue"):
        treatments.from_bids(rows, bids.assign(treatment="paint"), base_year=2024)


def test_effects_that_lower_are_refused_with_their_rows() -> None:
    rows = schema.parameters("treatments").copy()
    rows.loc["reconstruct", "effect_points"] = 20.0
    rows.loc["cape_seal", "pci_cap"] = 45.0
    with pytest.raises(ConfigError) as found:
        treatments.catalogue(rows, base_year=2026)
    assert "would lower it in 1 row: reconstruct" in str(found.value)
    assert "nothing to gain anywhere in the window in 1 row: cape_seal" in str(found.value)


def test_maintenance_together_may_be_an_alteration() -> None:
    rows = LIFE.treatments
    assert treatments.combined_ada_kind(["slurry_seal"], rows) == "maintenance"
    assert treatments.combined_ada_kind(["slurry_seal", "thin_overlay"], rows) == "alteration"
    with pytest.raises(ConfigError, match="unknown treatment"):
        treatments.combined_ada_kind(["paint"], rows)


def test_the_commands_write_what_they_say(tmp_path: Path, browser_path: str) -> None:
    city, run = tmp_path / "c", CliRunner()
    made = run.invoke(app, ["new", str(city), "--synthetic", "--size", "120", "-q"])
    assert made.exit_code == 0, made.output
    done = run.invoke(app, ["assess", str(city), "--out", str(tmp_path / "out"), "--json"])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "out" / "assess"
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["kind"] == "assess"
    assert summary["gasb34"]["status"] == "not applicable"
    listed = pd.read_csv(folder / "sections.csv")
    assert len(listed) >= summary["sections"]
    assert listed["notice"].eq(summary["notice"]).all()
    page = (folder / "assess.html").read_text(encoding="utf-8")
    assert "Invented data" in page
    assert not browser_path or judge(browser_path, folder / "assess.html") == {}
    outlook = summary["outlook"]
    assert outlook["sections"] == summary["sections_surveyed"]
    assert f"{outlook['below']:,} of {outlook['sections']:,} sections are forecast" in page
    if outlook["likely_below"] is not None:
        assert outlook["likely_below"] <= outlook["below"] <= outlook["maybe_below"]
    assert "http" not in page.replace("http-equiv", "")
    words = ["backtest", str(city), "--until", "2022-12-31", "--json"]
    with mock.patch.dict("sys.modules", {"sklearn": None}):
        judged = run.invoke(app, [*words, "--out", str(tmp_path / "b")])
    assert judged.exit_code == 0, judged.output
    assert "scikit-learn is not installed" in json.loads(judged.stdout)["notes"][0]
    table = pd.read_csv(tmp_path / "b" / "backtest.csv")
    assert {"fitted", "last_value", "own_line", "cited_curve"} <= set(table["method"])
    seen = pd.read_csv(city / "clean" / "surveys.csv").sort_values("survey_date")
    seen.groupby("section_id").tail(1).to_csv(city / "clean" / "surveys.csv", index=False)
    alone = run.invoke(app, ["backtest", str(city), "--json", "--out", str(tmp_path / "n")])
    assert alone.exit_code == 1
    assert "at least two dates" in json.loads(alone.stdout)["problems"][0]["remedy"]
    assert not (tmp_path / "n").exists()


def test_bids_of_the_city_come_from_a_file_and_are_reported(tmp_path: Path) -> None:
    """0.1 ton at $100 with 10 % mobilization and 20 % soft costs: $13.20 a square yard."""
    run, city = CliRunner(), tmp_path / "c"
    assert run.invoke(app, ["new", str(city), "--synthetic"]).exit_code == 0
    (city / "bids.csv").write_text(
        "treatment,item,quantity_a_yard,item_unit,unit_price_usd,price_year,place,source\n"
        "mill_overlay,asphalt concrete,0.1,ton,100,2026,Anytown,Invented bid of a test\n",
        encoding="utf-8",
    )
    words = (city / "norwalk.toml").read_text(encoding="utf-8")
    words = words.replace("[tables]\n", '[tables]\nbids = "bids.csv"\n')
    costs = "\n[costs]\nmobilization_pct = 10\nsoft_cost_pct = 20\n"
    (city / "norwalk.toml").write_text(words + costs, encoding="utf-8")
    made = run.invoke(app, ["assess", str(city), "--out", str(tmp_path / "o")])
    assert made.exit_code == 0, made.output
    table = pd.read_csv(tmp_path / "o" / "assess" / "costs.csv").set_index("treatment")
    row = table.loc["mill_overlay"]
    assert row["cost_usd_sy"] == pytest.approx(0.1 * 100 * 1.1 * 1.2)
    assert bool(row["is_overridden"])
    assert row["difference_pct"] < -50
    assert not table["is_overridden"].drop("mill_overlay").any()


# ------------------------------------------------------------------ real surveys


@pytest.mark.real
@pytest.mark.slow
def test_syracuse_is_forecast_better_than_by_plain_methods(real: Path) -> None:
    surveys, sections, work = syracuse(real)
    table = deterioration.backtest(
        surveys,
        sections,
        work_done=work,
        protocol=Protocol(until=dt.date(2010, 12, 31), with_boosting=False, cuts=()),
    ).loc["without recorded work"]
    assert table.loc["fitted", "rmse_points"] < 11.0
    assert 75 <= table.loc["fitted", "coverage_pct"] <= 85
    for rival in ("last_value", "own_line", "cited_curve"):
        assert table.loc[rival, "worse_low_points"] > 0


@pytest.mark.real
@pytest.mark.slow
def test_sandiego_is_forecast_better_than_by_plain_methods(real: Path) -> None:
    surveys, sections = sandiego(real)
    some = sections.iloc[::6]
    table = deterioration.backtest(
        surveys, some, protocol=Protocol(with_boosting=False, cuts=(15.0,))
    )
    rows = table.loc["rise up to 15 points"]
    assert 75 <= rows.loc["fitted", "coverage_pct"] <= 85
    for rival in ("last_value", "own_line", "cited_curve"):
        assert rows.loc[rival, "worse_low_points"] > 0


@pytest.mark.real
def test_the_published_finding_on_syracuse(real: Path) -> None:
    """Salman and Gursoy (2022): street and pavement types hardly differ, and decay is fast."""
    table = finding(real)
    assert table.attrs["step_years"] == {2}
    assert (
        table[["AVE", "ST", "RD"]].max(axis=1) - table[["AVE", "ST", "RD"]].min(axis=1)
    ).max() < 7
    assert (table["AC/PCC"] - table["AC"]).abs().max() < 3
    assert table.loc[10 * 12].max() < 65
