"""
From prices to a plan that keeps to every row to the cent.

At the best prices all but a few sections have one best life. The lives that lose little against the
best of their section are the core: a linear program chooses among them, and how the funds pay; the
few sections that it splits are rounded, and trades between sections use what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from norwalk_geo.budget import exchange, ledger, mixing
from norwalk_geo.budget.bound import DEAR, Bound, Prices, cheapest, value
from norwalk_geo.budget.market import Market
from norwalk_geo.budget.measures import Lives, points, rows_of, usage, usage_value
from norwalk_geo.budget.model import CENTS, Case, Floats, Integers
from norwalk_geo.budget.rows import Rows

__all__ = ["Core", "Found", "choose"]

# Lives in the core besides the best of every section: more in large cities, up to a limit, since
# what whole sections miss of the bound shrinks as there are more of them.
_ROOM, _MORE, _A_LIFE_MORE = 3_000, 5_000, 60
_LARGE = 100_000  # sections from which on a plan is mixed
_SAMPLE, _SOME, _TRIES = 10_000, 300, 25
# A row gives way at so many times its price; a demand at so much of the gain.
_GIVES, _DEMANDED = 1.5, 10.0
_DEAREST = 1e6  # prices of what cannot be kept grow without end
_TURNS, _SETTLED = 5, 3e-6  # of the gain


@dataclass(frozen=True)
class Core:
    """
    Lives that lose little, section by section; the first of each does as little as may be.

    Parameters
    ----------
    lives
        What every section does at the best prices, or at those next to them.
    sections
        Sections of the core.
    owner, first
        Place in `sections` of each option, and first option of each.
    options
        Treatment by option and year.
    worth, loss
        Weighted points of each option, and points short of the section's best at the prices.
    """

    lives: Lives
    sections: Integers
    owner: Integers
    first: Integers
    options: Lives
    worth: Floats
    loss: Floats


def _near(market: Market, bound: Bound, room: int) -> tuple[Integers, Lives]:
    """List the lives of sections that have more than one which loses little."""
    near = market.near(bound.charge, *_limits(market, bound, room))
    several = np.bincount(near.owner, minlength=len(market.case.ids)) > 1
    keep = several[near.owner]
    return near.owner[keep], near.treatments[keep]


def _best(market: Market, charge: Floats) -> Lives:
    """What every section does at given charges, in the order of the case."""
    answer = market.ask(charge, wants_lives=True)
    lives = np.empty_like(answer.lives.treatments)
    lives[market.order] = answer.lives.treatments
    return lives


def _limits(market: Market, bound: Bound, room: int) -> tuple[float, int]:
    """Find, on a sample, the loss below which there are about as many lives as are wanted."""
    some, _ = market.sample(_SAMPLE)
    times = len(market.order) / len(some.order)
    # The lives near a tie are as many as the loss is large, so a few found say how many there are.
    wanted = max(room / times, min(room, _SOME))
    most, most_lives = bound.gain / len(market.order), len(some.order) + 8 * int(wanted)
    for _ in range(_TRIES):
        found = some.near(bound.charge, most, most_lives)
        others = len(found.owner) - len(some.order)
        if wanted / 2 <= others <= wanted * 1.5:
            break
        most *= min(max(wanted / max(others, 1), 0.2), 5.0)
    most *= min(1.0, room / times / wanted)
    return most, len(market.order) + 20 * room


def _core(
    market: Market, bound: Bound, near: tuple[Integers, Lives], lives: Lives, idle: Lives
) -> Core:
    """Add to each section of the core its own life and one with as little as may be, and sort."""
    case = market.case
    sections = np.unique(near[0])
    owner = np.concatenate([sections, sections, near[0]])
    options = np.concatenate([idle[sections], lives[sections], near[1]])
    _, where = np.unique(np.column_stack([owner, options]), axis=0, return_index=True)
    where = where[np.lexsort((where, where >= len(sections), owner[where]))]
    owner, options = owner[where], options[where]
    place = np.searchsorted(sections, owner)
    first = np.searchsorted(place, np.arange(len(sections)))
    some = rows_of(case, owner)
    worth = points(some, options)
    priced = worth - usage_value(some, options, bound.charge)
    top = np.maximum.reduceat(priced, first) if len(first) else priced
    return Core(lives, sections, place, first, options, worth, top[place] - priced)


def _idle(market: Market) -> Lives:
    """What every section does when every dollar is too dear: only what is promised."""
    charge = np.zeros(market.case.rows.measures)
    charge[: market.case.rows.cells] = DEAR
    return _best(market, charge)


@dataclass(frozen=True)
class _Shares:
    """Shares of the core's options, cents by payment, prices of the rows, and what gives way."""

    options: Floats
    paid: Floats
    prices: Prices
    over: Floats


