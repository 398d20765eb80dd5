# %% [markdown]
# # 08 Who gets to the four destinations, and what is not known?
#
# The council adopted four destinations. Planners need no winner; they need to know for each who gets there on foot,
# what is known of the ways in, and what is planned.
#
# **The streets are invented**, and so are surveys and people. The points and programmes of the sites are published
# facts, with their sources. No figure here is Norwalk's.

# %% tags=["parameters"]
size = "norwalk"
seed = 1
limit_min = 15
invented_people = 1_000  # in each zone of the invented grid

# %%
import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from IPython.display import Markdown

import norwalk_geo as ng

town = ng.towns.town(size, seed=seed)
edges = ng.routing.street_edges(town.streets)
places = town.sites[town.sites["kind"].eq("destination")]

# %% [markdown]
# ## People (invented)

# %%
west, south, east, north = edges.total_bounds
x, y = np.linspace(west, east, 6), np.linspace(south, north, 6)
boxes = [shapely.box(a, b, c, d) for a, c in zip(x[:-1], x[1:]) for b, d in zip(y[:-1], y[1:])]
names = pd.Index([f"z{k:02d}" for k in range(len(boxes))], name="zone_id")
zones = gpd.GeoDataFrame({"people": invented_people}, index=names, geometry=boxes, crs=edges.crs)

# %% [markdown]
# ## Who gets there on foot

# %%
ways = ng.routing.network_graph(edges, ng.routing.costs(edges, "walk"))
doors = ng.sites.doors(places)
snapped = ng.sites.by_site(ng.routing.snap(ways, doors.assign(kind="destination")), doors)
reach = ng.routing.reach(snapped, limit_min=limit_min)
people = ng.routing.spread(zones, snapped.ways).people
figures = ng.sites.figures(places, snapped, reach, limits_min=[5, 10, limit_min], people=people)
figures["people"].unstack("limit_min").assign(notice=town.notice)

# %% [markdown]
# ## The ways in: what was surveyed, and what nobody measured

# %%
condition = ng.pci.latest(town.surveys, town.streets.sections, as_of=dt.date(2026, 7, 1))
chair = ng.routing.costs(edges, "manual_wheelchair")
ng.sites.ways_in(
    places, snapped, reach, limit_min=limit_min, condition=condition, wheelchair=chair
).round(0)

# %% [markdown]
# ## Vehicle trips that the published programmes add (rates not confirmed)

# %%
trips = ng.sites.trips_added(places)
trips

# %% [markdown]
# ## An alternative beside today: a straight path of a planner (invented) to one site
#
# A table `site_edits` has the changes, and an entrance of an alternative is one in `site_entrances`. The command
# `norwalk sites` tries them for every traveler, and puts repairs beside them by people for each dollar.

# %%
site = "excelsior"
far = reach["cost_ms"].xs(site, level="site_id")
begin = snapped.ways.nodes.geometry[far[far.gt(10 * 60_000)].idxmin()]
line = shapely.LineString([begin, places.geometry[site]])
edits = gpd.GeoDataFrame(
    {"alternative": ["Path"], "change": ["add"], "kind": ["path"]},
    index=pd.Index(["e1"], name="edit_id"),
    geometry=[line],
    crs=edges.crs,
)
kinds = doors.assign(kind=doors["site_id"])
changes = ng.sites.alternative_changes(
    ng.sites.edited(edges, edits),
    (kinds, kinds),
    zones,
    profile="walk",
    unknowns="avoid",
    limits_min=[10],
)
gained = changes[changes["grouping"].eq("all")].set_index("site_id")[["within_before", "within_after", "gained"]]
gained

# %% [markdown]
# ## The answer

# %%
known = trips["low_trips"].notna().sum()
within = figures.xs(float(limit_min), level="limit_min")["people"]
Markdown(
    f"**On invented streets, {within.min():,} to {within.max():,} invented people walk to a site in {limit_min} "
    f"minutes.** Trips can be estimated for {known} of {len(trips)} sites; of the others too little is published. "
    f"An invented path to {site} lets {gained.loc[site, 'gained']:,} more get there in 10 minutes. "
    "No slope, ramp or sidewalk of the ways in is measured, so nothing is said for wheelchairs."
)
