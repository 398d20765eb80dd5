"""
Kinds of value in `norwalk.toml`: each turns what TOML gave into what the program uses.

A value of the wrong kind raises a `ValueError` whose text says what was wanted.
"""

# ruff: noqa: TRY004 - a wrong type and a wrong value are one kind of mistake here.

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from norwalk_geo.config.settings import LANGUAGES

__all__ = ["any_text", "bbox", "choice", "date", "languages", "number", "text", "texts", "whole"]

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
