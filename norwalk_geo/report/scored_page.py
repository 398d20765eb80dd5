"""The scorecard as a page in one language: goals, measures, values, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any, TypeAlias

import jinja2
import pandas as pd

from norwalk_geo.report.summary import records

__all__ = ["page", "value_text"]

Scores: TypeAlias = pd.DataFrame
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Strategic plan scorecard",
        "lead": "{known} of {all} measures have a value. The others have no data yet; a missing "
        "value is not zero.",
        "of_goal": "Goal",
        "measure": "Measure",
        "value": "Latest value",
        "period": "Fiscal year",
        "how": "How it is known",
        "trend": "Change",
        "target": "Target",
        "owner": "Kept by",
        "none": "no data",
        "known": "known for",
        "asof": "As of",
        "made": "Made with",
        "computed": "computed",
        "entered": "entered by the department",
        "partial": "from part of the city",
        "planned": "planned, not done yet",
        "no data": "no data",
        "better": "better",
        "worse": "worse",
        "same": "same",
        "more": "more",
        "less": "less",
        "no target": "none in the plan",
        "yes": "reached",
        "no": "not reached",
        "unknown": "not known",
        "unreviewed": "",
        "effects": "What the plan changes",
        "effects_lead": "The same money spent by the drafted plan and by other ways to choose "
        "streets. Nothing here is adopted.",
        "effects_table": "Measures before and after",
        "policy": "Way to choose",
        "before": "Before",
        "after": "After",
        "optimal": "The drafted plan",
        "do_nothing": "No work",
        "worst_first": "Worst streets first",
        "ranking": "Ranked by effectiveness and cost",
        "benefit_cost": "Incremental benefit and cost",
        "unmoved": "Condition is the forecast at the start and at the end of the plan; miles and "
        "money are the latest year and the yearly average of the plan in constant dollars. The "
        "other computed measures do not depend on which streets are chosen.",
        "about": "About these figures",
        "wording": "Measures, goals and targets are those of the city's strategic plan of March "
        "2021, restated in short. Which department keeps a measure, and some units, are not in "
        "the plan and can be changed in the city's own measures.csv.",
    },
    "es": {
        "title": "Tablero del plan estratégico",
        "lead": "{known} de {all} medidas tienen un valor. Las demás aún no tienen datos; un valor "
        "que falta no es cero.",
        "of_goal": "Meta",
        "measure": "Medida",
        "value": "Último valor",
        "period": "Año fiscal",
        "how": "Cómo se sabe",
        "trend": "Cambio",
        "target": "Objetivo",
        "owner": "A cargo de",
        "none": "sin datos",
        "known": "se conoce",
        "asof": "Al",
        "made": "Hecho con",
        "computed": "calculado",
        "entered": "informado por el departamento",
        "partial": "de una parte de la ciudad",
        "planned": "planeado, aún no hecho",
        "no data": "sin datos",
        "better": "mejor",
        "worse": "peor",
        "same": "igual",
        "more": "más",
        "less": "menos",
        "no target": "el plan no fija ninguno",
        "yes": "alcanzado",
        "no": "no alcanzado",
        "unknown": "no se sabe",
        "unreviewed": "Traducción al español aún no revisada por un traductor.",
        "effects": "Qué cambia el plan",
        "effects_lead": "El mismo dinero gastado según el borrador del plan y según otras formas "
        "de elegir calles. Nada de esto está aprobado.",
        "effects_table": "Medidas antes y después",
        "policy": "Forma de elegir",
        "before": "Antes",
        "after": "Después",
        "optimal": "El borrador del plan",
        "do_nothing": "Ninguna obra",
        "worst_first": "Primero las peores calles",
        "ranking": "Por eficacia y costo",
        "benefit_cost": "Beneficio y costo adicionales",
        "unmoved": "La condición es el pronóstico al inicio y al final del plan; las millas y los "
        "fondos son el último año y el promedio anual del plan en dólares constantes. Las "
        "demás medidas calculadas no dependen de qué calles se elijan.",
        "about": "Sobre estas cifras",
        "wording": "Las medidas, metas y objetivos son los del plan estratégico de la ciudad de "
        "marzo de 2021, resumidos. Qué departamento lleva una medida, y algunas unidades, no "
        "constan en el plan y se pueden cambiar en el archivo measures.csv de la ciudad.",
    },
}
_UNITS_ES = {
    "points": "puntos",
    "people": "personas",
    "visits": "visitas",
    "appointments": "citas",
    "tons": "toneladas",
    "sites": "sitios",
    "tools": "herramientas",
    "efforts": "actividades",
    "views and followers": "vistas y seguidores",
    "pieces": "piezas",
    "people per 1,000": "personas por cada 1,000",
    "meals": "comidas",
    "families": "familias",
    "accounts": "cuentas",
    "homes": "viviendas",
    "incentives": "incentivos",
    "contacts": "contactos",
    "jobs": "empleos",
}
_ONE_DECIMAL = ("%", "points", "mi", "people per 1,000")


def value_text(value: float | None, unit: str, language: str = "en") -> str:
    """
    Write a value with its unit.

    Parameters
    ----------
    value
        A number; nothing where there is none.
    unit
        As in the measures.
    language
        `en` or `es`.

    Returns
    -------
    text
        Blank without a value.

    Examples
    --------
    >>> value_text(363.04, "mi"), value_text(2_500_000.0, "USD"), value_text(12.0, "homes", "es")
    ('363.0 mi', '$2,500,000', '12 viviendas')
    """
    if value is None or pd.isna(value):
        return ""
    number = f"{value:,.1f}" if unit in _ONE_DECIMAL else f"{value:,.0f}"
    number = number.removesuffix(".0") if unit == "%" else number
    if unit == "USD":
        return f"${number}"
    named = _UNITS_ES.get(unit, unit) if language == "es" else unit
    return f"{number} {named}"


def _signed(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Write the change since the period before."""
    if row["difference"] is None or pd.isna(row["difference"]):
        return ""
    digits = 1 if row["unit"] in _ONE_DECIMAL else 0
    return f"{row['difference']:+,.{digits}f} ({words[row['trend']]})"


