"""
Our tables in a PostgreSQL database with PostGIS, by address.

A table is read in one query and written in one transaction: into a new table, which takes the old
one's name and rights at the end. Whatever stops a run before that leaves the old table as it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from norwalk_geo import schema
from norwalk_geo.io import addresses
from norwalk_geo.io.connection import WAIT_S, fail, missing, oid, opened, postgis, quoted

if TYPE_CHECKING:
    from pandas import DataFrame
    from psycopg import Connection, sql

    from norwalk_geo.io.addresses import Address

__all__ = ["is_there", "read", "write"]

_SHAPES = {"geometry", "geography"}
# As what a column is asked for; any other kind comes as text, which the schema reads. A moment is
# the one that the database's own clock shows.
_CASTS = {
    **dict.fromkeys(["bool"], "bool"),
    **dict.fromkeys(["int2", "int4", "int8"], "int8"),
    **dict.fromkeys(["float4", "float8", "numeric"], "float8"),
    **dict.fromkeys(["date", "timestamp", "timestamptz"], "timestamp"),
    **dict.fromkeys(_SHAPES, "bytea"),
}
# Our types, as the database calls them.
_TYPES = {"number": "float8", "integer": "int8", "date": "date", "boolean": "bool", "text": "text"}


def _columns(connection: Connection, address: Address, number: int) -> dict[str, str]:
    """List the columns with their types; of several shapes the one called geometry is taken."""
    rows = connection.execute(
        "SELECT attname, typname FROM pg_attribute JOIN pg_type t ON t.oid = atttypid "
        "WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [number],
    )
    every = {str(name): str(kind) for name, kind in rows}
    shapes = [name for name, kind in every.items() if kind in _SHAPES or name == "geometry"]
    if len(shapes) > 1 and "geometry" not in shapes:
        remedy = "Name a view that has one of them."
        raise fail(address, f"has several shapes a row ({', '.join(shapes)})", remedy)
    spare = set(shapes) - {"geometry"} if len(shapes) > 1 else set()
    return {name: kind for name, kind in every.items() if name not in spare}


def _system(connection: Connection, address: Address, srids: Sequence[int]) -> CRS | None:
    """Find the coordinate system of a table's shapes: by its code, else by its definition."""
    if len(srids) > 1:
        shown = ", ".join(map(str, srids))
        raise fail(address, f"mixes coordinate systems (SRID {shown})", "Use one for all rows.")
    if not srids or srids[0] == 0:
        return None
    from psycopg import sql

    place = quoted(postgis(connection, address), "spatial_ref_sys")
    query = sql.SQL("SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s").format(place)
    authority, code, text = connection.execute(query, [srids[0]]).fetchone() or (None, None, None)
    for definition in (f"{authority}:{code}", text):
        try:
            return CRS.from_user_input(definition)
        except CRSError:
            continue
    what = f"has shapes with SRID {srids[0]}, which spatial_ref_sys does not explain"
    raise fail(address, what, "Add the system there, or correct the SRID.")


def _frame(connection: Connection, address: Address, columns: dict[str, str]) -> DataFrame:
    """Fetch every row."""
    from psycopg import sql

    asked = [
        sql.SQL("{}::{}").format(quoted(name), quoted(_CASTS.get(kind, "text")))
        for name, kind in columns.items()
    ]
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(asked), quoted(address.schema, address.table)
    )
    rows = connection.cursor(binary=True).execute(query).fetchall()
    frame = pd.DataFrame(rows, columns=list(columns))
    shape = next((name for name, kind in columns.items() if kind in _SHAPES), None)
    if shape is None:
        return frame
    try:
        drawn = shapely.from_wkb(frame[shape].to_numpy(dtype="object"), on_invalid="ignore")
    except NotImplementedError:
        remedy = "Name a view with ST_CurveToLine of them."
        raise fail(address, "has curved shapes, which cannot be read", remedy) from None
    srids = sorted({int(srid) for srid in shapely.get_srid(drawn) if srid >= 0})
    system = _system(connection, address, srids)
    frame[shape] = shapely.set_srid(drawn, 0)
    whole: DataFrame = gpd.GeoDataFrame(frame.rename(columns={shape: "geometry"}), crs=system)
    return whole


def is_there(address: str) -> bool:
    """
    Say whether a table is in its database.

    Parameters
    ----------
    address
        Of the table.

    Returns
    -------
    is_there
        Whether it is; it may still be forbidden to read.

    Raises
    ------
    SourceError
        The database cannot be reached.
    """
    place = addresses.parse(address)
    with opened(place, read_only=True) as connection:
        return oid(connection, place) is not None


def read(address: str) -> DataFrame:
    """
    Read a table as it is; nothing is checked.

    Parameters
    ----------
    address
        Of a table or view.

    Returns
    -------
    frame
        Rows in no order; a GeoDataFrame with the column `geometry` where the table has shapes.

    Raises
    ------
    SourceError
        The database cannot be reached, refuses, or has no such table.
    """
    place = addresses.parse(address)
    with opened(place, read_only=True) as connection:
        number = oid(connection, place)
        if number is None:
            raise missing(connection, place)
        return _frame(connection, place, _columns(connection, place, number))


