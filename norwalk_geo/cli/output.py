"""Standard output belongs to results: compiled libraries that print there of their own do not."""

from __future__ import annotations

import io
import os
import sys

__all__ = ["own_stdout"]

_STDOUT, _STDERR = 1, 2


def own_stdout() -> None:
    """
    Send what compiled code writes to standard output to standard error, for the whole process.

    Solvers print a line now and then whatever they are told, and one line makes a JSON result
    unreadable. Python's own output keeps its place. Where standard output is not the process's
    own (a notebook, a test) nothing is changed.

    Returns
    -------
    nothing
        `sys.stdout` writes to where it wrote before.
    """
    try:
        number = sys.stdout.fileno()
    except (AttributeError, ValueError, io.UnsupportedOperation):
        return
    if number != _STDOUT:
        return
    sys.stdout.flush()
    kept = os.dup(_STDOUT)
    os.dup2(_STDERR, _STDOUT)
    sys.stdout = os.fdopen(
        kept,
        "w",
        encoding=sys.stdout.encoding,
        errors=sys.stdout.errors,
        buffering=1 if os.isatty(kept) else -1,
    )
