"""The disk under a residents' site: killed, full or forbidden, the earlier site stays whole."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import PROGRAM, bytes_of, make_city, norwalk
from site_made import given
from test_cli_bad_input import as_stranger

from norwalk_geo import io
from norwalk_geo.errors import SourceError
from norwalk_geo.website import pages
from norwalk_geo.website.pages import downloads


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town that is planned quickly, with its site below `maps`."""
    city = make_city(tmp_path_factory.mktemp("disk") / "town", years=1)
    assert norwalk("publish", city, "--out", city / "maps", "-q").code == 0
    return city


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def shown(folder: Path) -> dict[str, str]:
    """Hash what visitors may see."""
    return {name: one for name, one in bytes_of(folder).items() if not name.startswith(".")}


def hidden(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.name.startswith(".")]


@pytest.mark.slow
def test_a_killed_publish_leaves_the_site_and_the_next_cleans_up(town: Path) -> None:
    site = town / "maps" / "site"
    before = bytes_of(site)
    run = subprocess.Popen([PROGRAM, "publish", town, "--out", town / "maps", "--quiet"])
    give_up = time.monotonic() + 120
    while not list(site.glob(".aside-*/data/*.gpkg")):
        assert run.poll() is None, "it ended before it was half way"
        assert time.monotonic() < give_up
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert any(name.startswith(".aside-") for name in hidden(site))
    assert shown(site) == before
    assert norwalk("publish", town, "--out", town / "maps", "-q").code == 0
    assert shown(site) == before
    assert hidden(site) == [".norwalk.lock"]


@pytest.mark.slow
def test_publish_on_a_full_disk_says_so_in_two_lines(town: Path) -> None:
    site = town / "maps" / "site"
    before = bytes_of(site)
    with no_file_beyond(100_000):
        said = norwalk("publish", town, "--out", town / "maps")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"{site}: 1 problem\n"
        "  site: disk is full (File too large). Free some space; what was there is untouched.\n"
    )
    assert bytes_of(site) == before
    assert hidden(site) == [".norwalk.lock"]


def test_publish_into_a_forbidden_folder(town: Path) -> None:
    site = town / "maps" / "site"
    before = bytes_of(site)
    site.chmod(0o555)
    said = as_stranger("publish", town, "--out", town / "maps")
    site.chmod(0o755)
    assert said.code == 2
    assert said.err == (
        f"{site}: 1 problem\n  site: may not be written (Permission denied). "
        "Choose another folder with --out.\n"
    )
    assert bytes_of(site) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_the_disk_is_full_at_any_file(small_disk: Path) -> None:
    """GeoPackage, GeoJSON and pages; some by libraries with errors of their own."""
    site, fill, made = small_disk / "site", small_disk / "fill", given(languages=("en",))
    with io.writing(site) as aside:
        pages.write_site(aside, made)
    before, used = bytes_of(site), shutil.disk_usage(small_disk).used
    for share in (0.6, 0.72, 0.95):
        fill.write_bytes(b"x" * int(shutil.disk_usage(small_disk).free - share * used))
        with pytest.raises(SourceError) as error, io.writing(site) as aside:
            pages.write_site(aside, made)
        head, *lines = str(error.value).splitlines()
        assert head.startswith(str(site))
        assert ".aside" not in str(error.value)
        assert len(lines) == 1
        assert "Free some space" in lines[0]
        fill.unlink()
        assert bytes_of(site) == before


@pytest.mark.parametrize("short", [1, 5_000, 60_000])
def test_a_file_whose_end_the_disk_did_not_take_is_no_file(short: int, tmp_path: Path) -> None:
    """GDAL does not say what it could not write when it closed a file."""
    streets = given().tables["sections"]
    for name, write in {
        "a.gpkg": lambda path: io.write_layers({"streets": streets}, path),
        "a.geojson": lambda path: downloads.write_geojson(streets, path),
    }.items():
        path = tmp_path / name
        write(path)
        size = path.stat().st_size
        if size <= short:
            continue
        with no_file_beyond(size - short), pytest.raises(SourceError, match="Free some space"):
            write(path)
