# %% [markdown]
# # 05 What state are the streets in, and what would it take?
#
# The tables of a Californian pavement management report: condition by class and band, remaining life, needs and
# backlog by year, and replacement value. Never the average alone: two networks of one average can differ twofold in
# the work that they call for.
#
# **The city is invented.** For a real one, `norwalk assess CITY` writes the same tables.

# %% tags=["parameters"]
size = "norwalk"  # of the invented town
seed = 1
as_of = "2026-07-01"
first_year, years = 2027, 10
critical_pci = 70

# %%
import datetime as dt

import matplotlib.pyplot as plt
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
sections = town.streets.sections
condition = ng.pci.latest(town.surveys, sections, as_of=dt.date.fromisoformat(as_of))
life = ng.treatments.lifecycle(ng.deterioration.curves(), ng.treatments.catalogue(base_year=2026))

# %% [markdown]
# ## Condition by class, surface and year of survey

# %%
state = ng.needs.state(sections, condition, life, critical_pci=critical_pci)
groups = state.loc[["network", "class", "surface", "survey_year"]]
groups.style.format(precision=1, thousands=",").set_caption(town.notice)

# %% [markdown]
# ## The distribution

# %%
bands = ng.schema.parameters("bands").loc["california4"]
shares = ng.needs.state_bands(sections, condition, bands, life.classes)
whole = shares.xs("network", level="grouping").droplevel("group")
figure, axes = plt.subplots(figsize=(8, 2.5))
bars = axes.barh(whole.index, whole["area_pct"], color="#1f3b57")
axes.bar_label(bars, fmt="%.1f %%")
axes.invert_yaxis()
axes.set(xlabel="Share of the surveyed area (%)", title=town.notice)
plt.show()

# %% [markdown]
# ## Needs and backlog
#
# Needs: the cost of all that the city's windows call for, if every earlier call was met. Backlog: the same below the
# critical condition if nothing is done. Curb ramps are not in them.

# %%
money = ng.needs.unconstrained(
    condition, sections, life, years=range(first_year, first_year + years), critical_pci=critical_pci
)
money.style.format(precision=1, thousands=",").set_caption(town.notice)

# %% [markdown]
# ## The answer

# %%
network, first, last = state.loc["network"].loc["all"], money.iloc[0], money.iloc[-1]
Markdown(
    f"**{whole.loc['Good', 'area_pct']:.0f} % of the surveyed area of this invented city is good and"
    f" {whole.loc['Failed', 'area_pct']:.0f} % failed; the mean PCI is {network['pci_mean']:.0f}. Streets worth"
    f" ${network['replacement_usd'] / 1e6:,.0f} million carry a backlog of ${first['backlog_usd'] / 1e6:,.0f} million,"
    f" which grows to ${last['backlog_usd'] / 1e6:,.0f} million in {years} years if nothing is done.**"
)
