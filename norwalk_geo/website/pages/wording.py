"""What a site says of a street; nothing is promised that is not adopted and funded."""

from __future__ import annotations

from typing import Any

from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language

__all__ = ["bands", "periods", "stage_names", "street_words", "treatments", "whys"]


def periods(language: Language) -> dict[str, str]:
    """
    Name the periods in which proposed work is told.

    Parameters
    ----------
    language
        Language of the page.

    Returns
    -------
    names
        Words by code.
    """
    say = language.text
    return {
        "near": say("Within 1–2 years"),
        "middle": say("Within 3–5 years"),
        "late": say("Within 6–10 years"),
        "far": say("In more than 10 years"),
    }


def stage_names(language: Language) -> dict[str, str]:
    """
    Name the stages of work.

    Parameters
    ----------
    language
        Language of the page.

    Returns
    -------
    names
        Words by code.
    """
    say = language.text
    return {
        "proposed": say("Proposed, not funded"),
        "funded": say("Adopted and funded"),
        "underway": say("Under way"),
        "done": say("Done"),
    }


def bands(given: Given, language: Language) -> list[dict[str, Any]]:
    """
    Name the bands of condition, best first.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    rows
        Each with `name`, `meaning`, `low`, `color` and `level`, 1 for the best.
    """
    suffix = "" if language.code == "en" else f"_{language.code}"
    ordered = given.bands.sort_values("pci_min", ascending=False).reset_index()
    named = "band" if f"band{suffix}" not in ordered else f"band{suffix}"
    return [
        {
            "name": str(row[named]),
            "meaning": str(row.get(f"meaning{suffix}", row["meaning"])),
            "low": float(row["pci_min"]),
            "color": str(row["color"]),
            "level": level,
        }
        for level, (_, row) in enumerate(ordered.iterrows(), start=1)
    ]


def treatments(given: Given, language: Language) -> dict[str, str]:
    """
    Name the treatments of the plan and of work done.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    names
        Words by short name: from the catalogue where it has them, else as the plan says.
    """
    work = given.tables["work"]
    names = dict(zip(work["treatment"], work["treatment_label"], strict=True))
    catalogue = given.tables.get("treatments")
    if catalogue is not None:
        column = "label" if language.code == "en" else f"label_{language.code}"
        names = {
            **dict(catalogue[column]),
            **{k: v for k, v in names.items() if k not in catalogue.index},
        }
    return {str(k): str(v) for k, v in names.items()}


def whys(given: Given, language: Language) -> dict[str, str]:
    """
    Say why a street gets a kind of work.

    Parameters
    ----------
    given
        All that the site is made from.
    language
        Language of the page.

    Returns
    -------
    sentences
        By short name of the treatment; none where the catalogue does not have it.
    """
    say, catalogue = language.text, given.tables.get("treatments")
    if catalogue is None:
        return {}
    seal = say("Why: a seal in time keeps a sound street sound, and costs little.")
    cover = say(
        "Why: the street is worn. A new surface now costs less than building it anew later."
    )
    anew = say("Why: the street has failed, so that a new surface alone would not last.")
    is_seal = catalogue["counts_as_seal"].fillna(value=False).astype("bool")
    kinds = {
        str(code): cover if low > 0 and not sealed else seal if low > 0 else "" if sealed else anew
        for code, sealed, low in zip(catalogue.index, is_seal, catalogue["pci_min"], strict=True)
    }
    return {code: text for code, text in kinds.items() if text}


def _said(language: Language) -> dict[str, str]:
    """Say what may happen to a street; words in braces are filled in by the page."""
    say = language.text
    return {
        "funded": say("Planned for {year}: {work}. Dates can change."),
        "proposed": say("Proposed {period}, not funded: {work}. Dates can change."),
        "proposed_near": say("within 1–2 years"),
        "proposed_middle": say("within 3–5 years"),
        "proposed_late": say("within 6–10 years"),
        "proposed_far": say("in more than 10 years"),
        "underway": say("Work is under way: {project}."),
        "done": say("Last work: {work}, finished {day}."),
        "done_some": say("Last work finished {day}."),
        "done_none": say("Last work: no record."),
        "past": say("{work}, finished in {year}."),
        "past_some": say("Work finished in {year}; what it was is not recorded."),
        "not_funded": say(
            "Not scheduled in the current plan. The street needs work, but the money in the plan "
            "goes to streets where it does more."
        ),
        "not_needed": say("Not scheduled in the current plan. It needs no work in these years."),
        "not_surveyed": say(
            "Not scheduled in the current plan. Its condition was never surveyed, so it cannot be "
            "planned yet."
        ),
        "not_city": say("Not in this plan. The city does not take care of this street."),
        "condition": say("Condition: {band}, {points} of 100. Surveyed {day}."),
        "condition_undated": say("Condition: {band}, {points} of 100. Day of survey not given."),
        "condition_none": say("Condition: never surveyed."),
    }


def street_words(language: Language) -> dict[str, str]:
    """
    Gather what is said of a street, on the map and by the script of *My street*.

    Parameters
    ----------
    language
        Language of the page.

    Returns
    -------
    words
        Sentences and labels; words in braces are filled in.
    """
    say = language.text
    return {
        **_said(language),
        "nameless": say("Street without a name"),
        "link": say("Link to this section"),
        "report": say("Report a problem here"),
        "subject": say("Problem on {street}"),
        "place": say("{street}, {stretch} (section {id})"),
        "first": say("The first {count} are shown as cards. The table below the map has all."),
    }
