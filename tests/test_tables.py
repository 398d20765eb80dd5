"""Every schema and every parameter file is whole, cited and possible."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from norwalk_geo import schema

TYPES = {
    "text",
    "number",
    "integer",
    "date",
    "boolean",
    "Point",
    "LineString",
    "Polygon",
    "Geometry",
}
GEOMETRIES = {"", "Point", "LineString", "Polygon", "Geometry"}
UNITS = {
    "",
    "%",
    "USD",
    "USD/sy",
    "acres",
    "assets",
    "barriers",
    "collisions",
    "days",
    "degrees",
    "features",
    "fiscal year",
    "ft",
    "ft/s",
    "in",
    "lanes",
    "mi",
    "points",
    "weeks",
    "trips",
    "phases",
    "ramps",
    "s",
    "requests",
    "seals",
    "sections",
    "sf",
    "sy",
    "year",
    "years",
    "m/s",
    "mm",
    "mph",
    "min",
    "ms",
    "people",
    "homes",
    "jobs",
}
# The unit in a name and the unit in the schema say the same.
ENDINGS = {
    "_ft": "ft",
    "_in": "in",
    "_sf": "sf",
    "_pct": "%",
    "_sy": "sy",
    "_usd": "USD",
    "_mi": "mi",
    "_usd_sy": "USD/sy",
}

PARAMETERS = (
    *schema.PARAMETERS,
    *schema.SHEET_PARAMETERS,
    *schema.SITE_PARAMETERS,
    *schema.REACH_PARAMETERS,
    *schema.ADA_PARAMETERS,
    *schema.OSM_PARAMETERS,
    *schema.SCORE_PARAMETERS,
    *schema.PROJECT_PARAMETERS,
)


def raw(table: str) -> pd.DataFrame:
    file = resources.files("norwalk_geo") / "tables" / f"{table}.csv"
    with file.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, comment="#", dtype="str", keep_default_na=False)


@pytest.mark.parametrize("table", schema.table_names())
def test_a_schema_is_well_formed(table: str) -> None:
    columns, described = raw(table), schema.describe(table)
    assert columns.columns.tolist() == [
        "column",
        "type",
        "unit",
        "required",
        "minimum",
        "maximum",
        "values",
        "public",
        "description",
    ]
    assert described.each_row_is_a
    assert not described.each_row_is_a.endswith(".")
    assert columns["column"].is_unique
    assert columns["column"].str.fullmatch(r"[a-z][a-z0-9_]*").all()
    assert columns["description"].is_unique
    assert columns["description"].str.fullmatch(r"\S.*[^.\s]").all()
    assert set(columns["type"]) <= TYPES
    assert set(columns["unit"]) <= UNITS
    assert set(columns["required"]) | set(columns["public"]) <= {"yes", "no"}


@pytest.mark.parametrize("table", schema.table_names())
def test_the_key_is_there_and_required(table: str) -> None:
    described = schema.describe(table)
    assert set(described.key) <= set(described.columns.index)
    assert described.columns.loc[list(described.key), "required"].all()
    assert described.columns.index[: len(described.key)].tolist() == list(described.key)
    assert described.columns.loc[list(described.key), "public"].all()


@pytest.mark.parametrize("table", schema.table_names())
def test_geometry_is_named_once(table: str) -> None:
    described = schema.describe(table)
    assert described.geometry in GEOMETRIES
    shapes = described.columns[described.columns["type"].isin(GEOMETRIES)]
    assert shapes.index.tolist() == (["geometry"] if described.geometry else [])
    if described.geometry:
        assert described.columns.loc["geometry", "type"] == described.geometry


@pytest.mark.parametrize("table", schema.table_names())
def test_limits_fit_their_type(table: str) -> None:
    columns = schema.describe(table).columns
    limited = columns["minimum"].notna() | columns["maximum"].notna()
    assert columns.loc[limited, "type"].isin(["number", "integer"]).all()
    both = columns["minimum"].notna() & columns["maximum"].notna()
    assert (columns.loc[both, "minimum"] < columns.loc[both, "maximum"]).all()
    # A message can say "below 0", but has no words for a limit on top alone.
    assert columns.loc[columns["maximum"].notna(), "minimum"].notna().all()
    listed = columns["values"].ne("")
    assert columns.loc[listed, "type"].eq("text").all()
    for values in columns.loc[listed, "values"].str.split("|"):
        assert len(values) == len(set(values)) > 1
        assert all(value == value.strip() != "" for value in values)


@pytest.mark.parametrize("table", schema.table_names())
def test_a_unit_in_a_name_is_the_unit_of_the_column(table: str) -> None:
    columns = schema.describe(table).columns
    for column, row in columns.iterrows():
        for ending in sorted(ENDINGS, key=len, reverse=True):
            if str(column).endswith(ending):
                assert row["unit"] == ENDINGS[ending], column
                break


def test_a_column_of_one_name_has_one_type_and_unit_everywhere() -> None:
    seen: dict[str, tuple[str, str, str]] = {}
    for table in schema.table_names():
        for column, row in schema.describe(table).columns.iterrows():
            # A rating is the number of a scale, and the name of a band on the sheets of ASTM D6433.
            if column in {"geometry", "source", "rating"}:
                continue
            first = seen.setdefault(str(column), (table, row["type"], row["unit"]))
            calendar = {first[2], row["unit"]} <= {"year", "fiscal year"}
            assert first[1] == row["type"], f"{column} in {first[0]} and {table}"
            assert calendar or first[2] == row["unit"], f"{column} in {first[0]} and {table}"


def test_money_never_leaves_by_street() -> None:
    """No cost by street is public before a contract is awarded."""
    for table in ("work", "outcomes"):
        columns = schema.describe(table).columns
        assert not columns.loc[columns.index.str.contains("usd"), "public"].any()


# ------------------------------------------------------------------ parameter files


def test_every_parameter_file_is_listed_and_has_a_schema() -> None:
    folder = resources.files("norwalk_geo") / "parameters"
    names = {item.name[:-4] for item in folder.iterdir() if item.name.endswith(".csv")}
    assert names == set(PARAMETERS) <= set(schema.table_names())


@pytest.mark.parametrize("name", PARAMETERS)
def test_numbers_have_a_source(name: str) -> None:
    table = schema.parameters(name)
    assert table.attrs["citation"].startswith("Source: ")
    assert table.attrs["file"] == "package"
    assert table["source"].str.fullmatch(r"\S.*").all()
    # Who does not confirm a number says so in the file's head or in its row.
    if "confirmed" in table and not table["confirmed"].all():
        assert re.search("not confirmed", table.attrs["citation"], re.IGNORECASE)


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_people_read_is_in_both_languages(name: str) -> None:
    columns = schema.describe(name).columns.index
    for column in columns[columns.str.endswith("_es")]:
        table = schema.parameters(name).reset_index()
        assert table[column.removesuffix("_es")].ne(table[column]).mean() > 0.8


@pytest.fixture(scope="module")
def treatments() -> pd.DataFrame:
    return schema.parameters("treatments")


def test_treatments_are_possible(treatments: pd.DataFrame) -> None:
    assert (treatments["pci_min"] < treatments["pci_max"]).all()
    assert (
        treatments["called_below_pci"].between(treatments["pci_min"], treatments["pci_max"]).all()
    )
    assert (treatments["effect_points"].gt(0) | treatments["slow_pct"].gt(0)).all()
    assert (treatments["next_gain_factor"] > 0).all()
    assert (treatments["unit_cost_usd_sy"] > 0).all()
    resets = treatments["effect"].eq("set")
    assert (treatments.loc[resets, "effect_points"] > treatments.loc[resets, "pci_max"]).all()
    assert (treatments["effect_points"] <= treatments["pci_cap"]).all()
    # At the top of its window a treatment still helps.
    assert (treatments["pci_cap"] > treatments["pci_max"]).all()


def test_seals_gain_less_each_time_and_structural_work_does_not_count(
    treatments: pd.DataFrame,
) -> None:
    seals = treatments["counts_as_seal"]
    assert (treatments.loc[seals, "next_gain_factor"] < 1).all()
    assert (treatments.loc[seals, "effect"] == "add").all()
    assert (treatments.loc[~seals, "next_gain_factor"] == 1).all()


def test_every_surface_has_work_for_every_condition(treatments: pd.DataFrame) -> None:
    """Below the condition at which nothing is called for, something can always be done."""
    curves = schema.parameters("curves").index.get_level_values("surface_type").unique()
    named = {surface for text in treatments["surfaces"] for surface in text.split()}
    assert named == set(curves)
    for surface in curves:
        fits = treatments[treatments["surfaces"].str.split().map(set(surface.split()).issubset)]
        for pci in range(fits["pci_max"].max().astype(int)):
            open_now = (fits["pci_min"] <= pci) & (pci <= fits["pci_max"])
            assert open_now.any(), f"nothing can be done for {surface} at {pci}"


def test_maintenance_and_alteration_follow_the_joint_technical_assistance(
    treatments: pd.DataFrame,
) -> None:
    """DOJ/DOT 2013: slurry, crack and joint seals maintain; cape seals and layers alter."""
    words = {
        r"slurry|crack_seal|joint_seal|chip|fog|scrub|patch|stop_gap": "maintenance",
        r"cape|overlay|reconstruct|slab|micro|mill|recycl": "alteration",
    }
    for name, kind in treatments["ada_kind"].items():
        said = {meaning for pattern, meaning in words.items() if re.search(pattern, str(name))}
        assert said == {kind}, name


def test_curves_fall_as_published() -> None:
    """At 72 % of the design life the condition is 60; every class has a curve for every surface."""
    curves = schema.parameters("curves")
    classes = schema.parameters("classes").index
    surfaces = curves.index.get_level_values("surface_type").unique()
    assert set(curves.index) == {(c, s) for c in classes for s in surfaces}
    assert (curves["shape"] >= 1).all()
    life = curves["source"].str.extract(r"(\d+) years")[0].astype("float64")
    condition = 100 * np.exp(-((0.72 * life / curves["scale_years"]) ** curves["shape"]))
    assert condition.between(59, 61).all()


def test_bands_cover_the_whole_scale() -> None:
    bands = schema.parameters("bands").reset_index()
    for _, scheme in bands.groupby("scheme"):
        assert scheme["pci_min"].is_monotonic_decreasing
        assert scheme["pci_min"].is_unique
        assert scheme["pci_min"].min() == 0
        assert scheme["color"].str.fullmatch("#[0-9a-f]{6}").all()
        assert scheme["color"].is_unique


def contrast_with_white(color: str) -> float:
    """WCAG 2.1 contrast ratio."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_colors_stand_out_from_a_white_page() -> None:
    for color in schema.parameters("bands")["color"]:
        assert contrast_with_white(color) >= 3, color


def test_better_ratings_read_as_better_conditions() -> None:
    scales = schema.parameters("scales").reset_index()
    for _, scale in scales.groupby("scale"):
        rated = scale.dropna(subset="pci")
        assert rated["pci"].is_monotonic_increasing
        assert rated["rating"].is_monotonic_increasing
        assert rated["pci"].iloc[-1] == 100
        # Zero on a scale that begins at one is not a condition.
        if not scale["scale"].iloc[0].startswith("0"):
            assert scale.loc[scale["rating"].eq(0), "pci"].isna().all()


def test_prices_are_known_for_every_year_of_a_cost(treatments: pd.DataFrame) -> None:
    index = schema.parameters("price_index")
    years = index.index
    assert years.tolist() == list(range(years.min(), years.max() + 1))
    assert set(treatments["cost_year"]) <= set(years)
    assert index["index"].pct_change().dropna().abs().max() < 0.15
