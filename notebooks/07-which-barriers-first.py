# %% [markdown]
# # 07 Which barriers first?
#
# Ramps, walks and crossings were measured. Some miss the standard in force, many were never measured in full. Money
# for removals is short. What is removed first, and how much of that answer rests on the weights?
#
# **The city is invented**, and so are its ramps, people and money.

# %% tags=["parameters"]
size = 84  # sections of the invented town
seed = 1
limit_min = 30
money_usd = 60_000  # a year, apart from paving

# %%
import pandas as pd
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
made = ng.towns.pedestrian(town.streets, seed=seed)
zones = ng.towns.zones(town.streets, seed=seed)
features = [made.ramps, made.walks, made.crossings]

# %% [markdown]
# ## What is known
#
# A feature passes only if every rule was measured and met.

# %%
findings = ng.ada.find(*features, rules=ng.ada.rules("ada2010", "cbc11b", advise=["prowag2023"]))
compliance = ng.ada.summarize(findings, *features)
compliance.xs((True, "all"), level=["is_enforced", "grouped_by"])[["features", "passed_pct", "failed_pct", "unmeasured_pct"]]

# %% [markdown]
# ## Who is cut off
#
# Every ramp is an edge between its walk and its crossings. Each is repaired alone, and people are counted who then get
# to a place in time by manual wheelchair, and not before.

# %%
sidewalks = ng.routing.sidewalk_edges(made.walks, made.crossings, made.ramps)
gains = ng.routing.repair_gains(sidewalks.edges, town.sites, zones, limit_min=limit_min)
gains.sort_values("people_gained", ascending=False)[["people_before", "people_gained"]].head()

# %% [markdown]
# ## The sum

# %%
ranked = ng.barriers.rank(findings, features, around=ng.barriers.Around(town.sites, gains, zones))
addends = ["severity_part", "place_part", "people_part", "equity_part"]
ranked[["obstacle", *addends, "score"]].head(8).style.set_caption("Invented data: not Norwalk's plan").format(precision=1)

# %% [markdown]
# ## How much rests on the weights
#
# `yes` is a proof for all weights within a quarter of ours; `no` has weights that put it out.

# %%
stays = ranked["top_stays"].value_counts()
stays

# %% [markdown]
# ## Within the money
#
# Ramps have a price from public estimates; what has none says so.

# %%
low, middle, high = ng.ada.prices("ramp", base_year=2026)
is_ramp = ranked["feature"].eq("ramps")
names = {"cost_usd": middle, "cost_low_usd": low, "cost_high_usd": high}
costs = pd.DataFrame({name: is_ramp.map({True: usd, False: None}) for name, usd in names.items()})
plan = ng.barriers.transition_plan(
    ranked,
    costs,
    budget_usd=dict.fromkeys(range(2027, 2032), money_usd),
    responsible_official="City Engineer (invented)",
)
plan["status"].value_counts()

# %%
plan[["obstacle", "method", "schedule"]].head(8)

# %% [markdown]
# ## The answer

# %%
first = ranked.iloc[0]
Markdown(
    f"**First comes {ranked.index[0]}** ({first['obstacle']}), with {first['score']:.0f} of 100 points. "
    f"{stays.get('yes', 0)} of the first {stays.sum()} barriers stay there whatever the weights within a quarter. "
    f"{plan['status'].eq('scheduled').sum()} of {len(plan)} are removed within the money of five years."
)
