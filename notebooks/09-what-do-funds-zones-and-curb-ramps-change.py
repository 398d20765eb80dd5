# %% [markdown]
# # 09 What do funds, zones and curb ramps change?
#
# Money comes in funds with rules, cities pave by zone, and an overlay obliges the city to build the curb ramps at its
# crossings (28 CFR 35.151(i)). All three are part of the plan here, not a step after it. What does each change?
#
# **The data are invented.** Streets, ratings, ramps, funds and zones are made up. For a real city, `norwalk run CITY`
# and `norwalk compare CITY` do the same from its own tables.

# %% tags=["parameters"]
size = 100  # sections of the invented town
seed = 1  # another seed invents another town
as_of = "2026-07-01"  # day that the data describe
first_year = 2027  # fiscal year; July 2026 to June 2027
years = 3
budget_usd = 350_000  # a year, in dollars of 2026; invented
period_years = 3  # every zone once in so many years

# %%
import datetime as dt

import matplotlib.pyplot as plt
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
sections = town.streets.sections
condition = ng.pci.latest(town.surveys, sections, as_of=dt.date.fromisoformat(as_of))
life = ng.treatments.lifecycle(ng.deterioration.curves(), ng.treatments.catalogue(base_year=2026))
money = dict.fromkeys(range(first_year, first_year + years), budget_usd)
walked = ng.towns.pedestrian(town.streets, seed=seed)
found = ng.ada.corners(walked.ramps, town.streets, rules=ng.ada.rules("ada2010", "dot504"), base_year=2026)
ramps = ng.budget.Ramps(found.corners, found.corner_sections)
Markdown(f"*{town.notice}.* {len(sections):,} sections, {len(found.corners):,} corners, ${budget_usd:,} a year.")

# %% [markdown]
# ## What a plan hides that does not count ramps
#
# The blind plan is the best that knows nothing of ramps. The city must build them all the same.

# %%
counted = ng.budget.Rules(demands=ng.budget.Demands(ramps=ramps))
hidden = ng.budget.hidden_ramps(condition, sections, life, budget_usd=money, rules=counted)
Markdown(
    f"It hides ${hidden.ramps_usd.sum():,.0f} of curb ramps, {hidden.share_pct:.0f} % of all money. With them paid for,"
    f" the same planner gains {hidden.lost_pct:.1f} % less than a plan that counts them from the start."
)

# %% [markdown]
# ## Funds with rules
#
# A bond pays for overlays and their ramps and keeps for a year, a gas tax for everything, and a fund for ramps alone.
# Which fund pays what is decided in the optimization.

# %%
every = range(first_year, first_year + years)
funds = (
    ng.budget.Fund(
        "bond",
        dict.fromkeys(every, 0.5 * budget_usd),
        treatments=frozenset({"alteration", "ramps"}),
        keeps_years=1,
    ),
    ng.budget.Fund("gas tax", dict.fromkeys(every, 0.45 * budget_usd)),
    ng.budget.Fund("ramps", dict.fromkeys(every, 0.05 * budget_usd), treatments=frozenset({"ramps"})),
)
rules = ng.budget.Rules(demands=ng.budget.Demands(funds=funds, ramps=ramps))
plan = ng.budget.optimize(condition, sections, life, budget_usd=money, rules=rules)
paid = plan.payments.reset_index()
paid["fund"] = paid["limit"].str.split(" of fiscal").str[0]
paid["work_usd"] = paid["paid_usd"] - paid["ramps_usd"]
by_fund = paid.pivot_table(index="year", columns="fund", values=["work_usd", "ramps_usd"], aggfunc="sum", fill_value=0)
by_fund.columns = [f"{fund}: {'ramps' if what == 'ramps_usd' else 'work'}" for what, fund in by_fund.columns]
by_fund = by_fund.loc[:, by_fund.sum() > 0].sort_index(axis=1) / 1e6
hatches = ["//" if "ramps" in name.split(": ")[1] else "" for name in by_fund]
ax = by_fund.plot.bar(stacked=True, figsize=(8, 3.6), rot=0, edgecolor="white", colormap="cividis")
for bars, hatch in zip(ax.containers, hatches, strict=True):
    plt.setp(bars, hatch=hatch)
ax.set(title="Who pays for what (invented data)", xlabel="fiscal year", ylabel="$ million")
ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
ax.spines[["top", "right"]].set_visible(False)

# %%
assert (plan.payments.groupby("year")["ramps_usd"].sum() - plan.years["ramps_usd"]).abs().max() < 0.005
Markdown(f"No plan under these rules is more than {plan.gap:.1%} of the gain better. Sums agree to the cent.")

# %% [markdown]
# ## A reason for every street
#
# Chosen or not, each section says why, and what altering it would oblige the city to build.

# %%
chosen = plan.outcomes["reason"].str.contains("obliges the city")
left = plan.outcomes["reason"].str.contains("would also oblige")
ids = [*plan.outcomes.index[chosen][:2], *plan.outcomes.index[left][:2]]
plan.outcomes.loc[ids, ["reason"]].style.set_caption("Invented data")

# %% [markdown]
# ## By zone
#
# The plan chooses the year of every zone together with the work; arterials are free. Going by zones has a price.

# %%
turn = ng.budget.Rotation(period_years=period_years, exempt=frozenset({"arterial"}))
made = ng.budget.rotate(condition, sections, life, budget_usd=money, rotation=turn)
visit = made.rotation.reset_index().drop_duplicates("zone_id").set_index("zone_id")["year"]
shown = sections.assign(visit=sections["zone_id"].map(visit).astype("Int64").astype("str"))
shown.loc[shown["functional_class"].eq("arterial"), "visit"] = "any year"
ax = shown.plot("visit", cmap="tab10", legend=True, linewidth=2, figsize=(7, 6),
                legend_kwds={"title": "worked in", "frameon": False, "loc": "center left", "bbox_to_anchor": (1, 0.5)})
ax.set_axis_off()
ax.set_title("Year of each zone, chosen with the work (invented data)")

# %%
free = ng.budget.optimize(condition, sections, life, budget_usd=money)
least, most = max(free.objective - made.plan.bound, 0), free.bound - made.plan.objective
Markdown(f"Against the best plan without zones the rotation loses {least:.2f} to {most:.2f} points over the plan.")

# %% [markdown]
# ## The answer

# %%
Markdown(
    f"**In this invented town a plan that does not count curb ramps hides {hidden.share_pct:.0f} % of its money. With"
    f" ramps, three funds and their rules the plan is proved within {plan.gap:.1%} of the best, and says who pays what"
    f" to the cent. Going by zones once in {period_years} years costs {least:.2f} to {most:.2f} points of condition.**"
)
