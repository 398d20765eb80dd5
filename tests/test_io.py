from __future__ import annotations

import datetime as dt
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import strategies
from hypothesis import given
from shapely import MultiLineString
from strategies import examples

from norwalk_geo import files, io, schema
from norwalk_geo.errors import SchemaError, SourceError

DAY = dt.date(2026, 7, 1)
NOBODY = 65534


def surveys(rows: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "section_id": [f"s{i}" for i in range(rows)],
            "survey_date": pd.to_datetime(["2024-05-01"] * rows),
            "pci": [50.125] * rows,
            "pci_method": "mtc",
            "load_share_pct": [None, 0.1, 99.9][:rows] + [1.0] * (rows - 3),
            "remark": ['Ñandú, "quoted"\nsecond line', "街", None][:rows] + ["x"] * (rows - 3),
        }
    )


# ------------------------------------------------------------------ round trips


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"surveys.{ending}"
    checked = schema.check(surveys(), "surveys")
    io.write_table(checked, path, "surveys", as_of=DAY)
    pd.testing.assert_frame_equal(io.read_table(path, "surveys"), checked)


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_text_that_a_spreadsheet_would_run_is_made_plain(kind: str) -> None:
    cells = ["=1+1", "@SUM(A1)", "\tx", "Elm Street", None]
    frame = pd.DataFrame({"name": pd.Series(cells, dtype=kind), "cost_usd": -1.5})
    safe = io.plain_text(frame.set_axis([0] * 5))
    assert safe["name"].tolist()[:4] == ["'=1+1", "'@SUM(A1)", "'\tx", "Elm Street"]
    assert safe["name"].isna().tolist() == [False] * 4 + [True]
    assert safe["cost_usd"].eq(-1.5).all()


def test_a_number_beside_text_stays_a_number() -> None:
    frame = pd.DataFrame({"cell": pd.Series([-5, "-5"], dtype="object")})
    assert io.plain_text(frame)["cell"].tolist() == [-5, "'-5"]


@examples(15)
@given(frame=strategies.sections())
@pytest.mark.parametrize("ending", ["gpkg", "parquet", "geoparquet"])
def test_streets_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, ending: str, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path_factory.mktemp("io") / f"sections.{ending}"
    checked = schema.check(frame, "sections")
    io.write_table(checked, path, "sections", as_of=DAY)
    again = io.read_table(path, "sections")
    assert again.crs == checked.crs
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(checked))


@examples(15)
@given(frame=strategies.surveys())
@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_ratings_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, ending: str, frame: pd.DataFrame
) -> None:
    path = tmp_path_factory.mktemp("io") / f"surveys.{ending}"
    checked = schema.check(frame, "surveys")
    io.write_table(checked, path, "surveys")
    pd.testing.assert_frame_equal(io.read_table(path, "surveys"), checked)


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_writing_again_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    io.write_table(surveys(), first, "surveys", as_of=DAY)
    time.sleep(1.1 if ending == "gpkg" else 0)  # A GeoPackage tells time in seconds.
    io.write_table(surveys(), second, "surveys", as_of=DAY)
    assert first.read_bytes() == second.read_bytes()


def test_layers_are_told_apart(tmp_path: Path, draw: Callable[..., gpd.GeoDataFrame]) -> None:
    path = tmp_path / "both.gpkg"
    streets = draw("A-B-C")
    io.write_layers({"sections": streets, "surveys": surveys()}, path, as_of=DAY)
    assert files.layers(path) == ["sections", "surveys"]
    assert len(io.read_table(path, "sections")) == 2
    assert len(io.read_table(path, "surveys")) == 3
    io.write_layers({"surveys": surveys()}, path, as_of=DAY)
    assert files.layers(path) == ["surveys"]


def test_a_network_is_read_and_joined(
    tmp_path: Path, draw: Callable[..., gpd.GeoDataFrame]
) -> None:
    io.write_table(draw("A-B-C"), tmp_path / "sections.gpkg", "sections")
    assert len(io.read_network(tmp_path / "sections.gpkg").nodes) == 3


def test_a_geometry_column_of_another_name_is_found(
    tmp_path: Path, draw: Callable[..., gpd.GeoDataFrame]
) -> None:
    draw("A-B").rename_geometry("shape").to_parquet(tmp_path / "sections.parquet")
    assert io.read_table(tmp_path / "sections.parquet", "sections").geometry.name == "geometry"


# ------------------------------------------------------------------ what cannot be read or written


