"""The layers of the site's map in one language: looks in words, and a sentence for each section."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from norwalk_geo import maps, network
from norwalk_geo.maps.styles import STATUS
from norwalk_geo.website.pages import past, wording
from norwalk_geo.website.pages.given import Given, public, stages
from norwalk_geo.website.pages.language import Language, day, number, year

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["condition", "legend", "ordered", "plan"]

# Proposed work is drawn in strokes and funded work whole, the sooner the wider.
_DASH = (14.0, 5.0)
_PROPOSED = {"near": ("#162e51", 6.0), "middle": ("#005ea2", 4.6), "late": ("#0f7f8c", 3.6)}
_FAR = ("#2f7d32", 3.0)
_UNDER_WAY, _BEGUN = "underway", ("#8a3b00", 7.0, (18.0, 4.0, 4.0, 4.0))
_FUNDED = ("#0b2e6b", "#0b5fa5", "#0f7f8c", "#2f7d32", "#77740f", "#a8620a")


def _miles(sections: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Measure the city's miles."""
    measured = network.centerline_miles(sections)
    return measured.to_numpy(dtype="float64")


def legend(
    codes: npt.NDArray[np.int64], miles: npt.NDArray[np.float64], words: Language
) -> list[list[object]]:
    """
    Count sections and miles of each look that occurs.

    Parameters
    ----------
    codes
        Place of each section's look.
    miles
        Miles of each section.
    words
        Language of the map.

    Returns
    -------
    rows
        Place of the look and its counts in words, for `maps.View`.
    """
    counts, lengths = np.bincount(codes), np.bincount(codes, weights=miles)
    rows: list[list[object]] = []
    for look in np.flatnonzero(counts):
        count = int(counts[look])
        filled = {"count": number(count, words), "miles": number(lengths[look], words, 1)}
        if lengths[look] > 0:
            text = words.plural(
                "%(count)s section, %(miles)s miles", "%(count)s sections, %(miles)s miles", count
            )
        else:
            # The miles are the city's share: of a street of another owner none are.
            text = words.plural("%(count)s section", "%(count)s sections", count)
        rows.append([int(look), text % filled])
    return rows


def _statuses(words: Language) -> list[maps.Style]:
    """Name what the plan does with a section that it does not treat."""
    say = words.text
    names = {
        "not_funded": say("Needs work, not funded"),
        "not_needed": say("Needs no work in these years"),
        "not_surveyed": say("Never surveyed"),
        "not_city": say("Not taken care of by the city"),
    }
    return [dataclasses.replace(STATUS[key], label=name) for key, name in names.items()]


def _groups(given: Given, words: Language, work: pd.DataFrame) -> list[tuple[str, maps.Style]]:
    """Give what is under way, each year that may be told, and each period a look."""
    say, start = words.text, given.summary.get("fiscal_year_start")
    groups = []
    if len(past.under_way(given)):
        groups.append((_UNDER_WAY, maps.Style(say("Under way"), *_BEGUN)))
    for place, one in enumerate(sorted(int(y) for y in work["told_year"].dropna().unique())):
        label = say("Planned for %s") % year(one, start, words)
        color = _FUNDED[min(place, len(_FUNDED) - 1)]
        groups.append((f"y{one}", maps.Style(label, color, max(6.0 - 0.4 * place, 2.6))))
    silent = set(work.loc[work["told_year"].isna(), "period"])
    for code, name in wording.periods(words).items():
        if code in silent:
            color, width = _PROPOSED.get(code, _FAR)
            label = say("Proposed, not funded: %s") % f"{name[:1].lower()}{name[1:]}"
            groups.append((code, maps.Style(label, color, width, _DASH)))
    return groups


def _said(given: Given, words: Language, work: pd.DataFrame, idle: pd.Series) -> pd.Series:
    """Say what is planned for each section, or why nothing is; and what is under way."""
    said, names = wording.street_words(words), wording.treatments(given, words)
    work = work.sort_values("year", kind="stable")
    start = given.summary.get("fiscal_year_start")
    texts = []
    for told, period, what in zip(
        work["told_year"], work["period"], work["treatment"], strict=True
    ):
        name = names.get(str(what), str(what))
        if pd.isna(told):
            texts.append(said["proposed"].format(period=said[f"proposed_{period}"], work=name))
        else:
            texts.append(said["funded"].format(year=year(int(told), start, words), work=name))
    planned = pd.Series(texts, index=pd.Index(work["section_id"]), dtype="str")
    reasons = idle[~idle.index.isin(planned.index)].map(lambda one: said.get(str(one), ""))
    begun = past.under_way(given).map(lambda name: said["underway"].format(project=name))
    reasons = reasons[reasons.ne("") & ~reasons.index.isin(begun.index)]
    is_first = ~planned.index.duplicated()
    parts = [begun, planned[is_first], _whys(given, words, work), planned[~is_first], reasons]
    return ordered(pd.concat([one for one in parts if len(one)] or parts), idle.index)


def _whys(given: Given, words: Language, work: pd.DataFrame) -> pd.Series:
    """Say why each section has its first work, by the kind of that work."""
    first = work.sort_values("year", kind="stable").drop_duplicates("section_id")
    texts = first["treatment"].map(wording.whys(given, words))
    texts.index = pd.Index(first["section_id"], dtype="str")
    return texts.dropna().astype("str")


