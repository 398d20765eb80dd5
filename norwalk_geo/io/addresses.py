"""
Addresses of tables in a database: `postgresql://user@host:5432/database?table=schema.name`.

What an address leaves out is found as PostgreSQL's own programs find it: `PGPASSWORD`, the password
file, a service. A password that stands in it is used, and never shown again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from norwalk_geo.config import is_address
from norwalk_geo.errors import Problem, SourceError

__all__ = ["Address", "parse", "published", "shown"]

_FORM = "postgresql://user@host:5432/database?table=schema.name"
_SCHEMA = "public"
_OPTION = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Address:
    """
    A table of a database.

    Parameters
    ----------
    schema, table
        Names as the database spells them.
    shown
        The address without passwords and options, for messages to whoever runs a command.
    published
        Database and table alone: results are passed on, and a server's name and user are nobody's
        business there.
    options
        What the connection is made with, by the names of PostgreSQL's library.
    """

    schema: str
    table: str
    shown: str
    published: str
    options: Mapping[str, str] = field(repr=False)


def _malformed() -> SourceError:
    """Refuse an address without showing any of it: nobody knows which part is the password."""
    remedy = f"Write {_FORM}, and letters such as / # ? @ in a name as %2F %23 %3F %40."
    return SourceError.of("postgresql://…", [Problem("address", "cannot be read", remedy=remedy)])


def _options(address: str) -> dict[str, str]:
    """Take an address apart; every part is unquoted."""
    parts = urlsplit(address)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    found = {
        "host": parts.hostname,
        "port": str(parts.port) if parts.port else None,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    # A password with an unquoted letter ends up in the wrong part, from where it would be shown.
    if parts.fragment or set(parts.path[1:]) & set("/@") or not all(map(_OPTION.fullmatch, pairs)):
        raise ValueError
    return {name: value for name, value in found.items() if value} | pairs


def parse(address: str) -> Address:
    """
    Read the address of a table.

    Parameters
    ----------
    address
        Begins with `postgresql://`. `table` may be left without its schema, which then is `public`;
        other settings behind the `?` are those of PostgreSQL's library, such as `service`.

    Returns
    -------
    address
        Its parts, and a form that may be shown.

    Raises
    ------
    SourceError
        It is not an address, or names no table.

    Examples
    --------
    >>> parse("postgresql://ana:secret@gis.example/streets?table=sections").shown
    'postgresql://ana@gis.example/streets?table=public.sections'
    """
    try:
        options = _options(address)
    except ValueError:
        raise _malformed() from None
    names = options.pop("table", "").split(".")
    if len(names) == 1:
        names = [_SCHEMA, *names]
    user = f"{options['user']}@" if "user" in options else ""
    port = f":{options['port']}" if "port" in options else ""
    server = f"{options.get('host', '')}{port}" or options.get("service", "")
    place = f"postgresql://{user}{server}/{options.get('dbname', '')}"
    if len(names) > len((_SCHEMA, "table")) or not all(names):
        what, remedy = "names no table", "Add ?table=schema.name at its end."
        raise SourceError.of(place, [Problem(place, what, remedy=remedy)])
    table = f"{names[0]}.{names[1]}"
    published = f"database {options.get('dbname', '')}".rstrip() + f", table {table}"
    return Address(names[0], names[1], f"{place}?table={table}", published, options)


def published(place: Path | str, *, folder: Path) -> str:
    """
    Name a file or an address as results name it.

    Parameters
    ----------
    place
        File, or address of a table.
    folder
        The city's folder.

    Returns
    -------
    name
        File relative to the folder where it lies below it, else its name; of an address the
        database and the table.

    Examples
    --------
    >>> published("postgresql://ana@gis.example/streets?table=roads.sections", folder=Path())
    'database streets, table roads.sections'
    """
    if is_address(place):
        return parse(str(place)).published
    return shown(place, folder=folder)


def shown(place: Path | str, *, folder: Path) -> str:
    """
    Name a file or an address as messages name it.

    Parameters
    ----------
    place
        File, or address of a table.
    folder
        The city's folder.

    Returns
    -------
    name
        File relative to the folder where it lies below it, else its name; address without secrets.

    Raises
    ------
    SourceError
        The address cannot be read.

    Examples
    --------
    >>> shown(Path("norwalk/clean/sections.gpkg"), folder=Path("norwalk"))
    'clean/sections.gpkg'
    """
    if is_address(place):
        return parse(str(place)).shown
    path = Path(place)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
