"""
Kinds of value in `norwalk.toml`: each turns what TOML gave into what the program uses.

A value of the wrong kind raises a `ValueError` whose text says what was wanted.
"""

# ruff: noqa: TRY004 - a wrong type and a wrong value are one kind of mistake here.

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

__all__ = [
    "FIRST_YEAR",
    "LANGUAGES",
    "LAST_YEAR",
    "any_text",
    "bbox",
    "choice",
    "condition",
    "date",
    "dollars_by_year",
    "email",
    "flag",
    "languages",
    "names",
    "number",
    "text",
    "texts",
    "web",
    "whole",
    "years_by_name",
]

LANGUAGES = ("en", "es")
FIRST_YEAR, LAST_YEAR = 1990, 2200
_LON, _LAT = 180, 90


def text(value: object) -> str:
    """Text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text in quotation marks")
    return value.strip()


def any_text(value: object) -> str:
    """Text, blank or not."""
    if not isinstance(value, str):
        raise ValueError("text in quotation marks")
    return value.strip()


def choice(options: Iterable[str]) -> Callable[[object], str]:
    """One of a few words."""
    allowed = tuple(options)

    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return str(value)

    return read


def email(value: object) -> str:
    """One address of mail."""
    found = any_text(value)
    name, at, host = found.partition("@")
    is_plain = not any(letter.isspace() or letter in "<>\"'?&,;:" for letter in found)
    if found and not (name and at and "." in host and is_plain and "@" not in host):
        raise ValueError("an address such as streets@city.example")
    return found


def web(value: object) -> str:
    """An address of a web service."""
    found = any_text(value).rstrip("/")
    parts = urlsplit(found)
    is_plain = not any(letter.isspace() or letter in "<>\"';" for letter in found)
    if found and not (parts.scheme in {"http", "https"} and parts.hostname and is_plain):
        raise ValueError("an address such as https://city.example/open311/v2")
    return found


def number(low: float, high: float) -> Callable[[object], float]:
    """A number in a range, limits included."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not (isinstance(value, int | float) and low <= value <= high):
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(value)

    return read


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number in a range, limits included."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def date(value: object) -> dt.date:
    """A day, as TOML writes it."""
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError("a date such as 2026-07-01, without quotation marks")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts")
    return tuple(value)


def names(value: object) -> frozenset[str]:
    """A list of names, in any order."""
    return frozenset(texts(value))


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("true or false, without quotation marks")
    return value


def _fiscal_year(value: object) -> int:
    """Read a fiscal year, as a key or as a number."""
    number = int(value) if isinstance(value, str) and value.isdecimal() else value
    return whole(FIRST_YEAR, LAST_YEAR)(number)


def _by_name(value: object) -> list[tuple[str, object]]:
    """Take a table of TOML apart."""
    if not isinstance(value, dict):
        raise ValueError("a table")
    return [(str(name), one) for name, one in value.items()]


def dollars_by_year(value: object) -> dict[int, float]:
    """Dollars by fiscal year."""
    try:
        return {_fiscal_year(year): number(0, 1e12)(usd) for year, usd in _by_name(value)}
    except ValueError:
        raise ValueError("dollars by fiscal year, such as { 2026 = 250_000 }") from None


def years_by_name(value: object) -> dict[str, int]:
    """A fiscal year by name."""
    try:
        return {name: _fiscal_year(year) for name, year in _by_name(value)}
    except ValueError:
        raise ValueError("a fiscal year by zone, such as { north = 2027 }") from None


def condition(every_year: int) -> Callable[[object], dict[int, float]]:
    """A condition for every year, which is then said to be `every_year`, or by fiscal year."""
    points = number(0, 100)

    def read(value: object) -> dict[int, float]:
        try:
            if isinstance(value, dict):
                return {_fiscal_year(year): points(pci) for year, pci in _by_name(value)}
            return {every_year: points(value)}
        except ValueError:
            text = "0 to 100 points at the end of every year, or by year: { 2036 = 70 }"
            raise ValueError(text) from None

    return read


def languages(value: object) -> tuple[str, ...]:
    """A list of languages that pages can be published in, at least one."""
    chosen = texts(value)
    if not chosen or not set(chosen) <= set(LANGUAGES):
        raise ValueError(f"a list of languages out of {', '.join(LANGUAGES)}")
    return chosen


def bbox(value: object) -> tuple[float, float, float, float]:
    """West, south, east and north."""
    wanted = "west, south, east and north in degrees, such as [-118.11, 33.87, -118.04, 33.95]"
    if not isinstance(value, list) or [type(item) in (int, float) for item in value] != [True] * 4:
        raise ValueError(wanted)
    west, south, east, north = (float(item) for item in value)
    if not (-_LON <= west < east <= _LON and -_LAT <= south < north <= _LAT):
        raise ValueError(wanted)
    return west, south, east, north
