"""
Compare findings on the curb ramps of Minneapolis with the city's own verdict.

Usage: python tools/ada_minneapolis.py RAMPS.jsonl.gz DOCUMENT

Replaces what stands between `<!-- figures minneapolis -->` and `<!-- end -->` of the document.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

import pandas as pd

from norwalk_geo import ada, files, sources

MAPPING = Path(__file__).parents[1] / "docs" / "examples" / "minneapolis" / "ramps.toml"
CRS, BBOX = "EPSG:26915", (-93.35, 44.88, -93.18, 45.06)
AS_OF = dt.date(2026, 7, 31)
# Measured in too few rows to compare: the flares of new ramps, and the slope of most gutters.
LEFT_OUT = ("flares", "grade_change")
OURS = {"pass": "meets", "fail": "misses", "unknown": "not decided"}
THEIRS = {"pass": "Compliant", "fail": "Non-Compliant"}
# What the city judged without a measure, or by one that the mapping leaves out, in its own words.
SEEN = (
    r"side issue|discontinuity|Drainage|Grade breaks|Dome|Secondary|PAR|Surface|Obstruction|length"
)
GUTTER = r"Gutter"


def compared(source: Path) -> pd.DataFrame:
    """
    Hold the ramps against PROWAG and set the city's verdict beside.

    Parameters
    ----------
    source
        The city's file.

    Returns
    -------
    compared
        By ramp: `ours`, `theirs`, `missed` and `open` requirements, why they are open, what the
        city `said`, and whether the row is of its survey of 2012 to 2018.
    """
    mapping = sources.read_mapping(MAPPING)
    ramps = sources.from_export(source, mapping, crs=CRS, bbox_lonlat=BBOX, as_of=AS_OF).tables[
        "ramps"
    ]
    ramps = ramps[ramps["presence"].eq("yes") & ramps["given_verdict"].notna()]
    rules = ada.rules("prowag2023")
    rules = rules[rules["attribute"].isin(ramps.columns) & ~rules["requirement"].isin(LEFT_OUT)]
    found = ada.find(ramps, rules=rules)
    raw = files.read_frame(source).set_index("OBJECTID")
    raw.index = "r" + raw.index.astype("str")
    said = raw["PROWAG_compliance_issues"].astype("str").str.strip(" ,\x08")

    def joined(verdict: str, column: str) -> pd.Series:
        rows = found[found["verdict"].eq(verdict)].reset_index()
        groups = rows.groupby("feature_id")[column]
        return groups.agg(lambda all_: "+".join(sorted(set(all_)))).reindex(ramps.index).fillna("")

    verdict = ada.verdicts(found).droplevel(["feature", "is_enforced"])["verdict"]
    return pd.DataFrame(
        {
            "ours": verdict.reindex(ramps.index),
            "theirs": ramps["given_verdict"],
            "missed": joined("fail", "requirement"),
            "open": joined("unknown", "requirement"),
            "why": joined("unknown", "reason"),
            "said": said.reindex(ramps.index).fillna(""),
            "is_audit": raw["data_source"].eq("2012-2018 Audit").reindex(ramps.index),
        }
    )


def kinds(table: pd.DataFrame) -> pd.Series:
    """
    Name the kind of each disagreement, the first that fits.

    Parameters
    ----------
    table
        As `compared` gives it.

    Returns
    -------
    kind
        By ramp on which the two differ.
    """
    rows = table[table["ours"].ne(table["theirs"])]
    is_open, misses = rows["ours"].eq("unknown"), rows["ours"].eq("fail")
    city_fails = rows["theirs"].eq("fail")
    tests = {
        "not decided: the file names the surface in place of the kind of ramp (survey 2012–2018)": (
            is_open & rows["is_audit"] & rows["why"].str.contains("ramp_type")
        ),
        "not decided: no slope of the run, mostly depressed corners": (
            is_open & rows["open"].str.contains("running_slope")
        ),
        "missed, city compliant: the street along the crossing is steeper than 5 %": (
            misses & rows["missed"].str.contains("crosswalk_slope")
        ),
        "missed, city compliant: narrower than 48 in": misses
        & rows["missed"].str.contains(r"(?:^|\+)width"),
        "missed, city compliant: other slopes and landings, most just over the limit": misses,
        "city non-compliant by its gutter limits (2 % along, 5 % toward the ramp)": (
            city_fails & rows["said"].str.contains(GUTTER)
        ),
        "city non-compliant by what it judged by eye, or by parts not imported": (
            city_fails & rows["said"].str.contains(SEEN)
        ),
        "city non-compliant without a reason in the file": city_fails & rows["said"].eq(""),
        "not decided: other measures are missing": is_open,
    }
    kind = pd.Series("other", index=rows.index)
    for name, fits in reversed(tests.items()):
        kind = kind.mask(fits, name)
    return kind


def figures(source: Path) -> str:
    """
    Lay the comparison out in Markdown.

    Parameters
    ----------
    source
        The city's file.

    Returns
    -------
    text
        The confusion table, and the kinds of disagreement with their share.
    """
    table = compared(source)
    counts = pd.crosstab(table["ours"], table["theirs"]).reindex(index=OURS, columns=THEIRS)
    lines = ["| PROWAG, by measure | city: Compliant | city: Non-Compliant |", "|---|---|---|"]
    lines += [
        f"| {OURS[name]} | {row['pass']:,} | {row['fail']:,} |" for name, row in counts.iterrows()
    ]
    agreed = int(table["ours"].eq(table["theirs"]).sum())
    lines += [
        "",
        f"Of {len(table):,} ramps both say the same of {agreed:,} ({agreed / len(table):.1%}).",
    ]
    kind = kinds(table).value_counts()
    lines += ["", "| kind of disagreement | ramps | share, added up |", "|---|---|---|"]
    for name, share in (kind.cumsum() / kind.sum()).items():
        lines.append(f"| {name} | {kind[name]:,} | {share:.1%} |")
    return "\n".join(lines)


def main(source: Path, document: Path) -> None:
    """
    Write the comparison into a document.

    Parameters
    ----------
    source
        The city's file.
    document
        Markdown with marks.
    """
    text = document.read_text(encoding="utf-8")
    block = re.compile("(<!-- figures minneapolis -->\n).*?(<!-- end -->)", re.DOTALL)
    made = figures(source)
    text = block.sub(lambda found: f"{found[1]}{made}\n{found[2]}", text)
    document.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
