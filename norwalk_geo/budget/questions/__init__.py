"""What else a council asks of one city: policies, other money, a later start, other streets."""

from __future__ import annotations

from norwalk_geo.budget.questions.answering import Answers, answer
from norwalk_geo.budget.questions.comparison import Comparison, compare
from norwalk_geo.budget.questions.hidden import Hidden, hidden_ramps
from norwalk_geo.budget.questions.holding import Held, cost_to_hold
from norwalk_geo.budget.questions.levels import Delay, cost_of_delay, curve
from norwalk_geo.budget.questions.swapping import swaps
from norwalk_geo.budget.questions.weighing import weigh

__all__ = [
    "Answers",
    "Comparison",
    "Delay",
    "Held",
    "Hidden",
    "answer",
    "compare",
    "cost_of_delay",
    "cost_to_hold",
    "curve",
    "hidden_ramps",
    "swaps",
    "weigh",
]
