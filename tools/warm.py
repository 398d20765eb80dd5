"""Compile the numerical kernels once, so that the first plan does not wait for it."""

from __future__ import annotations

import numpy as np

from norwalk_geo import budget, pci, routing, transit
from norwalk_geo.deterioration import latent


def main() -> None:
    """Ask every kernel a small question."""
    budget.warm()
    pci.warm()
    routing.warm()
    transit.warm()
    observed = latent.observe(np.zeros(2, "int64"), np.array([0.0, 2.0]), np.array([80.0, 70.0]))
    latent.log_likelihood(observed, latent.Model(latent.Shape(), 20.0, 5.0, 0.3))


if __name__ == "__main__":
    main()