def test_a_bad_table_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        io.write_table(surveys().assign(pci=140), tmp_path / "surveys.csv", "surveys")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["surveys.docx", "surveys"])
def test_an_unknown_ending_names_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"Use \.gpkg or \.parquet, or \.csv"):
        io.write_table(surveys(), tmp_path / name, "surveys")


def test_streets_do_not_fit_into_text(
    tmp_path: Path, draw: Callable[..., gpd.GeoDataFrame]
) -> None:
    with pytest.raises(SourceError, match="cannot be written in this format"):
        io.write_table(draw("A-B"), tmp_path / "sections.csv", "sections")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", None, "is not there"),
        ("a.csv", b"", "is empty"),
        ("a.gpkg", b"not a database", "cannot be opened"),
        ("a.parquet", b"not parquet", "is not Parquet"),
        ("a.xlsx", b"not a workbook", "cannot be read"),
        ("a.csv", b'a,b\n1,2\n"3,4\n5,6,7,8\n', "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=said):
        io.read_table(tmp_path / name, "surveys")


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("section_id,survey_date,pci,pci_method\n")
    with pytest.raises(SchemaError, match="the table has no rows"):
        io.read_table(tmp_path / "a.csv", "surveys")


def test_a_geopackage_in_a_place_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be written"):
        io.write_layers({"surveys": surveys()}, tmp_path / "missing" / "a.gpkg")


# ------------------------------------------------------------------ provenance


def test_an_input_is_described_by_its_bytes_and_newest_day(tmp_path: Path) -> None:
    path = tmp_path / "clean" / "surveys.csv"
    path.parent.mkdir()
    io.write_table(surveys(), path, "surveys")
    one = io.describe_input("surveys", path, io.read_table(path, "surveys"), folder=tmp_path)
    assert (one.table, one.path, one.rows, one.date) == (
        "surveys",
        "clean/surveys.csv",
        3,
        "2024-05-01",
    )
    assert len(one.sha256) == 64
    elsewhere = io.describe_input("surveys", path, surveys(), folder=tmp_path / "other")
    assert elsewhere.path == "surveys.csv"


def test_provenance_is_the_same_on_every_run_and_changes_with_a_number(tmp_path: Path) -> None:
    toml = tmp_path / "norwalk.toml"
    toml.write_text("[city]\n")
    classes = schema.parameters("classes")
    block = io.provenance([], {"classes": classes}, as_of=DAY, settings=toml)
    assert block == io.provenance([], {"classes": classes}, as_of=DAY, settings=toml)
    assert block["as_of"] == "2026-07-01"
    assert block["parameters"]["classes"]["file"] == "package"
    changed = classes.assign(weight=classes["weight"] * 2)
    other = io.provenance([], {"classes": changed}, as_of=DAY, settings=toml)
    assert other["parameters"]["classes"]["sha256"] != block["parameters"]["classes"]["sha256"]


# ------------------------------------------------------------------ outputs, switched in whole


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder but the lock, which stays for the next writer."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".norwalk.lock"
    }


def write(folder: Path, edition: str) -> None:
    with io.writing(folder) as aside:
        (aside / "plan.csv").write_text(edition)
        (aside / "pages").mkdir()
        (aside / "pages" / "index.html").write_text(edition)


def in_child(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    """Start Python on a few lines that have `folder` and `io`."""
    head = "import sys, time; from pathlib import Path; from norwalk_geo import io\n"
    return subprocess.Popen(
        [sys.executable, "-c", f"{head}folder = Path(sys.argv[1])\n{code}", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


HOLD = """
with io.writing(folder) as aside:
    (aside / "plan.csv").write_text("new")
    print("writing", flush=True)
    time.sleep(60)
"""


def test_outputs_replace_their_elders_and_leave_foreign_files_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path, "one")
    write(tmp_path, "two")
    assert contents(tmp_path) == {
        "notes.txt": "mine",
        "plan.csv": "two",
        "pages/index.html": "two",
    }


def test_an_error_inside_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, "one")
    with pytest.raises(ZeroDivisionError), io.writing(tmp_path) as aside:  # noqa: PT012 - it fails half way
        (aside / "plan.csv").write_text("half")
        raise ZeroDivisionError
    assert contents(tmp_path)["plan.csv"] == "one"
    assert not list(tmp_path.glob(".aside-*"))
    write(tmp_path, "two")


def test_a_folder_made_for_a_run_that_failed_goes_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), io.writing(tmp_path / "out"):
        raise ZeroDivisionError
    assert not (tmp_path / "out").exists()


