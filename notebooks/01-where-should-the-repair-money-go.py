# %% [markdown]
# # 01 Where should the repair money go?
#
# A city has a fixed sum a year for its streets, far less than the work that they call for. Which streets should
# get which work, and in which year, so that all streets together are in the best condition for the next ten years?
#
# **The data are invented.** Streets, names, ratings and budget are made up, in the size and place of Norwalk,
# California. Nothing here says anything about a real street. To answer the question for a real city, put its own
# tables in place of the invented ones (`norwalk import`).

# %% tags=["parameters"]
size = "norwalk"  # of the invented town: "town" (84 sections), "norwalk" (2,400) or a number
seed = 1  # another seed invents another town
as_of = "2026-07-01"  # day that the data describe
first_year = 2027  # fiscal year; July 2026 to June 2027
years = 10
budget_usd = 5_500_000  # a year, in dollars of 2026; invented

# %% [markdown]
# ## The streets
#
# A *section* is a stretch of street that is repaired as one. Its key is its id, and every table about sections has
# the same ids.

# %%
import datetime as dt

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
sections = town.streets.sections
classes = ng.schema.parameters("classes")
measures = ng.network.measure(sections, classes)
print(f"{town.notice}. {len(sections):,} sections, {measures['miles'].sum():.0f} centerline miles.")
sections[["street_name", "from_street", "to_street", "functional_class", "surface_type", "width_ft", "zone_id"]].head(4)

# %% [markdown]
# ## Their condition
#
# The pavement condition index (PCI) goes from 100, new, to 0, failed. Each section has the index of its latest
# survey. One that was never surveyed has none: it is not planned, and it is in no average.

# %%
condition = ng.pci.latest(town.surveys, sections, as_of=dt.date.fromisoformat(as_of))
bands = ng.schema.parameters("bands").xs("california4")
area = measures["area_sy"].groupby(ng.pci.band(condition["pci"], bands), observed=False).sum()
share = area / area.sum()
ax = share[::-1].plot.barh(color=bands["color"].reindex(share.index)[::-1], figsize=(7, 2.2), width=0.75)
ax.bar_label(ax.containers[0], [f"{value:.0%}" for value in share[::-1]], padding=3)
mean = ng.needs.area_weighted(condition["pci"], measures["area_sy"])
ax.set(title=f"Condition at the latest survey: mean PCI {mean:.0f} (invented data)", ylabel="", xticks=[])
ax.spines[["top", "right", "bottom"]].set_visible(False)
print(f"Never surveyed: {condition['pci'].isna().sum()} of {len(sections):,} sections.")

# %% [markdown]
# ## How pavement ages
#
# A section follows the curve of its class and surface from where its survey puts it. These curves are assumptions
# of the project until they are fitted to a city's own surveys; their file says so.

# %%
curves = ng.deterioration.curves()
asphalt = curves[[name for name in curves.columns if name.endswith(" AC")]].loc[: 40 * 12]
colors = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000", "#999999"]
ax = asphalt.set_axis(asphalt.index / 12).plot(color=colors, figsize=(7, 3))
ax.set(title="Asphalt streets with nothing done", xlabel="years since new", ylabel="PCI", ylim=(0, 100))
ax.legend([name.removesuffix(" AC") for name in asphalt.columns], frameon=False)
ax.spines[["top", "right"]].set_visible(False)
print(ng.schema.parameters("curves").attrs["citation"])

# %% [markdown]
# ## What can be done, and what it costs
#
# Each treatment is open in a window of condition. Every cost has its source and its year, and is brought to dollars
# of 2026. "Confirmed" says whether the row was checked in a primary source: treat the others as placeholders.

# %%
catalogue = ng.treatments.catalogue(base_year=2026)
shown = catalogue[["label", "pci_min", "pci_max", "cost_usd_sy", "cost_year", "confirmed", "source"]]
words = {"cost_usd_sy": "${:.2f}", "pci_min": "{:.0f}", "pci_max": "{:.0f}"}
shown.style.hide().format(words).set_properties(subset=["label", "source"], **{"text-align": "left"})

