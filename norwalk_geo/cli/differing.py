"""Put two editions of a city's plan side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from norwalk_geo import budget, config, io, network, report, schema
from norwalk_geo.cli import editions
from norwalk_geo.cli.records import Outcome
from norwalk_geo.errors import CrsError, Problem

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show
    from norwalk_geo.schema import Changes, Sections

__all__ = ["write"]


def _streets(earlier: Sections, later: Sections) -> Changes:
    """Say what became of the sections, where they are not the same by id."""
    if set(earlier.index) == set(later.index):
        return schema.check(
            pd.DataFrame(columns=list(schema.describe("changes").columns.index), dtype="str"),
            "changes",
        )
    if earlier.crs != later.crs:
        remedy = "Keep both editions in one system."
        problem = Problem("geometry", "of the two is in different systems", remedy=remedy)
        raise CrsError.of("editions", [problem])
    return network.match_ids(later, earlier).changes


def _renamed(streets: Changes) -> dict[str, str]:
    """
    Take the sections that go on under another id.

    An id is kept for ever, so that this happens only where a city gave ids of its own.
    """
    goes_on = streets[streets["change"].isin(["same", "changed"])]
    pairs = zip(goes_on["earlier_id"], goes_on["section_id"], strict=True)
    return {str(one): str(other) for one, other in pairs if one != other}


def _both(earlier: Sections, later: Sections, renamed: dict[str, str]) -> Sections:
    """Take the later sections, and those that are in the earlier edition alone."""
    alone = earlier[~earlier.index.isin(later.index) & ~earlier.index.isin(list(renamed))]
    together = pd.concat([pd.DataFrame(later), pd.DataFrame(alone)])
    return gpd.GeoDataFrame(together.rename_axis("section_id"), crs=later.crs)


def _found(one: editions.Chosen, other: editions.Chosen) -> report.Different:
    """Find what differs."""
    earlier, later = one.results, other.results
    streets = _streets(earlier.sections, later.sections)
    renamed = _renamed(streets)
    changes = budget.diff(earlier.plan, later.plan, renamed=renamed)
    both = _both(earlier.sections, later.sections, renamed)
    names = tuple(x.edition.name if x.edition else "" for x in (one, other))
    return report.Different(
        (names[0], names[1]),
        both,
        changes,
        budget.diff_years(earlier.plan, later.plan),
        budget.diff_groups(changes, both["functional_class"]),
        streets[streets["change"].ne("same")],
    )


def _notes(one: editions.Chosen, other: editions.Chosen) -> list[str]:
    """Say which tables, settings and parameters differ between the editions."""
    digests = []
    for chosen in (one, other):
        summary = chosen.results.summary
        found = {f"table {each['table']}": each["sha256"] for each in summary["inputs"]}
        found["settings"] = summary["settings"]["sha256"]
        found |= {f"parameters {k}": v["sha256"] for k, v in summary["parameters"].items()}
        digests.append(found)
    names = sorted(digests[0].keys() | digests[1].keys())
    differ = [name for name in names if digests[0].get(name) != digests[1].get(name)]
    if not differ:
        return ["Both editions were planned from the same tables, settings and parameters."]
    return [f"What differs between their inputs: {', '.join(differ)}."]


def write(city: Path, names: tuple[str, str], out: Path, *, show: Show) -> Outcome:
    """
    Compare two editions of a city and write every file.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.
    names
        Of the earlier and of the later edition.
    out
        Folder of the results.
    show
        Told what is being done.

    Returns
    -------
    outcome
        Summary, and the files written.

    Raises
    ------
    SourceError
        An edition is not there or not as it was kept.
    CrsError
        The editions are in different coordinate systems.
    """
    folder = config.read_config(city).folder
    show.step("Reading the editions")
    one, other = (editions.read(folder, name) for name in names)
    with io.writing(out) as aside:
        show.step("Comparing them")
        found = _found(one, other)
        records = {
            side: editions.told(chosen)["plan"]
            for side, chosen in (("earlier", one), ("later", other))
        }
        about = {**other.results.summary, "notes": _notes(one, other)}
        summary = report.diff_summary(found, records, about=about)
        report.write_diff(aside, found, summary)
    return Outcome(summary, report.DIFF_FILES)
