"""Tables in a real PostgreSQL with PostGIS."""

# ruff: noqa: S608 - the names in these queries are the tests' own

from __future__ import annotations

import builtins
import datetime as dt
import re
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import psycopg
import pytest
import strategies
from commands import NOTICE, norwalk
from hypothesis import given
from postgres import PASSWORD, Server
from strategies import examples
from test_io import in_child, surveys

from norwalk_geo import config, io, schema
from norwalk_geo.errors import SchemaError, SourceError
from norwalk_geo.io import addresses

postgis = pytest.mark.postgis
SECRET = "hunter-2-$ecret"  # noqa: S105 - of nothing


@pytest.fixture
def table() -> str:
    """A name that no other test uses."""
    return f"public.t{secrets.token_hex(6)}"


def names(database: Server) -> set[str]:
    return {name for (name,) in database.execute("SELECT relname FROM pg_class WHERE relkind='r'")}


def same(found: pd.DataFrame, written: pd.DataFrame) -> None:
    """Rows of a database have no order of their own and come back in that of their keys."""
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(written.sort_index()))


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            f"postgresql://ana:{SECRET}@gis.example:5433/streets?table=roads.sections",
            "postgresql://ana@gis.example:5433/streets?table=roads.sections",
        ),
        (
            f"postgres://gis.example/streets?table=sections&password={SECRET}&sslmode=require",
            "postgresql://gis.example/streets?table=public.sections",
        ),
        ("postgresql:///streets?host=/run/pg&table=a.b", "postgresql:///run/pg/streets?table=a.b"),
        ("postgresql://?service=gis&table=a.b", "postgresql://gis/?table=a.b"),
        (
            "postgresql://a%40b:x%2Fy@[::1]/s?table=Calles%20ñ",
            "postgresql://a@b@::1/s?table=public.Calles ñ",
        ),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, shown: str, tmp_path: Path) -> None:
    parsed = addresses.parse(address)
    assert parsed.shown == shown == io.shown(address, folder=tmp_path)
    assert SECRET not in repr(parsed)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana:12/34@h/db?table=t",
        "postgresql://ana:12?34@h/db?table=t",
        "postgresql://ana:12#34@h/db?table=t",
        "postgresql://ana:x/34@h/db?table=t",
        "postgresql://ana:p@[34@h/db?table=t",
        "postgresql://h:34343/db?table",
    ],
)
def test_a_malformed_address_shows_nothing_of_itself(address: str) -> None:
    with pytest.raises(SourceError, match="address: cannot be read") as caught:
        addresses.parse(address)
    assert "34" not in str(caught.value)
    assert "%2F" in str(caught.value)


@pytest.mark.parametrize("query", ["", "?table=", "?table=a.b.c", "?table=.b", "?table=a."])
def test_an_address_names_a_table(query: str) -> None:
    with pytest.raises(SourceError, match=r"names no table\. Add \?table=schema\.name"):
        addresses.parse(f"postgresql://h/db{query}")


def test_settings_tell_an_address_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "norwalk.toml").write_text(
        '[city]\nname = "N"\ncrs = "EPSG:2229"\nbbox_lonlat = [-118.11, 33.87, -118.04, 33.95]\n'
        '[tables]\nsections = "postgresql://h/db?table=t"\nsurveys = "clean/surveys.csv"\n'
    )
    read = config.read_config(tmp_path)
    assert read.path("sections") == "postgresql://h/db?table=t"
    assert read.path("surveys") == tmp_path / "clean" / "surveys.csv"


def test_without_the_driver_the_command_to_install_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "psycopg":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(SourceError, match=r"pip install 'psycopg\[binary\]"):
        io.read_table("postgresql://h/db?table=t", "surveys")


# ------------------------------------------------------------------ round trips


@postgis
@examples(25)
@given(frame=strategies.sections())
def test_streets_read_back_the_same(database: Server, frame: gpd.GeoDataFrame) -> None:
    address = database.address("public.round_sections")
    checked = schema.check(frame, "sections")
    io.write_table(checked, address, "sections")
    again = io.read_table(address, "sections")
    assert again.crs == checked.crs
    same(again, checked)


@postgis
@examples(25)
@given(frame=strategies.surveys())
def test_ratings_read_back_the_same(database: Server, frame: pd.DataFrame) -> None:
    address = database.address("public.round_surveys")
    checked = schema.check(frame, "surveys")
    io.write_table(checked, address, "surveys")
    same(io.read_table(address, "surveys"), checked)