# %% [markdown]
# ## If nothing is done
#
# The same surveys, ten years on.

# %%
plan_years = range(first_year, first_year + years)
untreated = ng.deterioration.forecast(condition, sections, years=plan_years)["pci"].unstack("year")
known = untreated.notna().mul(measures["area_sy"], axis=0).sum()
bad = (untreated < 50).mul(measures["area_sy"], axis=0).sum() / known
print(f"Poor or failed (PCI below 50) at the end of fiscal year {bad.index[0]}: {bad.iloc[0]:.0%} of the pavement;")
print(f"at the end of {bad.index[-1]}: {bad.iloc[-1]:.0%}.")

# %% [markdown]
# ## A plan for the money
#
# What counts is the condition of every square yard in every year, main streets more, and the last year three times
# more so that the plan does not leave a ruin behind. No year may be over its budget.

# %%
lifecycle = ng.treatments.lifecycle(curves, catalogue, classes)
money = dict.fromkeys(plan_years, budget_usd)
plan = ng.budget.optimize(condition, sections, lifecycle, budget_usd=money)
columns = ["budget_usd", "spent_usd", "miles_repaired", "pci", "pci_untreated", "backlog_usd"]
dollars = dict.fromkeys(["budget_usd", "spent_usd", "backlog_usd"], "{:,.0f}")
plan.years[columns].style.format(dollars | dict.fromkeys(["miles_repaired", "pci", "pci_untreated"], "{:.1f}"))

# %% [markdown]
# ## The proof
#
# Is there a better plan? A *bound* says how good any plan within these budgets can be at most, whatever method
# makes it. The gap is what this plan may miss of the gain over doing nothing. Beside it: repairing the worst streets
# first, with the same money.

# %%
names = {"do_nothing": "Nothing", "worst_first": "Worst streets first"}
scores = pd.Series(dict(plan.policies)).reindex(names).rename(names)
scores["This plan"] = plan.objective
gain = (scores - plan.do_nothing) / (plan.bound - plan.do_nothing)
ax = gain[::-1].plot.barh(color=["#0b4f8a", "#c8641e", "#777777"], figsize=(7, 2), width=0.7)
ax.bar_label(ax.containers[0], [f"{value:.1%}" for value in gain[::-1]], padding=3)
ax.axvline(1, color="black", linewidth=1)
ax.annotate("no plan can\npass this", (1.01, 1.0), fontsize=9, va="center")
ax.set(title="Share of the attainable gain, same money", xticks=[], xlim=(0, 1.18))
ax.spines[["top", "right", "bottom"]].set_visible(False)
print(f"Objective {plan.objective:.3f}, bound {plan.bound:.3f} points: the gap is {plan.gap:.4%} of the gain.")

# %% [markdown]
# ## What it does, year by year

# %%
shape = {"height_ratios": [3, 4], "layout": "constrained", "figsize": (8, 6)}
figure, (above, below) = plt.subplots(2, 1, sharex=True, **shape)
plan.years[["pci", "pci_untreated"]].plot(ax=above, color=["#0b4f8a", "#777777"], marker="o", markersize=4, legend=False)
end = plan.years.loc[plan_years[-1]]
above.annotate("with the plan", (end.name, end["pci"] + 6), ha="right", color="#0b4f8a")
above.annotate("nothing done", (end.name, end["pci_untreated"] - 12), ha="right", color="#777777")
above.set(title="Mean PCI at the end of the fiscal year (invented data)", ylim=(0, 100))
by_kind = plan.work.groupby(["treatment_label", "year"])["cost_usd"].sum().unstack(fill_value=0) / 1e6
by_kind = by_kind.loc[by_kind.sum(axis=1).sort_values(ascending=False).index].reindex(columns=plan_years, fill_value=0)
bottoms = by_kind.cumsum() - by_kind
for color, (label, row) in zip(colors, by_kind.iterrows(), strict=False):
    below.bar(row.index, row, bottom=bottoms.loc[label], label=label, color=color, edgecolor="white")
