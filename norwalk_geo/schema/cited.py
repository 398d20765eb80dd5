"""Parameter files: tables whose first lines say where the numbers are from."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from norwalk_geo.errors import ConfigError, Problem, SourceError
from norwalk_geo.schema.checks import check

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["labels", "parameters"]


def _citation(text: str) -> str:
    """Take the comment lines at the head of a parameter file."""
    return "\n".join(line[1:].strip() for line in text.splitlines() if line.startswith("#"))


def _own_text(path: Path) -> str:
    """Read a city's own file, as a text editor or Excel saved it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "Check the permission to read it."
        problem = Problem(path.name, f"cannot be read ({error.strerror})", remedy=remedy)
        raise SourceError.of(str(path), [problem]) from None
    for encoding in ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    problem = Problem(path.name, "is not text", remedy="Save it as CSV UTF-8.")
    raise ConfigError.of(str(path), [problem])


def _rows(lines: list[str], name: str, file: str) -> DataFrame:
    """Split the lines below the citation into cells."""
    try:
        return pd.read_csv(
            StringIO("\n".join(lines)), dtype="str", keep_default_na=False, index_col=False
        )
    except (pd.errors.EmptyDataError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        remedy = "Give every line as many cells as the headings, long texts in quotation marks."
        problem = Problem(name, f"cannot be read ({str(error).strip()})", remedy=remedy)
        raise ConfigError.of(file, [problem]) from None


@functools.lru_cache(maxsize=128)
def _checked(text: str, name: str, file: str) -> DataFrame:
    """Read and check the text of a file; a run asks for the same file many times."""
    citation = _citation(text)
    if not citation:
        remedy = "Begin the file with a line '# Source: …' that says where the numbers are from."
        raise ConfigError.of(file, [Problem(name, "the numbers have no source", remedy=remedy)])
    rows = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    checked = check(_rows(rows, name, file).replace("", None), name)
    checked.attrs = {"citation": citation, "file": file}
    return checked


def parameters(name: str, *, folder: Path | None = None) -> DataFrame:
    """
    Open a cited parameter file.

    Parameters
    ----------
    name
        Name of the file without its ending, such as `treatments`.
    folder
        The city's own parameter folder. A file of the same name there replaces the one that ships.

    Returns
    -------
    parameters
        The checked table. `attrs` has the `citation` and the `file` that was read, `package` where
        it is the one that ships.

    Raises
    ------
    SourceError
        The city's own file may not be read.
    ConfigError
        The file has no citation in its first lines, or is no table.
    SchemaError
        The file does not agree with its schema.

    Examples
    --------
    >>> parameters("classes").loc["arterial", "label"]
    'Arterial'
    """
    own = folder / f"{name}.csv" if folder else None
    if own is not None and own.is_file():
        text, file = _own_text(own), str(own)
    else:
        inside = resources.files("norwalk_geo") / "parameters" / f"{name}.csv"
        text, file = inside.read_text(encoding="utf-8"), "package"
    # Copied on the first change, so that nobody changes what others are given.
    return _checked(text, name, file).copy(deep=False)


def labels(table: DataFrame, language: str) -> Mapping[str, str]:
    """
    Take the names of a parameter table's rows in one language.

    Parameters
    ----------
    table
        A parameter table with `label` and `label_es`.
    language
        `en` or `es`.

    Returns
    -------
    labels
        Name by key.

    Examples
    --------
    >>> labels(parameters("classes"), "es")["alley"]
    'Callejón'
    """
    column = "label" if language == "en" else f"label_{language}"
    return dict(table[column])
