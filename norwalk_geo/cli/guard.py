"""One way for every command to end: done, the data are wrong (1), the call is wrong (2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from norwalk_geo.errors import NorwalkError, SourceError

if TYPE_CHECKING:
    from norwalk_geo.cli.show import Show

__all__ = ["guard"]

DATA_WRONG, CALL_WRONG, STOPPED = 1, 2, 130


@contextmanager
def guard(*, as_json: bool, quiet: bool) -> Iterator[Show]:
    """
    Run a command's work and turn what goes wrong into a message and an exit code.

    Parameters
    ----------
    as_json
        Results and errors as one JSON object on standard output.
    quiet
        Nothing but errors.

    Yields
    ------
    show
        What prints results and progress.
    """
    from norwalk_geo.cli.show import Show

    show = Show(as_json=as_json, quiet=quiet)
    try:
        with show:
            yield show
    except NorwalkError as error:
        show.error(error)
        # A city, an output folder or a mapping that cannot be opened is a matter of the call;
        # what is wrong inside the city's tables is reported as something else.
        code = CALL_WRONG if isinstance(error, SourceError) else DATA_WRONG
        raise typer.Exit(code) from None
    except KeyboardInterrupt:
        show.stopped()
        raise typer.Exit(STOPPED) from None
