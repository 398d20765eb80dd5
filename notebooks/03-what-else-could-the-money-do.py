# %% [markdown]
# # 03 What else could the money do?
#
# A plan is on the table. The council asks: is it better than what we do now, what would more money bring, what does
# it cost to keep the streets as they are, and how sure is the list?
#
# **The data are invented.** Streets, ratings and budget are made up, in the size and place of Norwalk, California.
# For a real city, `norwalk compare CITY` gives the same answers from its own tables.

# %% tags=["parameters"]
size = "norwalk"  # of the invented town: "town" (84 sections), "norwalk" (2,400) or a number
seed = 1  # another seed invents another town
as_of = "2026-07-01"  # day that the data describe
first_year = 2027  # fiscal year; July 2026 to June 2027
years = 6
budget_usd = 5_500_000  # a year, in dollars of 2026; invented
shares_pct = [0, 50, 100, 150, 200, 300]  # levels of money to look at

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
Markdown(f"*{town.notice}.* {len(sections):,} sections, ${budget_usd:,} a year for {years} years.")

# %% [markdown]
# ## Other policies, same money
#
# Every policy has the same streets, treatments and money, and one simulation judges them all. The ranking is of the
# kind that StreetSaver uses, as far as its formula is published. The whole is what no plan can exceed.

# %%
made = ng.budget.compare(condition, sections, life, budget_usd=money)
shown = made.policies[["label", "gain_share_pct", "pci_end", "spent_usd", "backlog_usd"]]
numbers = {"gain_share_pct": "{:.2f}", "pci_end": "{:.1f}", "spent_usd": "{:,.0f}", "backlog_usd": "{:,.0f}"}
shown.style.hide().format(numbers).set_caption("Invented data")

# %%
by_year = made.years["pci"].unstack("policy")[made.policies.index]
ax = by_year.plot(figsize=(8, 4), marker="o", markersize=3, style=["-", "--", ":", "-.", "-"])
ax.set(title="Mean PCI at the end of the fiscal year (invented data)", xlabel="fiscal year", ylabel="PCI")
ax.legend(made.policies["label"], frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Other money
#
# The curve bends: the first dollars go to seals that save a street from an overlay, the last to work that could wait.

# %%
levels = ng.budget.curve(condition, sections, life, budget_usd=money, shares_pct=shares_pct)
figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(7, 5), layout="constrained")
levels[["pci_end", "objective"]].plot(ax=above, marker="o", style=["-", "--"])
above.legend(["at the end of the plan", "over the whole plan"], frameon=False)
above.set(ylabel="PCI", title="Condition over money (invented data)")
levels["points_per_million"].iloc[1:].plot(ax=below, marker="o", color="#b5481c")
below.set(ylabel="points per $1 M more", xlabel="money in percent of the budget", ylim=(0, None))
for ax in (above, below):
    ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Holding the line
#
# The least money with which a good plan ends at the condition of today.

# %%
held = ng.budget.cost_to_hold(condition, sections, life, budget_usd=money)
a_year = held.budget_usd[first_year]
print(f"To end at PCI {held.pci:.1f} takes ${a_year:,.0f} a year, {held.share_pct:.0f} % of the budget.")

# %% [markdown]
# ## How sure is the list?
#
# PCI is good to three points and bids to a fifth. These sections of the plan could be swapped for others, all at the
# same time, for at most half a percent of the gain. No year goes over its money.

# %%
near = ng.budget.swaps(condition, sections, life, budget_usd=money, within_pct=0.5)
swapped = near["cost_usd"].sum() / made.plan.work["cost_usd"].sum()
near[["year", "treatment_label", "instead_section_id", "instead_treatment_label", "loss_together_pct"]].head(6)

# %% [markdown]
# ## The answer

# %%
share = made.policies["gain_share_pct"]
Markdown(
    f"**In this invented city the plan gains {share['optimal']:.2f} % of what the money can gain; the ranking gains"
    f" {share['ranking']:.0f} %, incremental benefit and cost {share['benefit_cost']:.0f} % and the worst streets first"
    f" {share['worst_first']:.0f} %. Keeping today's PCI of {held.pci:.0f} takes {held.share_pct:.0f} % of the budget."
    f" {len(near):,} sections of the plan, {swapped:.0%} of its money, are so close a call that others would do as well.**"
)