@postgis
def test_columns_of_every_kind_read_back_the_same(database: Server, table: str) -> None:
    frame = schema.check(surveys(), "surveys")
    days = [dt.datetime(2024, 5, 1, 10), None, dt.datetime(2024, 5, 2)]  # noqa: DTZ001 - as tables hold them
    frame = frame.assign(
        whole=[1, 2, 3],
        half=[0.1, None, 3.0],
        truth=[True, False, True],
        moment=pd.Series(days, frame.index, dtype="datetime64[us]"),
        **{'odd "name" % é': ["\\N", "\\.", "a\tb\r\nc"]},
    )
    io.write_table(frame, database.address(table), "surveys")
    same(io.read_table(database.address(table), "surveys"), frame)


@postgis
@pytest.mark.parametrize("heights", [[1.0, 2.0], [1.0, None], [None, None]])
def test_heights_and_missing_systems_are_kept(
    database: Server, table: str, draw: Callable[..., gpd.GeoDataFrame], heights: list[float | None]
) -> None:
    import shapely

    frame = draw("A-B-C")
    shapes = [
        shapely.force_3d(line, z) if z else line
        for line, z in zip(frame.geometry, heights, strict=True)
    ]
    frame = schema.check(frame.set_geometry(shapes, crs=frame.crs), "sections")
    for written in (frame, frame.set_crs(None, allow_override=True)):
        io.write_table(written, database.address(table), "sections")
        again = io.read_table(database.address(table), "sections")
        assert again.crs == written.crs
        assert list(again.geometry.to_wkb()) == list(written.geometry.to_wkb())


@postgis
def test_the_written_table_is_one_that_a_gis_knows(
    database: Server, draw: Callable[..., gpd.GeoDataFrame]
) -> None:
    io.write_table(draw("A-B"), database.address("gis_streets"), "sections")
    query = "SELECT type, srid FROM geometry_columns WHERE f_table_name = 'gis_streets'"
    assert database.execute(query) == [("LINESTRING", 2229)]
    query = "SELECT indexname FROM pg_indexes WHERE tablename = 'gis_streets' ORDER BY 1"
    assert database.execute(query) == [("gis_streets_geometry_idx",), ("gis_streets_pkey",)]


@postgis
def test_a_table_of_somebody_else_is_read_as_a_file_would_be(database: Server, table: str) -> None:
    database.execute(
        f"CREATE TABLE {table} (section_id varchar(9), survey_date timestamptz, pci numeric(5, 2), "
        "pci_method char(3), load_share_pct money, note json, shape geography(Point))",
        f"INSERT INTO {table} VALUES ('s2', '2024-05-01 23:30-07', 50.25, 'mtc', '$12.5', "
        "'{\"a\": 1}', 'POINT(-118 33.9)'), "
        "('s1', '2024-05-01 00:30-07', 3, 'mtc', NULL, NULL, NULL)",
    )
    found = io.read_table(database.address(table), "surveys")
    assert list(found.index.get_level_values("section_id")) == ["s1", "s2"]
    assert set(found.index.get_level_values("survey_date")) == {pd.Timestamp("2024-05-01")}
    assert list(found["pci"]) == [3, 50.25]
    assert found["load_share_pct"].iloc[1] == 12.5
    assert gpd.GeoDataFrame(found).crs == "EPSG:4326"


@postgis
def test_a_system_of_the_databases_own_is_taken_by_its_definition(
    database: Server, table: str
) -> None:
    own = "SELECT 990001, 'city', 990001, srtext, proj4text FROM spatial_ref_sys WHERE srid = 2229"
    database.execute(
        f"INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) {own}",
        f"CREATE TABLE {table} AS SELECT 's1' section_id, 'alley' functional_class, "
        "'SRID=990001;LINESTRING(6530000 1800000, 6530100 1800000)'::geometry shape",
    )
    found = gpd.GeoDataFrame(io.read_table(database.address(table), "sections"))
    assert found.crs.is_projected
    assert found.crs.axis_info[0].unit_name == "US survey foot"


