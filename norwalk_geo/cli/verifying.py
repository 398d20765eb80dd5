"""Check results against their own hashes, sums and limits, and against the city as it is now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from norwalk_geo import budget, config, files, io
from norwalk_geo.cli import reading
from norwalk_geo.errors import NorwalkError, Problem, SourceError

if TYPE_CHECKING:
    from norwalk_geo.budget import PlanChecks
    from norwalk_geo.schema import Treatments

__all__ = ["verify"]

Row = tuple[str, str, list[str], str]
_EDITION, _SUMMARY, _PLAN, _LIST = "edition.json", "summary.json", "plan.gpkg", "work_plan.csv"
_NOISE = 1e-9


def _json(path: Path) -> dict[str, Any]:
    """Read a file of JSON; nothing where there is none."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _hashes(folder: Path) -> Row:
    """Compare the files with the manifest."""
    if not (folder / io.MANIFEST).is_file():
        return ("files", "not_checked", [], f"Files are not checked: there is no {io.MANIFEST}.")
    try:
        count, changed = io.check_manifest(folder)
    except SourceError as error:
        return ("files", "fail", [io.MANIFEST], str(error.problems[0]))
    if changed:
        says = f"{len(changed):,} of {count:,} files are gone or not as they were written."
        return ("files", "fail", list(changed), says)
    return ("files", "pass", [], f"All {count:,} files are as they were written.")


def _certificate(figures: Mapping[str, Any]) -> Row:
    """Check that the bound is above the plan, and the gap what the two say."""
    value, bound, nothing = (figures[name] for name in ("objective", "bound", "do_nothing"))
    says = f"The plan is worth {value:.4f} points, and its bound is {bound:.4f}"
    gain = bound - nothing
    gap = figures["gap"]
    is_told = gap is None or gain <= 0 or abs(gap - (bound - value) / gain) <= _NOISE
    is_right = value <= bound + _NOISE and is_told
    return ("certificate", "pass" if is_right else "fail", [], f"{says}.")


def _edition(folder: Path) -> tuple[list[Row], list[PlanChecks], Mapping[str, Any]]:
    """Check an edition."""
    try:
        kept, summary, tables = io.read_edition(folder)
    except NorwalkError as error:
        names = [name for problem in error.problems for name in problem.rows]
        return [("files", "fail", names, str(error.problems[0]))], [], {}
    count = len(kept.files)
    rows: list[Row] = [("files", "pass", [], f"All {count:,} files are as they were kept.")]
    rows.append(_certificate(kept.figures))
    return rows, [budget.audit(tables, tables["treatments"])], summary


