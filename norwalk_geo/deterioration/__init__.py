"""
Condition → future condition with nothing done.

Each family of pavements, a functional class and a surface, follows one curve of condition against
effective age. A section sits on its family's curve where its latest survey puts it and moves along
it with time. Curves are those that are cited, or fitted from the city's own surveys; a fit also
says where each section stands and how fast it moves, as far as its own ratings tell.
"""

from __future__ import annotations

from norwalk_geo.deterioration.backtest import Protocol, backtest
from norwalk_geo.deterioration.family import (
    condition_at,
    curves,
    effective_age,
    families,
    months_since_survey,
)
from norwalk_geo.deterioration.fitting import Fit, fit
from norwalk_geo.deterioration.forecasting import forecast
from norwalk_geo.deterioration.histories import Histories, histories
from norwalk_geo.deterioration.markov import expected, transitions
from norwalk_geo.deterioration.pacing import OwnPaces, own_paces
from norwalk_geo.deterioration.rivals import can_boost
from norwalk_geo.deterioration.usual import UsualWork, forecast_with_usual_work, usual_work

__all__ = [
    "Fit",
    "Histories",
    "OwnPaces",
    "Protocol",
    "UsualWork",
    "backtest",
    "can_boost",
    "condition_at",
    "curves",
    "effective_age",
    "expected",
    "families",
    "fit",
    "forecast",
    "forecast_with_usual_work",
    "histories",
    "months_since_survey",
    "own_paces",
    "transitions",
    "usual_work",
]
