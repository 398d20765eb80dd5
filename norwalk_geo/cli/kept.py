"""The commands that keep editions of a plan, compare them, and check what was written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from norwalk_geo.cli.guard import guard
from norwalk_geo.cli.options import City, Day, Json, Quiet

if TYPE_CHECKING:
    from norwalk_geo import io

__all__ = ["diff", "edition", "verify"]


def edition(
    city: City,
    name: Annotated[
        str, typer.Argument(help="Name of the edition, such as 2027-draft; without it, a list.")
    ] = "",
    status: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="draft, comment or adopted. Default of a new edition: draft."),
    ] = None,
    adopted_on: Annotated[
        Optional[dt.datetime],  # noqa: UP045
        typer.Option("--adopted-on", formats=["%Y-%m-%d"], help="Day on which it was adopted."),
    ] = None,
    resolution: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Resolution by which it was adopted."),
    ] = None,
    funded: Annotated[
        Optional[list[int]],  # noqa: UP045
        typer.Option("--funded", help="Fiscal year that is funded; may be given repeatedly."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Plan a kept draft again, with the city as it is now.")
    ] = False,
    as_of: Day = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Keep the plan under a name, decide on one that is kept, or list them.

    A new name plans as norwalk run does and keeps all of it in CITY/editions/NAME. For a name that
    is kept, only what is decided changes: its plan stays as it was. An adopted edition is never
    overwritten. What shows a plan (publish, papers, scorecard) takes the newest adopted edition,
    else the newest one, and says which; residents are told a year only for work that is adopted and
    funded.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo import config
        from norwalk_geo.cli import deciding, editions

        folder = config.read_config(city).folder
        found = editions.kept_in(folder)
        if not name:
            show.tell({"kind": "editions", "editions": [_record(k) for k in found]}, *_lines(found))
            return
        day = adopted_on.date() if adopted_on else None
        said = deciding.Decided(status, day, resolution, tuple(funded or ()))
        if again or name not in {one.name for one in found}:
            kept, done = deciding.keep(city, name, said, as_of=as_of, show=show), "Kept"
        elif said == deciding.Decided():
            kept, done = next(one for one in found if one.name == name), "Is kept"
        else:
            kept, done = deciding.mark(city, name, said), "Decided on"
        at = folder / editions.FOLDER / name
        show.tell(_record(kept), f"{done}: {_line(kept)}", f"  {at}")


def diff(
    city: City,
    earlier: Annotated[str, typer.Argument(help="Name of the earlier edition.")],
    later: Annotated[str, typer.Argument(help="Name of the later edition.")],
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="Folder for the results. Default: CITY/out/diff."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Say what changed from one edition of the plan to another.

    Work that was added, dropped, moved to another year, or has another treatment or cost; totals by
    year and class; condition. Sections that are gone or were cut anew are listed. Writes diff.html,
    diff_map.html, diff.xlsx, diff.csv and summary.json; no cost of a street is on the pages.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo import report
        from norwalk_geo.cli import differing, job

        target = out or job.default_out(city) / "diff"
        made = differing.write(city, (earlier, later), target, show=show)
        files = [f"  {target / name}" for name in made.files]
        said = report.diff_answers(made.summary)
        show.tell(made.summary, made.summary["notice"], *said, "Look at:", *files)


def verify(
    folder: Annotated[
        Path, typer.Argument(help="Results of a plan, an edition, or a site.", metavar="DIR")
    ],
    city: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--city", help="Folder of the city, where DIR is not below it."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """
    Check results: files as they were written, sums to the cent, limits, windows, inputs.

    Each check passes, fails, or is not checked, which is never a pass. Inputs that changed since
    are named: results of them are old, not wrong. Exit code 1 where a check fails.
    """
    with guard(as_json=as_json, quiet=quiet) as show:
        from norwalk_geo.cli import verifying

        found = verifying.verify(folder, city)
        has_failed = bool(found["verdict"].eq("fail").any())
        flat = found.reset_index()
        rows = flat.astype("object").where(flat.notna(), None).to_dict("records")
        lines = [
            f"{row['verdict'].replace('_', ' ').upper()}: {row['says']}"
            + (f" ({row['rows']})" if row["rows"] else "")
            for row in rows
        ]
        value = {"kind": "verify", "passes": not has_failed, "checks": rows}
        show.tell(value, *lines)
    if has_failed:
        raise typer.Exit(1)


def _record(kept: io.Kept) -> dict[str, Any]:
    """Write the record of an edition for scripts."""
    return {
        "kind": "edition",
        "name": kept.name,
        "number": kept.number,
        "status": kept.status,
        "as_of": kept.as_of.isoformat(),
        "version": kept.version,
        "adopted_on": kept.adopted_on.isoformat() if kept.adopted_on else None,
        "resolution": kept.resolution,
        "funded_years": list(kept.funded_years),
    }


def _line(kept: io.Kept) -> str:
    """Write an edition in a line."""
    told = {"draft": "draft", "comment": "out for comment", "adopted": f"adopted {kept.adopted_on}"}
    funded = ", ".join(map(str, kept.funded_years)) or "none"
    by = f" by {kept.resolution}" if kept.resolution else ""
    return f"{kept.name}: {told[kept.status]}{by}; planned as of {kept.as_of}; funded: {funded}"


def _lines(found: list[io.Kept]) -> list[str]:
    """Write the editions of a city in lines."""
    if not found:
        return ["No edition is kept. Keep one with: norwalk edition CITY NAME."]
    return [f"  {_line(one)}" for one in found]
