"""What sites are planned to hold → the vehicle trips that it adds, where anything is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo import schema

if TYPE_CHECKING:
    from norwalk_geo.schema import Sites

__all__ = ["trips_added"]


def trips_added(
    sites: Sites,
    *,
    programmes: pd.DataFrame | None = None,
    rates: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Estimate the vehicle trips that the published programme of each site adds on a weekday.

    Parameters
    ----------
    sites
        The sites.
    programmes
        What they are planned to hold. By default `parameters/programmes.csv`.
    rates
        Trips by unit, low and high. By default `parameters/trip_rates.csv`.

    Returns
    -------
    site_trips
        One row a site. The trips are those of its driveways, before mixed use, transit and passing
        by take any away. A site without a published amount has no figure; one with a part of its
        programme published has that part's, and the rest is named.

    Examples
    --------
    >>> from norwalk_geo import towns
    >>> found = trips_added(towns.destinations())
    >>> found["low_trips"].notna().sum(), found["not_published"]["excelsior"][:5]
    (np.int64(2), 'homes')
    """
    given = (schema.parameters("programmes") if programmes is None else programmes).reset_index()
    table = schema.parameters("trip_rates") if rates is None else rates
    rows = []
    for site in map(str, sites.index):
        own = given[given["site_id"].eq(site)]
        known = own[own["element"].isin(table.index) & own["amount"].notna()]
        used = table.loc[known["element"]]
        amount = known["amount"].to_numpy("float64")
        open_parts = own[own["status"].eq("not_published") & own["element"].isin(table.index)]
        # A programme that only says what is forbidden is no programme.
        tells = bool((amount > 0).any())
        row: dict[str, object] = {"site_id": site, "counted": None, "confirmed": False}
        if tells:
            row |= {
                f"{end}_trips": float((used[f"{end}_trips"].to_numpy() * amount).sum())
                for end in ("low", "high")
            }
            row |= {
                "counted": ", ".join(known["element"]),
                "confirmed": bool(used["confirmed"].all()),
            }
        lacking = list(open_parts["element"]) if len(own) else list(table.index)
        rows.append(row | {"not_published": ", ".join(lacking) or None})
    names = list(schema.describe("site_trips").columns.index)
    return schema.check(pd.DataFrame(rows).reindex(columns=names), "site_trips")
