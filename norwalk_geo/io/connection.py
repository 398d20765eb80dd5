"""One transaction with a database, and what the database refuses, said in our words."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from norwalk_geo.errors import Problem, SourceError

if TYPE_CHECKING:
    import psycopg
    from psycopg import Connection, sql

    from norwalk_geo.io.addresses import Address

__all__ = ["WAIT_S", "fail", "missing", "oid", "opened", "postgis", "quoted"]

WAIT_S = 10
# What a refusal means, by PostgreSQL's code of it or the class of the code.
_REFUSALS = {
    "42501": (
        "may not be read or written",
        "Ask the owner of the database for the right (GRANT).",
    ),
    "2BP01": (
        "cannot be replaced",
        "Views rest on it: drop them first, or name another table in the address.",
    ),
    "55P03": ("is in use", "Close the programs that work on it, and try again."),
    "3F": ("cannot be written", "Name a schema that is there."),
    "42": ("cannot be used", "Name a table that is there, or a new one to write."),
    "53": ("has no room", "Free some space on the server."),
    "22": ("has values that cannot be exchanged", "Correct them at their source."),
    "": (
        "cannot be reached",
        "Check host, port, database and user in the address, and the password (PGPASSWORD).",
    ),
}


def fail(address: Address, what: str, remedy: str) -> SourceError:
    """Make the error of a table that cannot be used."""
    return SourceError.of(address.shown, [Problem(address.shown, what, remedy=remedy)])


def _explain(address: Address, error: psycopg.Error | UnicodeError) -> SourceError:
    """Say in one line why the database refused, with its own words."""
    from psycopg import DataError

    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, DataError | UnicodeError):
        state = "22"
    what, remedy = next(_REFUSALS[key] for key in (state, state[:2], "") if key in _REFUSALS)
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    said = " ".join(said.split()).rstrip(".")
    for name in ("password", "sslpassword"):
        if secret := address.options.get(name):
            said = said.replace(secret, "…")
    return fail(address, f"{what} ({said})", remedy)


@contextmanager
def opened(address: Address, *, read_only: bool) -> Iterator[Connection]:
    """Connect for one transaction; what the database refuses is said in our words."""
    try:
        import psycopg
    except ImportError:
        remedy = "Install it with: pip install 'psycopg[binary]>=3.2'"
        raise fail(address, "needs the package psycopg, which is not here", remedy) from None
    options = {"client_encoding": "UTF8", **address.options}
    if "PGCONNECT_TIMEOUT" not in os.environ:
        options.setdefault("connect_timeout", str(WAIT_S))
    try:
        with psycopg.connect(psycopg.conninfo.make_conninfo("", **options)) as connection:
            connection.read_only = read_only
            yield connection
    except (psycopg.Error, UnicodeError) as error:
        raise _explain(address, error) from None


def quoted(*parts: str) -> sql.Identifier:
    """Quote a name, such as schema and table."""
    from psycopg import sql

    return sql.Identifier(*parts)


def oid(connection: Connection, address: Address) -> int | None:
    """Find the database's own number of the table, if it is there."""
    name = quoted(address.schema, address.table).as_string(connection)
    found = connection.execute("SELECT to_regclass(%s)::oid", [name]).fetchone()
    return int(found[0]) if found and found[0] is not None else None


def missing(connection: Connection, address: Address) -> SourceError:
    """Say that a table is not there, and which name is near."""
    rows = connection.execute(
        "SELECT nspname || '.' || relname FROM pg_class c JOIN pg_namespace n "
        "ON n.oid = relnamespace WHERE relkind = ANY ('{r,v,m,f,p}') "
        "AND nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    )
    wanted = f"{address.schema}.{address.table}"
    near = difflib.get_close_matches(wanted, [name for (name,) in rows], n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Check table=schema.name in the address."
    return fail(address, "is not there", remedy)


def postgis(connection: Connection, address: Address) -> str:
    """Find the schema that PostGIS is installed in."""
    found = connection.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
        "WHERE extname = 'postgis'"
    ).fetchone()
    if found is None:
        remedy = "Ask its owner for: CREATE EXTENSION postgis"
        raise fail(address, "is in a database without PostGIS, which shapes need", remedy)
    return str(found[0])