def _program(case: Case, some: Core, bound: Bound) -> _Shares:
    """
    Share each section of the core among its options for the most points.

    If the core lacks lives that keep the rows, they may give way at more than their price: so there
    always is an answer, and its prices point to what is lacking.
    """
    rows, count, cents = case.rows, len(some.owner), _in_cents(case)
    used = usage(rows_of(case, some.sections[some.owner]), some.options)
    fixed = _fixed(case, some)
    scale, reach, pays = max(float(rows.money.max()) * CENTS, 1.0), rows.reach(), len(rows.paid)
    gain = some.worth - some.worth[some.first][some.owner]
    unit = float(np.abs(gain).max(initial=0.0)) or 1.0
    funds, given = len(rows.money), len(rows.money) + len(rows.limit)
    gives = sparse.vstack([sparse.csr_array((rows.cells, given)), -sparse.eye_array(given)])
    fund = bound.at.fund + max(float(bound.at.fund.mean()), bound.gain / rows.money.sum())
    price = np.append(fund * scale / CENTS, bound.at.row * reach + _DEMANDED * bound.gain)
    one = sparse.csr_array((np.ones(count), (some.owner, np.arange(count))))
    program = (
        np.concatenate([-gain / unit, np.zeros(pays), np.minimum(_GIVES * price / unit, _DEAREST)]),
        sparse.hstack([_constraints(case, used, scale, reach), gives], format="csr"),
        np.concatenate(
            [
                -fixed[: rows.cells] / scale,
                rows.money * CENTS / scale,
                (rows.limit - cents.use @ fixed) / reach,
            ]
        ),
        sparse.hstack([one, sparse.csr_array((len(some.first), pays + given))], format="csr"),
        np.ones(len(some.first)),
    )
    most = np.append(np.full(count + pays, np.inf), np.zeros(given))
    found = _solved(program, most)
    if not found.success:
        found = _solved(program, np.full(len(most), np.inf))
    dual = np.maximum(-found.ineqlin.marginals, 0.0) * unit
    fund = dual[rows.cells : rows.cells + funds] * CENTS / scale
    paid = np.minimum(dual[: rows.cells] * CENTS / scale, cheapest(rows, fund))
    prices = Prices(paid, fund, dual[rows.cells + funds :] / reach)
    over = found.x[count + pays :] * np.append(np.full(funds, scale / CENTS), reach)
    # What a fund does not have is not spent.
    drawn = np.maximum(rows.draws @ found.x[count : count + pays] * scale / CENTS, 1e-9)
    share = np.minimum(rows.money / drawn, 1.0)[rows.draws.argmax(axis=0)]
    return _Shares(found.x[:count], found.x[count : count + pays] * scale * share, prices, over)


def _solved(program: tuple[Any, ...], most: Floats) -> Any:  # noqa: ANN401 - as SciPy gives it
    """Solve a linear program with variables from zero to `most`."""
    bounds = np.column_stack([np.zeros(len(most)), most])
    return linprog(*program, bounds=bounds, method="highs-ipm")


def _constraints(
    case: Case, used: sparse.csr_array, scale: float, reach: Floats
) -> sparse.csr_array:
    """Money used is paid, payments are within funds, further rows are within limits."""
    rows = case.rows
    payments = len(rows.paid)
    pay = sparse.csr_array(
        (np.ones(payments), (rows.paid, np.arange(payments))), shape=(rows.cells, payments)
    )
    blocks = [[used[:, : rows.cells].T / scale, -pay], [None, sparse.csr_array(rows.draws)]]
    if len(rows.limit):
        other = sparse.csr_array(_in_cents(case).use / reach[:, None]) @ used.T
        blocks.append([other, sparse.csr_array((len(rows.limit), payments))])
    return sparse.csr_array(sparse.block_array(blocks, format="csr"))


