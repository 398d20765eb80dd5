"""What a city asks of its plan, from norwalk.toml to the results: read, kept, and said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from commands import edit
from typer.testing import CliRunner

from norwalk_geo import budget
from norwalk_geo.cli import asking, making
from norwalk_geo.cli.commands import app
from norwalk_geo.cli.reading import read_city
from norwalk_geo.config import EVERY_YEAR, read_config
from norwalk_geo.errors import ConfigError, InfeasibleError, NorwalkError

HEAD = """\
[city]
name = "Somewhere (invented)"
crs = "EPSG:2229"
bbox_lonlat = [-118.11, 33.87, -118.04, 33.95]
"""


def config(folder: Path, text: str) -> Any:
    (folder / "norwalk.toml").write_text(HEAD + text, encoding="utf-8")
    return read_config(folder)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest town, planned for three years with two funds."""
    city = tmp_path_factory.mktemp("asked") / "city"
    making.synthetic(city, size="24", seed=1, force=False)
    file = city / "norwalk.toml"
    text = file.read_text(encoding="utf-8").replace("years = 10", "years = 3")
    file.write_text(re.sub(r"(?ms)^enforce = .*?\n", "", text), encoding="utf-8")
    return city


def asked(city: Path, folder: Path, plan: str, rest: str = "") -> Path:
    """The same town with more settings."""
    text = (city / "norwalk.toml").read_text(encoding="utf-8")
    text = text.replace("[plan]\n", f"[plan]\n{plan}\n") + f"\n{rest}\n"
    file = folder / "norwalk.toml"
    file.write_text(text.replace('"clean/', f'"{city}/clean/'), encoding="utf-8")
    return file


def planned(file: Path) -> dict[str, Any]:
    found = CliRunner().invoke(app, ["plan", str(file), "--out", str(file.parent / "o"), "--json"])
    assert found.exit_code == 0, found.output
    return dict(json.loads((file.parent / "o" / "summary.json").read_text(encoding="utf-8")))


# ------------------------------------------------------------------ settings


def test_every_commented_example_reads(tmp_path: Path) -> None:
    making.empty(tmp_path / "c", name="C", crs="EPSG:2229", bbox="-118.11,33.87,-118.04,33.95",
                 force=False)  # fmt: skip
    file = tmp_path / "c" / "norwalk.toml"
    lines = file.read_text(encoding="utf-8").splitlines()
    example = re.compile(r"# (\[[\w.]+\]|\w+ = .*)$")
    text = "\n".join(m[1] if (m := example.match(line)) else line for line in lines)
    for name in ("promised", "forbidden"):  # they belong to [tables]
        text = re.sub(rf"(?m)^{name} = .*$", "", text)
    text = text.replace('objective = "condition"', 'objective = "least_cost"')
    file.write_text(text, encoding="utf-8")
    read = read_config(file)
    assert read.funds["bond"]["match_from"] == {"general"}
    assert read.asked.targets == {"network": {2036: 70.0}}
    assert read.asked.rotation is not None
    assert read.asked.rotation["given"] == {"north": 2027}
    assert asking.weights(read) == budget.Weights(0.5, 0.25, 0.25, 0.5)


