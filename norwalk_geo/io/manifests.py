"""The SHA-256 of every file of a folder, in the form that `sha256sum --check` reads."""

from __future__ import annotations

import re
from pathlib import Path

from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.io.edition_record import is_same, sha256

__all__ = ["MANIFEST", "check_manifest", "write_manifest"]

MANIFEST = "manifest.txt"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def write_manifest(folder: Path) -> list[str]:
    """
    Write the SHA-256 of every file of a folder.

    Parameters
    ----------
    folder
        A folder whose files are all there.

    Returns
    -------
    files
        Every file below the folder, the manifest last.

    Raises
    ------
    OSError
        A file cannot be read, or the manifest not written.
    """
    files = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    )
    lines = [f"{sha256(folder / one)}  {one}\n" for one in files]
    (folder / MANIFEST).write_text("".join(lines), encoding="utf-8", newline="\n")
    return [*files, MANIFEST]


def check_manifest(folder: Path) -> tuple[int, tuple[str, ...]]:
    """
    Compare the files of a folder with its manifest.

    Parameters
    ----------
    folder
        With `manifest.txt` in it. Files that it does not name are nobody's output and not looked
        at.

    Returns
    -------
    count, changed
        Files that it names, and those of them that are gone, cannot be read or are not as written.

    Raises
    ------
    SourceError
        There is no manifest, or it is none.
    """
    path, remedy = folder / MANIFEST, "Write the outputs again."
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError.of(str(folder), [Problem(MANIFEST, str(error), remedy=remedy)]) from None
    pairs = [_LINE.fullmatch(line) for line in lines]
    inside = folder.resolve()
    names = [pair[2] for pair in pairs if pair]
    if len(names) < len(lines) or not all(
        (folder / name).resolve().is_relative_to(inside) for name in names
    ):
        problem = Problem(MANIFEST, "is not a list of files with their SHA-256", remedy=remedy)
        raise SourceError.of(str(folder), [problem])
    changed = [pair[2] for pair in pairs if pair and not is_same(folder / pair[2], pair[1])]
    return len(names), tuple(changed)