def _in_cents(case: Case) -> Rows:
    """The rows with money counted in cents."""
    rows = case.rows
    use = rows.use.copy()
    use[:, : rows.cells] /= CENTS
    return replace(rows, use=use)


@dataclass(frozen=True)
class Found:
    """
    A plan and its proof.

    Parameters
    ----------
    treatments
        Treatment by section and year; −1 for none.
    bound
        Weighted points that no plan exceeds, and the prices that say so.
    over
        Units by which rows give way where the lives found cannot keep them, funds first.
    """

    treatments: Lives
    bound: Bound
    over: Floats


def _gathered(market: Market, bound: Bound) -> tuple[Core, _Shares, Bound] | None:
    """Let a linear program price the rows and gather lives at its prices, until nothing is new."""
    case, idle = market.case, _idle(market)
    room = _ROOM + min(len(case.ids) // _A_LIFE_MORE, _MORE)
    mix = mixing.mixed(market, bound) if len(case.ids) >= _LARGE else None
    turns = _TURNS if mix is None else 1
    owner, options = _near(market, bound, room)
    if not len(owner):
        return None
    for turn in range(turns):
        lives = _best(market, bound.charge) if mix is None else mix
        some = _core(market, bound, (owner, options), lives, idle)
        shares = _program(case, some, bound)
        if turn == turns - 1:
            break
        asked = _between(market, bound, shares.prices)
        if abs(asked.value - bound.value) < _SETTLED * bound.gain:
            break
        # Lives that are good at the program's own prices are those that it lacks.
        more = _near(market, asked, room)
        owner, options = np.append(owner, more[0]), np.concatenate([options, more[1]])
        bound = min(bound, asked, key=lambda one: one.value)
    return some, shares, bound


def _between(market: Market, bound: Bound, other: Prices) -> Bound:
    """Half way between two prices, each a proof of some bound, lies another."""
    at = bound.at
    prices = Prices(
        (at.paid + other.paid) / 2, (at.fund + other.fund) / 2, (at.row + other.row) / 2
    )
    height, charge, _ = value(market, prices)
    return replace(bound, value=height, charge=charge, at=prices)


def _fixed(case: Case, some: Core) -> Floats:
    """What the sections outside the core use, by measure."""
    outside = np.ones(len(case.ids), dtype=bool)
    outside[some.sections] = False
    where = np.flatnonzero(outside)
    return np.asarray(usage(rows_of(case, where), some.lives[where]).sum(axis=0)).ravel()


def choose(market: Market, bound: Bound, *, is_quick: bool = False) -> Found:
    """
    Choose a life for every section so that every row is kept.

    Parameters
    ----------
    market
        The city.
    bound
        Its prices.
    is_quick
        Try once, where the plan is one of many.

    Returns
    -------
    found
        The plan, and a bound at least as tight.
    """
    case, rows = market.case, market.case.rows
    gathered = _gathered(market, bound)
    if gathered is None:
        return Found(_best(market, bound.charge), bound, np.zeros(len(case.rows.money)))
    some, shares, bound = gathered
    lives = some.lives.copy()
    used = usage(rows_of(case, some.sections[some.owner]), some.options)
    order = np.lexsort((-shares.options, some.owner))
    alike = ledger.paid_alike(case)
    quota = np.zeros(len(alike))
    np.add.at(quota, alike.argmax(axis=0)[rows.paid], np.floor(shares.paid + 1e-4))
    row_use = np.vstack([alike, _in_cents(case).use])
    row_limit: Floats = np.append(quota, rows.limit) - row_use @ _fixed(case, some)
    dear = np.where(alike[:, : rows.cells] > 0, bound.at.paid, 0.0).max(axis=1)
    price = np.append(dear / CENTS, bound.at.row)
    using = np.asarray(used @ row_use.T)
    options = exchange.Options.of(some.owner, using, some.worth, price, row_limit)
    at = exchange.improve(options, order[some.first], is_quick=is_quick)
    lives[some.sections] = some.options[at]
    return Found(lives, bound, shares.over)