below.set(title="Spending by treatment, millions of 2026 dollars", xticks=list(plan_years), xlabel="fiscal year")
below.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5), reverse=True)
for ax in (above, below):
    ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Where it is
#
# Choose a year, or the condition of today. Click a street to read what is planned there and why. Nothing on this map
# is adopted.

# %%
planned = ng.maps.plan_layer(sections, plan.work, plan.outcomes, fiscal_year_start=7)
surveyed = ng.maps.condition_layer(sections, plan.outcomes, condition, bands)
places = ng.maps.sites_layer(town.sites)
ng.maps.compose(planned, surveyed, places, title=town.notice, height="560px")

# %% [markdown]
# ## Why this street, and why not that one
#
# Every section has a reason, chosen or not. Two that are planned, two that call for work and do not get any, one that
# needs none.

# %%
told = plan.outcomes.join(sections["street_name"])
counts = {"planned": 2, "not_funded": 2, "not_needed": 1}
picked = pd.concat(told[told["status"] == status].head(count) for status, count in counts.items())
picked = picked[["street_name", "status", "first_year", "pci_now", "reason"]]
whole = dict.fromkeys(["pci_now", "first_year"], "{:.0f}")
picked.style.format(whole, na_rep="–").set_properties(subset=["reason"], **{"text-align": "left"})

# %% [markdown]
# ## How sure is it?
#
# The proof is about the model, not about the world. Costs are the weakest figures here, so ask again with everything
# but seals a quarter dearer, and see how much of the first three years' work is the same. Work that stays is safe to
# begin with.

# %%
is_seal = catalogue["counts_as_seal"].astype(bool)
dearer = catalogue.assign(cost_usd_sy=catalogue["cost_usd_sy"].where(is_seal, catalogue["cost_usd_sy"] * 1.25))
other_life = ng.treatments.lifecycle(curves, dearer, classes)
other = ng.budget.optimize(condition, sections, other_life, budget_usd=money)
soon = plan.work.query("year < @first_year + 3")
again = other.work.query("year < @first_year + 3").reset_index()["section_id"]
stays = soon.reset_index().set_index("section_id")["cost_usd"].loc[lambda cost: cost.index.isin(again)]
close = plan.outcomes["reason"].str.contains("close call").sum()
unsure = plan.outcomes["reason"].str.contains("Uncertain").sum()
same = stays.sum() / soon["cost_usd"].sum()
print(f"With dearer work, {same:.0%} of the first three years' money goes to the same streets.")
print(f"{close:,} sections are close calls. On {unsure:,} an input is uncertain, and the reason says which.")
print(f"{(~catalogue['confirmed'].astype(bool)).sum()} of {len(catalogue)} costs are not confirmed in a primary source.")

# %% [markdown]
# ## The answer

# %%
seals = plan.work["cost_usd"][plan.work["ada_kind"] == "maintenance"].sum() / plan.work["cost_usd"].sum()
miles, last = plan.years.filter(like="miles").sum(), plan.years.iloc[-1]
Markdown(
    f"**In this invented city, {seals:.0%} of the money should go to seals that keep good streets good, on"
    f" {miles['miles_maintenance']:.0f} miles, and the rest to overlays and rebuilding, on"
    f" {miles['miles_alteration']:.0f} miles: after {years} years the mean PCI is {last['pci']:.0f} instead of"
    f" {last['pci_untreated']:.0f} with nothing done. That is {gain['This plan']:.2%} of what this money can gain; the"
    f" worst streets first would gain {gain['Worst streets first']:.0%}.**"
)