def test_a_killed_run_leaves_the_old_edition_and_the_next_cleans_up(tmp_path: Path) -> None:
    write(tmp_path, "old")
    child = in_child(HOLD, tmp_path)
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert contents(tmp_path)["plan.csv"] == "old"
    assert list(tmp_path.glob(".aside-*"))
    write(tmp_path, "next")
    assert set(contents(tmp_path)) == {"plan.csv", "pages/index.html"}
    assert contents(tmp_path)["plan.csv"] == "next"


def test_a_finished_edition_is_rolled_forward_after_a_crash(tmp_path: Path) -> None:
    """The crash came after the edition was ready, in the middle of moving its files."""
    write(tmp_path, "old")
    ready = tmp_path / ".ready"
    (ready / "pages").mkdir(parents=True)
    (ready / "pages" / "index.html").write_text("new")
    (tmp_path / "plan.csv").write_text("new")
    with io.writing(tmp_path) as aside:
        assert contents(tmp_path) == {
            ".norwalk.owner": contents(tmp_path)[".norwalk.owner"],
            "plan.csv": "new",
            "pages/index.html": "new",
        }
        (aside / "plan.csv").write_text("newest")
    assert contents(tmp_path) == {"plan.csv": "newest", "pages/index.html": "new"}


def test_a_second_run_is_told_who_writes(tmp_path: Path) -> None:
    child = in_child(HOLD, tmp_path)
    assert child.stdout is not None
    assert child.stdout.readline() == "writing\n"
    try:
        with pytest.raises(SourceError, match=f"is being written by process {child.pid} of "):
            write(tmp_path, "second")
    finally:
        child.kill()
        child.communicate()
    write(tmp_path, "third")
    assert contents(tmp_path)["plan.csv"] == "third"


def test_a_second_run_in_the_same_process_is_refused_too(tmp_path: Path) -> None:
    by_me = pytest.raises(SourceError, match=f"by process {os.getpid()} of ")
    with io.writing(tmp_path), by_me:
        write(tmp_path, "inner")
    assert "plan.csv" not in contents(tmp_path)


@pytest.mark.parametrize("name", ["", "new"])
def test_a_folder_that_may_not_be_written(tmp_path: Path, name: str) -> None:
    """Root may write everywhere, so that a child without its rights tries."""
    tmp_path.chmod(0o555)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o111)
    code = """
from norwalk_geo.errors import SourceError
import os
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with io.writing(folder): pass
except SourceError as error:
    print(error)
"""
    out, err = in_child(code, tmp_path / name).communicate()
    tmp_path.chmod(0o755)
    assert "may not be written (Permission denied). Choose another folder with --out." in out, err
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(SourceError, match="cannot be written"):
        write(tmp_path / "out", "one")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.mark.parametrize("ending", ["csv", "parquet", "gpkg"])
def test_a_full_disk_leaves_the_old_edition(tmp_path: Path, ending: str) -> None:
    """A limit on the size of files stands for the disk."""
    write(tmp_path, "old")
    code = """
import pandas as pd
from norwalk_geo.errors import SourceError
big = pd.DataFrame({"section_id": [f"s{i * 7919 % 100003:x}" for i in range(40000)],
    "survey_date": "2024-05-01", "pci": [i % 97 / 7 for i in range(40000)], "pci_method": "mtc"})
try:
    with io.writing(folder) as aside:
        (aside / "plan.csv").write_text("new")
        io.write_table(big, aside / ("surveys." + sys.argv[2]), "surveys")
except SourceError as error:
    print(error)
"""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    out, err = in_child(code, tmp_path, ending, preexec_fn=limit).communicate()
    assert "1 problem" in out, err
    assert "free some space" in out.lower()
    assert contents(tmp_path)["plan.csv"] == "old"
    assert not list(tmp_path.glob(".aside-*"))


def test_lines_wrapped_as_multipart_lines_are_unwrapped(draw, tmp_path) -> None:
    """Most GIS programs store every line so; only true multiparts are refused."""
    sections = draw("A---B---C")
    wrapped = sections.set_geometry(
        gpd.GeoSeries(
            [MultiLineString([g]) for g in sections.geometry], sections.index, sections.crs
        )
    )
    wrapped.reset_index().to_file(tmp_path / "s.gpkg", driver="GPKG", engine="pyogrio")
    read = io.read_table(tmp_path / "s.gpkg", "sections")
    assert read.geometry.geom_type.eq("LineString").all()
    assert read.geometry.geom_equals(sections.geometry).all()
