# %% [markdown]
# # 10 Where do we stand, what does the plan change, and what does it cost?
#
# Three questions of a department head, on a page: the measures of the strategic plan that the city's own layers give,
# the same measures with the drafted plan and with other ways to spend the same money, and the bill by year and fund.
#
# **The city is invented**; its strategic plan's measures are Norwalk's. For a real one, `norwalk scorecard CITY` and
# `norwalk run CITY` write the same tables.

# %% tags=["parameters"]
size = 400  # sections of the invented town
seed = 1
as_of = "2026-07-01"
first_year, years = 2027, 5
street_fund, paving_bond = 600_000, 350_000  # dollars a year, invented

# %%
import datetime as dt

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import norwalk_geo as ng

day = dt.date.fromisoformat(as_of)
town = ng.towns.town(size, seed=seed)
sections = town.streets.sections
condition = ng.pci.latest(town.surveys, sections, as_of=day)
catalogue = ng.treatments.catalogue(base_year=2026)
life = ng.treatments.lifecycle(ng.deterioration.curves(), catalogue)
horizon = range(first_year, first_year + years)
purse = {"street_fund": street_fund, "paving_bond": paving_bond}
funds = tuple(ng.budget.Fund(name, dict.fromkeys(horizon, usd)) for name, usd in purse.items())
money = dict.fromkeys(horizon, float(street_fund + paving_bond))

# %% [markdown]
# ## Where we stand
#
# A measure without data is blank and says so; it is never zero. Departments enter the others.

# %%
rules = ng.budget.Rules(demands=ng.budget.Demands(funds=funds))
compared = ng.budget.compare(condition, sections, life, budget_usd=money, rules=rules)
plan = compared.plan
assets = ng.infrastructure.check_assets(ng.towns.assets(town.streets, seed=seed), sections.index, as_of=day)
beside = ng.infrastructure.plan_assets(assets, horizon, ng.infrastructure.Price(2026, 2.5))
area = ng.network.measure(sections, life.classes)["area_sy"]
with_status = assets[["asset_kind"]].join(beside.outcomes)
computed = [
    ng.scorecard.condition_index(town.surveys, sections, life.classes, as_of=day),
    ng.scorecard.miles_repaired(None, plan.years, sections, catalogue, as_of=day),
    ng.scorecard.funding_invested(None, plan.years, sections, as_of=day),
    ng.scorecard.work_plan(plan.outcomes, area, sections["zone_id"], assets=with_status, period=first_year - 1),
]
measures, objectives = ng.schema.parameters("measures"), ng.schema.parameters("objectives")
scores, periods = ng.scorecard.score(measures, computed)
columns = ["objective_id", "label", "period", "value", "unit", "status", "known_pct", "note"]
known = scores.loc[scores["value"].notna(), columns]
known.style.format(precision=1, thousands=",", na_rep="").set_caption(
    f"{town.notice}. {len(scores) - len(known)} more measures have no data."
)

# %% [markdown]
# ## What the plan changes
#
# The same money, spent by the drafted plan and by four other ways. Condition is the forecast at the start and the end of
# the plan; miles are the yearly average. What the choice of streets does not change is not drawn as if it did.

# %%
effects = ng.scorecard.plan_effects(
    compared.policies, compared.years, periods, (measures, objectives), pci_now=plan.pci_now
)
moved = effects[effects["after"].notna()]
moved[["label", "policy_label", "before", "after", "difference", "trend", "unit"]].style.format(
    precision=1, thousands=",", na_rep="no data"
).set_caption(town.notice)

# %%
index = moved.xs("condition_index").sort_values("after")
figure, axes = plt.subplots(figsize=(8, 2.8))
bars = axes.barh(index["policy_label"], index["after"], color="#1f3b57")
axes.bar_label(bars, fmt="%.1f")
axes.axvline(plan.pci_now, color="#8a1f11", linestyle="--")
axes.set(xlabel="Condition index at the end of the plan (PCI); dashed: at its start", title=town.notice)
axes.set_xlim(0, 1.15 * plan.pci_now)
plt.show()

# %% [markdown]
# The plan is the best for the condition of all years together, busy streets counting more, and no plan can pass its bound.
# At the end alone another way may lie a little higher.

# %%
compared.policies[["label", "objective", "gain_share_pct", "pci_end", "backlog_usd"]].style.format(
    precision=2, thousands=","
).set_caption(town.notice)

# %% [markdown]
# ## What it costs
#
# Streets by fund and year; beside them what the city has committed for signals, lights, trees and other assets, which
# the plan did not choose. Constant dollars of 2026.

# %%
flat = plan.payments.reset_index()
flat["fund"] = flat["limit"].str.split(" of fiscal year").str[0]
paid = flat.pivot_table(index="fund", columns="year", values="paid_usd", aggfunc="sum", fill_value=0.0)
others = beside.years["cost_usd"].groupby(["fund", "year"]).sum().unstack("year").fillna(0.0)
bill = pd.concat({"streets": paid, "other assets": others}, names=["what", "fund"])
bill.style.format(precision=2, thousands=",").set_caption(town.notice)

# %%
left = plan.years[["budget_usd", "spent_usd", "miles_repaired", "pci", "pci_untreated", "backlog_usd"]]
left.style.format(precision=1, thousands=",").set_caption(town.notice)

# %% [markdown]
# ## The answer

# %%
best, last = compared.policies.loc["optimal"], plan.years.iloc[-1]
worst = compared.policies.loc["worst_first"]
Markdown(
    f"**This invented city's streets stand at {plan.pci_now:.1f}. The plan leaves them at {best['pci_end']:.1f} after"
    f" {years} years, {best['pci_end'] - last['pci_untreated']:.1f} points above doing nothing and"
    f" {best['pci_end'] - worst['pci_end']:.1f} above treating the worst first, for ${plan.years['spent_usd'].sum():,.0f}"
    f" of street money; ${beside.years['cost_usd'].sum():,.0f} more is committed to other assets. A backlog of"
    f" ${last['backlog_usd'] / 1e6:,.1f} million stays, and {scores['value'].isna().sum()} of {len(scores)} measures have no"
    " data yet.**"
)
