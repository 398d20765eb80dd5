"""
The city's settings, read from `norwalk.toml`.

A `Config` is frozen and passed in; nothing in the package keeps a setting of its own. Every problem
of the file is reported at once, and an unknown key names the nearest known one.
"""

from __future__ import annotations

import datetime as dt
import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from norwalk_geo.errors import ConfigError, Problem, SourceError

__all__ = ["FILE_NAME", "Config", "first_plan_year", "fiscal_year", "read_config", "year_start"]

FILE_NAME = "norwalk.toml"
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_MONTHS = 12
_LANGUAGES = ("en", "es")
_SCHEMES = ("astm7", "california4")
_UNSURVEYED = ("leave", "class_median")
_DOLLARS = ("constant", "nominal")


@dataclass(frozen=True)
class Config:
    """
    Settings of one city.

    Parameters
    ----------
    folder
        Folder that `norwalk.toml` is in; table files are relative to it.
    city
        Name of the city.
    crs
        Projected coordinate system of every table, such as `EPSG:2229`.
    bbox_lonlat
        West, south, east and north in degrees, around the city.
    fiscal_year_start
        Month in which the fiscal year begins.
    as_of
        Day that the data describe; the caller gives it where the file does not.
    notice
        Sentence that every page, print and file must carry, such as a warning of invented data.
    tables
        File by table, relative to `folder`.
    budget
        Dollars by fiscal year and fund.
    budget_dollars
        Whether the budget is in `constant` dollars of the base year or in `nominal` ones.
    base_year
        Year of the constant dollars.
    inflation_pct, cost_growth_pct
        Yearly inflation, and real growth of costs above it.
    years, terminal_years
        Length of the plan, and the years that its last condition counts for.
    critical_pci
        Condition below which work counts as backlog.
    bands
        Scheme of condition bands: `astm7` or `california4`.
    unsurveyed
        `leave` sections without a survey out, or assume the `class_median`.
    languages
        Languages of published pages.
    enforce, advise
        Accessibility standards in force, and those that only advise.
    """

    folder: Path
    city: str
    crs: str
    bbox_lonlat: tuple[float, float, float, float]
    fiscal_year_start: int = 7
    as_of: dt.date | None = None
    notice: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)
    budget: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    budget_dollars: str = "constant"
    base_year: int = 2026
    inflation_pct: float = 2.5
    cost_growth_pct: float = 0.0
    years: int = 10
    terminal_years: int = 3
    critical_pci: float = 70.0
    bands: str = "california4"
    unsurveyed: str = "leave"
    languages: tuple[str, ...] = _LANGUAGES
    enforce: tuple[str, ...] = ()
    advise: tuple[str, ...] = ()

    def path(self, table: str) -> Path:
        """
        Find the file of a table.

        Parameters
        ----------
        table
            Name of the table.

        Returns
        -------
        path
            Absolute, or below `folder`.
        """
        return self.folder / self.tables[table]


# --------------------------------------------------------------------------- kinds of value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text in quotation marks")
    return value.strip()


def _any_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text in quotation marks")
    return value.strip()


def _choice(options: Iterable[str]) -> Callable[[object], str]:
    allowed = tuple(options)

    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return str(value)

    return read


