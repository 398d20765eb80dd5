"""What helps at a city's sites: repairs on the ways in, and the alternatives of a planner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import report, routing, schema, sites
from norwalk_geo.cli import editions, riding
from norwalk_geo.cli.placing import Base, layer, reach
from norwalk_geo.cli.records import City
from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Zones

__all__ = ["alternatives", "costs", "repairs"]

_PLAN, _REMOVALS = "plan of repairs", "transition plan"
_CHAIR, _UNKNOWNS = "manual_wheelchair", "allow_and_flag"
_LIMIT_MIN = 15.0
# Who tries an alternative; what was not measured counts as passable, and is flagged.
_TRIED = (("walk", "avoid"), (_CHAIR, _UNKNOWNS), ("bike_stress_2", "avoid"), ("drive", "avoid"))
_POOR_PCI = 55.0
_NO_PLAN = "No results of norwalk run lie in {folder}: repairs of pavement have no costs."
_NO_REMOVALS = "No results of norwalk ada lie in {folder}: removals of barriers have no costs."


def _own(folder: Path, kind: str, city: City) -> str | None:
    """Say of which day results are; none where there are none, refused if of another city."""
    file = folder / "summary.json"
    if not file.is_file():
        return None
    why = "is not of results of this program"
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
        if summary["kind"] == kind and summary["city"] == city.config.city:
            return str(summary["as_of"])
        why = f"is of kind {summary['kind']} and the city {summary['city']!r}"
    except (ValueError, KeyError, TypeError):
        pass  # not ours, as said below
    remedy = f"Name results of {city.config.city} with --results."
    raise SourceError.of(str(folder), [Problem(file.name, why, remedy=remedy)])


def _text(path: Path) -> pd.DataFrame:
    """Read a list that this program wrote."""
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


def _paved(folder: Path) -> pd.DataFrame:
    """Take what the plan of repairs says of each section."""
    work = _text(folder / "work_plan.csv")
    work["cost_usd"] = pd.to_numeric(work["cost_usd"])
    return _by_section(work)


def _kept(results: report.Results) -> pd.DataFrame:
    """Take the same from an edition of the plan."""
    work = report.work_table(results.sections, results.condition, results.plan)
    texts = ["treatment_label", "street_name", "from_street", "to_street"]
    work[texts] = work[texts].astype("object").fillna("").astype("str")
    return _by_section(work.assign(year=work["year"].astype("str")))


def _by_section(work: pd.DataFrame) -> pd.DataFrame:
    """Put the work of each section together, in words."""
    work["what"] = work["treatment_label"] + " (" + work["year"] + ")"
    limits = (", " + work["from_street"] + "–" + work["to_street"]).where(
        work["from_street"].ne(""), ""
    )
    work["location"] = work["street_name"] + limits
    grouped = work.groupby("section_id")
    found = grouped.agg(
        cost_usd=("cost_usd", "sum"), what=("what", ", ".join), location=("location", "first")
    )
    return found.assign(planned=_PLAN).rename_axis("repair_id").reset_index()


def _removed(folder: Path) -> pd.DataFrame:
    """Take what the transition plan says of each barrier."""
    plan = _text(folder / "transition_plan.csv").rename(columns={"barrier_id": "repair_id"})
    plan["cost_usd"] = pd.to_numeric(plan["cost_usd"], errors="coerce")
    when = (" (" + plan["year"] + ")").where(plan["year"].ne(""), "")
    plan["what"] = plan["method"] + when
    plan["location"] = plan["location"].where(plan["location"].ne(""), None)
    return plan.assign(planned=_REMOVALS)[["repair_id", "cost_usd", "planned", "what", "location"]]


def costs(city: City, results: Path | None) -> tuple[pd.DataFrame, list[str]]:
    """
    Take costs from the plan of repairs and from the results of `norwalk ada`.

    Parameters
    ----------
    city
        As read and checked.
    results
        Folder with results of `norwalk run` and `norwalk ada`. Where none is named, the city's
        newest edition of the plan counts, and what lies in its folder `out`.

    Returns
    -------
    costs, notes
        Table `repair_costs`, and which results it rests on.

    Raises
    ------
    SourceError
        The results are of another city, or the edition is not as it was kept.
    """
    folder = results or city.config.folder / "out"
    wanted = [(folder / "ada", "ada", _removed, _NO_REMOVALS)]
    parts, notes = [], []
    chosen = None if results else editions.newest(city)
    if chosen:
        parts.append(_kept(chosen.results))
        notes.append(f"Costs of repairs of pavement: {editions.told(chosen)['plan']['says']}")
    else:
        wanted.insert(0, (folder, "plan", _paved, _NO_PLAN))
    for own, kind, take, none in wanted:
        day = _own(own, kind, city)
        if day is None:
            notes.append(none.format(folder=own.name if own == folder else f"{folder.name}/ada"))
            continue
        found = take(own)
        parts.append(found)
        notes.append(
            f"Costs of repairs are of the {found['planned'].iloc[0]} as of {day}."
            if len(found)
            else none.format(folder=own.name)
        )
    blank = pd.DataFrame(columns=list(schema.describe("repair_costs").columns.index))
    table = pd.concat(parts, ignore_index=True) if parts else blank
    return schema.check(table, "repair_costs"), notes


def _pavement(
    base: Base, zones: Zones, condition: Condition, priced: pd.DataFrame, sections: pd.DataFrame
) -> pd.DataFrame:
    """Count who walks over each section that is in the plan or poor."""
    snapped = base.snapped("walk")
    people = routing.spread(zones, snapped.ways).people
    found = reach(snapped, _LIMIT_MIN)
    helped = sites.people_on_ways(snapped, found, people).rename_axis(["site_id", "repair_id"])
    poor = condition.index[condition["pci"].lt(_POOR_PCI)]
    edge = helped.index.get_level_values("repair_id")
    own = helped[edge.isin(priced.index) | edge.isin(poor)]
    table = sites.per_dollar(own, priced, helps="come_over_it")
    if "street_name" not in sections:
        return table
    ids = pd.Index(table.index.get_level_values("repair_id"))
    names = sections["street_name"].reindex(ids).set_axis(table.index)
    return table.assign(location=table["location"].where(table["location"].notna(), names))


def _streets(city: City, wanted: set[str]) -> dict[str, str]:
    """Name the street that is nearest to each barrier, as `feature:id`."""
    named = gpd.GeoDataFrame(city.tables["sections"])
    if "street_name" not in named:
        return {}
    named = named.loc[named["street_name"].notna(), ["street_name", "geometry"]]
    found: dict[str, str] = {}
    for feature in sorted({one.split(":", 1)[0] for one in wanted}):
        shapes = layer(city, feature)
        if shapes is None:
            continue
        keys = [f"{feature}:{one}" for one in shapes.index]
        own = gpd.GeoDataFrame(geometry=list(shapes.geometry), index=keys, crs=shapes.crs)
        own = own[own.index.isin(wanted) & own.geometry.notna()]
        nearest = own.sjoin_nearest(named).sort_values("street_name", kind="stable")
        found |= nearest[~nearest.index.duplicated()]["street_name"].to_dict()
    return found


def repairs(
    base: Base, city: City, condition: Condition, priced: pd.DataFrame
) -> tuple[pd.DataFrame | None, list[str]]:
    """
    Find the repairs on the ways in that help most for each dollar.

    Parameters
    ----------
    base
        Places, ways and people.
    city
        As read and checked.
    condition
        Latest survey by section.
    priced
        Table `repair_costs`.

    Returns
    -------
    repairs, notes
        Table `site_repairs`; nothing without people.
    """
    if base.zones is None:
        return None, []
    limit, notes = city.config.access.limit_min, []
    parts = [_pavement(base, base.zones, condition, priced, city.tables["sections"])]
    if base.walks is not None:
        doors = base.doors.assign(kind=base.doors["site_id"])
        gains = routing.repair_gains(
            base.walks, doors, base.zones, limit_min=limit, unknowns=_UNKNOWNS
        ).reset_index()
        gains["repair_id"] = gains["feature"] + ":" + gains["feature_id"]
        helped = gains.rename(columns={"kind": "site_id", "people_gained": "people"})
        keyed = helped.set_index(["site_id", "repair_id"])[["people"]]
        removed = sites.per_dollar(keyed, priced)
        ids = removed.index.get_level_values("repair_id")
        near = pd.Series(ids.map(_streets(city, set(ids))), index=removed.index)
        parts.append(removed.assign(location=removed["location"].fillna(near)))
        notes.append(
            f"Removals of barriers: who gets there in a wheelchair within {limit:g} minutes with "
            "one removal alone; what was not measured counts as passable there."
        )
    else:
        notes.append("No sidewalks were surveyed: removals of barriers are not looked at.")
    return pd.concat([one.reset_index() for one in parts], ignore_index=True), notes


def alternatives(base: Base, city: City, service: riding.Service | None) -> pd.DataFrame | None:
    """
    Try the alternatives that the planner names, each alone beside today.

    Parameters
    ----------
    base
        Places, ways and people.
    city
        As read and checked: `site_edits`, and entrances of an alternative.
    service
        Timetables, for changes of buses.

    Returns
    -------
    alternatives
        Table `site_alternatives`; nothing without people or without alternatives.

    Raises
    ------
    SchemaError
        With every edit that cannot be made.
    """
    edits, entrances = layer(city, "site_edits"), layer(city, "site_entrances")
    named: set[str] = set()
    for table in (edits, entrances):
        if table is not None and "alternative" in table:
            named |= set(table["alternative"].dropna())
    if base.zones is None or not named:
        return None
    tables = []
    for name in sorted(named):
        own = None if edits is None else edits[edits["alternative"].eq(name)]
        tables += [one.assign(alternative=name) for one in _tried(base, city, service, name, own)]
    every = pd.concat(tables, ignore_index=True)
    return schema.check(every, "site_alternatives").reset_index()


def _tried(
    base: Base,
    city: City,
    service: riding.Service | None,
    name: str,
    own: gpd.GeoDataFrame | None,
) -> list[pd.DataFrame]:
    """Try one alternative with every traveller, and with other buses where it has them."""
    boundaries, entrances = layer(city, "site_boundaries"), layer(city, "site_entrances")
    opened = sites.doors(base.sites, boundaries=boundaries, entrances=entrances, alternative=name)
    doors = (base.doors.assign(kind=base.doors["site_id"]), opened.assign(kind=opened["site_id"]))
    none = gpd.GeoDataFrame({"change": []}, geometry=[], crs=base.streets.crs)
    edits = none if own is None else own
    found = []
    if len(opened) > len(base.doors) or edits["change"].ne("bus").any():
        ids = [edges.index for edges in (base.streets, base.walks) if edges is not None]
        for profile, unknowns in _TRIED:
            edited = sites.edited(base.edges(profile), edits, known=ids)
            found.append(
                sites.alternative_changes(
                    edited,
                    doors,
                    base.zones,
                    profile=profile,
                    unknowns=unknowns,
                    limits_min=[_LIMIT_MIN],
                )
            )
    buses = edits[edits["change"].eq("bus")]
    if len(buses):
        more = riding.by_bus(base, city, service, buses)
        found += [] if more is None else [more]
    return found