def ordered(texts: pd.Series, sections: pd.Index) -> pd.Series:
    """
    Put sentences in the order of the sections.

    Parameters
    ----------
    texts
        Sentences by `section_id`.
    sections
        Ids in their order.

    Returns
    -------
    texts
        Ordered; several of one section stay as they are.
    """
    order = pd.Series(sections.get_indexer(texts.index), index=texts.index)
    return texts.iloc[order.argsort(kind="stable")]


def plan(given: Given, words: Language) -> maps.Drawing:
    """
    Draw the plan: by year where one may be told, else by period.

    Parameters
    ----------
    given
        All that the site is made from.
    words
        Language of the map.

    Returns
    -------
    drawing
        A view of everything, then one for what is under way and for each year or period.
    """
    sections = gpd.GeoDataFrame(given.tables["sections"])
    work = stages(given)
    groups = _groups(given, words, work)
    keys = [key for key, _ in groups]
    pairs = zip(work["told_year"], work["period"], strict=True)
    groups_of = [keys.index(period if pd.isna(told) else f"y{told}") for told, period in pairs]
    of_row = pd.Series(groups_of, index=work.index, dtype="int64")
    status = public(given, "outcomes")["status"].reindex(sections.index)
    # Whatever the plan treats has another look; `planned` itself is none.
    places = {name: len(groups) + place for place, name in enumerate(STATUS)}
    base = np.array([places.get(str(one), places["not_needed"]) for one in status], dtype="int64")
    first = of_row.groupby(work["section_id"]).min().reindex(sections.index)
    filled = first.fillna(pd.Series(base, sections.index))
    codes: npt.NDArray[np.int64] = np.array(filled, dtype=np.int64)
    begun = sections.index.isin(past.under_way(given).index)
    codes[begun] = 0
    miles, say = _miles(sections), words.text
    views = [maps.View(say("The whole plan"), say("The map shows the whole plan."), codes, [])]
    for place, (key, style) in enumerate(groups):
        here = sections.index.isin(work.loc[of_row.eq(place), "section_id"])
        here = begun if key == _UNDER_WAY else here
        elsewhere = np.where(codes < len(groups), len(groups) + len(STATUS), base)
        seen: npt.NDArray[np.int64] = np.where(here, place, elsewhere).astype(np.int64)
        text = say("The map shows: %s.") % style.label
        views.append(maps.View(style.label, text, seen, []))
    views = [dataclasses.replace(one, legend=legend(one.codes, miles, words)) for one in views]
    other = maps.Style(say("In the plan at another time"), "#3f73b5", 2.4, _DASH)
    looks = [*(style for _, style in groups), *_statuses(words), other]
    texts = _said(given, words, work, status)
    return maps.Drawing(say("Plan"), looks, views, base, texts)


def _surveyed(given: Given, words: Language) -> pd.Series:
    """Say the condition of each section, and its last work."""
    said = wording.street_words(words)
    found = public(given, "condition").reindex(given.tables["sections"].index)
    dates = found.get("survey_date", pd.Series(pd.NaT, index=found.index))
    named = {one: day(one, words) for one in dates.dropna().unique()}
    names = [(one["low"], one["name"]) for one in wording.bands(given, words)]
    texts = []
    for pci, date in zip(found["pci"], dates, strict=True):
        if pd.isna(pci):
            texts.append(said["condition_none"])
            continue
        band = next((name for low, name in names if pci >= low), names[-1][1])
        key = "condition" if date in named else "condition_undated"
        points = maps.pci_text(float(pci))
        texts.append(said[key].format(band=band, points=points, day=named.get(date, "")))
    texts_of = pd.Series(texts, index=found.index, dtype="str")
    return ordered(pd.concat([texts_of, _last_work(given, words, said)]), found.index)


def _last_work(given: Given, words: Language, said: dict[str, str]) -> pd.Series:
    """Say the last work of every section; where there are records, that there is none too."""
    sections = given.tables["sections"].index
    if "work_done" not in given.tables:
        return pd.Series(said["done_none"], index=sections, dtype="str")
    done = public(given, "work_done").reset_index().sort_values("finished", kind="stable")
    last = done.drop_duplicates("section_id", keep="last").set_index("section_id")
    last = last[last["finished"].notna()].reindex(sections)
    names = wording.treatments(given, words)
    days = {one: day(one, words) for one in last["finished"].dropna().unique()}
    texts = []
    for what, date in zip(last["treatment"], last["finished"], strict=True):
        key = "done_none" if pd.isna(date) else "done_some" if pd.isna(what) else "done"
        name = names.get(str(what), str(what))
        texts.append(said[key].format(work=name, day=days.get(date, "")))
    return pd.Series(texts, index=sections, dtype="str")


def condition(given: Given, words: Language) -> maps.Drawing:
    """
    Draw the condition at the latest survey.

    Parameters
    ----------
    given
        All that the site is made from.
    words
        Language of the map.

    Returns
    -------
    drawing
        One view; a section's sentences are its condition and its last work.
    """
    sections = gpd.GeoDataFrame(given.tables["sections"])
    plain = maps.condition_drawing(
        sections, public(given, "outcomes"), public(given, "condition"), given.bands
    )
    say = words.text
    names: Sequence[str] = [one["name"] for one in wording.bands(given, words)][::-1]
    names = [*names, say("Never surveyed"), say("Not taken care of by the city")]
    styles = [
        dataclasses.replace(style, label=name)
        for style, name in zip(plain.styles, names, strict=True)
    ]
    codes, title = plain.views[0].codes, say("Condition at the last survey")
    text = say("The map shows the condition at the last survey.")
    view = maps.View(title, text, codes, legend(codes, _miles(sections), words))
    return maps.Drawing(title, styles, [view], plain.base, _surveyed(given, words))