def _number(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"a number from {low:g} to {high:g}")
        if not low <= value <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def _whole(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _date(value: object) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError("a date such as 2026-07-01, without quotation marks")  # noqa: TRY004 - told as one kind
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts")
    return tuple(value)


def _languages(value: object) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts or not set(texts) <= set(_LANGUAGES):
        raise ValueError(f"a list of languages out of {', '.join(_LANGUAGES)}")
    return texts


def _bbox(value: object) -> tuple[float, float, float, float]:
    wanted = "west, south, east and north in degrees, such as [-118.11, 33.87, -118.04, 33.95]"
    if not isinstance(value, list) or [type(item) in (int, float) for item in value] != [True] * 4:
        raise ValueError(wanted)
    west, south, east, north = (float(item) for item in value)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(wanted)
    return west, south, east, north


_KEYS: dict[str, dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "city": {
        "name": ("city", _text),
        "crs": ("crs", _text),
        "bbox_lonlat": ("bbox_lonlat", _bbox),
        "fiscal_year_start": ("fiscal_year_start", _whole(1, _MONTHS)),
        "as_of": ("as_of", _date),
        "notice": ("notice", _any_text),
    },
    "money": {
        "base_year": ("base_year", _whole(_FIRST_YEAR, _LAST_YEAR)),
        "budget_dollars": ("budget_dollars", _choice(_DOLLARS)),
        "inflation_pct": ("inflation_pct", _number(-5, 25)),
        "cost_growth_pct": ("cost_growth_pct", _number(-5, 25)),
    },
    "plan": {
        "years": ("years", _whole(1, 40)),
        "terminal_years": ("terminal_years", _whole(0, 40)),
        "critical_pci": ("critical_pci", _number(0, 100)),
        "bands": ("bands", _choice(_SCHEMES)),
        "unsurveyed": ("unsurveyed", _choice(_UNSURVEYED)),
    },
    "standards": {"enforce": ("enforce", _texts), "advise": ("advise", _texts)},
    "publish": {"languages": ("languages", _languages)},
}
# What a city may bring; every one of them has a schema of the same name.
_TABLES = ("budgets", "sections", "sites", "surveys")
_SECTIONS = (*_KEYS, "tables", "budget")
_REQUIRED = (("city", "name"), ("city", "crs"), ("city", "bbox_lonlat"))


# --------------------------------------------------------------------------- reading


def _nearest(name: str, known: Iterable[str]) -> str:
    """Offer the known name that a misspelt one is nearest to."""
    options = list(known)
    near = difflib.get_close_matches(name, options, n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(sorted(options))}."


def _read_section(name: str, body: object, problems: list[Problem]) -> dict[str, Any]:
    """Read one plain section of the file."""
    known = _KEYS[name]
    if not isinstance(body, dict):
        problems.append(
            Problem(name, "is not a section", remedy=f"Write [{name}] on its own line.")
        )
        return {}
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key not in known:
            problems.append(Problem(f"{name}.{key}", "unknown key", remedy=_nearest(key, known)))
            continue
        target, read = known[key]
        try:
            found[target] = read(value)
        except ValueError as wanted:
            problems.append(Problem(f"{name}.{key}", f"is {value!r}", remedy=f"Give {wanted}."))
    return found


def _read_budget(body: object, problems: list[Problem]) -> dict[int, dict[str, float]]:
    """Read dollars by fiscal year: one number, or a table of funds."""
    budget: dict[int, dict[str, float]] = {}
    if not isinstance(body, dict):
        remedy = "Write [budget] on its own line, then a line a fiscal year."
        problems.append(Problem("budget", "is not a section", remedy=remedy))
        return budget
    dollars = _number(0, 1e12)
    for key, value in body.items():
        if not key.isdigit() or not _FIRST_YEAR <= int(key) <= _LAST_YEAR:
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
            remedy = _nearest(name, _TABLES)
            problems.append(Problem(f"tables.{name}", "unknown table", remedy=remedy))
            continue
        try:
            tables[name] = _text(file)
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
    values: dict[str, Any] = {}
    for name, body in raw.items():
        if name == "tables":
            values["tables"] = _read_tables(body, problems)
        elif name == "budget":
            values["budget"] = _read_budget(body, problems)
        elif name in _KEYS:
            values |= _read_section(name, body, problems)
        else:
            problems.append(Problem(name, "unknown section", remedy=_nearest(name, _SECTIONS)))
    for section, key in _REQUIRED:
        if key not in raw.get(section, {}):
            problems.append(
                Problem(f"{section}.{key}", "is missing", remedy=f"Add it in [{section}].")
            )
    if problems:
        raise ConfigError.of(str(path), problems)
    return Config(folder=path.parent, **values)


# --------------------------------------------------------------------------- fiscal years


def fiscal_year(day: dt.date, start_month: int) -> int:
    """
    Say which fiscal year a day is in.

    Parameters
    ----------
    day
        Any day.
    start_month
        Month in which the fiscal year begins. Fiscal year N ends in calendar year N, and is
        calendar year N where it begins in January.

    Returns
    -------
    year
        Fiscal year.

    Examples
    --------
    >>> fiscal_year(dt.date(2026, 7, 1), 7), fiscal_year(dt.date(2026, 6, 30), 7)
    (2027, 2026)
    """
    return day.year + (1 if start_month > 1 and day.month >= start_month else 0)


def year_start(year: int, start_month: int) -> dt.date:
    """
    Give the first day of a fiscal year.

    Parameters
    ----------
    year
        Fiscal year.
    start_month
        Month in which it begins.

    Returns
    -------
    day
        First day of the fiscal year.

    Examples
    --------
    >>> year_start(2027, 7)
    datetime.date(2026, 7, 1)
    """
    return dt.date(year - (1 if start_month > 1 else 0), start_month, 1)


def first_plan_year(as_of: dt.date, start_month: int) -> int:
    """
    Choose the first year of a plan: the first fiscal year that begins on `as_of` or later.

    Parameters
    ----------
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.

    Returns
    -------
    year
        Fiscal year.

    Examples
    --------
    >>> first_plan_year(dt.date(2026, 7, 1), 7), first_plan_year(dt.date(2026, 11, 24), 7)
    (2027, 2028)
    """
    current = fiscal_year(as_of, start_month)
    return current if year_start(current, start_month) >= as_of else current + 1
