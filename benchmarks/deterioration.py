"""Fit 25,000 ratings and forecast a million sections; backtest on two cities' real surveys."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.planning import peak_mb

if TYPE_CHECKING:
    import argparse

REAL = Path(__file__).parents[2] / "shared" / "data"
RATINGS_EACH = 6
FIT_S, FORECAST_S, FORECAST_MB = 20.0, 10.0, 2000.0
CLASSES = {
    "Prime": "arterial",
    "Major": "arterial",
    "Collector": "collector",
    "Residential": "residential",
    "Local": "residential",
    "Alley": "alley",
}


def add(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    """Add the commands `decay` and `backtest`."""
    parser = commands.add_parser("decay", help="Fit decay and forecast many sections.")
    parser.add_argument("--ratings", type=int, default=25_000, help="Ratings to fit.")
    parser.add_argument("--sections", type=int, default=1_000_000, help="Sections to forecast.")
    parser.set_defaults(main=main)
    judged = commands.add_parser("backtest", help="Backtest on the real surveys, where present.")
    judged.add_argument("city", choices=["syracuse", "sandiego"])
    judged.add_argument(
        "--by-street", action="store_true", help="Hold whole streets out (San Diego)."
    )
    judged.set_defaults(main=judge)
    published = commands.add_parser("finding", help="Syracuse's decay by type of street, anew.")
    published.set_defaults(main=show_finding)


def streets(count: int) -> pd.DataFrame:
    """Invent sections of eight families."""
    ids = pd.Index([f"s{k:07d}" for k in range(count)], name="section_id", dtype="str")
    kinds = np.array(["arterial", "collector", "residential", "residential"])
    surfaces = np.array(["AC", "AC/AC"])
    order = np.arange(count)
    return pd.DataFrame(
        {"functional_class": kinds[order % 4], "surface_type": surfaces[order // 4 % 2]}, index=ids
    )


def ratings(sections: pd.DataFrame, *, seed: int = 1) -> pd.DataFrame:
    """Invent ratings every three years."""
    rng = np.random.default_rng(seed)
    count = len(sections)
    age, pace = rng.uniform(1, 16, count), rng.lognormal(0, 0.3, count)
    years = 2005 + 3 * np.arange(RATINGS_EACH)
    grown = age[:, None] + pace[:, None] * (years - years[0])
    pci = 100 * np.exp(-((grown / 22) ** 1.5)) + rng.normal(0, 4, grown.shape)
    index = pd.MultiIndex.from_product(
        [sections.index, pd.to_datetime([f"{year}-07-01" for year in years])],
        names=["section_id", "survey_date"],
    )
    frame = {"pci": pci.clip(0, 100).ravel(), "pci_method": "vendor"}
    return pd.DataFrame(frame, index=index)


def main(options: argparse.Namespace) -> None:
    """Measure and print one JSON object, with what was promised beside it."""
    from norwalk_geo import deterioration

    few = streets(options.ratings // RATINGS_EACH)
    surveys = ratings(few)
    deterioration.fit(deterioration.histories(surveys.head(600)), few)
    clock = _Clock()
    found = deterioration.fit(deterioration.histories(surveys), few)
    fitted = clock.read("fit")
    many = streets(options.sections)
    rng = np.random.default_rng(2)
    condition = pd.DataFrame(
        {"pci": rng.uniform(20, 100, len(many)), "survey_date": pd.Timestamp("2024-07-01")},
        index=many.index,
    )
    span, clock = range(2025, 2045), _Clock()
    deterioration.forecast(condition, many, years=span, curves=found.curves)
    by_curve = clock.read("forecast_by_curve")
    curve_mb, clock = peak_mb(), _Clock()
    deterioration.forecast(condition, many, years=span, fitted=found)
    figures = {
        "ratings": len(surveys),
        **fitted,
        "sections": len(many),
        "years": 20,
        **by_curve,
        "forecast_by_curve_peak_mb": round(curve_mb),
        **clock.read("forecast_with_intervals"),
        "forecast_with_intervals_peak_mb": round(peak_mb()),
        "promised": {"fit_s": FIT_S, "forecast_s": FORECAST_S, "forecast_mb": FORECAST_MB},
    }
    print(json.dumps(figures, indent=2))


class _Clock:
    """Seconds on the wall, and those of all processors: the latter tell more on a busy machine."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self, what: str) -> dict[str, float]:
        """Give both since the start."""
        return {
            f"{what}_s": round(time.perf_counter() - self.wall, 2),
            f"{what}_processor_s": round(time.process_time() - self.processor, 2),
        }


def _table(frame: pd.DataFrame, day: pd.Series, method: str) -> pd.DataFrame:
    """Make the table `surveys`."""
    made = frame[["section_id", "pci"]].assign(survey_date=pd.to_datetime(day), pci_method=method)
    return made.set_index(["section_id", "survey_date"]).sort_index()


