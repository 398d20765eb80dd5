"""
Curves, paces and intervals from the city's own surveys.

All histories together give the shape, the error of a rating and how much paces differ. Each family
has its own scale, drawn toward the whole city the more the less it tells. A family that tells too
little, or whose ratings do not fall, keeps the cited curve, and the notes say so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from norwalk_geo.deterioration import described, held_out, latent, scales, shapes
from norwalk_geo.deterioration import family as family_rules
from norwalk_geo.deterioration.calibrate import Offset, calibrate
from norwalk_geo.deterioration.histories import Histories
from norwalk_geo.deterioration.latent import Model, Observed
from norwalk_geo.deterioration.predict import Correction

if TYPE_CHECKING:
    from norwalk_geo.schema import Condition, Curves, Sections

__all__ = ["Fit", "fit"]

Floats: TypeAlias = npt.NDArray[np.float64]
LEAST_TO_COMPARE = 100
_LEAST_FOR_INTERVALS = 150
# Ratings are told apart by a tenth of a point.
_STEPS = 10_000

_NARROW = (
    "Intervals rest on {count} histories of two or more ratings: with fewer than {least} they tend "
    "to be too narrow and hold clearly less than 80 %."
)


@dataclass(frozen=True)
class Fit:
    """
    What the city's surveys say on decay.

    Parameters
    ----------
    parameters
        One row a family: its curve, `is_fitted`, the histories that it rests on, the interval of
        its scale, and in `source` where the curve is from.
    curves
        The family curves by month, falling from 100: fitted ones, and cited ones for the others.
    states
        What is known of each rated section at its last rating: effective age and pace, and on how
        many ratings without work between them that rests.
    models
        By family: shape, scale, error of a rating, spread of paces.
    shares
        By family: how first conditions and paces are distributed.
    correction
        What held-out ratings say of the forecasts: a shift, and factors that make the intervals
        hold eight of ten ratings.
    offset
        Points to add for a section's last rating, family, width, length, area and lanes.
    scores
        Error of each form of curve on ratings held out, points.
    notes
        What was found and assumed, as sentences.
    """

    parameters: pd.DataFrame
    curves: Curves
    states: pd.DataFrame
    models: dict[str, Model]
    shares: dict[str, Floats]
    correction: Correction
    offset: Offset
    scores: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def is_fitted(self) -> bool:
        """
        Whether any family's curve is fitted.

        Returns
        -------
        is_fitted
            False where every curve is a cited one.
        """
        return bool(self.parameters["is_fitted"].any())

    def place(self, condition: Condition, sections: Sections) -> pd.DataFrame:
        """
        Say where sections stand at their latest survey.

        Parameters
        ----------
        condition
            Latest survey of each section. A section whose survey is not in the fit is placed by
            that survey alone.
        sections
            Supplies class and surface.

        Returns
        -------
        states
            Aligned to `condition`; missing where there is no survey.
        """
        family = family_rules.families(sections, self.curves)["family"]
        known = self.states.reindex(condition.index)
        is_same = known["survey_date"].eq(condition["survey_date"]) & known["family"].eq(family)
        values = known.where(is_same)
        alone = condition["pci"].notna() & ~is_same
        if alone.any():
            found = self._alone(condition.loc[alone, "pci"], family[alone], sections)
            for name, column in found.items():
                values.loc[alone, name] = column
        names = pd.Categorical(family.to_numpy(), categories=list(self.models))
        return values.assign(family=names)

    def _alone(
        self, pci: pd.Series, family: pd.Series, sections: Sections
    ) -> dict[str, npt.NDArray[np.float64]]:
        """Say where sections stand by one rating each; equal ratings of a family stand alike."""
        flat = {name: _flat(share) for name, share in self.shares.items()}
        points = pci.to_numpy(dtype="float64")
        code, names = pd.factorize(family)
        key = code * _STEPS + np.rint(points * (_STEPS / 1000)).astype("int64")
        _, first, row = np.unique(key, return_index=True, return_inverse=True)
        count = len(first)
        observed = latent.observe(np.arange(count), np.zeros(count), points[first])
        of = pd.Series(names[code[first]])
        states = held_out.states_of(observed, of, self.models, flat).drop(columns="family")
        found = {str(name): states[name].to_numpy()[row] for name in states.columns}
        known = described.numbers(sections.loc[pci.index])
        return found | {"offset": self.offset.points(points, family, known)}


def _flat(share: Floats) -> Floats:
    """Keep the paces of a family and let every condition be as likely as any other."""
    by_place = share.reshape(len(latent.CONDITIONS), len(latent.PACES))
    made: Floats = np.tile(by_place.sum(axis=0), len(latent.CONDITIONS)) / len(latent.CONDITIONS)
    return made


def _words(form: str, scores: pd.DataFrame, model: Model, table: pd.DataFrame) -> list[str]:
    """Say what the fit found."""
    fitted = int(table["is_fitted"].sum())
    said = [
        (
            f"Curves of {fitted} families are fitted from the city's own surveys, "
            f"{len(table) - fitted} are the cited ones; a rating is off by {model.noise:.1f} "
            f"points (standard error), and the pace of sections differs by a factor of "
            f"{np.exp(model.spread):.2f}."
        )
    ]
    if len(scores):
        errors = ", ".join(f"{name} {value:.2f}" for name, value in scores["rmse_points"].items())
        said.append(f"Form of the curve: {form} (error on held-out ratings: {errors} points).")
    return said


def _narrow(observed: Observed) -> list[str]:
    """Say that intervals rest on few histories, where they do."""
    count = int((np.diff(np.append(observed.first, len(observed.pci))) > 1).sum())
    if count >= _LEAST_FOR_INTERVALS:
        return []
    return [_NARROW.format(count=count, least=_LEAST_FOR_INTERVALS)]


def fit(
    surveys: Histories,
    sections: Sections,
    *,
    cited: Curves | None = None,
) -> Fit:
    """
    Fit decay to the city's own surveys.

    Parameters
    ----------
    surveys
        Ratings cut where work was done.
    sections
        Supplies class and surface; histories of other sections are left out.
    cited
        Curves to fall back to. By default those that ship with the package.

    Returns
    -------
    fit
        Curves, states and intervals. Too few ratings, or ratings that do not fall, give the cited
        curves, and `notes` say so.

    Examples
    --------
    >>> import norwalk_geo as ng
    >>> town = ng.towns.town(300, seed=1)
    >>> seen = ng.deterioration.histories(town.surveys)
    >>> found = fit(seen, town.streets.sections)
    >>> bool((found.curves.diff().iloc[1:] < 0).all(axis=None))
    True
    """
    table = family_rules.curves() if cited is None else cited
    inside = surveys.ratings["section_id"].isin(sections.index)
    found = replace(surveys, ratings=surveys.ratings[inside])
    family = family_rules.families(sections, table)["family"]
    observed, ids = scales.observe(found.ratings)
    names = family.loc[ids["section_id"]].reset_index(drop=True)
    made = scales.search(observed, names, table)
    ids["family"] = names
    numbers = described.numbers(sections)
    correction, offset, form = Correction(), Offset(), held_out.FORMS[0]
    scores = pd.DataFrame({"rmse_points": [], "is_chosen": []})
    if made.is_fitted:
        if len(names) >= LEAST_TO_COMPARE:
            scores = held_out.choose_form(found, family, table)
            form = str(scores.index[scores["is_chosen"]][0])
        if form == held_out.FORMS[2]:
            made = shapes.by_family(observed, names, made, table)
    models = made.models
    if made.is_fitted:
        if form == held_out.FORMS[1]:
            models = held_out.as_chain(found, models, made.city)
        models = held_out.choose_wander(observed, names, models)
    shares = scales.shares_of(observed, names, models)
    if made.is_fitted:
        correction, offset = calibrate(observed, ids, models, shares, numbers)
    notes = [*surveys.notes, *made.notes]
    if made.is_fitted:
        notes += [*_words(form, scores, made.city, made.parameters), *_narrow(observed)]
    return Fit(
        parameters=made.parameters,
        curves=scales.tabulate(models, table) if made.is_fitted else table,
        states=_states(observed, ids, (models, shares), offset, numbers),
        models=models,
        shares=shares,
        correction=correction,
        offset=offset,
        scores=scores,
        notes=tuple(notes),
    )


def _states(
    observed: Observed,
    ids: pd.DataFrame,
    known: tuple[dict[str, Model], dict[str, Floats]],
    offset: Offset,
    numbers: pd.DataFrame,
) -> pd.DataFrame:
    """Say where each section stands at its last rating."""
    if not len(ids):
        columns = ["survey_date", "family", "age", "age_sd", "pace", "pace_sd", "covariance"]
        index = pd.Index([], name="section_id", dtype="str")
        return pd.DataFrame(columns=[*columns, "offset", "ratings"], index=index)
    states = held_out.states_of(observed, ids["family"], *known)
    end = np.append(observed.first[1:], len(observed.pci))
    last, states["ratings"] = observed.pci[end - 1], (end - observed.first).astype("float64")
    states["offset"] = offset.points(last, ids["family"], numbers.loc[ids["section_id"]])
    states = states.assign(section_id=ids["section_id"], survey_date=ids["survey_date"])
    return states.drop_duplicates("section_id", keep="last").set_index("section_id")
