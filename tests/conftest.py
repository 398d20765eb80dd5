"""Micro-networks drawn as text, the real data beside the project, and what a test may need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import postgres
import pytest
from hypothesis import HealthCheck, settings
from shapely import LineString
from strategies import IS_THOROUGH, examples

if TYPE_CHECKING:
    from norwalk_geo.towns import Town

REAL = Path(__file__).parents[2] / "shared" / "data"
# A corner inside Norwalk in EPSG:2229, so that drawn streets pass the check of their place.
_ORIGIN = (6_530_000.0, 1_800_000.0)
_CELL_FT = 100.0

# CI is slower than a desk: no test fails for being slow, and none depends on luck, but where more
# examples are asked for.
settings.register_profile(
    "norwalk",
    examples(40),
    deadline=None,
    derandomize=not IS_THOROUGH,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("norwalk")


def _browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


_NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "real": (REAL.is_dir, f"the real data are not at ../{REAL.parent.name}/{REAL.name}"),
    "postgis": (
        lambda: postgres.programs() is not None,
        "PostgreSQL with PostGIS is not installed (make system)",
    ),
    "browser": (lambda: _browser() is not None, "Chromium is not installed (make system)"),
    "office": (
        lambda: shutil.which("soffice") is not None,
        "LibreOffice is not here (make system)",
    ),
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the tests of a module that calls the command line; each call takes about a second."""
    module = getattr(item, "module", None)
    if any(hasattr(module, name) for name in ("norwalk", "program", "make_city", "CliRunner")):
        item.add_marker("command")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs are not here, saying why. In CI everything must be here."""
    for marker, (is_here, reason) in _NEEDS.items():
        if item.get_closest_marker(marker) and not is_here():
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def real() -> Path:
    """Folder of real data; the test also carries the marker `real`."""
    return REAL


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Chromium's program; the test also carries the marker `browser`."""
    return _browser() or ""


@pytest.fixture(scope="session")
def database() -> Iterator[postgres.Server]:
    """A database server of the tests' own; the test also carries the marker `postgis`."""
    folder = postgres.programs()
    assert folder is not None
    with postgres.started(folder) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", postgres.PASSWORD)
        yield server


def _walk(rows: list[str], row: int, column: int, step: tuple[int, int], line: str) -> str | None:
    """Follow a drawn line from a node until the next node, and give its place as `row column`."""
    row, column = row + step[0], column + step[1]
    if rows[row][column] != line:
        return None
    while rows[row][column] == line:
        row, column = row + step[0], column + step[1]
    return f"{row} {column}" if rows[row][column].isalpha() else None


def draw_sections(drawing: str, *, cell_ft: float = _CELL_FT) -> gpd.GeoDataFrame:
    """
    Read streets from a drawing such as

        A---B---C
        |   |
        D---E

    Letters are places, `-` and `|` lines. A section is named after its ends (`AB`, `AD`); one
    character is `cell_ft` long.
    """
    rows = drawing.expandtabs().splitlines()
    width = max(map(len, rows)) + 2
    # A blank frame saves every look over the edge.
    rows = [" " * width, *(f" {row}".ljust(width) for row in rows), " " * width]
    place = {
        f"{r} {c}": (_ORIGIN[0] + c * cell_ft, _ORIGIN[1] - r * cell_ft, mark)
        for r, row in enumerate(rows)
        for c, mark in enumerate(row)
        if mark.isalpha()
    }
    found = {}
    for start, (x, y, mark) in place.items():
        r, c = map(int, start.split())
        for step, line in (((0, 1), "-"), ((1, 0), "|")):
            if (end := _walk(rows, r, c, step, line)) is not None:
                to_x, to_y, to = place[end]
                found[f"{mark}{to}"] = LineString([(x, y), (to_x, to_y)])
    return gpd.GeoDataFrame(
        {"functional_class": "residential"},
        index=pd.Index(found, name="section_id", dtype="str"),
        geometry=list(found.values()),
        crs="EPSG:2229",
    )


@pytest.fixture(scope="session")
def draw() -> Callable[..., gpd.GeoDataFrame]:
    """Function that reads sections from a drawing."""
    return draw_sections


@pytest.fixture(scope="session")
def sample_town() -> Town:
    """The invented town of 84 sections; nobody may change it."""
    from norwalk_geo import towns

    return towns.town("town", seed=1)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an invented town with a plan of two years; nobody may change it."""
    from commands import make_city

    return make_city(tmp_path_factory.mktemp("city") / "town")


@pytest.fixture(scope="session")
def planned(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of `norwalk run` on that town; nobody may change them."""
    from commands import norwalk

    out = tmp_path_factory.mktemp("planned") / "out"
    assert norwalk("run", city, "--out", out, "--quiet").code == 0
    return out


@pytest.fixture
def own_city(city: Path, tmp_path: Path) -> Path:
    """Copy of that town, to be changed."""
    from commands import copy_city

    return copy_city(city, tmp_path / "town")


def assert_like(result: pd.Series | pd.DataFrame, subject: pd.DataFrame) -> None:
    """A result has the subject's rows in the subject's order, and changed nothing of it."""
    pd.testing.assert_index_equal(result.index, subject.index)
