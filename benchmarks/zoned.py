"""Measure a rotation that the plan chooses, with funds and classes, beside the free plan."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from benchmarks import instance
from benchmarks.planning import peak_mb

if TYPE_CHECKING:
    import pandas as pd

    from norwalk_geo.budget import Ramps
    from norwalk_geo.budget.model import Case
    from norwalk_geo.budget.ramps import Duties
    from norwalk_geo.treatments import Lifecycle

__all__ = ["add", "main"]

WARM_SECTIONS, ZONES = 200, 10
# Shares of the yearly money by fund, what each may pay for, and years that it is kept.
FUNDS = (
    ("gas tax", 0.35, ("",), frozenset(), 0),
    ("maintenance", 0.15, ("",), frozenset({"maintenance"}), 0),
    ("main streets", 0.20, ("arterial", "collector", "industrial"), frozenset(), 2),
    ("local return", 0.20, ("",), frozenset({"alteration"}), 3),
    ("bonds", 0.10, ("residential",), frozenset(), 4),
)


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `zoned` and its options."""
    parser = commands.add_parser("zoned", help="Measure a rotation chosen with five funds.")
    parser.add_argument("--sections", type=int, default=4_000, help="Sections of the network.")
    parser.add_argument("--years", type=int, default=10, help="Years of the plan.")
    parser.add_argument("--period", type=int, default=5, help="Years between visits to a zone.")
    parser.add_argument(
        "--corners", action="store_true", help="On a grid whose corners lack ramps."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    parser.set_defaults(main=main)


def streets(case: Case) -> pd.DataFrame:
    """Zone and class of each section; zones are runs of sections of about one size."""
    import numpy as np
    import pandas as pd

    count = len(case.ids)
    zone = [f"z{one:02}" for one in np.arange(count) * ZONES // count]
    classes = [case.life.families[f].rsplit(" ", 1)[0] for f in case.family]
    return pd.DataFrame({"zone_id": zone, "functional_class": classes}, index=case.ids)


def owed(duties: Duties, ids: pd.Index) -> Ramps:
    """The corners of the grid as a city's tables."""
    import pandas as pd

    from norwalk_geo.budget import Ramps

    names = pd.Index([f"c{k:05}" for k in range(len(duties.usd))], name="corner_id")
    cost = dict.fromkeys(("cost_usd", "cost_low_usd", "cost_high_usd"), duties.usd)
    due = {"ramps_due": 1, "ramps_unknown": 0, "ramps_infeasible": 0}
    corners = pd.DataFrame({**due, **cost}, index=names)
    links = pd.MultiIndex.from_arrays(
        [names[duties.corner], ids[duties.section]], names=["corner_id", "section_id"]
    )
    return Ramps(corners, pd.DataFrame({"is_crossed": True}, index=links))


def funded(case: Case, table: pd.DataFrame) -> Case:
    """Let five funds pay for the same money as the yearly budget."""
    from norwalk_geo.budget.demands import Demands, Fund
    from norwalk_geo.budget.terms import Planned, terms

    usd = dict(zip(case.years, case.budget_cents / 100, strict=True))
    known = case.life.classes.index
    funds = tuple(
        Fund(
            name,
            {year: part * usd[year] for year in usd},
            classes=frozenset(one for one in known if one.startswith(classes)),
            treatments=kinds | ({"ramps"} if kinds == {"alteration"} else set()),
            keeps_years=keeps,
        )
        for name, part, classes, kinds, keeps in FUNDS
    )
    ramps = None if case.duties is None else owed(case.duties, case.ids)
    planned = Planned(table, case.family, case.exact_age, case.area, case.rules.terminal_years)
    demands = Demands(funds=funds, ramps=ramps)
    made = terms(demands, planned, case.years, case.budget_cents, case.life)
    growth = case.unit_cost[:, 0, 0] / case.life.unit_cost_usd_sy[0, 0]
    duties = None if made.duties is None else made.duties.grown(growth)
    return replace(case, pattern=made.pattern, cell=made.cell, rows=made.rows, duties=duties)


def classed(life: Lifecycle) -> Lifecycle:
    """Give the instance's treatments the kinds that funds ask for."""
    altered = life.treatments.index.isin(["thin_overlay", "mill_overlay", "reconstruct"])
    kinds = ["alteration" if one else "maintenance" for one in altered]
    return replace(life, treatments=life.treatments.assign(ada_kind=kinds))


def plan(sections: int, options: argparse.Namespace) -> dict[str, Any]:
    """Choose a rotation; arterials are free of it."""
    from benchmarks import corners
    from norwalk_geo.budget.questions import solving
    from norwalk_geo.budget.rotation.layout import lay_out
    from norwalk_geo.budget.rotation.searching import search
    from norwalk_geo.budget.rotation.settings import Rotation

    life = classed(instance.lifecycle(age_alone=False))
    drawer, years = corners if options.corners else instance, options.years
    case = drawer.layout(drawer.stock(sections, life), life, years)
    table = streets(case)
    case = funded(case, table)
    begin = time.perf_counter()
    free = solving.solve(case)
    middle = time.perf_counter()
    is_free = table["functional_class"].str.startswith("arterial")
    zones = lay_out(
        case,
        table["zone_id"].mask(is_free),
        table["functional_class"],
        Rotation(options.period),
    )
    rotated = search(zones)
    done = time.perf_counter()
    nothing = solving.no_work(case).objective
    value, bound = rotated.value / case.scale, rotated.bound / case.scale
    return {
        "sections": len(case.ids),
        "corners": 0 if case.duties is None else len(case.duties.usd),
        "years": years,
        "zones": ZONES,
        "funds": len(FUNDS),
        "seconds": done - middle,
        "objective": value,
        "bound": bound,
        "do_nothing": nothing,
        "gap": (bound - value) / (bound - nothing),
        "rotations_tried": rotated.tried,
        "free": {
            "seconds": middle - begin,
            "objective": free.objective,
            "bound": free.bound,
            "gap": (free.bound - free.objective) / (free.bound - nothing),
        },
        "lost_to_rotating": [max(free.objective - bound, 0.0), free.bound - value],
    }


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    plan(WARM_SECTIONS, options)
    found = {**plan(options.sections, options), "peak_mb": peak_mb()}
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['sections']:,} sections × {found['years']} years, {ZONES} zones, five funds")
    print(
        f"gap {found['gap']:.4%} of the gain in {found['seconds']:.1f} s, {found['peak_mb']:.0f} MB"
    )
    least, most = found["lost_to_rotating"]
    print(f"rotating loses {least:.3f} to {most:.3f} points against the free plan")
