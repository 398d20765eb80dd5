"""Towns are invented, the same on every run, and like a city's."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from strategies import examples

from norwalk_geo import config, io, network, schema, towns
from norwalk_geo.errors import ConfigError
from norwalk_geo.towns import drawing, shaping

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
# Streets of Norwalk and its neighbors, by their first words.
REAL_STREETS = {
    "adoree",
    "alburtis",
    "alondra",
    "arkansas",
    "artesia",
    "barnwall",
    "behrens",
    "bloomfield",
    "brimley",
    "carmenita",
    "cecilia",
    "cheshire",
    "civic",
    "clark",
    "cornuta",
    "crewe",
    "curtis",
    "dalwood",
    "dante",
    "day",
    "dumont",
    "elmcroft",
    "excelsior",
    "fairford",
    "fidel",
    "firestone",
    "flallon",
    "flatbush",
    "florence",
    "foster",
    "funston",
    "gard",
    "gridley",
    "harvest",
    "hayford",
    "hoback",
    "hoxie",
    "imperial",
    "jersey",
    "kalnor",
    "kenney",
    "lakeland",
    "leffingwell",
    "leibacher",
    "littchen",
    "longworth",
    "lyndora",
    "madris",
    "maidstone",
    "mapledale",
    "mcrae",
    "molette",
    "norwalk",
    "orr",
    "pioneer",
    "piuma",
    "ratliffe",
    "rosecrans",
    "rosecroft",
    "rosehedge",
    "san",
    "shoemaker",
    "sproul",
    "studebaker",
    "taddy",
    "thornlake",
    "union",
    "volunteer",
    "walnut",
    "zeus",
}


@pytest.fixture(scope="module")
def norwalk() -> towns.Town:
    return towns.town("norwalk")


def latest(town: towns.Town) -> pd.Series:
    return town.surveys["pci"].groupby("section_id").last()


# --------------------------------------------------------------------------- the same again


def test_the_same_size_and_seed_give_the_same_town() -> None:
    one, two = towns.town("town", seed=3), towns.town(84, seed=3)
    assert_geodataframe_equal(one.streets.sections, two.streets.sections)
    assert_geodataframe_equal(one.streets.nodes, two.streets.nodes)
    assert_frame_equal(one.surveys, two.surveys)
    assert_geodataframe_equal(one.sites, two.sites)


def test_another_seed_gives_another_town() -> None:
    one, two = towns.town(84, seed=1), towns.town(84, seed=2)
    assert not one.streets.sections.geometry.geom_equals(
        two.streets.sections.geometry, align=False
    ).all()
    assert not one.streets.sections["street_name"].equals(two.streets.sections["street_name"])


@examples(12)
@given(size=st.integers(20, 300), seed=st.integers(0, 10_000))
def test_a_town_of_any_size_is_whole(size: int, seed: int) -> None:
    town = towns.town(size, seed=seed)
    sections, surveys = town.streets.sections, town.surveys
    assert len(sections) == size
    assert sections.index.is_unique
    assert sections.index.str.fullmatch(r"s\d{5}").all()
    for name, table in {"sections": sections, "surveys": surveys, "sites": town.sites}.items():
        schema.check(table, name)
    schema.check(town.streets.nodes, "nodes")
    assert nx.is_connected(network.to_graph(town.streets))
    for name, table in {"sections": sections, "sites": town.sites}.items():
        network.check_crs(table, name, crs=towns.CRS, bbox_lonlat=towns.BBOX_LONLAT)
    assert {"arterial", "residential"} <= set(sections["functional_class"])
    surveyed = surveys.index.get_level_values("section_id")
    assert set(surveyed) < set(sections.index)
    assert sections["width_ft"].isna().any()
    assert sections["surface_type"].isna().any()
    assert town.notice == towns.NOTICE


@pytest.mark.parametrize(("size", "count"), towns.SIZES.items())
def test_sizes_have_names(size: str, count: int) -> None:
    if count <= 4000:
        assert len(towns.town(size).streets.sections) == count


def test_a_large_town_divides_more_than_one_arterial() -> None:
    ends = [np.array([(0.0, 900.0 * row), (900.0, 900.0 * row)]) for row in range(4)]
    lines = [7, 3, 3, 5]
    pieces = [
        drawing.Piece(2 * n, 2 * n + 1, line, 1 if line != 5 else 3, (0, 0), ends[n])
        for n, line in enumerate(lines)
    ]
    result, divided = shaping.divide(pieces, 3)
    assert len(result) == len(divided) == 7
    assert [piece.line for piece, is_one in zip(result, divided, strict=True) if is_one] == [
        *(7, 3, 3),
        *(3, 3, 7),
    ]


def test_a_size_or_seed_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"(?s)2 problems.*size: is 'village'.*seed: is -1"):
        towns.town("village", seed=-1)
    with pytest.raises(ConfigError, match="size: is 19"):
        towns.town(19)


# --------------------------------------------------------------------------- like a city


def test_streets_are_a_citys(norwalk: towns.Town) -> None:
    sections = norwalk.streets.sections
    miles = sections.geometry.length.sum() / 5280
    assert 180 < miles < 240
    assert sections.geometry.length.between(40, 2700).all()
    share = sections["functional_class"].value_counts(normalize=True)
    assert share["residential"] > 0.6
    assert set(share.index) == {"arterial", "collector", "residential", "alley"}
    degree = norwalk.streets.nodes["degree"]
    assert (degree == 1).mean() > 0.03, "no dead ends"
    assert (degree == 3).sum() > (degree == 4).sum(), "a checkerboard"
    assert (sections.geometry.count_coordinates() > 2).mean() > 0.2, "no curves"


def test_no_two_streets_cross_unseen(norwalk: towns.Town) -> None:
    sections = norwalk.streets.sections
    left, _ = sections.sindex.query(sections.geometry, predicate="crosses")
    # Carriageways and jogs apart, streets meet at nodes only.
    assert len(left) < 0.01 * len(sections), sections.index[left[:6]]


def test_condition_is_a_citys(norwalk: towns.Town) -> None:
    sections, pci = norwalk.streets.sections, latest(norwalk)
    measures = network.measure(sections, schema.parameters("classes"))
    mean = np.average(pci, weights=measures["area_sy"].reindex(pci.index))
    assert 62 <= mean <= 66
    assert pci.min() == 8
    assert pci.max() == 100
    means = pci.groupby(sections["functional_class"]).mean()
    assert means["arterial"] > means["residential"] + 3


@pytest.mark.parametrize("by", ["street_name", "zone_id"])
def test_neighbors_are_alike(norwalk: towns.Town, by: str) -> None:
    pci = latest(norwalk)
    group = norwalk.streets.sections[by].reindex(pci.index)
    within = (pci - pci.groupby(group).transform("mean")).var()
    shuffled = pci.sample(frac=1, random_state=1).set_axis(pci.index)
    by_chance = (shuffled - shuffled.groupby(group).transform("mean")).var()
    assert within < 0.97 * by_chance


def test_rounds_of_surveys(norwalk: towns.Town) -> None:
    surveys = norwalk.surveys.reset_index()
    assert surveys["survey_date"].between("2018-01-01", "2026-06-30").all()
    assert (surveys["survey_date"].dt.day_of_week < 5).mean() > 0.99
    rounds = surveys.groupby("section_id").size()
    assert rounds.max() == 3
    assert (rounds >= 2).mean() > 0.97
    assert set(surveys["pci_method"]) == {"astm_d6433"}
    change = surveys.groupby("section_id")["pci"].diff().dropna()
    assert 0.5 < (change < 0).mean() < 0.95, "streets only fall, or only rise"
    load = surveys.set_index("section_id")["load_share_pct"]
    means = load.groupby(norwalk.streets.sections["functional_class"]).mean()
    assert means["arterial"] > means["residential"]


def test_cases_on_purpose(norwalk: towns.Town) -> None:
    sections = norwalk.streets.sections
    assert {"city", "state", "private"} == set(sections["maintained_by"])
    assert set(sections["share_pct"].dropna()) == {50.0}
    assert sections["carriageway"].eq("divided").sum() >= 2
    never = ~sections.index.isin(latest(norwalk).index)
    assert never[sections["maintained_by"].ne("city")].all()
    assert 0 < never[sections["maintained_by"].eq("city")].sum() < 0.03 * len(sections)
    assert {"Dead end", "City limit"} <= set(sections["from_street"]) | set(sections["to_street"])


def test_cross_streets_are_met_at_the_ends(norwalk: towns.Town) -> None:
    sections = norwalk.streets.sections
    ends = pd.concat(
        [sections[["street_name"]].assign(node=sections[end]) for end in ("from_node", "to_node")]
    )
    met = ends.groupby("node")["street_name"].agg(set)
    for node, column in (("from_node", "from_street"), ("to_node", "to_street")):
        named = sections[
            ~sections[column].isin(["Dead end", "City limit"]) & sections[column].notna()
        ]
        assert all(
            name in met[place] and name != own
            for name, place, own in zip(
                named[column], named[node], named["street_name"], strict=True
            )
        )


def test_a_street_keeps_its_name(norwalk: towns.Town) -> None:
    sections = norwalk.streets.sections
    for _, street in sections.groupby("street_name"):
        graph = nx.Graph(zip(street["from_node"], street["to_node"], strict=True))
        assert nx.is_connected(graph)
    assert sections.groupby("street_name")["functional_class"].nunique().max() <= 2


# --------------------------------------------------------------------------- nothing is Norwalk's


def test_no_name_is_a_street_of_norwalk(norwalk: towns.Town) -> None:
    words = norwalk.streets.sections["street_name"].str.lower().str.split().explode()
    types = {"boulevard", "parkway", "road", "drive", "street", "lane", "way", "walk", "avenue"}
    types |= {"terrace", "trail", "row", "court", "place", "circle", "alley"}
    assert not (set(words) - types) & REAL_STREETS


@pytest.mark.real
def test_no_name_is_on_a_bus_stop_of_norwalk(norwalk: towns.Town, real: Path) -> None:
    stops = pd.read_csv(real / "norwalk_ca" / "norwalk_transit_stops.txt")["stop_name"]
    words = {word for stop in stops for word in re.findall(r"[a-z]+", stop.lower())}
    stems = norwalk.streets.sections["street_name"].str.lower().str.split().str[0]
    assert not set(stems) & words


@pytest.mark.real
def test_sites_stand_at_their_published_points(real: Path) -> None:
    facts = pd.read_csv(real / "norwalk_ca" / "destination_sites.csv", index_col="site_id")
    sites = towns.destinations().to_crs("EPSG:4326")
    assert set(sites.index) == set(facts.index)
    facts = facts.reindex(sites.index)
    assert np.allclose(sites.geometry.x, facts["anchor_lon"], atol=1e-8)
    assert np.allclose(sites.geometry.y, facts["anchor_lat"], atol=1e-8)
    assert sites["acres"].astype("float64").equals(facts["acres"].astype("float64"))
    assert (sites["kind"] == "station").sum() == 2


def test_sites_say_what_they_are() -> None:
    sites = towns.destinations()
    assert len(sites) == 6
    assert sites.loc[sites["kind"].eq("destination"), "point_is"].str.contains("; not ").all()
    assert sites["source"].str.len().min() > 10


# --------------------------------------------------------------------------- settings and sample


@pytest.mark.parametrize("size", [84, 2400])
def test_settings_are_read_back(size: int, tmp_path: Path) -> None:
    town = towns.town(size)
    text = towns.settings(town, city='A "town"')
    (tmp_path / config.FILE_NAME).write_text(text, encoding="utf-8")
    found = config.read_config(tmp_path)
    assert found.notice == town.notice
    assert found.city == 'A "town"'
    assert found.as_of.isoformat() == towns.AS_OF
    assert list(found.budget) == list(range(2027, 2037))
    assert len(found.budget[2027]) == 2
    assert found.bbox_lonlat == towns.BBOX_LONLAT
    sections = town.streets.sections
    network.check_crs(sections, "sections", crs=found.crs, bbox_lonlat=found.bbox_lonlat)


def test_a_large_towns_box_is_wider() -> None:
    town = towns.town("city")
    box = tomllib.loads(towns.settings(town))["city"]["bbox_lonlat"]
    assert box[0] < towns.BBOX_LONLAT[0]
    network.check_crs(town.streets.sections, "sections", crs=towns.CRS, bbox_lonlat=tuple(box))


def test_the_sample_is_the_town(norwalk: towns.Town) -> None:
    found = config.read_config(SAMPLE)
    assert (SAMPLE / config.FILE_NAME).read_text(encoding="utf-8") == towns.settings(norwalk)
    sections = gpd.GeoDataFrame(io.read_table(found.path("sections"), "sections"))
    expected = norwalk.streets.sections[sections.columns]
    assert_geodataframe_equal(sections, expected, check_less_precise=True, check_dtype=False)
    assert_frame_equal(io.read_table(found.path("surveys"), "surveys"), norwalk.surveys)
    sites = gpd.GeoDataFrame(io.read_table(found.path("sites"), "sites"))
    assert_geodataframe_equal(
        sites, norwalk.sites[sites.columns], check_less_precise=True, check_dtype=False
    )
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_500_000


@pytest.mark.slow
def test_the_sample_is_remade_byte_for_byte(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("norwalk")
    subprocess.run([program, "new", tmp_path / "sample", "--synthetic", "--quiet"], check=True)
    for file in ("norwalk.toml", "clean/sections.gpkg", "clean/surveys.csv", "clean/sites.gpkg"):
        assert (tmp_path / "sample" / file).read_bytes() == (SAMPLE / file).read_bytes(), file