@postgis
def test_a_view_is_read(database: Server, table: str) -> None:
    io.write_table(surveys(), database.address(table), "surveys")
    database.execute(f"CREATE VIEW {table}_v AS SELECT * FROM {table} WHERE section_id > 's0'")
    assert len(io.read_table(database.address(f"{table}_v"), "surveys")) == 2


# ------------------------------------------------------------------ provenance


@postgis
def test_provenance_names_the_address_without_secrets_and_hashes_the_content(
    database: Server, table: str, draw: Callable[..., gpd.GeoDataFrame], tmp_path: Path
) -> None:
    from urllib.parse import quote

    address = database.address(table).replace("@", f":{quote(PASSWORD)}@")
    streets = draw("A-B-C-D")

    def described(frame: gpd.GeoDataFrame) -> io.Input:
        io.write_table(frame, address, "sections")
        found = io.read_table(address, "sections")
        return io.describe_input("sections", address, found, folder=tmp_path)

    first = described(streets)
    assert first.path == f"database gis, table {table}"
    assert first.rows == 3
    assert described(streets.iloc[::-1][list(streets.columns[::-1])]) == first
    assert described(streets.assign(functional_class="alley")).sha256 != first.sha256
    moved = streets.set_geometry(streets.translate(0.001))
    assert described(moved).sha256 != first.sha256


# ------------------------------------------------------------------ whole or not at all


@contextmanager
def held(database: Server, query: str) -> Iterator[None]:
    """Keep a transaction open in which a query was run."""
    with psycopg.connect(
        host="127.0.0.1", port=database.port, user="postgres", dbname="gis"
    ) as other:
        other.execute(query)
        yield


@postgis
def test_a_killed_run_leaves_the_old_table(database: Server, table: str) -> None:
    """The child waits for a reader, with all its rows written, and is killed there."""
    address = database.address(table)
    io.write_table(surveys(), address, "surveys")
    before, old = names(database), io.read_table(address, "surveys")
    code = """
import pandas as pd
frame = pd.DataFrame({"section_id": ["s9"], "survey_date": ["2024-05-01"], "pci": [1.0],
    "pci_method": "mtc"})
io.write_table(frame, sys.argv[1], "surveys")
"""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with held(database, f"SELECT 1 FROM {table}"):
        child = in_child(code, address)
        for _ in range(200):
            if database.execute(waits) != [(0,)]:
                break
            time.sleep(0.1)
        with pytest.raises(SourceError, match="is being written by another run"):
            io.write_table(surveys(1), address, "surveys")
        child.send_signal(signal.SIGKILL)
        out, err = child.communicate()
        assert (out, err) == ("", "")
    io.write_table(surveys(2), f"{address}_next", "surveys")
    same(io.read_table(address, "surveys"), old)
    for _ in range(100):
        if names(database) == before | {f"{table.removeprefix('public.')}_next"}:
            return
        time.sleep(0.1)
    pytest.fail("a table was left aside")


