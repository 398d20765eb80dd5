"""What it is worth that a plan knows sections' own paces: an invented city whose truth is known."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import argparse

    import numpy.typing as npt

    from norwalk_geo.budget.model import Case

YEARS = range(2027, 2037)
SURVEYED = (2014, 2017, 2020, 2023, 2026)
# The truth is planned with in so many paces.
TRUE_BANDS = 9


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the command `pace`."""
    parser = commands.add_parser("pace", help="Plan with families' and with sections' own paces.")
    parser.add_argument("--sections", type=int, default=2_000, help="Sections of the city.")
    parser.add_argument("--spread", type=float, default=0.3, help="Of the logarithm of the pace.")
    parser.add_argument("--usd-sy", type=float, default=0.8, help="Money a year and square yard.")
    parser.add_argument("--noise", type=float, default=4.0, help="Error of a rating, points.")
    parser.set_defaults(main=main)


def invent(
    sections: pd.DataFrame, curves: pd.DataFrame, *, spread: float, noise: float
) -> dict[str, Any]:
    """Let every section fall at its own pace, and rate it five times."""
    from norwalk_geo import deterioration

    rng = np.random.default_rng(5)
    family = deterioration.families(sections, curves)["family"]
    age = rng.uniform(0, 216, len(sections))
    pace = rng.lognormal(0, spread, len(sections))
    parts = []
    for year in SURVEYED:
        months = pd.Series(age + 12 * pace * (year - SURVEYED[0]), index=sections.index)
        true = deterioration.condition_at(months, family, curves)
        seen = (true + rng.normal(0, noise, len(true))).clip(0, 100)
        day = pd.Timestamp(f"{year}-06-30")
        parts.append(pd.DataFrame({"pci": seen, "true": true, "survey_date": day}))
    parts = [part.assign(pci_method="vendor", load_share_pct=np.nan) for part in parts]
    flat = pd.concat(parts).set_index("survey_date", append=True).sort_index()
    return {"surveys": flat[["pci", "pci_method"]], "last": parts[-1], "pace": pace}


def truth(curves: pd.DataFrame, pace: npt.NDArray[np.float64]) -> tuple[pd.DataFrame, list[str]]:
    """Give every family a curve for each of a few true paces, and every section its band."""
    from norwalk_geo.deterioration.family import strictly_falling

    edges = np.quantile(pace, np.linspace(0, 1, TRUE_BANDS + 1)[1:-1])
    band = np.searchsorted(edges, pace)
    middle = [float(np.median(pace[band == k])) for k in range(TRUE_BANDS)]
    months = curves.index.to_numpy(dtype="float64")
    made = {
        f"{name}:p{k}": strictly_falling(np.interp(speed * months, months, curves[name]))
        for name in curves.columns
        for k, speed in enumerate(middle)
    }
    both = pd.concat([curves, pd.DataFrame(made, index=curves.index)], axis=1)
    return both, [f"p{k}" for k in band]


def played(case: Case, work: pd.DataFrame) -> tuple[float, float]:
    """Follow a plan in the true city: what the true condition does not allow is not done."""
    from norwalk_geo.budget.simulate import objective, simulate

    life, flat = case.life, work.reset_index()
    done = np.full((len(case.ids), len(case.years)), -1, dtype="int8")
    rows = case.ids.get_indexer(pd.Index(flat["section_id"]))
    what = life.treatments.index.get_indexer(pd.Index(flat["treatment"], dtype="str"))
    done[rows, flat["year"].to_numpy(dtype="int64") - case.years[0]] = what
    age, seals, last = case.age.copy(), case.seals.copy(), len(life.curves) - 1
    for t in range(done.shape[1]):
        after = life.next_age[case.family, done[:, t], seals, age]
        done[:, t] = np.where(after < 0, -1, done[:, t])
        is_done = done[:, t] >= 0
        seals = np.where(is_done, life.next_seals[done[:, t], seals], seals)
        age = np.minimum(np.where(is_done, after, age) + 12, last)
    return objective(case, simulate(case, done)), float((done >= 0).sum() / max(len(flat), 1))


def main(options: argparse.Namespace) -> None:
    """Plan three ways, follow each plan in the true city, and print one JSON object."""
    from norwalk_geo import budget, deterioration, network, towns, treatments
    from norwalk_geo.budget.model import build_case

    sections = towns.town(options.sections, seed=1).streets.sections
    cited, catalogue = deterioration.curves(), treatments.catalogue(base_year=2026)
    city = invent(sections, cited, spread=options.spread, noise=options.noise)
    condition = city["last"][["pci", "pci_method", "survey_date", "load_share_pct"]]
    found = deterioration.fit(deterioration.histories(city["surveys"], rise_points=30), sections)
    own = deterioration.own_paces(found, condition, sections)
    whole, bands = truth(cited, city["pace"])
    paced = sections.assign(pace_band=own.bands)
    true = sections.assign(pace_band=bands)
    start = condition.assign(pci=city["last"]["true"])
    area = network.measure(sections, treatments.lifecycle(cited, catalogue).classes)["area_sy"]
    money = dict.fromkeys(YEARS, round(float(area.sum()) * options.usd_sy, 2))
    rules = budget.Rules()
    ways = {
        "family": (condition, sections, found.curves),
        "own_pace": (condition, paced, own.curves),
        "truth": (start, true, whole),
    }
    case = build_case(
        start, true, treatments.lifecycle(whole, catalogue), budget_usd=money, rules=rules
    )
    told: dict[str, Any] = {"sections": len(sections), "bands": own.table.to_dict("records")}
    nothing = played(case, pd.DataFrame(columns=["section_id", "year", "treatment"]))[0]
    budget.warm()
    for name, (known, streets, curves) in ways.items():
        begin, wall = time.process_time(), time.perf_counter()
        life = treatments.lifecycle(curves, catalogue)
        plan = budget.optimize(known, streets, life, budget_usd=money, rules=rules)
        value, share = played(case, plan.work)
        told[name] = {
            "planned": plan.objective,
            "true": value,
            "gain": value - nothing,
            "done_share": share,
            "processor_s": time.process_time() - begin,
            "seconds": time.perf_counter() - wall,
        }
    print(json.dumps({"do_nothing": nothing, **told}, indent=2))
