"""The command `norwalk` as its users call it: inside this process, or as the program itself."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from norwalk_geo.cli import main

PROGRAM = Path(sys.executable).parent / "norwalk"
FILES = (
    "index.html",
    "plan.gpkg",
    "summary.json",
    "work_plan.csv",
    "work_plan.xlsx",
    "by_fund.csv",
)
NOTICE = "Invented data: not Norwalk's plan"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on standard output; anything else there is an error."""
        value: dict[str, Any] = json.loads(self.out)
        return value


def norwalk(*arguments: object) -> Said:
    """Call the command inside this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    code: Any = 0
    argv = ["norwalk", *map(str, arguments)]
    with redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "argv", argv):
        try:
            main()
        except SystemExit as end:
            code = end.code
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Said(code or 0, *texts)


def program(*arguments: object, **options: Any) -> Said:
    """Run the installed program, as a shell does."""
    command = [str(PROGRAM), *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", timeout=120, **options
    )
    return Said(done.returncode, done.stdout, done.stderr)


def make_city(folder: Path, *, years: int = 2, seed: int = 1, is_walked: bool = False) -> Path:
    """Make an invented town of 84 sections with a short plan."""
    assert norwalk("new", folder, "--synthetic", "--size", "town", "--seed", seed).code == 0
    edit(folder / "norwalk.toml", lambda text: text.replace("years = 10", f"years = {years}"))
    if not is_walked:
        # Most tests are of streets alone; accessibility has its own.
        edit(folder / "norwalk.toml", _without_walks)
    return folder


def _without_walks(text: str) -> str:
    """Take the pedestrian tables out of the settings."""
    names = ("ramps", "walks", "crossings", "zones", "assets")
    lines = [
        line for line in text.splitlines() if not line.startswith(tuple(f"{n} = " for n in names))
    ]
    return "\n".join(lines) + "\n"


def copy_city(city: Path, folder: Path) -> Path:
    """Copy a city without its results."""
    shutil.copytree(city, folder, ignore=shutil.ignore_patterns("out"))
    return folder


def edit(file: Path, change: Callable[[str], str]) -> None:
    """Change a text file, which must differ then."""
    before = file.read_bytes().decode("utf-8")
    after = change(before)
    assert after != before, f"nothing to change in {file.name}"
    file.write_bytes(after.encode("utf-8"))


def bytes_of(folder: Path) -> dict[str, str]:
    """Hash every file of a folder but the lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".norwalk.lock"
    }
