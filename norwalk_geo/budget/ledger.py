"""Who pays for what, to the cent; and what to say when no plan can keep to the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo import schema
from norwalk_geo.budget.bound import Bound
from norwalk_geo.budget.measures import Lives, total
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.errors import InfeasibleError, Problem

__all__ = [
    "broken",
    "impossible",
    "lacking",
    "paid_alike",
    "payments",
    "quotas",
    "row_prices",
    "settle",
]

_NOTHING = 1e-6
_PART = 1e-4  # of a cent: what a program of shares may miss a whole one by
_THOUSAND = 1000


def settle(case: Case, treatments: Lives) -> Integers | None:
    """
    Share a plan's cost among the funds.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    cents
        By payment; the sums are those of the work, to the cent. None if the funds cannot pay.
    """
    rows = case.rows
    used = total(case, treatments)[: rows.cells]
    count = len(rows.paid)
    pays = sparse.csr_array((np.ones(count), (rows.paid, np.arange(count))), (rows.cells, count))
    # Money that lapses first is spent first.
    last = np.arange(count) / max(count, 1)
    found = linprog(
        last,
        sparse.csr_array(rows.draws),
        np.rint(rows.money * CENTS),
        pays,
        used,
        method="highs-ds",
    )
    if not found.success:
        return None
    # Whole cents in, whole cents out where each payment draws on one fund. Where some draw on two,
    # the parts of a cent go to the payments that miss most of one; a cent each is set aside for it.
    cents = np.floor(found.x + _PART)
    over = np.rint(used - pays @ cents).astype("int64")
    for cell in np.flatnonzero(over):
        of = np.flatnonzero(rows.paid == cell)
        cents[of[np.argsort(cents[of] - found.x[of], kind="stable")[: over[cell]]]] += 1
    return np.asarray(cents, dtype="int64")


def broken(case: Case, treatments: Lives) -> list[str]:
    """
    List the rows that a plan breaks, in words.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    words
        Nothing, if it keeps to all.
    """
    rows = case.rows
    words = [] if _is_paid(case, treatments) else ["the money of the funds"]
    if len(rows.limit):
        used = total(case, treatments)
        used[: rows.cells] /= CENTS
        over = rows.use @ used - rows.limit
        words += [rows.row_words[r] for r in np.flatnonzero(over > _NOTHING * rows.reach())]
    return words


def _is_paid(case: Case, treatments: Lives) -> bool:
    """
    Say whether the funds can pay for a plan.

    Two looks settle it nearly always, so that the program of shares is left for the rest: more work
    than all who may pay for it have is not paid; what whoever comes first pays for is.
    """
    rows, used = case.rows, total(case, treatments)[: case.rows.cells]
    money = np.rint(rows.money * CENTS)
    is_whole = np.isin(rows.draws, (0, 1)).all() and (rows.draws.sum(axis=0) == 1).all()
    if not is_whole:
        return settle(case, treatments) is not None
    payer = rows.draws.argmax(axis=0)
    most = np.bincount(rows.paid, money[payer], minlength=rows.cells)
    if (used > most).any():
        return False
    left, due = money.copy(), used.copy()
    for cell, fund in zip(rows.paid, payer, strict=True):
        cents = min(left[fund], due[cell])
        left[fund] -= cents
        due[cell] -= cents
    return not due.any() or settle(case, treatments) is not None


def lacking(case: Case, treatments: Lives) -> Floats:
    """
    Find by how much a plan exceeds its rows.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    over
        Units by row, funds first: as little money in all as would do.
    """
    rows, used = case.rows, total(case, treatments)
    count, funds = len(rows.paid), len(rows.money)
    pays = sparse.csr_array((np.ones(count), (rows.paid, np.arange(count))), (rows.cells, count))
    found = linprog(
        np.append(np.zeros(count), np.ones(funds)),
        sparse.hstack([sparse.csr_array(rows.draws), -sparse.eye_array(funds)], format="csr"),
        np.rint(rows.money * CENTS),
        sparse.hstack([pays, sparse.csr_array((rows.cells, funds))], format="csr"),
        used[: rows.cells],
        method="highs-ds",
    )
    short = found.x[count:] / CENTS if found.success else np.zeros(funds)
    used[: rows.cells] /= CENTS
    return np.append(short, np.maximum(rows.use @ used - rows.limit, 0.0))


def quotas(case: Case, bound: Bound, wanted: Floats) -> tuple[Floats, Floats, Floats]:
    """
    Turn payments into rows: cents at most of dollars that the same funds pay, and further rows.

    Parameters
    ----------
    case
        The city.
    bound
        Its prices and charges.
    wanted
        Cents by measure that should be paid for.

    Returns
    -------
    use, price, limit
        What a unit of each measure (money in cents) counts, by row and measure; points a unit; and
        units at most. Money goes where it is worth most, as far as the dollars used at the best
        prices go; what is left is shared evenly.
    """
    rows, alike = case.rows, paid_alike(case)
    dear = np.where(alike[:, : rows.cells] > 0, bound.at.paid, 0.0).max(axis=1)
    group = alike.argmax(axis=0)[rows.paid]
    use = rows.use.copy()
    use[:, : rows.cells] /= CENTS
    limit: Floats = np.zeros(len(alike))
    if len(rows.paid) == len(rows.money) == len(alike):
        np.add.at(limit, group, np.rint(rows.money * CENTS)[rows.draws.argmax(axis=0)])
    else:
        limit = _shared(case, wanted[: rows.cells], alike, group)
    price = np.append(dear / CENTS, bound.at.row)
    return np.vstack([alike, use]), price, np.append(limit, rows.limit)


def _shared(case: Case, wanted: Floats, alike: Floats, group: Integers) -> Floats:
    """Share the funds among groups of dollars as the best prices would spend them."""
    rows, count = case.rows, len(case.rows.paid)
    asked = alike[:, : rows.cells] @ wanted
    pays = sparse.csr_array((np.ones(count), (group, np.arange(count))), (len(alike), count))
    found = linprog(
        np.append(np.full(count, -_NOTHING), np.ones(len(alike))),
        sparse.block_array(
            [
                [sparse.csr_array(rows.draws), None],
                [-pays, -sparse.eye_array(len(alike))],
            ],
            format="csr",
        ),
        np.append(np.rint(rows.money * CENTS), -asked),
        method="highs-ds",
    )
    return np.asarray(np.floor(pays @ found.x[:count] + _NOTHING))


def paid_alike(case: Case) -> Floats:
    """
    Group the kinds and years of dollars that the same funds pay.

    Parameters
    ----------
    case
        The city.

    Returns
    -------
    alike
        One where a measure is of a group, by group and measure.
    """
    rows = case.rows
    payers: list[set[int]] = [set() for _ in range(rows.cells)]
    for k, cell in enumerate(rows.paid):
        payers[cell].update(np.flatnonzero(rows.draws[:, k]).tolist())
    groups: dict[frozenset[int], int] = {}
    number = [groups.setdefault(frozenset(one), len(groups)) for one in payers]
    alike = np.zeros((len(groups), rows.measures))
    alike[number, np.arange(rows.cells)] = 1.0
    return alike


def impossible(case: Case, over: Floats, *, is_proved: bool) -> InfeasibleError:
    """
    Say which rows cannot be kept together, and how near a plan can come.

    Parameters
    ----------
    case
        The city.
    over
        Units by which each row would have to give way, funds first.
    is_proved
        Whether it is proved that no plan keeps to every row, and not only that none was found.

    Returns
    -------
    error
        To be raised.
    """
    rows = case.rows
    problems = []
    tells = "cannot be kept" if is_proved else "is kept by no plan that was found"
    for k in np.flatnonzero(over > _NOTHING):
        if k < len(rows.money):
            what = f"{tells}; what was found would take ${over[k]:,.0f} more than there is"
            problems.append(Problem(rows.fund_words[k], what, remedy="Add money or ask for less."))
            continue
        r = k - len(rows.money)
        near = abs(rows.limit[r] + over[k])
        what = f"{tells}; the nearest found is {near:,.2f} instead of "
        what += f"{abs(rows.limit[r]):,.2f}"
        problems.append(Problem(rows.row_words[r], what, remedy="Ask for less, or add money."))
    return InfeasibleError.of("plan", problems)


def payments(case: Case, treatments: Lives) -> pd.DataFrame:
    """
    List what each fund pays in each year.

    Parameters
    ----------
    case
        The city.
    treatments
        Treatment by section and year; −1 for none.

    Returns
    -------
    payments
        One row a fund's money and year of work, constant dollars to the cent, and how much of it
        is for curb ramps; without that column where no corners are known.
    """
    rows, cents = case.rows, settle(case, treatments)
    paid = np.zeros(len(rows.paid), dtype="int64") if cents is None else cents
    ramps = _for_ramps(case, treatments, paid)
    some = np.flatnonzero(paid)
    row, place = np.nonzero(rows.draws[:, some] > 0)
    is_fund = rows.is_fund()
    row, place = row[is_fund[row]], place[is_fund[row]]
    frame = pd.DataFrame(
        {
            "limit": pd.Series(rows.fund_words, dtype="str").to_numpy()[row],
            "year": np.array(case.years)[rows.paid[some[place]] % rows.years],
            "paid_usd": _split(paid, rows.draws, row, some[place]),
            "ramps_usd": _split(ramps, rows.draws, row, some[place]),
        }
    )
    total = frame.groupby(["limit", "year"]).sum()
    table = (total[total["paid_usd"] > 0] / CENTS).reset_index()
    is_unknown = case.duties is None and case.rules.demands.ramps is None
    return schema.check(table.drop(columns=["ramps_usd"] if is_unknown else []), "payments")


def _for_ramps(case: Case, treatments: Lives, paid: Integers) -> Integers:
    """
    Cents of each payment that go to curb ramps.

    Where work and ramps cost dollars of one kind, no fund can be told to have paid for the one and
    not for the other; ramps are then set against the payments that are listed first.
    """
    ramps = np.zeros_like(paid)
    if case.duties is None:
        return ramps
    bill = case.duties.bill(treatments).ravel()
    for cell in np.flatnonzero(bill):
        of = np.flatnonzero(case.rows.paid == cell)
        before = np.cumsum(paid[of]) - paid[of]
        ramps[of] = np.clip(bill[cell] - before, 0, paid[of])
    return ramps


def _split(paid: Integers, draws: Floats, row: Integers, payment: Integers) -> Integers:
    """Cents that each fund gives to each payment: one that needs a match no more than its share."""
    given = np.floor(paid[payment] * draws[row, payment] + _NOTHING).astype("int64")
    left = paid.copy()
    np.subtract.at(left, payment, given)
    # A fund that needs no match pays some work alone; it bears what is left of a cent.
    is_match = np.asarray(np.isclose(draws, 1.0).any(axis=1))[row]
    given[is_match] += left[payment[is_match]]
    return given


def row_prices(case: Case, bound: Bound) -> pd.DataFrame:
    """
    Say what one more unit of each limit is worth.

    Parameters
    ----------
    case
        The city.
    bound
        Its proof.

    Returns
    -------
    prices
        One row a limit: points for a thousand dollars more, or for one unit less of a demand.
    """
    rows = case.rows
    is_fund = rows.is_fund()
    sizes = np.array(rows.row_sizes) if rows.row_sizes else np.ones(len(rows.limit))
    money = bound.at.fund * np.where(is_fund, _THOUSAND, 1.0) / case.scale
    other = bound.at.row * sizes / case.scale
    said = [
        f"$1,000 more in {words} adds {points * _THOUSAND:.3f} thousandths of a point of condition."
        if fund
        else f"A dollar less on maintenance ({words}) adds {points:.3g} points of condition."
        for words, points, fund in zip(rows.fund_words, money, is_fund, strict=True)
    ]
    units = [*np.where(is_fund, "thousand USD", "USD"), *(rows.row_units or ["" for _ in other])]
    said += [
        f"One unit less of this demand ({words}) adds {points:.6f} points of condition."
        for words, points in zip(rows.row_words, other, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "limit": [*rows.fund_words, *rows.row_words],
            "kind": [*np.where(is_fund, "fund", "demand"), *(["demand"] * len(other))],
            "available": np.append(rows.money * is_fund, np.abs(rows.limit) / sizes),
            "unit_of_limit": pd.Series(units, dtype="str"),
            "points_per_unit": np.append(money, other),
            "says": said,
        }
    )
    return schema.check(frame, "row_prices")