def syracuse(folder: Path = REAL) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read Syracuse's ratings of 1998–2015 as surveys, sections and records of overlays."""
    raw = pd.read_csv(folder / "syracuse" / "ratings_long.csv")
    raw = raw[raw["overall"].gt(0) & raw["yearRated"].between(1998, 2015)]
    raw = raw.assign(section_id="s" + raw["STREET_ID"].astype("str"), pci=raw["overall"] * 10.0)
    raw = raw.sort_values(["section_id", "yearRated", "overall"], kind="stable")
    # Overlay years of later surveys stand on early rows: the list of all of them is the record.
    laid = raw[["section_id", "yearOverlay"]].dropna().drop_duplicates()
    day = laid["yearOverlay"].astype("int64").astype("str") + "-01-01"
    work = laid.assign(finished=pd.to_datetime(day)).set_index(["section_id", "finished"])[[]]
    once = raw.drop_duplicates(["section_id", "yearRated"])
    surveys = _table(once, once["yearRated"].astype("int64").astype("str") + "-07-01", "converted")
    by = once.groupby("section_id")
    kinds = {"MA": "arterial", "PA": "arterial", "CO": "collector"}
    sections = pd.DataFrame(
        {
            "functional_class": by["class"].first().map(kinds).fillna("residential"),
            "surface_type": by["pavement"].last().map({6: "AC/PCC", 4: "AC", 3: "AC"}),
            "width_ft": by["width"].last(),
        }
    )
    return surveys, sections, work


def sandiego(folder: Path = REAL) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read San Diego's indexes of 2016 and 2023 as surveys and sections."""
    path = folder / "sandiego_pci"
    about = pd.read_csv(path / "oci_2015.csv").set_index("seg_id")
    surfaces = {
        "AC Improved": "AC",
        "AC Unimproved": "AC",
        "PCC Jointed Concrete": "PCC",
    }
    parts = []
    for year in (2016, 2023):
        one = pd.read_csv(path / f"pci_{year}.csv").dropna(subset="pci")
        parts.append(one.rename(columns={"seg_id": "section_id"}).assign(day=f"{year}-07-01"))
    both = parts[0].merge(parts[1]["section_id"], on="section_id")["section_id"]
    key = both.str[:9]
    sections = pd.DataFrame(
        {
            "functional_class": key.map(about["func_class"]).map(CLASSES).to_numpy(),
            "surface_type": key.map(about["pvm_class"]).map(surfaces).to_numpy(),
            "width_ft": key.map(about["seg_width_ft"]).to_numpy(),
            "given_length_ft": key.map(about["seg_length_ft"]).to_numpy(),
            "street_name": key.map(about["street"]).to_numpy(),
        },
        index=pd.Index(both, name="section_id"),
    ).dropna(subset=["functional_class", "surface_type"])
    flat = pd.concat(parts, ignore_index=True)
    flat = flat[flat["section_id"].isin(sections.index)]
    return _table(flat, flat["day"], "astm_d6433"), sections


def finding(folder: Path = REAL, *, draws: int = 20) -> pd.DataFrame:
    """Expect the condition of new pavement by month, for types of street and of pavement."""
    from norwalk_geo import deterioration

    surveys, sections, work = syracuse(folder)
    lines = json.loads((folder / "syracuse" / "streets_ratings2015.geojson").read_text("utf-8"))
    facts = [one["properties"] for one in lines["features"]]
    kind = pd.Series({f"s{one['STREET_ID']}": one["streetType"] for one in facts})
    cohorts = {name: kind.index[kind.eq(name)] for name in ("AVE", "ST", "RD")}
    for surface in ("AC/PCC", "AC"):
        cohorts[surface] = sections.index[sections["surface_type"].eq(surface)]
    curves, steps = {}, set()
    for name, ids in cohorts.items():
        mine = surveys[surveys.index.get_level_values("section_id").isin(ids)]
        chain = deterioration.transitions(deterioration.histories(mine, work), draws=draws)
        steps.add(chain.attrs["step_years"])
        curves[name] = deterioration.expected(chain)
    table = pd.DataFrame(curves).loc[: 20 * 12]
    table.attrs["step_years"] = steps
    return table


def show_finding(_: argparse.Namespace) -> None:
    """Print the published finding of Salman and Gursoy (2022), made anew."""
    table = finding()
    years = table.loc[[0, 24, 60, 120, 240]]
    print(years.rename(index=lambda month: f"{month // 12} years").round(0).to_string())


def judge(options: argparse.Namespace) -> None:
    """Backtest on real surveys and print the table."""
    from norwalk_geo import deterioration

    if options.city == "syracuse":
        surveys, sections, work = syracuse()
        until = dt.date(2010, 12, 31)
        protocol = deterioration.Protocol(until=until)
        table = deterioration.backtest(surveys, sections, work_done=work, protocol=protocol)
    else:
        surveys, sections = sandiego()
        protocol = deterioration.Protocol(by_street=options.by_street)
        table = deterioration.backtest(surveys, sections, protocol=protocol)
    with pd.option_context("display.width", 240, "display.max_columns", 20):
        print(table.round(2).to_string())
