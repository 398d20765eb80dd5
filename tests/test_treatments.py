"""The catalogue and the life-cycle model."""

from __future__ import annotations

import numpy as np
import pytest

from norwalk_geo import deterioration, schema, treatments
from norwalk_geo.errors import ConfigError

CURVES = deterioration.curves()
LIFE = treatments.lifecycle(CURVES, treatments.catalogue(base_year=2026))


def test_costs_are_indexed_to_the_base_year() -> None:
    """BLS annual averages: 240.007 in 2016, 313.689 in 2024."""
    cost = treatments.catalogue(base_year=2024)["cost_usd_sy"]
    assert cost["slurry_seal"] == pytest.approx(3.50 * 313.689 / 240.007, rel=1e-9)
    assert treatments.catalogue(base_year=2016)["cost_usd_sy"]["slurry_seal"] == 3.50


def test_a_year_without_an_index_is_named() -> None:
    with pytest.raises(ConfigError, match="price_index: has no row for 2090"):
        treatments.catalogue(base_year=2090)


def test_every_mistake_of_the_catalogue_at_once() -> None:
    rows = schema.parameters("treatments").copy()
    rows.loc["cape_seal", "pci_min"] = 90.0
    rows.loc["reconstruct", "surfaces"] = "AC gravel"
    with pytest.raises(ConfigError) as found:
        treatments.catalogue(rows, base_year=2026, only=("slury_seal",))
    said = str(found.value)
    assert "3 problems" in said
    assert "slury_seal: unknown treatment. Did you mean 'slurry_seal'?" in said
    assert "gravel" in said
    assert "cape_seal" in said


def test_only_the_citys_treatments() -> None:
    some = treatments.catalogue(base_year=2026, only=("slurry_seal", "mill_overlay"))
    assert list(some.index) == ["slurry_seal", "mill_overlay"]


def test_windows_and_gains() -> None:
    rows = LIFE.treatments
    for f, family in enumerate(LIFE.families):
        pci = CURVES[family].to_numpy()
        for j, (_, row) in enumerate(rows.iterrows()):
            for seals in range(3):
                after = LIFE.next_age[f, j, seals]
                is_open = after >= 0
                assert ((pci >= row["pci_min"]) & (pci <= row["pci_max"]))[is_open].all()
                assert (pci[after[is_open]] >= pci[is_open] - 1e-9).all()
                # To the nearest month: within what a month is worth.
                assert (pci[after[is_open]] <= row["pci_cap"] + 1).all()


def test_each_further_seal_gains_less_and_the_last_is_closed() -> None:
    f = LIFE.families.index("residential AC")
    j = list(LIFE.treatments.index).index("slurry_seal")
    pci = CURVES["residential AC"].to_numpy()
    age = int(np.abs(pci - 70).argmin())
    first, second, third = (int(LIFE.next_age[f, j, seals, age]) for seals in range(3))
    assert pci[first] == pytest.approx(79, abs=0.3)
    assert pci[second] == pytest.approx(70 + 9 * 0.7, abs=0.3)
    assert third == -1


def test_structural_work_resets_the_seals() -> None:
    j = list(LIFE.treatments.index).index("thin_overlay")
    assert LIFE.next_seals[j].tolist() == [0, 0, 0]
    j = list(LIFE.treatments.index).index("slurry_seal")
    assert LIFE.next_seals[j].tolist() == [1, 2, 2]


@pytest.mark.parametrize(
    ("points", "called"),
    [
        (95, None),
        (80, "slurry_seal"),
        (65, "cape_seal"),
        (55, "thin_overlay"),
        (40, "mill_overlay"),
        (15, "reconstruct"),
    ],
)
def test_what_the_windows_call_for(points: float, called: str | None) -> None:
    f = LIFE.families.index("residential AC")
    age = int(np.abs(CURVES["residential AC"].to_numpy() - points).argmin())
    j = int(LIFE.called[f, 0, age])
    assert (LIFE.treatments.index[j] if j >= 0 else None) == called


def test_concrete_gets_concrete_work() -> None:
    f = LIFE.families.index("arterial PCC")
    used = (LIFE.next_age[f] >= 0).any(axis=(1, 2))
    assert all(name.startswith("pcc_") for name in LIFE.treatments.index[used])