@postgis
def test_a_table_in_use_is_left_alone(
    database: Server, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("norwalk_geo.io.database.WAIT_S", 1)
    address = database.address(table)
    io.write_table(surveys(), address, "surveys")
    with (
        held(database, f"SELECT 1 FROM {table}"),
        pytest.raises(SourceError, match=r"is in use .* Close the programs that work on it"),
    ):
        io.write_table(surveys(1), address, "surveys")
    assert len(io.read_table(address, "surveys")) == 3


@postgis
def test_values_that_the_database_refuses_leave_the_old_table(database: Server, table: str) -> None:
    address, before = database.address(table), names(database)
    io.write_table(surveys(), address, "surveys")
    for letter in ("\x00", "\ud800"):
        bad = surveys(2).assign(remark=pd.Series(["fine", f"not {letter}"], dtype="object"))
        with pytest.raises(SourceError, match="has values that cannot be exchanged"):
            io.write_table(bad, address, "surveys")
    with pytest.raises(SchemaError):
        io.write_table(surveys().assign(pci=140), address, "surveys")
    assert len(io.read_table(address, "surveys")) == 3
    assert names(database) - before == {table.removeprefix("public.")}


@postgis
def test_who_could_read_the_old_table_can_read_the_new_one(database: Server, table: str) -> None:
    role = f"Reader {secrets.token_hex(3)}"
    address = database.address(table)
    io.write_table(surveys(), address, "surveys")
    database.execute(
        f'CREATE ROLE "{role}"',
        f'GRANT SELECT ON {table} TO "{role}"',
        f"GRANT INSERT ON {table} TO PUBLIC",
    )
    io.write_table(surveys(2), address, "surveys")
    query = f"SELECT has_table_privilege('{role}', '{table}', %s)"
    for right, has in (("SELECT", True), ("INSERT", True), ("DELETE", False)):
        assert database.execute(query.replace("%s", f"'{right}'")) == [(has,)]


# ------------------------------------------------------------------ what is refused


@postgis
def test_no_such_table_names_the_near_one(database: Server, table: str) -> None:
    io.write_table(surveys(), database.address(table), "surveys")
    near = rf"is not there\. Did you mean {re.escape(table)}\?"
    with pytest.raises(SourceError, match=near):
        io.read_table(database.address(f"{table}x"), "surveys")
    with pytest.raises(SourceError, match=r"is not there\. Check table=schema\.name"):
        io.read_table(database.address("qqqq.wwww"), "surveys")
    with pytest.raises(SourceError, match=r"cannot be written .*Name a schema that is there"):
        io.write_table(surveys(), database.address("qqqq.wwww"), "surveys")


@postgis
@pytest.mark.parametrize("change", ["port", "password", "database", "user", "host", "option"])
def test_a_database_that_cannot_be_reached(
    database: Server, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = database.address("t")
    if change == "password":
        monkeypatch.delenv("PGPASSWORD")
        address = address.replace("@", f":{SECRET}@")
    address = {
        "port": address.replace(str(database.port), "1"),
        "database": address.replace("/gis?", "/nothing?"),
        "user": address.replace("postgres@", "stranger@"),
        "host": address.replace("127.0.0.1", "host.invalid"),
        "option": f"{address}&colour=red",
    }.get(change, address)
    with pytest.raises(SourceError, match=r"cannot be reached .* Check host, port") as caught:
        io.read_table(address, "surveys")
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value.problems[0])
    with pytest.raises(SourceError, match="cannot be reached"):
        io.write_table(surveys(), address, "surveys")
    with pytest.raises(SourceError, match="cannot be reached"):
        io.is_there(address)


@postgis
def test_shapes_need_postgis_and_other_tables_do_not(
    database: Server, draw: Callable[..., gpd.GeoDataFrame]
) -> None:
    address = database.address("plain", database="plain")
    with pytest.raises(SourceError, match=r"without PostGIS.*CREATE EXTENSION postgis"):
        io.write_table(draw("A-B"), address, "sections")
    assert not io.is_there(address)
    io.write_table(surveys(), address, "surveys")
    assert len(io.read_table(address, "surveys")) == 3


@postgis
def test_a_right_that_is_missing(
    database: Server, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"guest_{secrets.token_hex(3)}"
    io.write_table(surveys(), database.address(table), "surveys")
    database.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
    monkeypatch.setenv("PGPASSWORD", SECRET)
    address = database.address(table, user=role)
    with pytest.raises(SourceError, match=r"may not be read or written .*GRANT") as caught:
        io.read_table(address, "surveys")
    assert SECRET not in str(caught.value)
    with pytest.raises(SourceError, match=r"may not be read or written .*GRANT"):
        io.write_table(surveys(), address, "surveys")


@postgis
def test_a_view_that_rests_on_the_table(database: Server, table: str) -> None:
    address = database.address(table)
    io.write_table(surveys(), address, "surveys")
    database.execute(f"CREATE VIEW {table}_v AS SELECT * FROM {table}")
    with pytest.raises(SourceError, match=r"cannot be replaced .*Views rest on it"):
        io.write_table(surveys(1), address, "surveys")
    with pytest.raises(SourceError, match=r"cannot be used .*is not a table"):
        io.write_table(surveys(1), f"{address}_v", "surveys")
    assert len(io.read_table(address, "surveys")) == 3


@postgis
@pytest.mark.parametrize(
    ("columns", "rows", "said"),
    [
        ("a geometry, b geometry", "(NULL, NULL)", "has several shapes a row (a, b)"),
        (
            "a geometry",
            "(ST_SetSRID(ST_Point(1, 2), 2229)), (ST_SetSRID(ST_Point(1, 2), 2230))",
            "mixes coordinate systems (SRID 2229, 2230)",
        ),
        ("a geometry", "(ST_SetSRID(ST_Point(1, 2), 777))", "spatial_ref_sys does not explain"),
        (
            "a geometry",
            "('CIRCULARSTRING(0 0, 1 1, 2 0)')",
            "has curved shapes, which cannot be read",
        ),
        ("a date", "('infinity')", "has values that cannot be exchanged"),
    ],
)
def test_what_no_file_could_say(
    database: Server, table: str, columns: str, rows: str, said: str
) -> None:
    database.execute(f"CREATE TABLE {table} ({columns})", f"INSERT INTO {table} VALUES {rows}")
    with pytest.raises(SourceError, match=re.escape(said)):
        io.read_table(database.address(table), "surveys")


@postgis
def test_rows_that_are_wrong_or_absent(database: Server, table: str) -> None:
    database.execute(
        f"CREATE TABLE {table} (section_id text, survey_date date, pci int, pci_method text)"
    )
    with pytest.raises(SchemaError, match=r"the table has no rows\. Add rows to postgresql:"):
        io.read_table(database.address(table), "surveys")
    database.execute(f"INSERT INTO {table} VALUES ('s1', '2024-05-01', 140, 'mtc')")
    with pytest.raises(SchemaError, match="outside 0–100 points"):
        io.read_table(database.address(table), "surveys")


# ------------------------------------------------------------------ a city


@pytest.fixture
def city(database: Server, tmp_path: Path) -> Path:
    """The invented town with its streets and ratings in the database."""
    made = norwalk("new", tmp_path / "city", "--synthetic", "--size", "town", "--quiet")
    assert made.code == 0, made.err
    folder = tmp_path / "city"
    read = config.read_config(folder)
    text = (folder / "norwalk.toml").read_text()
    for table in ("sections", "surveys"):
        address = database.address(f"public.{table}_{secrets.token_hex(4)}")
        frame = io.read_table(read.path(table), table)
        io.write_table(frame.sample(frac=1, random_state=1), address, table)
        text = text.replace(f'"{read.tables[table]}"', f'"{address}"')
        Path(read.path(table)).unlink()
    (folder / "norwalk.toml").write_text(text)
    return folder


@postgis
def test_a_city_in_the_database_is_checked_planned_and_run(city: Path) -> None:
    assert norwalk("check", city).code == 0
    first = norwalk("run", city, "--json")
    assert first.code == 0, first.err
    outputs = {path.name: path.read_bytes() for path in (city / "out").iterdir()}
    paths = [one["path"] for one in first.json["inputs"] if one["table"] in {"sections", "surveys"}]
    assert all(path.startswith("database ") and "127.0.0.1" not in path for path in paths)
    assert first.json["notice"] == NOTICE
    again = norwalk("run", city, "--quiet")
    assert again.code == 0, again.err
    for path in (city / "out").iterdir():
        assert path.read_bytes() == outputs[path.name], path.name
        assert PASSWORD.encode() not in outputs[path.name]


@postgis
def test_a_city_whose_database_is_down_is_told_so_in_one_list(
    city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    said = norwalk("check", city)
    assert said.code == 1
    assert "sections (postgresql://" in said.err
    assert "surveys (postgresql://" in said.err
    assert SECRET not in said.out + said.err
    assert "Traceback" not in said.err


@postgis
def test_an_import_replaces_the_table_at_its_address(city: Path, tmp_path: Path) -> None:
    read = config.read_config(city)
    before = io.read_table(read.path("surveys"), "surveys")
    key = before.index.get_level_values("section_id")[0]
    (tmp_path / "new.csv").write_text(f"id,day,rating\n{key},2026-06-30,12.5\n")
    (tmp_path / "map.toml").write_text(
        'table = "surveys"\nkey = "id"\n[columns]\nsurvey_date = "day"\npci = "rating"\n'
        'pci_method = {constant = "vendor"}\n'
    )
    toml = (city / "norwalk.toml").read_text()
    said = norwalk("import", tmp_path / "new.csv", "--map", tmp_path / "map.toml", "--city", city)
    assert said.code == 0, said.err
    after = io.read_table(read.path("surveys"), "surveys")
    assert len(after) == len(before) + 1
    assert after.loc[(key, pd.Timestamp(dt.date(2026, 6, 30))), "pci"] == 12.5
    assert (city / "norwalk.toml").read_text() == toml
    assert "Written: postgresql://postgres@127.0.0.1" in said.out.replace("\n", "")
