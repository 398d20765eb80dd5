"""Keys of one part of `norwalk.toml`: known ones are read, every other is a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from norwalk_geo.errors import Problem, nearest

__all__ = ["Known", "read_keys", "read_named"]

Known: TypeAlias = Mapping[str, tuple[str, Callable[[Any], Any]]]


def read_keys(where: str, body: object, known: Known, problems: list[Problem]) -> dict[str, Any]:
    """
    Read one part of the file.

    Parameters
    ----------
    where
        Name of the part, with dots.
    body
        What stands there.
    known
        Where the value of each key goes, and what reads it.
    problems
        Told what is wrong.

    Returns
    -------
    found
        Values by where they go.
    """
    if not isinstance(body, dict):
        remedy = f"Write [{where}] on its own line."
        problems.append(Problem(where, "is not a section", remedy=remedy))
        return {}
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key not in known:
            problems.append(Problem(f"{where}.{key}", "unknown key", remedy=nearest(key, known)))
            continue
        target, read = known[key]
        try:
            found[target] = read(value)
        except ValueError as wanted:
            problems.append(Problem(f"{where}.{key}", f"is {value!r}", remedy=f"Give {wanted}."))
    return found


def read_named(
    where: str, body: object, read: Callable[[Any], Any], problems: list[Problem]
) -> dict[str, Any]:
    """
    Read one value by name, where any name may stand.

    Parameters
    ----------
    where
        Name of the part, with dots.
    body
        What stands there.
    read
        Reads each value.
    problems
        Told what is wrong.

    Returns
    -------
    found
        Values by name.
    """
    if not isinstance(body, dict):
        remedy = f"Write [{where}] on its own line, then a line a name."
        problems.append(Problem(where, "is not a section", remedy=remedy))
        return {}
    found: dict[str, Any] = {}
    for name, value in body.items():
        try:
            found[name] = read(value)
        except ValueError as wanted:
            problems.append(Problem(f"{where}.{name}", f"is {value!r}", remedy=f"Give {wanted}."))
    return found