def _layers(folder: Path, summary: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Take the tables of a plan out of its files."""
    path = folder / _PLAN
    read = {
        name: pd.DataFrame(files.read_frame(path, layer=name))
        for name in ("work", "years", "sections")
    }
    outcomes = read["sections"].set_index("section_id")
    return {
        "work": read["work"].set_index(["section_id", "year"]),
        "years": read["years"].set_index("year"),
        "outcomes": outcomes,
        "payments": pd.DataFrame(summary["funds"]).set_index(["limit", "year"]),
        "row_prices": pd.DataFrame(summary["limits"]).set_index("limit"),
    }


def _agree(folder: Path, summary: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> Row:
    """Compare what is said in several files."""
    listed = pd.read_csv(folder / _LIST, encoding="utf-8-sig")
    sums = [
        work.groupby("year")["cost_usd"].sum().round(2).to_dict()
        for work in (tables["work"].reset_index(), listed)
    ]
    told = pd.DataFrame(summary["years"]).set_index("year")["spent_usd"].round(2).to_dict()
    spent = tables["years"]["spent_usd"].round(2).to_dict()
    wrong = [_LIST] if sums[0] != sums[1] else []
    wrong += [_SUMMARY] if told != spent else []
    says = f"{_PLAN}, {_LIST} and {_SUMMARY} agree to the cent"
    if wrong:
        return ("agreement", "fail", wrong, f"{says}: {' and '.join(wrong)} does not.")
    return ("agreement", "pass", [], f"{says}.")


def _plan(
    folder: Path, summary: Mapping[str, Any], treatments: Treatments | None
) -> tuple[list[Row], list[PlanChecks]]:
    """Check the results of a plan."""
    try:
        tables = _layers(folder, summary)
        rows = [_certificate(summary), _agree(folder, summary, tables)]
    except (NorwalkError, OSError, KeyError, ValueError) as error:
        what = str(error).splitlines()[-1].strip()
        return [("agreement", "fail", [], f"The plan's files cannot be read: {what}.")], []
    if treatments is not None:
        codes = dict(zip(treatments["label"], treatments.index, strict=True))
        work = tables["work"]
        tables["work"] = work.assign(treatment=work["treatment_label"].map(codes))
    return rows, [budget.audit(tables, treatments)]


def _home(folder: Path, city: Path | None) -> Path | None:
    """Find the city that results belong to: the one named, else the one whose folder it is in."""
    if city is not None:
        return config.read_config(city).folder
    above = [folder.resolve(), *folder.resolve().parents]
    return next((one for one in above if (one / config.FILE_NAME).is_file()), None)


def _inputs(summary: Mapping[str, Any], home: Path | None) -> Row:
    """Say which inputs are not what they were."""
    if "inputs" not in summary:
        return ("inputs", "not_checked", [], "Inputs are not checked: none are named here.")
    if home is None:
        says = "Inputs are not checked: say where the city is with --city."
        return ("inputs", "not_checked", [], says)
    named = [(one["path"], one["sha256"]) for one in summary["inputs"]]
    if "settings" in summary:
        named.append((summary["settings"]["path"], summary["settings"]["sha256"]))
    local = [(name, digest) for name, digest in named if not config.is_address(name)]
    changed = [name for name, digest in local if not _is_same(home / name, digest)]
    left = len(named) - len(local)
    more = f" {left} in a database not checked." if left else ""
    if changed:
        says = f"{len(changed)} of {len(local)} inputs changed since: {', '.join(changed)}.{more}"
        return ("inputs", "changed", changed, says)
    return ("inputs", "pass", [], f"All {len(local)} inputs are as they were.{more}")


def _is_same(path: Path, digest: str) -> bool:
    """Say whether an input is there and as it was."""
    try:
        return io.digest_of(path) == digest
    except OSError:
        return False


def _treatments(home: Path | None) -> Treatments | None:
    """Take the treatments of the city as it is now; none where it cannot be read."""
    if home is None:
        return None
    try:
        city = reading.read_city(home)
    except NorwalkError:
        return None
    return reading.catalogue(city.config, city.parameters, city.tables.get("bids"))


def verify(folder: Path, city: Path | None) -> PlanChecks:
    """
    Check results, an edition or a site.

    Parameters
    ----------
    folder
        What to check: results of a plan, an edition, a site, or another folder of results.
    city
        Folder of the city, where the results are not below it.

    Returns
    -------
    plan_checks
        Every check with its verdict. What cannot be checked says so: it is never a pass.

    Raises
    ------
    SourceError
        There are no results there.
    """
    summary: Mapping[str, Any] = _json(folder / _SUMMARY)
    is_edition = (folder / _EDITION).is_file()
    if not (summary or is_edition or (folder / io.MANIFEST).is_file()):
        remedy = "Name the folder of a plan's results, of an edition or of a site."
        problem = Problem(folder.name or str(folder), "has no results to check", remedy=remedy)
        raise SourceError.of(str(folder), [problem])
    home = _home(folder, city)
    tables: list[PlanChecks] = []
    if is_edition:
        rows, tables, summary = _edition(folder)
    else:
        rows = [_hashes(folder)]
        if summary.get("kind") == "plan":
            more, tables = _plan(folder, summary, _treatments(home))
            rows += more
    rows.append(_inputs(summary, home))
    return pd.concat([budget.checked(rows), *tables])
