"""`norwalk.toml` → settings, or every problem of the file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from norwalk_geo.config import values
from norwalk_geo.config.access import read_access
from norwalk_geo.config.asked import Asked
from norwalk_geo.config.asking import read_asked, read_funds
from norwalk_geo.config.keys import read_keys
from norwalk_geo.config.settings import Config
from norwalk_geo.errors import ConfigError, Problem, SourceError, nearest

__all__ = ["FILE_NAME", "read_config"]

FILE_NAME = "norwalk.toml"
_MONTHS = 12
_SCHEMES = ("astm7", "california4")
_UNSURVEYED = ("leave", "class_median")
_CURVES = ("fitted", "cited")
_DOLLARS = ("constant", "nominal")

_KEYS: dict[str, dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "city": {
        "name": ("city", values.text),
        "crs": ("crs", values.text),
        "bbox_lonlat": ("bbox_lonlat", values.bbox),
        "fiscal_year_start": ("fiscal_year_start", values.whole(1, _MONTHS)),
        "as_of": ("as_of", values.date),
        "notice": ("notice", values.any_text),
    },
    "money": {
        "base_year": ("base_year", values.whole(values.FIRST_YEAR, values.LAST_YEAR)),
        "budget_dollars": ("budget_dollars", values.choice(_DOLLARS)),
        "inflation_pct": ("inflation_pct", values.number(-5, 25)),
        "cost_growth_pct": ("cost_growth_pct", values.number(-5, 25)),
    },
    "costs": {
        "mobilization_pct": ("mobilization_pct", values.number(0, 100)),
        "soft_cost_pct": ("soft_cost_pct", values.number(0, 200)),
    },
    "plan": {
        "years": ("years", values.whole(1, 40)),
        "terminal_years": ("terminal_years", values.whole(0, 40)),
        "critical_pci": ("critical_pci", values.number(0, 100)),
        "bands": ("bands", values.choice(_SCHEMES)),
        "gasb34_target_pci": ("gasb34_target_pci", values.number(0, 100)),
        "curves": ("curves", values.choice(_CURVES)),
        "own_pace": ("own_pace", values.flag),
        "unsurveyed": ("unsurveyed", values.choice(_UNSURVEYED)),
        "treatments": ("treatments", values.texts),
    },
    "standards": {"enforce": ("enforce", values.texts), "advise": ("advise", values.texts)},
    "publish": {
        "languages": ("languages", values.languages),
        "contact_email": ("contact_email", values.email),
        "contact_phone": ("contact_phone", values.any_text),
        "open311_url": ("open311_url", values.web),
        "open311_jurisdiction": ("open311_jurisdiction", values.any_text),
        "open311_service": ("open311_service", values.any_text),
    },
}
# What a city may bring; every one of them has a schema of the same name.
_TABLES = (
    "assets",
    "barrier_removals",
    "bids",
    "budgets",
    "building_elements",
    "buildings",
    "change_orders",
    "closures",
    "corner_sections",
    "corners",
    "crossings",
    "deliveries",
    "edges",
    "entered",
    "findings",
    "forbidden",
    "limits",
    "lines",
    "located",
    "maintenance",
    "measurements",
    "project_phases",
    "project_sections",
    "projects",
    "promised",
    "ramps",
    "requests",
    "sections",
    "site_boundaries",
    "site_edits",
    "site_entrances",
    "sites",
    "stops",
    "street_events",
    "surveys",
    "transit_stops",
    "transition_plan",
    "utility_work",
    "walks",
    "work_done",
    "zones",
)
_SECTIONS = (*_KEYS, "tables", "barriers", "budget", "funds")
_REQUIRED = (("city", "name"), ("city", "crs"), ("city", "bbox_lonlat"))


def _read_plan(body: object, problems: list[Problem]) -> dict[str, Any]:
    """Read the part of the plan, what is asked of it among the rest."""
    if not isinstance(body, dict):
        return read_keys("plan", body, {}, problems)
    asked, found = read_asked(body, _KEYS["plan"], problems)
    return {"asked": asked, **found} if asked != Asked() else found


def _read_budget(body: object, problems: list[Problem]) -> dict[int, dict[str, float]]:
    """Read dollars by fiscal year: one number, or a table of funds."""
    budget: dict[int, dict[str, float]] = {}
    if not isinstance(body, dict):
        remedy = "Write [budget] on its own line, then a line a fiscal year."
        problems.append(Problem("budget", "is not a section", remedy=remedy))
        return budget
    dollars = values.number(0, 1e12)
    for key, value in body.items():
        if not key.isdecimal() or not values.FIRST_YEAR <= int(key) <= values.LAST_YEAR:
            remedy = "Write a fiscal year such as 2027 = 5_000_000."
            problems.append(Problem(f"budget.{key}", "is not a fiscal year", remedy=remedy))
            continue
        funds = value if isinstance(value, dict) else {"general": value}
        budget[int(key)] = {}
        for fund, amount in funds.items():
            where = f"budget.{key}" if fund == "general" else f"budget.{key}.{fund}"
            try:
                budget[int(key)][str(fund)] = dollars(amount)
            except ValueError:
                remedy = "Give dollars, zero or more."
                problems.append(Problem(where, f"is {amount!r}", remedy=remedy))
    return dict(sorted(budget.items()))


def _read_tables(body: object, problems: list[Problem]) -> dict[str, str]:
    """Read the file of each table."""
    if not isinstance(body, dict):
        problems.append(Problem("tables", "is not a section", remedy="Write [tables] on its line."))
        return {}
    tables: dict[str, str] = {}
    for name, file in body.items():
        if name not in _TABLES:
            remedy = nearest(name, _TABLES)
            problems.append(Problem(f"tables.{name}", "unknown table", remedy=remedy))
            continue
        try:
            tables[name] = values.text(file)
        except ValueError as wanted:
            problems.append(Problem(f"tables.{name}", f"is {file!r}", remedy=f"Give {wanted}."))
    return tables


def _raw(path: Path) -> dict[str, Any]:
    """Read the TOML file itself."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        remedy = f"Make a city folder with: norwalk new {path.parent}"
        raise SourceError.of(
            str(path), [Problem(path.name, "is not there", remedy=remedy)]
        ) from None
    except OSError as error:
        remedy = "Check the path and the permission to read it."
        problem = Problem(path.name, f"cannot be read ({error.strerror})", remedy=remedy)
        raise SourceError.of(str(path), [problem]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(path.name, f"is not TOML ({error})", remedy="Correct that line.")
        raise ConfigError.of(str(path), [problem]) from None


_PARTS: dict[str, tuple[str, Callable[[object, list[Problem]], object]]] = {
    "tables": ("tables", _read_tables),
    "barriers": ("access", read_access),
    "budget": ("budget", _read_budget),
    "funds": ("funds", read_funds),
}


def read_config(city: Path | str) -> Config:
    """
    Read a city's settings.

    Parameters
    ----------
    city
        The city's folder, or its `norwalk.toml`.

    Returns
    -------
    config
        Checked settings.

    Raises
    ------
    SourceError
        There is no such file, or it cannot be read.
    ConfigError
        With every problem of the file: unknown keys, wrong kinds of value, what is missing.
    """
    path = Path(city)
    path = path if path.suffix == ".toml" else path / FILE_NAME
    raw, problems = _raw(path), list[Problem]()
    found: dict[str, Any] = {}
    for name, body in raw.items():
        if name in _PARTS:
            target, read = _PARTS[name]
            found[target] = read(body, problems)
        elif name == "plan":
            found |= _read_plan(body, problems)
        elif name in _KEYS:
            found |= read_keys(name, body, _KEYS[name], problems)
        else:
            problems.append(Problem(name, "unknown section", remedy=nearest(name, _SECTIONS)))
    for section, key in _REQUIRED:
        body = raw.get(section, {})
        if isinstance(body, dict) and key not in body:
            problems.append(
                Problem(f"{section}.{key}", "is missing", remedy=f"Add it in [{section}].")
            )
    if problems:
        raise ConfigError.of(str(path), problems)
    return Config(folder=path.parent, **found)
