# %% [markdown]
# # 06 Who can walk or roll to a park in ten minutes?
#
# People live in zones, parks lie beside streets, and a wheelchair needs a sidewalk, curb ramps, width and gentle
# slopes. What was not surveyed is not taken for passable: it is avoided, or it is used and counted.
#
# **The city is invented**, and so are its people, parks, sidewalks and slopes. For a real one, read the walks with
# `ng.sources.edges_from_osm` or from the city's survey, and people from census zones.

# %% tags=["parameters"]
size = 900  # sections of the invented town
seed = 1
limit_min = 10
repaired = 40  # stretches whose sidewalk and ramps are built

# %%
import geopandas as gpd
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import shapely
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
rng = np.random.default_rng(seed)
streets = ng.routing.street_edges(town.streets)
crs, count = streets.crs, len(streets)

# %% [markdown]
# ## What is known of the sidewalks (invented)

# %%
surveyed = rng.random(count) < 0.85
edges = streets.assign(
    sidewalk=pd.Series(np.where(rng.random(count) < 0.9, "both", "no"), streets.index).where(surveyed),
    has_curb_ramps=pd.Series(rng.random(count) < 0.85, streets.index).where(surveyed).astype("boolean"),
    width_in=pd.Series(rng.choice([48, 60, 34], count, p=[0.5, 0.45, 0.05]), streets.index).where(surveyed),
    running_slope_pct=rng.normal(0, 1.0, count).round(1),
    is_paved=True,
)

# %% [markdown]
# ## People and parks (invented)

# %%
west, south, east, north = edges.total_bounds
x, y = (np.linspace(low, high, 9) for low, high in ((west, east), (south, north)))
squares = [shapely.box(a, b, a + x[1] - x[0], b + y[1] - y[0]) for a in x[:-1] for b in y[:-1]]
names = pd.Index([f"z{number:02}" for number in range(len(squares))], name="zone_id")
zones = gpd.GeoDataFrame({"people": rng.integers(0, 900, len(squares))}, names, geometry=squares, crs=crs)
corners = town.streets.nodes.geometry.iloc[rng.choice(len(town.streets.nodes), 5, replace=False)]
parks = gpd.GeoDataFrame({"kind": "park"}, [f"park {n}" for n in range(1, 6)], geometry=list(corners), crs=crs)

# %% [markdown]
# ## Who gets there
#
# Each traveller, with what is not known avoided, then used and counted.

# %%
travellers = [("walk", "avoid"), ("manual_wheelchair", "avoid"), ("manual_wheelchair", "allow_and_flag")]
tables, ways = {}, {}
for profile, policy in travellers:
    found = ng.routing.costs(edges, profile, unknowns=policy)
    ways[profile, policy] = ng.routing.snap(ng.routing.network_graph(edges, found), parks)
    people = ng.routing.spread(zones, ways[profile, policy].ways).people
    reach = ng.routing.reach(ways[profile, policy], limit_min=limit_min)
    tables[profile, policy] = ng.routing.access(reach, people, limit_min=limit_min, zones=zones, kinds=["park"])
everybody = pd.concat([table.loc[("all", "all")] for table in tables.values()])
shown = everybody.set_index(["profile", "unknowns"])[["total", "within", "flagged", "without", "within_pct"]]
shown.style.format({"within_pct": "{:.0f} %"}, thousands=",").set_caption(town.notice)

# %% [markdown]
# ## Where the walks lead
#
# Not a circle: the surroundings of the streets that are reached, holes and all.

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 5), sharex=True, sharey=True)
for axis, key in zip(axes, (travellers[0], travellers[1]), strict=True):
    around = ways[key]
    area = ng.routing.isochrones(around.ways, sorted(set(around.sites["node_id"])), [limit_min])
    around.ways.links.plot(ax=axis, color="#999999", linewidth=0.4)
    area.plot(ax=axis, color="#1f3b57", alpha=0.5)
    axis.set(title=f"{key[0]}, unknown: {key[1]}", xticks=[], yticks=[])
figure.suptitle(town.notice)
plt.show()

# %% [markdown]
# ## What repairs would give
#
# The stretches that stop a wheelchair nearest to the parks are repaired: people gain, and nobody loses.

# %%
chair = ng.routing.costs(edges, "manual_wheelchair")
near = edges.distance(parks.union_all()).where(chair["forward_ms"].isna()).nsmallest(repaired).index
better = edges.copy()
better.loc[near, ["sidewalk", "has_curb_ramps", "width_in"]] = ["both", True, 60]
mended = ng.routing.network_graph(better, ng.routing.costs(better, "manual_wheelchair"))
mended_reach = ng.routing.reach(ng.routing.snap(mended, parks), limit_min=limit_min)
after = ng.routing.access(mended_reach, people, limit_min=limit_min, zones=zones, kinds=["park"])
gained = ng.routing.changes(tables["manual_wheelchair", "avoid"], after)
most = gained.loc["zone"].nlargest(5, "gained")
most.style.format(thousands=",").set_caption(town.notice)

# %% [markdown]
# ## The answer

# %%
walking, rolling, allowed = (everybody["within_pct"].iloc[row] for row in range(3))
more = gained.loc["all"]["gained"].iloc[0]
Markdown(
    f"**In this invented city {walking:.0f} % of the people can walk to a park in {limit_min} minutes, and"
    f" {rolling:.0f} % can roll there in a manual wheelchair by ways that are known to be passable ({allowed:.0f} % if"
    f" everything that was not surveyed were passable). Repairing {repaired} stretches near the parks brings"
    f" {more:,} more people within reach.**"
)