def _target(row: Mapping[str, Any], words: Mapping[str, str], language: str) -> str:
    """Write the target and whether it is reached."""
    if row["target_met"] == "no target":
        return words["no target"]
    return f"{value_text(row['target'], row['unit'], language)} ({words[row['target_met']]})"


def _shown(row: Mapping[str, Any], words: Mapping[str, str], language: str) -> dict[str, str]:
    """Put one measure in words."""
    known = row["known_pct"]
    how = words[row["status"]]
    if known is not None and not pd.isna(known) and row["status"] in ("computed", "partial"):
        how += f", {words['known']} {known:.0f} %" if known < 100 else ""  # noqa: PLR2004
    return {
        "label": row["label"],
        "value": value_text(row["value"], row["unit"], language) or words["none"],
        "period": "" if row["period"] is None else f"{row['period']}",
        "how": how,
        "trend": _signed(row, words),
        "target": _target(row, words, language),
        "owner": row["department"],
        "status": row["status"].replace(" ", "-"),
    }


def _goals(
    scores: Scores, objectives: pd.DataFrame, words: Mapping[str, str], language: str
) -> list[dict[str, Any]]:
    """Group the measures by goal and objective, in the plan's order."""
    suffix = "" if language == "en" else f"_{language}"
    goals = []
    for number, page in objectives.groupby("goal"):
        parts = []
        for objective, row in page.iterrows():
            own = scores[scores["objective_id"].eq(str(objective))]
            shown = [_shown(one, words, language) for one in records(own)]
            parts.append({"id": objective, "label": row[f"label{suffix}"], "rows": shown})
        label = page[f"goal_label{suffix}"].iloc[0]
        goals.append({"number": number, "label": label, "parts": parts})
    return goals


def _effects(
    summary: Mapping[str, Any], scores: Scores, words: Mapping[str, str], language: str
) -> list[dict[str, str]]:
    """Put in words what the plan and its rivals do to the measures that they change."""
    rows = []
    for row in summary.get("plan_effects", []):
        if row["after"] is None:
            continue
        shown = {name: value_text(row[name], row["unit"], language) for name in ("before", "after")}
        rows.append(
            {
                "label": str(scores.loc[row["measure_id"], "label"]),
                "policy": words[row["policy"]],
                "before": shown["before"] or words["none"],
                "after": shown["after"],
                "trend": _signed(row, words),
            }
        )
    return rows


def page(
    scores: Scores, objectives: pd.DataFrame, summary: Mapping[str, Any], *, language: str
) -> str:
    """
    Write the page of a scorecard.

    Parameters
    ----------
    scores
        All measures, labels in the language.
    objectives
        Goals and objectives.
    summary
        Of the scorecard.
    language
        `en` or `es`.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked; every text is escaped.
    """
    style = (resources.files("norwalk_geo") / "assets" / "page.css").read_text(encoding="utf-8")
    words = _WORDS[language]
    known = int(scores["value"].notna().sum())
    return _TEMPLATES.get_template("scorecard.html").render(
        summary=summary,
        style=style.strip(),
        words=words,
        language=language,
        lead=words["lead"].format(known=known, all=len(scores)),
        goals=_goals(scores, objectives, words, language),
        effects=_effects(summary, scores, words, language),
    )
