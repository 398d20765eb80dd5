"""The sheet on which the public comments on a draft of the transition plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from norwalk_geo.schema import TransitionPlan

__all__ = ["comment_sheet"]

_HEADINGS = {
    "rank": "No. / Núm.",
    "location": "Where / Dónde",
    "obstacle": "Obstacle / Obstáculo",
    "method": "What will be done / Qué se hará",
    "schedule": "When / Cuándo",
    "barrier_id": "Id",
}
_BLANKS = (
    "Do you meet this obstacle? How often? / ¿Encuentra este obstáculo? ¿Con qué frecuencia?",
    "Your comment / Su comentario",
)


def comment_sheet(plan: TransitionPlan) -> pd.DataFrame:
    """
    Lay out a draft of the transition plan for comment by the public.

    Interested persons must be able to comment before the plan is adopted [1]_. Costs are not on it.

    Parameters
    ----------
    plan
        As `transition_plan` makes it.

    Returns
    -------
    sheet
        One row a barrier by rank with headings in English and Spanish, and blank cells to write in.

    References
    ----------
    .. [1] 28 CFR 35.150(d)(1).
    """
    rows = plan.reset_index().sort_values("rank", kind="stable")
    sheet = rows[list(_HEADINGS)].rename(columns=_HEADINGS).reset_index(drop=True)
    return sheet.assign(**dict.fromkeys(_BLANKS, ""))
