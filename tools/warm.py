"""Compile the numerical kernels once, so that the first plan does not wait for it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from norwalk_geo import ada, budget, deterioration, pci, routing, towns, transit, treatments
from norwalk_geo.deterioration import latent

YEAR, MONEY_USD = 2027, 200_000


def searches() -> None:
    """Ask every kernel but those of plans a small question."""
    pci.warm()
    routing.warm()
    transit.warm()
    observed = latent.observe(np.zeros(2, "int64"), np.array([0.0, 2.0]), np.array([80.0, 70.0]))
    latent.log_likelihood(observed, latent.Model(latent.Shape(), 20.0, 5.0, 0.3))


def plans() -> None:
    """Plan an invented town with its curb ramps, and by every policy beside the plan."""
    budget.warm()
    town = towns.town("town", seed=1)
    sections = town.streets.sections
    condition = pci.latest(town.surveys, sections, as_of=dt.date(YEAR - 1, 7, 1))
    life = treatments.lifecycle(deterioration.curves(), treatments.catalogue(base_year=YEAR - 1))
    walked = towns.pedestrian(town.streets, seed=1)
    rules = ada.rules("ada2010", "dot504")
    due = ada.corners(walked.ramps, town.streets, rules=rules, base_year=YEAR - 1)
    ramps = budget.Ramps(due.corners, due.corner_sections)
    for demands in (budget.Demands(), budget.Demands(ramps=ramps)):
        budget.compare(
            condition,
            sections,
            life,
            budget_usd={YEAR: MONEY_USD, YEAR + 1: MONEY_USD},
            rules=budget.Rules(demands=demands),
        )


def main() -> None:
    """Compile both halves at the same time."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(plans), pool.submit(searches)]:
            done.result()


if __name__ == "__main__":
    main()
