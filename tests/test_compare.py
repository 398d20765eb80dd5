"""What else the money could do: policies, other money, a late start, other streets; its files."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from browser import judge
from commands import NOTICE, bytes_of, edit, norwalk

from norwalk_geo import budget, deterioration, pci, schema, treatments
from norwalk_geo.budget import choose
from norwalk_geo.budget.questions import levels as levels_of
from norwalk_geo.budget.questions import solving, swapping
from norwalk_geo.budget.simulate import objective, simulate
from norwalk_geo.errors import InfeasibleError, SchemaError

MONEY = dict.fromkeys(range(2027, 2030), 150_000.0)


@pytest.fixture(scope="module")
def tables(sample_town) -> tuple:
    sections = sample_town.streets.sections
    condition = pci.latest(sample_town.surveys, sections, as_of=dt.date(2026, 7, 1))
    life = treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=2026))
    return condition, sections, life


@pytest.fixture(scope="module")
def compared(tables) -> budget.Comparison:
    return budget.compare(*tables, budget_usd=MONEY)


@pytest.fixture(scope="module")
def levels(tables) -> pd.DataFrame:
    return budget.curve(*tables, budget_usd=MONEY, shares_pct=[0, 50, 100, 200, 400])


# ------------------------------------------------------------------ policies


def test_every_policy_has_the_same_money_and_none_passes_the_bound(compared) -> None:
    schema.check(compared.policies, "policies")
    made = compared.policies
    total = sum(MONEY.values())
    assert (made["spent_usd"] <= total).all()
    assert made.loc["do_nothing", ["spent_usd", "gain_share_pct"]].tolist() == [0, 0]
    assert made["gain_share_pct"].between(0, 100).all()
    assert (made["objective"] <= compared.plan.bound).all()
    order = ["do_nothing", "worst_first", "ranking", "optimal"]
    assert made.loc[order, "objective"].is_monotonic_increasing


def test_the_plan_in_the_comparison_is_the_plan(compared) -> None:
    row, plan = compared.policies.loc["optimal"], compared.plan
    assert row["objective"] == pytest.approx(plan.objective, abs=1e-12)
    assert round(row["spent_usd"] * 100) == round(plan.work["cost_usd"].sum() * 100)
    assert row["sections_treated"] == plan.work.index.get_level_values("section_id").nunique()
    mine = compared.years.xs("optimal")
    pd.testing.assert_frame_equal(mine, plan.years[mine.columns], check_like=True)


def test_years_add_up_to_policies(compared) -> None:
    sums = compared.years.groupby("policy")["spent_usd"].sum()
    for policy, row in compared.policies.iterrows():
        assert round(sums[policy] * 100) == round(row["spent_usd"] * 100)
        last = compared.years.loc[(policy, 2029)]
        assert row["pci_end"] == pytest.approx(last["pci"], abs=1e-9)
        assert row["backlog_usd"] == last["backlog_usd"]
    spent = compared.years["spent_usd"].groupby("year").max()
    assert (spent <= pd.Series(MONEY)).all()


# ------------------------------------------------------------------ other money


def test_more_money_is_never_worse_and_the_bound_bends_down(levels) -> None:
    assert levels["objective"].is_monotonic_increasing
    assert (levels["objective"] <= levels["bound"] + 1e-9).all()
    assert (levels["spent_usd"] <= levels["budget_usd"]).all()
    slope = levels["bound"].diff() / levels["budget_usd"].diff()
    assert slope.dropna().is_monotonic_decreasing
    # A price is the slope of the bound at its level: it lies between those on either side.
    price = levels["points_per_million"] / 1e6
    assert (price.iloc[1:-1] <= slope.iloc[1:-1] * 1.001).all()
    assert (price.iloc[1:-1] >= slope.shift(-1).iloc[1:-1] * 0.999).all()


def test_no_money_is_doing_nothing(levels, compared) -> None:
    assert levels.loc[0, "objective"] == levels.loc[0, "bound"]
    assert levels.loc[0, "objective"] == pytest.approx(compared.plan.do_nothing, abs=1e-12)
    # The sweep comes from other prices, so that it may end at another plan as near to the bound.
    near = compared.plan.bound - compared.plan.objective + 1e-3
    assert levels.loc[100, "objective"] == pytest.approx(compared.plan.objective, abs=near)


def test_levels_that_cannot_be_are_named(tables) -> None:
    with pytest.raises(InfeasibleError, match=r"-5"):
        budget.curve(*tables, budget_usd=MONEY, shares_pct=[100, -5])
    with pytest.raises(InfeasibleError, match="no level"):
        budget.curve(*tables, budget_usd=MONEY, shares_pct=[])
    with pytest.raises(InfeasibleError, match="is zero"):
        budget.curve(*tables, budget_usd=dict.fromkeys(MONEY, 0.0))


def test_holding_a_condition(tables, levels) -> None:
    held = budget.cost_to_hold(*tables, budget_usd=MONEY, pci=float(levels.loc[200, "pci_end"]))
    assert held.pci_end >= held.pci
    # The plan of 200 % ends there, so that hardly more than 200 % can be needed.
    assert held.share_pct <= 203
    shares = np.array([held.budget_usd[year] / MONEY[year] for year in MONEY])
    assert np.allclose(100 * shares, held.share_pct, atol=1e-3)


def test_a_condition_that_comes_by_itself_costs_nothing(tables, levels) -> None:
    held = budget.cost_to_hold(*tables, budget_usd=MONEY, pci=float(levels.loc[0, "pci_end"]))
    assert held.share_pct == 0
    assert set(held.budget_usd.values()) == {0.0}


def test_a_condition_that_no_money_buys(tables) -> None:
    held = budget.cost_to_hold(*tables, budget_usd=MONEY, pci=100)
    assert held.share_pct is None
    assert held.budget_usd == {}
    assert held.pci_end < 100


def test_a_year_of_delay(tables, compared) -> None:
    delay = budget.cost_of_delay(*tables, budget_usd=MONEY)
    assert delay.objective == pytest.approx(compared.plan.objective, abs=1e-12)
    assert delay.objective_delayed < delay.objective
    assert delay.backlog_delayed_usd >= delay.backlog_usd
    assert delay.extra_usd > 0
    assert 0 <= delay.extra_least_usd <= delay.extra_usd
    # With that much more the delayed plan comes back to where the plan was.
    factor = 1 + delay.extra_usd / sum(MONEY.values())
    later = {2027: 0.0, 2028: 300_000 * factor, 2029: 150_000 * factor}
    back = budget.optimize(*tables, budget_usd=later)
    assert back.bound >= delay.objective


def test_every_fund_waits_and_no_dollar_is_lost(tables) -> None:
    funds = (
        budget.Fund("bond", {2026: 9e4, 2028: 1e4}, keeps_years=1),
        budget.Fund("roads", MONEY, treatments=frozenset({"alteration"})),
    )
    promised = {tables[1].index[0]: (2027, "slurry_seal")}
    rules = budget.Rules(demands=budget.Demands(funds=funds, promised=promised))
    none = dict.fromkeys(MONEY, 0.0)
    case = solving.laid_out(*tables, none, rules)
    _, later = levels_of.put_off(case)
    for before, after in zip(funds, later.demands.funds, strict=True):
        assert sum(before.usd.values()) == sum(after.usd.values())
        assert min(after.usd) == 2028
    assert [year for year, _ in later.demands.promised.values()] == [2028]


def test_one_year_cannot_wait(tables) -> None:
    with pytest.raises(InfeasibleError, match="one year"):
        budget.cost_of_delay(*tables, budget_usd={2027: 1e5})


# ------------------------------------------------------------------ near-equal plans


def test_swaps_keep_every_budget_and_lose_what_they_say(tables) -> None:
    case = solving.laid_out(*tables, MONEY, None)
    plan = budget.optimize(*tables, budget_usd=MONEY)
    found = swapping.near(solving.solve(case), within_pct=3)
    listed = budget.swaps(*tables, budget_usd=MONEY, within_pct=3)
    assert len(found) == len(listed) > 1
    treated = _treated(case, plan)
    gain = plan.objective - plan.do_nothing
    for swap, (out, row) in zip(found, listed.iterrows(), strict=True):
        assert (treated[swap.out] >= 0).any()
        assert not (treated[swap.into] >= 0).any()
        assert case.ids[swap.out] == out
        assert case.ids[swap.into] == row["instead_section_id"]
        treated[swap.out], treated[swap.into] = -1, swap.treatments
        assert (choose.cost_cents(case, treated).sum(axis=0) <= case.budget_cents).all()
        reached = objective(case, simulate(case, treated))
        lost = 100 * (plan.objective - reached) / gain
        assert row["loss_together_pct"] == pytest.approx(lost, abs=1e-6)
        assert lost <= 3 + 1e-9


def _treated(case, plan) -> np.ndarray:
    treated = np.full((len(case.ids), len(case.years)), -1, dtype="int8")
    for (section, year), row in plan.work.iterrows():
        at = case.life.treatments.index.get_loc(row["treatment"])
        treated[case.ids.get_loc(section), year - case.years[0]] = at
    return treated


def test_without_a_plan_there_is_nothing_to_swap(tables) -> None:
    none = budget.swaps(*tables, budget_usd=dict.fromkeys(MONEY, 0.0))
    assert none.empty
    schema.check(none, "swaps")


def test_tables_of_different_streets_are_refused(tables) -> None:
    condition, sections, life = tables
    with pytest.raises(SchemaError, match="same sections"):
        budget.swaps(condition.iloc[1:], sections, life, budget_usd=MONEY)


# ------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def written(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("compared") / "out"
    said = norwalk("compare", city, "--out", out)
    assert (said.code, said.err) == (0, "")
    assert NOTICE in said.out
    assert "Worst first" in said.out
    assert str(out / "compare.html") in said.out
    return out


@pytest.mark.browser
def test_the_page_is_for_every_eye_and_hand(written: Path, browser_path: str) -> None:
    assert judge(browser_path, written / "compare.html") == {}


def _rows(sheet) -> pd.DataFrame:
    head, *rows = sheet.iter_rows(min_row=4, values_only=True)
    return pd.DataFrame(rows, columns=head)


@pytest.mark.slow
def test_figures_agree_in_every_file(written: Path) -> None:
    summary = json.loads((written / "summary.json").read_text(encoding="utf-8"))
    assert summary["kind"] == "compare"
    listed = pd.read_csv(written / "compare.csv", encoding="utf-8-sig").set_index("policy")
    book = openpyxl.load_workbook(written / "compare.xlsx")
    sheet = _rows(book["Policies"])
    page = (written / "compare.html").read_text(encoding="utf-8")
    for k, (policy, row) in enumerate(summary["policies"].items()):
        assert round(listed.loc[policy, "spent_usd"] * 100) == round(row["spent_usd"] * 100)
        assert round(sheet.loc[k, "Spent (constant $)"] * 100) == round(row["spent_usd"] * 100)
        assert sheet.loc[k, "Policy"] == row["label"]
        assert f'<td class="n">{row["objective"]:.2f}</td>' in page
    assert len(summary["years"]) == 5 * 2
    assert summary["budget_levels"][0]["budget_share_pct"] == 0
    assert summary["hold"]["pci_end"] >= summary["hold"]["pci"]
    assert summary["swaps"]["loss_pct"] <= 0.5
    assert book.sheetnames == ["Policies", "By year", "Other money", "Near-equal streets", "About"]


@pytest.mark.slow
def test_the_notice_is_in_every_file(written: Path) -> None:
    assert NOTICE in (written / "compare.csv").read_text(encoding="utf-8-sig")
    page = (written / "compare.html").read_text(encoding="utf-8").replace("&#39;", "'")
    assert page.count(NOTICE) == 2
    for sheet in openpyxl.load_workbook(written / "compare.xlsx"):
        assert sheet["A2"].value == NOTICE


@pytest.mark.slow
def test_the_page_loads_nothing_and_names_no_street(written: Path) -> None:
    page = (written / "compare.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert not re.search(r"<script|https?://|@import|url\(", page)
    summary = json.loads((written / "summary.json").read_text(encoding="utf-8"))
    assert summary["swaps"]["sections"] >= 0
    assert not re.search(r"\bs\d{5}\b", page), "no cost of a single street is public"


@pytest.mark.slow
def test_a_rerun_gives_the_same_bytes(written: Path, city: Path, tmp_path: Path) -> None:
    assert norwalk("compare", city, "--out", tmp_path / "again", "--quiet").code == 0
    assert bytes_of(tmp_path / "again") == bytes_of(written)


@pytest.mark.slow
def test_json_is_the_summary_and_one_year_has_no_delay(own_city: Path, tmp_path: Path) -> None:
    edit(own_city / "norwalk.toml", lambda text: text.replace("years = 2", "years = 1"))
    hostile = '<b>Town</b> & "${x}"'
    edit(
        own_city / "norwalk.toml",
        lambda text: re.sub(r"(?m)^name = .*$", f"name = '{hostile}'", text),
    )
    said = norwalk("compare", own_city, "--out", tmp_path / "out", "--json")
    assert said.code == 0
    assert said.json == json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert said.json["delay"] is None
    page = (tmp_path / "out" / "compare.html").read_text(encoding="utf-8")
    assert "<b>Town" not in page


# ------------------------------------------------------------------ the benchmark


@pytest.mark.slow
def test_the_benchmark_measures_the_plan_beside_its_peers() -> None:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "benchmarks", "budget", "--sections", "60", "--years", "3"]
    done = subprocess.run([*command, "--json"], cwd=root, capture_output=True, check=True)
    made = json.loads(done.stdout)
    told = ["seconds", "peak_mb", "objective", "bound", "do_nothing", "gap", "share_of_gain"]
    assert list(made) == [*told, "more"]
    assert list(made["share_of_gain"]) == ["optimal", "ranking", "ibc", "worst_first"]
    assert made["do_nothing"] < made["objective"] <= made["bound"]
    assert made["seconds"] > 0
    assert made["peak_mb"] > 50
    shares = made["share_of_gain"]
    assert shares["worst_first"] < shares["ranking"] < shares["optimal"] <= 1
    assert made["gap"] == pytest.approx(1 - shares["optimal"])
