"""Draw every curve of the PCI method: `python tools/pci_curves.py FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt

from norwalk_geo import pci, schema

if TYPE_CHECKING:
    from matplotlib.axes import Axes

mpl.use("Agg")
_COLORS = {"L": "#2a7fb8", "M": "#b8860b", "H": "#a8321f", "N": "#1f3b57"}
_STYLE = {"font.size": 7, "axes.titlesize": 7.5, "axes.linewidth": 0.5}
_NO_SECOND = 12


def _deduct(axes: Axes, code: int, one: pd.Series) -> None:
    """Draw the curves of one distress with the points of both readings."""
    points = schema.parameters("deduct_curves").sort_index().loc[code, "deduct"]
    second = schema.parameters("deduct_polynomials")["coefficient"].sort_index()
    is_asphalt = one["surface"] == "AC"
    for severity, rows in points.groupby(level="severity"):
        x = rows.index.get_level_values("density_pct").to_numpy()
        low, high = x.min(), x.max()
        at = np.geomspace(low, high, 200) if is_asphalt else np.linspace(low, high, 200)
        color = _COLORS[str(severity)]
        axes.plot(at, pci.deduct(one["surface"], code, severity, at), color=color, lw=1.1)
        axes.plot(x, rows.clip(upper=100), "o", color=color, ms=1.8)
        if is_asphalt and code != _NO_SECOND and (code, severity) in second.index.droplevel(2):
            terms = second.loc[(code, severity)]
            other = sum(c * np.log10(at) ** int(p) for p, c in terms.items())
            axes.plot(at, np.clip(other, 0, 100), color=color, lw=0.7, ls="--")
    if is_asphalt:
        axes.set_xscale("log")
    axes.set_ylim(0, 100)
    axes.set_title(f"{code} {one['label'].removesuffix(' (concrete)')}", loc="left")
    axes.grid(lw=0.3, color="#cccccc")
    axes.tick_params(length=2, width=0.5)


def _surface(folder: Path, surface: str, name: str) -> None:
    """Draw all distresses of a surface on one page."""
    types = schema.parameters("distress_types")
    own = types[types["surface"].eq(surface)]
    figure, grid = plt.subplots(5, 4, figsize=(10, 10.5), sharey=True)
    for axes, (code, one) in zip(grid.ravel(), own.iterrows(), strict=False):
        _deduct(axes, int(str(code)), one)
    for axes in grid.ravel()[len(own) :]:
        axes.axis("off")
    figure.supxlabel("Density, %")
    figure.supylabel("Deduct value, points")
    figure.tight_layout()
    figure.savefig(folder / name, dpi=85, metadata={"Software": None})


def _corrected(folder: Path) -> None:
    """Draw the correction curves of both surfaces."""
    figure, grid = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    second = schema.parameters("cdv_polynomials")["coefficient"].sort_index()
    at = np.linspace(0, 200, 401)
    shades = plt.get_cmap("viridis")(np.linspace(0, 0.9, 10))
    for axes, surface in zip(grid, ("AC", "PCC"), strict=True):
        points = schema.parameters("cdv_curves").loc[surface]
        for q, rows in points.groupby(level="q"):
            color = shades[int(str(q)) - 1]
            axes.plot(
                at, pci.corrected(surface, at, int(str(q))), color=color, lw=1, label=f"q = {q}"
            )
            if not rows["is_estimate"].all():
                x = rows.index.get_level_values("total_deduct")
                axes.plot(x, rows["cdv"].clip(upper=100), "o", color=color, ms=1.8)
            if (surface, q) in second.index.droplevel(2):
                terms = second.loc[(surface, q)]
                other = sum(c * at ** int(p) for p, c in terms.items())
                axes.plot(at[60:], np.clip(other, 0, 100)[60:], color=color, lw=0.7, ls="--")
        axes.set_title({"AC": "Asphalt", "PCC": "Concrete"}[surface], loc="left")
        axes.set_xlabel("Total deduct value, points")
        axes.grid(lw=0.3, color="#cccccc")
        axes.legend(frameon=False)
    grid[0].set_ylabel("Corrected deduct value, points")
    figure.tight_layout()
    figure.savefig(folder / "cdv.png", dpi=85, metadata={"Software": None})


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        _surface(target, "AC", "deduct_asphalt.png")
        _surface(target, "PCC", "deduct_concrete.png")
        _corrected(target)