def _shapes_to_write(
    connection: Connection, address: Address, frame: gpd.GeoDataFrame
) -> tuple[str, list[object]]:
    """Give the type of the column of shapes, and the shapes as the database takes them."""
    kinds = frame.geometry.geom_type.dropna().unique()
    drawn = frame.geometry.to_numpy()
    kind = kinds[0] if len(kinds) == 1 else "Geometry"
    if shapely.has_z(drawn).any():
        # Rows with and without heights only fit together where no kind is asked for.
        kind = f"{kind}Z" if shapely.has_z(drawn).all() else ""
    place, srid = postgis(connection, address), _srid(connection, address, frame.crs)
    plain = quoted(place, "geometry").as_string(connection)
    texts = shapely.to_wkb(shapely.set_srid(drawn, srid), hex=True, include_srid=True)
    return f"{plain}({kind},{srid})" if kind else plain, texts.tolist()


def _srid(connection: Connection, address: Address, crs: CRS | None) -> int:
    """Find the database's number of a coordinate system."""
    from psycopg import sql

    if crs is None:
        return 0
    place = quoted(postgis(connection, address), "spatial_ref_sys")
    query = sql.SQL("SELECT srid FROM {} WHERE auth_name = %s AND auth_srid = %s").format(place)
    authority, code = crs.to_authority() or ("", "0")
    known = code.isdecimal() and connection.execute(query, [authority, int(code)]).fetchone()
    if not known:
        what = f"is in a database that does not know the coordinate system {crs.name}"
        raise fail(address, what, "Add it to spatial_ref_sys, or use one with an EPSG code.")
    return int(known[0])


def _cells(values: pd.Series) -> list[object]:
    """Turn a column into plain values; missing ones are None."""
    plain = values.astype("object")
    return plain.where(values.notna(), None).tolist()


def _type_of(values: pd.Series, declared: str) -> str:
    """Choose the database's type: the declared one, else the one of the values."""
    if declared in _TYPES:
        return _TYPES[declared]
    kinds = {"b": "bool", "i": "int8", "u": "int8", "f": "float8", "M": "timestamp"}
    return kinds.get(getattr(values.dtype, "kind", "O"), "text")


def _fill(connection: Connection, address: Address, frame: DataFrame, table: str) -> sql.Identifier:
    """Make a new table beside the old one, under a name that nobody else uses."""
    from psycopg import sql

    declared = schema.describe(table).columns["type"]
    types, cells = list[str](), list[list[object]]()
    for column, values in frame.items():
        if isinstance(frame, gpd.GeoDataFrame) and column == frame.geometry.name:
            kind, shapes = _shapes_to_write(connection, address, frame)
            types.append(kind)
            cells.append(shapes)
        else:
            types.append(_type_of(values, declared.get(column, "")))
            cells.append(_cells(values))
    names = [quoted(str(column)) for column in frame]
    aside = quoted(address.schema, f".norwalk-{secrets.token_hex(8)}")
    columns = [sql.SQL("{} {}").format(n, sql.SQL(t)) for n, t in zip(names, types, strict=True)]
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(aside, sql.SQL(", ").join(columns)))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(aside, sql.SQL(", ").join(names))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in zip(*cells, strict=True):
            copy.write_row(row)
    return aside


def _switch(connection: Connection, address: Address, aside: sql.Identifier) -> None:
    """Give the new table the old one's rights and name."""
    from psycopg import sql

    target = quoted(address.schema, address.table)
    old = oid(connection, address)
    if old is not None:
        rights = connection.execute(
            "SELECT privilege_type, grantee::regrole::text FROM pg_class, aclexplode(relacl) "
            "WHERE pg_class.oid = %s AND grantee <> relowner",
            [old],
        ).fetchall()
        for right, who in rights:
            whom = sql.SQL("PUBLIC" if who == "-" else who)
            connection.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(right), aside, whom))
        connection.execute(sql.SQL("DROP TABLE {}").format(target))
    rename = sql.SQL("ALTER TABLE {} RENAME TO {}").format(aside, quoted(address.table))
    connection.execute(rename)


def write(frame: DataFrame, address: str, table: str) -> None:
    """
    Write one of our tables in place of the one that is there, whole or not at all.

    Parameters
    ----------
    frame
        The checked table, its key as index.
    address
        Of a table; it is made where it is not there.
    table
        Name of its schema.

    Raises
    ------
    SourceError
        The database cannot be reached or refuses, or another run writes the table.
    """
    from psycopg import sql

    place = addresses.parse(address)
    with opened(place, read_only=False) as connection:
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(f"{WAIT_S}s"))
        query = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
        free = connection.execute(query, [f"norwalk {place.schema}.{place.table}"]).fetchone()
        if not free or not free[0]:
            raise fail(place, "is being written by another run", "Wait until it ends.")
        aside = _fill(connection, place, frame.reset_index(), table)
        _switch(connection, place, aside)
        target = quoted(place.schema, place.table)
        key = sql.SQL(", ").join([quoted(str(column)) for column in frame.index.names])
        connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY ({})").format(target, key))
        if isinstance(frame, gpd.GeoDataFrame):
            shape = quoted(str(frame.geometry.name))
            connection.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(target, shape))
