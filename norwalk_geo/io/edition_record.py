"""The record of an edition of a plan: what is known of it without opening its tables."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from norwalk_geo.errors import Problem, SourceError

__all__ = [
    "RECORD",
    "STATUSES",
    "Kept",
    "changed_files",
    "damaged",
    "is_same",
    "list_editions",
    "read_record",
    "record_text",
    "sha256",
]

STATUSES = ("draft", "comment", "adopted")
RECORD = "edition.json"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Kept:
    """
    What is known of an edition without opening its tables.

    Parameters
    ----------
    name
        Name of its folder.
    number
        Place in the order in which the city kept its editions, from 1.
    status
        `draft`, `comment` or `adopted`.
    as_of
        Day that its data describe.
    version
        Of the program that planned it.
    adopted_on
        Day on which the council adopted it; none before.
    resolution
        By which it was adopted, as the city calls it; may be blank.
    funded_years
        Fiscal years of the plan whose money is appropriated.
    figures
        Numbers of the plan that are in no table.
    inputs
        Tables that it was made from, each with `table`, `path`, `rows`, `date` and `sha256`.
    files
        SHA-256 of every other file of the edition.
    """

    name: str
    number: int
    status: str
    as_of: dt.date
    version: str
    adopted_on: dt.date | None = None
    resolution: str = ""
    funded_years: tuple[int, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Mapping[str, Any], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_adopted(self) -> bool:
        """Whether the council adopted it."""
        return self.status == "adopted"


def sha256(path: Path) -> str:
    """
    Hash a file.

    Parameters
    ----------
    path
        Of the file.

    Returns
    -------
    digest
        SHA-256 in hexadecimal digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def record_text(kept: Kept) -> str:
    """
    Write the record of an edition.

    Parameters
    ----------
    kept
        The record.

    Returns
    -------
    text
        JSON.
    """
    plain = {"kind": "edition", **asdict(kept)}
    plain["as_of"] = kept.as_of.isoformat()
    plain["adopted_on"] = kept.adopted_on.isoformat() if kept.adopted_on else None
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def damaged(folder: Path, what: str, rows: tuple[str, ...] = ()) -> SourceError:
    """
    Say that an edition is not as it was kept.

    Parameters
    ----------
    folder
        Of the edition.
    what
        What is wrong.
    rows
        Files concerned.

    Returns
    -------
    error
        Not raised.
    """
    remedy = "Bring it back from a backup; an edition is never repaired by hand."
    return SourceError.of(f"edition {folder.name}", [Problem(RECORD, what, rows, remedy)])


def read_record(folder: Path) -> Kept:
    """
    Read the record of an edition.

    Parameters
    ----------
    folder
        Of the edition.

    Returns
    -------
    kept
        The record.

    Raises
    ------
    SourceError
        It cannot be read.
    """
    try:
        plain = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        day, adopted = plain.pop("as_of"), plain.pop("adopted_on")
        if plain.pop("kind") != "edition" or plain["status"] not in STATUSES:
            raise damaged(folder, "is not the record of an edition")
        adopted_on = dt.date.fromisoformat(adopted) if adopted else None
        plain["funded_years"] = tuple(map(int, plain["funded_years"]))
        plain["inputs"] = tuple(plain["inputs"])
        if any(name != Path(name).name for name in plain["files"]):
            raise damaged(folder, "names a file outside its folder")
        kept = Kept(**plain, as_of=dt.date.fromisoformat(day), adopted_on=adopted_on)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, SourceError):
            raise
        raise damaged(folder, f"cannot be read ({error})") from None
    # A folder that was renamed or copied is known by its present name.
    return replace(kept, name=folder.name)


def changed_files(folder: Path, kept: Kept) -> tuple[str, ...]:
    """
    Name the files of an edition that are not as they were kept.

    Parameters
    ----------
    folder
        Of the edition.
    kept
        Its record.

    Returns
    -------
    names
        Files that are gone, cannot be read or have another SHA-256.
    """
    return tuple(name for name, digest in kept.files.items() if not is_same(folder / name, digest))


def is_same(path: Path, digest: str) -> bool:
    """
    Say whether a file is there and as it was.

    Parameters
    ----------
    path
        Of the file.
    digest
        Its SHA-256 as it was.

    Returns
    -------
    is_same
        False too where it cannot be read.
    """
    try:
        return sha256(path) == digest
    except OSError:
        return False


def list_editions(folder: Path) -> list[Kept]:
    """
    List the editions of a city in the order in which they were kept.

    Parameters
    ----------
    folder
        Folder of the editions; it need not be there.

    Returns
    -------
    editions
        Their records; the tables are not opened.

    Raises
    ------
    SourceError
        The record of an edition cannot be read.
    """
    if not folder.is_dir():
        return []
    found = [read_record(path.parent) for path in sorted(folder.glob(f"*/{RECORD}"))]
    return sorted(found, key=lambda one: (one.number, one.name))
