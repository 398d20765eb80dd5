"""Answers of an Open311 endpoint as saved: JSON, XML or CSV → rows of text. No network is used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from norwalk_geo import files
from norwalk_geo.errors import Problem, SourceError

__all__ = ["is_open311", "read_items"]

_SUFFIXES = (".json", ".xml", ".csv")
_KEYS = {"requests": "service_request_id", "services": "service_code"}
_ITEMS = {"requests": "request", "services": "service"}
_WRAPPED = ("service_requests", "requests", "services")
_MOST_BYTES = 512 * 1024**2


def _fail(path: Path, what: str, remedy: str) -> SourceError:
    return SourceError.of(str(path), [Problem(path.name, what, remedy=remedy)])


def is_open311(path: Path) -> bool:
    """
    Say whether a file may be an answer of an Open311 endpoint, by its name alone.

    Parameters
    ----------
    path
        A file.

    Returns
    -------
    is_open311
        Whether it ends in .json, .xml or .csv.
    """
    return path.suffix.lower() in _SUFFIXES


def _text(value: object) -> str | None:
    """Write a value as the text that it was; nothing where it is none or blank."""
    if value is None:
        return None
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip() or None


def _from_json(path: Path, content: bytes) -> list[Mapping[str, Any]]:
    """Read a list of objects, bare or in an object of its own; numbers stay as they are written."""
    try:
        value = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _fail(path, f"is not JSON ({error})", "Save the answer again.") from None
    if isinstance(value, dict):
        value = next((value[name] for name in _WRAPPED if isinstance(value.get(name), list)), value)
    items = value if isinstance(value, list) else [value]
    strange = [number for number, one in enumerate(items, start=1) if not isinstance(one, dict)]
    if strange:
        what = f"object {strange[0]} of the list is no object"
        raise _fail(path, what, "Save the answer of /requests.json.")
    return items


def _from_xml(path: Path, content: bytes, item: str) -> list[Mapping[str, Any]]:
    """Read the elements of a list; a document type or an entity is refused."""
    try:
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        what = f"declares a document type or an entity ({type(error).__name__})"
        raise _fail(path, what, "An answer of Open311 has none: do not trust this file.") from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _fail(path, f"is not XML ({error})", "Save the answer again.") from None
    if root.tag == "errors":
        said = "; ".join(filter(None, (text.strip() for text in root.itertext())))
        raise _fail(path, f"is an error of the endpoint: {said}", "Ask the endpoint again.")
    return [{child.tag: child.text for child in one} for one in root.iter(item)]


def read_items(path: Path, kind: str) -> pd.DataFrame:
    """
    Read requests or services as an endpoint of GeoReport v2 gives them.

    Parameters
    ----------
    path
        Saved answer in UTF-8: `.json`, `.xml`, or a CSV with the same names of columns.
    kind
        `requests` or `services`.

    Returns
    -------
    items
        One row an item, every cell as text; what is blank is missing.

    Raises
    ------
    SourceError
        The file cannot be read, is none of these, is an error of the endpoint, or declares an
        entity.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        frame = files.read_frame(path)
    else:
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise _fail(path, "is larger than 512 MB", "Save it in parts, by page.")
            content = path.read_bytes()
        except OSError as error:
            if isinstance(error, SourceError):
                raise
            why = error.strerror or str(error)
            raise _fail(path, f"cannot be read ({why})", "Check the path.") from None
        is_xml = suffix == ".xml"
        rows = _from_xml(path, content, _ITEMS[kind]) if is_xml else _from_json(path, content)
        frame = pd.DataFrame([{k: _text(v) for k, v in row.items()} for row in rows], dtype="str")
    return _checked(path, frame, kind)


def _checked(path: Path, frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Refuse what is no list of these items."""
    key = _KEYS[kind]
    if len(frame) and key not in frame and {"code", "description"} <= set(frame.columns):
        said = "; ".join(frame["description"].dropna())
        raise _fail(path, f"is an error of the endpoint: {said}", "Ask the endpoint again.")
    if frame.empty or key not in frame:
        what = f"has no {kind} with a {key}, as GeoReport v2 names it"
        raise _fail(path, what, "Save the answer of the endpoint, or name a mapping with --map.")
    return frame.reset_index(drop=True)
