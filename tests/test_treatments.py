"""The catalogue and the life-cycle model."""

from __future__ import annotations

import numpy as np
import pytest

from norwalk_geo import deterioration, schema, treatments
from norwalk_geo.errors import ConfigError, SchemaError

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


def test_stop_gap_is_used_only_where_it_is_named_and_holds_a_year() -> None:
    assert "stop_gap" not in treatments.catalogue(base_year=2026).index
    rows = treatments.catalogue(base_year=2026, only=("stop_gap", "reconstruct"))
    life = treatments.lifecycle(CURVES, rows)
    f, j = life.families.index("residential AC"), list(rows.index).index("stop_gap")
    age = int(np.abs(CURVES["residential AC"].to_numpy() - 30).argmin())
    first, second, third = (int(life.next_age[f, j, seals, age]) for seals in range(3))
    assert (first, second, third) == (age - 12, age - 6, -1)
    # It is never what the windows call for: the street needs structural work.
    assert not (life.called == j).any()


def test_slower_decay_saves_months_and_less_each_time() -> None:
    """A seal that halves decay for four years leaves the section 24 months younger, then 12."""
    rows = schema.parameters("treatments").copy()
    seal = ["effect_points", "slow_pct", "slow_years", "next_gain_factor", "pci_cap"]
    rows.loc["slurry_seal", seal] = [0.0, 50.0, 4.0, 0.5, 100.0]
    life = treatments.lifecycle(CURVES, treatments.catalogue(rows, base_year=2026))
    f, j = life.families.index("residential AC"), list(life.treatments.index).index("slurry_seal")
    age = int(np.abs(CURVES["residential AC"].to_numpy() - 70).argmin())
    assert [age - int(life.next_age[f, j, seals, age]) for seals in (0, 1)] == [24, 12]


def test_a_treatment_may_be_for_some_classes_alone() -> None:
    rows = schema.parameters("treatments").copy()
    rows["classes"] = rows["classes"].astype("object")
    rows.loc["slurry_seal", "classes"] = "residential alley"
    life = treatments.lifecycle(CURVES, treatments.catalogue(rows, base_year=2026))
    j = list(life.treatments.index).index("slurry_seal")
    is_open = (life.next_age[:, j] >= 0).any(axis=(1, 2))
    used = {name.rsplit(" ", 1)[0] for name, one in zip(life.families, is_open, strict=True) if one}
    assert used == {"residential", "alley"}


def test_half_a_slower_decay_and_effects_that_gain_nothing_are_named() -> None:
    rows = schema.parameters("treatments").copy()
    rows.loc["crack_seal", "slow_pct"] = 30.0
    rows.loc["cape_seal", "effect_points"] = 0.0
    rows.loc["mill_overlay", "effect_points"] = 55.0
    with pytest.raises(ConfigError) as found:
        treatments.catalogue(rows, base_year=2026)
    said = str(found.value)
    for name in ("crack_seal", "cape_seal", "mill_overlay"):
        assert name in said


def test_seals_alone_hold_no_section_above_its_curve_for_ever() -> None:
    """Seal whenever it is allowed, for forty years, from every age: the curve wins."""
    life = LIFE
    for f, family in enumerate(life.families):
        pci = CURVES[family].to_numpy()
        limit, last = int(life.seal_limit[f]), len(pci) - 1
        seals_only = [k for k, one in enumerate(life.treatments["counts_as_seal"]) if one]
        for start in (60, 120, 180):
            age, seals, saved = start, 0, 0
            for _ in range(40):
                moves = [int(life.next_age[f, k, seals, age]) for k in seals_only]
                gains = [age - one for one in moves if one >= 0]
                if gains and max(gains) > 0:
                    saved += max(gains)
                    age, seals = age - max(gains), min(seals + 1, limit)
                age = min(age + 12, last)
            assert age == min(start + 40 * 12 - saved, last)
            assert seals <= limit
            assert all(life.next_age[f, k, limit].max() == -1 for k in seals_only)


def test_a_cost_without_a_year_is_refused_by_row() -> None:
    rows = schema.parameters("treatments").reset_index()
    rows["cost_year"] = rows["cost_year"].astype("Int64")
    rows.loc[rows["treatment"].eq("cape_seal"), "cost_year"] = None
    with pytest.raises(SchemaError, match=r"cost_year: .*cape_seal"):
        schema.check(rows, "treatments")


def test_a_window_that_nothing_satisfies_is_named() -> None:
    rows = schema.parameters("treatments").copy()
    rows.loc["thin_overlay", ["pci_min", "pci_max"]] = [72.0, 40.0]
    with pytest.raises(ConfigError, match="thin_overlay"):
        treatments.catalogue(rows, base_year=2026)


def test_a_band_of_pace_may_do_what_its_family_may() -> None:
    own = CURVES[["residential AC", "arterial PCC"]]
    both = treatments.lifecycle(
        own.join(own.add_suffix(":fast")), treatments.catalogue(base_year=2026)
    )
    assert np.array_equal(both.next_age[:2], both.next_age[2:])
    assert np.array_equal(both.unit_cost_usd_sy[:2], both.unit_cost_usd_sy[2:])
    assert np.array_equal(both.weight[:2], both.weight[2:])
