"""Text files inside a zip of timetables, read where they lie: nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import pandas as pd

from norwalk_geo.errors import Problem, SourceError

__all__ = ["read_texts"]

_BYTES_PER_MB = 1_000_000


def _leads_out(name: str) -> bool:
    """Say whether a name would leave the folder that it is unpacked into."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in path.parts[0] if path.parts else True


def _found(names: list[str], wanted: tuple[str, ...]) -> dict[str, str]:
    """Find the wanted tables, however their names are written; those of one folder around all."""
    files = {f"{name}.txt": name for name in wanted}
    by_folder: dict[str, dict[str, str]] = {}
    for name in names:
        path = PurePosixPath(name)
        if path.name.lower() in files and not path.parts[0].startswith("__MACOSX"):
            own = by_folder.setdefault(str(path.parent), {})
            own.setdefault(files[path.name.lower()], name)
    if "." in by_folder or len(by_folder) != 1:
        return by_folder.get(".", {})
    return next(iter(by_folder.values()))


def _members(
    path: Path, packed: zipfile.ZipFile, wanted: tuple[str, ...], most: int
) -> dict[str, str]:
    """List the wanted tables that are there, or say what is wrong with the zip."""
    names = packed.namelist()
    problems = []
    if outside := tuple(name for name in names if _leads_out(name)):
        problems.append(
            Problem(path.name, "has paths that lead outside", outside, "Ask for a sound file.")
        )
    found = _found(names, wanted)
    size = sum(packed.getinfo(name).file_size for name in found.values())
    if size > most:
        what = f"unpacks to {size / _BYTES_PER_MB:,.0f} MB, above the limit of {most // 10**6:,}"
        problems.append(Problem(path.name, what, remedy="Raise most_mb if you trust the file."))
    if any(packed.getinfo(name).flag_bits & 1 for name in found.values()):
        problems.append(Problem(path.name, "has a password", remedy="Ask for an open file."))
    if problems:
        raise SourceError.of(str(path), problems)
    return found


def _table(data: bytes) -> pd.DataFrame:
    """Read one file as text: names in lower case, without the blanks around names and cells."""
    frame = pd.read_csv(
        io.BytesIO(data),
        dtype="str",
        keep_default_na=False,
        encoding="utf-8-sig",
        index_col=False,
        skipinitialspace=True,
    )
    named = frame.rename(columns=lambda name: str(name).strip().lower())
    kept = named.loc[:, ~named.columns.duplicated()]
    return pd.DataFrame({name: kept[name].str.strip() for name in kept})


def read_texts(path: Path, wanted: tuple[str, ...], *, most_mb: int) -> dict[str, pd.DataFrame]:
    """
    Read tables from a zip.

    Parameters
    ----------
    path
        The zip.
    wanted
        Names of tables; others are not opened.
    most_mb
        Most megabytes that the wanted tables may unpack to.

    Returns
    -------
    texts
        Those that are there, all cells as text, by name.

    Raises
    ------
    SourceError
        There is no such zip; it has paths that lead outside, or unpacks to more; or a table in it
        cannot be read.
    """
    most = most_mb * _BYTES_PER_MB
    texts: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    try:
        with zipfile.ZipFile(path) as packed:
            for table, name in _members(path, packed, wanted, most).items():
                try:
                    texts[table] = _table(packed.read(name))
                except pd.errors.EmptyDataError:
                    problems.append(Problem(name, "is empty", remedy="Ask for a whole feed."))
                except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
                    remedy = "Ask for a sound file."
                    problems.append(Problem(name, f"cannot be read ({error})", remedy=remedy))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        remedy = "Fetch the file again."
        problem = Problem(path.name, f"is no sound zip ({error})", remedy=remedy)
        raise SourceError.of(str(path), [problem]) from None
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        why = error.strerror or str(error)
        problem = Problem(path.name, f"cannot be read ({why})", remedy="Check the path.")
        raise SourceError.of(str(path), [problem]) from None
    if problems:
        raise SourceError.of(str(path), problems)
    return texts
