"""
One writer per folder, and outputs that appear whole or not at all.

Files are written into a folder aside. When all are there, that folder is renamed to `.ready`: from
then on the new edition counts, and moving its files into place is only tidying that the next writer
finishes if a power cut stops it. Files that are nobody's output are left alone.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from norwalk_geo.errors import Problem, SourceError

__all__ = ["writing"]

_LOCK, _OWNER, _READY, _ASIDE = ".norwalk.lock", ".norwalk.owner", ".ready", ".aside-"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def _explain(folder: Path, error: OSError) -> SourceError:
    """Say why a folder cannot be written."""
    why = error.strerror or str(error)
    if error.errno in _FULL:
        what, remedy = f"disk is full ({why})", "Free some space; what was there is untouched."
    elif error.errno in _FORBIDDEN:
        what, remedy = f"may not be written ({why})", "Choose another folder with --out."
    else:
        what, remedy = f"cannot be written ({why})", "Choose another folder with --out."
    return SourceError.of(str(folder), [Problem(folder.name or str(folder), what, remedy=remedy)])


def _at_home(error: SourceError, aside: Path | None, folder: Path) -> SourceError:
    """Name the folder of the results where an error names the one aside, which is gone by then."""
    if aside is None or str(aside) not in str(error):
        return error
    found = SourceError(str(error).replace(str(aside), str(folder)))
    found.problems = error.problems
    return found


def _owner() -> str:
    """Name this run, for whoever finds the folder locked."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown user"
    return json.dumps({"user": user, "computer": platform.node(), "process": os.getpid()})


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    """Leave a note of who is writing, as long as somebody is."""
    try:
        (folder / _OWNER).write_text(_owner(), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            (folder / _OWNER).unlink(missing_ok=True)


def _busy(folder: Path) -> SourceError:
    """Say who is writing to the folder."""
    who = "another run"
    with suppress(OSError, ValueError, KeyError):
        owner = json.loads((folder / _OWNER).read_text(encoding="utf-8"))
        who = f"process {owner['process']} of {owner['user']} on {owner['computer']}"
    remedy = "Wait until it ends, or choose another folder with --out."
    what = f"is being written by {who}"
    return SourceError.of(str(folder), [Problem(folder.name or str(folder), what, remedy=remedy)])


def _move_in(ready: Path, folder: Path) -> None:
    """Move every file of a finished edition into place; safe to repeat."""
    for file in sorted(path for path in ready.rglob("*") if path.is_file()):
        target = folder / file.relative_to(ready)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
    shutil.rmtree(ready)


def _sync(folder: Path) -> None:
    """Make sure that the files are on the disk before they count."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())


def _recover(folder: Path) -> None:
    """Finish the switch of a run that was stopped in it, and remove what others left aside."""
    if (folder / _READY).is_dir():
        _move_in(folder / _READY, folder)
    for left in folder.glob(f"{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def writing(folder: Path | str) -> Iterator[Path]:
    """
    Write files into a folder so that they appear together or not at all.

    Parameters
    ----------
    folder
        Where the files belong. It is made if it is not there. Other files in it stay.

    Yields
    ------
    aside
        Folder to write into. When the block ends without an error, its files replace those of the
        same name in `folder`; otherwise `folder` is as it was.

    Raises
    ------
    SourceError
        The folder may not be written, the disk is full, or another run is writing there.
    """
    folder = Path(folder)
    is_new, done = not folder.exists(), False
    aside: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / _LOCK, timeout=0)
        with lock, _owned(folder):
            _recover(folder)
            aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=folder))
            yield aside
            _sync(aside)
            aside.replace(folder / _READY)
            _move_in(folder / _READY, folder)
            done = True
    except Timeout:
        raise _busy(folder) from None
    except SourceError as error:
        raise _at_home(error, aside, folder) from error
    except OSError as error:
        raise _explain(folder, error) from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
        if is_new and not done:
            _leave(folder)


def _leave(folder: Path) -> None:
    """Remove a folder that was made for a run that failed. The lock file of a used one stays."""
    with suppress(OSError):
        for trace in (_OWNER, _LOCK):
            (folder / trace).unlink(missing_ok=True)
        folder.rmdir()