def test_wrong_keys_and_values_are_all_named_with_the_nearest(tmp_path: Path) -> None:
    text = """
[plan]
objectve = "condition"
rotaton = 3
[plan.rotation]
periodyears = 5
[plan.weights]
colisions = 1
equity = -1
[plan.minimum_pci]
arterial = 120
[funds.bond]
keep_years = 2
match_pct = 100
carried = 5
"""
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, text)
    said = str(caught.value)
    for part in (
        "plan.objectve: unknown key. Did you mean 'objective'?",
        "plan.rotaton: unknown key. Did you mean 'rotation'?",
        "plan.rotation.periodyears: unknown key. Did you mean 'period_years'?",
        "plan.rotation.period_years: is missing",
        "plan.weights.colisions: unknown key. Did you mean 'collisions'?",
        "plan.weights.equity: is -1",
        "plan.minimum_pci.arterial: is 120",
        "funds.bond.keep_years: unknown key. Did you mean 'keeps_years'?",
        "funds.bond.match_pct: is 100",
        "funds.bond.carried: is 5",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('[plan]\nobjective = "least_cost"\n', "plan.targets: is missing"),
        ("[plan.targets]\nnetwork = 70\n", "plan.targets: means nothing"),
        ("[plan]\nwithin_budget = false\n", "plan.within_budget: means nothing"),
        ('[plan]\nbacklog_over = "years"\n', "plan.backlog_over: means nothing"),
        ("[plan]\nweights = 3\n", "plan.weights: is not a section"),
        ("funds = 3\n", "city.funds: unknown key"),
        ("[funds]\nbond = 3\n", "funds.bond: is not a section"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, text)
    assert part in str(caught.value)


def test_a_condition_for_every_year_is_one_of_each(tmp_path: Path) -> None:
    read = config(
        tmp_path,
        '[plan]\nyears = 2\nobjective = "least_cost"\n'
        "[plan.targets]\nnetwork = 60\nalley = {2028 = 40}\n",
    )
    assert read.asked.targets["network"] == {EVERY_YEAR: 60.0}
    assert asking.targets(read, 2027) == {
        ("network", 2027): 60.0,
        ("network", 2028): 60.0,
        ("alley", 2028): 40.0,
    }


def test_funds_are_a_ledger_where_there_are_several_or_rules(tmp_path: Path) -> None:
    plain = config(tmp_path, "[plan]\nyears = 2\n[budget]\n2027 = 100\n")
    assert asking.funds(plain, {}, 2027)[0] == ()
    read = config(
        tmp_path,
        "[plan]\nyears = 2\n[budget]\n2027 = {a = 100, b = 50}\n"
        "[funds.b]\ncarried = {2026 = 7}\nkeeps_years = 1\n",
    )
    funds, notes = asking.funds(read, {}, 2027)
    assert [(one.name, dict(one.usd)) for one in funds] == [
        ("a", {2027: 100.0, 2028: 100.0}),
        ("b", {2026: 7.0, 2027: 50.0, 2028: 50.0}),
    ]
    assert notes == ["No budget is given for 2028: that of 2027 is carried on."]
    table = pd.DataFrame({"fund": ["c"], "year": [2027], "amount_usd": [9.0]})
    only = config(tmp_path, "[plan]\nyears = 1\n[funds.c]\nkeeps_years = 1\n")
    funds, _ = asking.funds(only, {"budgets": table.set_index(["fund", "year"])}, 2027)
    assert funds[0].usd == {2027: 9.0}


# ------------------------------------------------------------------ names


def test_names_that_do_not_exist_are_found_before_any_plan(invented: Path, tmp_path: Path) -> None:
    file = asked(
        invented,
        tmp_path,
        "",
        "[plan.zone_floor_usd]\nA9 = 5\n[plan.minimum_pci]\nartery = 50\n[funds.paving_bnd]\n"
        'keeps_years = 1\n[funds.street_fund]\ntreatments = ["slury_seal"]\n'
        'match_from = ["bond"]\n',
    )
    with pytest.raises(NorwalkError) as caught:
        read_city(file)
    said = str(caught.value)
    assert "funds.paving_bnd: has no money in any year" in said
    assert "Did you mean 'paving_bond'?" in said
    assert "plan.zone_floor_usd: 'A9' is not known" in said
    assert "plan.minimum_pci: 'artery' is not known. Did you mean 'arterial'?" in said
    assert "funds.street_fund.treatments: 'slury_seal' is not known" in said
    assert "funds.street_fund.match_from: 'bond' is not known" in said


# ------------------------------------------------------------------ plans


def test_work_and_ramps_by_year_and_fund_are_the_same_to_the_cent_in_every_file(
    invented: Path, tmp_path: Path
) -> None:
    file = asked(
        invented,
        tmp_path,
        "",
        '[funds.paving_bond]\nclasses = ["residential"]\ntreatments = ["alteration", "ramps"]\n'
        "keeps_years = 1\n",
    )
    text = file.read_text(encoding="utf-8").replace("include = false", "include = true")
    text = text.replace("[standards]\n", '[standards]\nenforce = ["ada2010", "dot504"]\n')
    file.write_text(text, encoding="utf-8")
    summary = planned(file)
    listed = pd.read_csv(tmp_path / "o" / "by_fund.csv", encoding="utf-8-sig")
    book = pd.read_excel(tmp_path / "o" / "work_plan.xlsx", sheet_name="By fund", header=3)
    told = pd.DataFrame(summary["funds"])
    names = {"paid_usd": "Paid (constant $)", "ramps_usd": "Of it: curb ramps (constant $)"}
    page = (tmp_path / "o" / "index.html").read_text(encoding="utf-8")
    for column, of_year in (("paid_usd", "spent_usd"), ("ramps_usd", "ramps_usd")):
        cents = told[column].mul(100).round().astype("int64")
        assert cents.tolist() == listed[column].mul(100).round().tolist()
        assert cents.tolist() == book[names[column]].iloc[:-1].mul(100).round().tolist()
        assert cents.sum() == round(book[names[column]].iloc[-1] * 100)
        given = {row["year"]: round(row[of_year] * 100) for row in summary["years"]}
        by_year = cents.groupby(told["year"]).sum().reindex(list(given), fill_value=0)
        assert by_year.to_dict() == given
        assert all(f">${value:,.2f}</td>" in page for value in told[column])
    ramps = pd.read_csv(tmp_path / "o" / "curb_ramps.csv", encoding="utf-8-sig")
    owed = sum(round(row["ramps_usd"] * 100) for row in summary["ramps"]["funds"])
    assert owed == round(ramps["cost_usd"].sum() * 100) > 0
    assert (told["ramps_usd"] <= told["paid_usd"]).all()
    assert summary["certificate"]["objective"] == "condition"
    assert any("paving_bond" in row["says"] for row in summary["limits"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plan", "rest", "objective", "key"),
    [
        ('objective = "least_backlog"', "", "least_backlog", "limits"),
        (
            'objective = "least_cost"\nwithin_budget = false',
            "[plan.targets]\nnetwork = {2029 = 66}\n",
            "least_cost",
            "targets",
        ),
        ("", "[plan.rotation]\nperiod_years = 2\nprice = false\n", "condition", "rotation"),
        ("", "[plan.packages]\nmobilization_usd = 2_000\n", "condition", "packages"),
    ],
)
def test_each_objective_and_way_of_going_about_it_has_its_certificate(
    invented: Path, tmp_path: Path, plan: str, rest: str, objective: str, key: str
) -> None:
    summary = planned(asked(invented, tmp_path, plan, rest))
    told = summary["certificate"]
    assert told["objective"] == objective
    assert summary[key]
    low, high = sorted((told["value"], told["bound"]))
    assert (told["bound"] == high) == (objective == "condition") or low == high
    assert told["says"]


def test_promised_work_is_done_and_bans_are_kept(invented: Path, tmp_path: Path) -> None:
    free = read_city(invented)
    summary = planned(asked(invented, tmp_path, ""))
    work = pd.read_csv(tmp_path / "o" / "work_plan.csv", encoding="utf-8-sig")
    first = work.iloc[0]
    ban = pd.DataFrame({"section_id": [first["section_id"]], "until": ["2029-06-30"]})
    ban.to_csv(tmp_path / "forbidden.csv", index=False)
    text = (tmp_path / "norwalk.toml").read_text(encoding="utf-8")
    line = f'[tables]\nforbidden = "{tmp_path}/forbidden.csv"\n'
    (tmp_path / "norwalk.toml").write_text(text.replace("[tables]\n", line), encoding="utf-8")
    again = planned(tmp_path / "norwalk.toml")
    work = pd.read_csv(tmp_path / "o" / "work_plan.csv", encoding="utf-8-sig")
    assert first["section_id"] not in set(work["section_id"])
    assert again["bound"] <= summary["bound"] + 1e-9
    assert len(free.tables["sections"]) == again["sections"]


def test_what_cannot_be_met_names_the_nearest_and_leaves_with_one(
    invented: Path, tmp_path: Path
) -> None:
    file = asked(invented, tmp_path, "", "[plan.minimum_pci]\nnetwork = {2027 = 99}\n")
    edit(file, lambda text: text.replace("years = 3", "years = 1"))
    found = CliRunner().invoke(app, ["plan", str(file), "--out", str(tmp_path / "o"), "--json"])
    assert found.exit_code == 1
    problems = json.loads(found.output)["problems"]
    assert "all streets at 99 or more at the end of 2027" in problems[0]["where"]
    assert "a plan comes to" in problems[0]["what"]


def test_judging_refuses_work_that_is_not_open(invented: Path) -> None:
    from norwalk_geo.cli import assessing

    city = read_city(invented)
    known = assessing.assess(city, pd.Timestamp("2026-07-01").date())
    section = known.sections.index[0]
    work = pd.DataFrame({"section_id": [section], "year": [2020], "treatment": ["paint"]})
    money = known.budget_usd
    with pytest.raises(InfeasibleError, match="treatment: is not planned"):
        budget.judge(*known.tables, work=work, budget_usd=money, rules=known.rules)
    made = budget.optimize(*known.tables, budget_usd=money, rules=known.rules)
    again = budget.judge(*known.tables, work=made.work, budget_usd=money, rules=known.rules)
    assert again.objective == pytest.approx(made.objective, abs=1e-12)
    assert again.work["reason"].tolist() == made.work["reason"].tolist()
    twice = made.work.reset_index()[["section_id", "year", "treatment"]]
    twice = pd.concat([twice, twice.assign(year=twice["year"] % 3 + 2027)])
    with pytest.raises(InfeasibleError):
        budget.judge(*known.tables, work=twice, budget_usd=money, rules=known.rules)
