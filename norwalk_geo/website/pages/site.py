"""Write the whole site of a city: pages in each language, data, fonts, and a manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from norwalk_geo.errors import ConfigError, Problem
from norwalk_geo.website.pages import (
    access,
    checking,
    downloads,
    language,
    mapping,
    places,
    programme,
    ramps,
    state,
    statement,
    wording,
)
from norwalk_geo.website.pages.given import Given
from norwalk_geo.website.pages.language import Language

__all__ = ["write_site"]

_NEEDED = ("sections", "condition", "work", "outcomes", "years")
_SUMMARY = ("city", "version", "as_of", "inputs", "notice")
_FONTS = "public-sans-5.3.0"
_NAMES = {"en": "English", "es": "Español"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action {form}"
)


@dataclass(frozen=True)
class _Page:
    """One page: its file, template, the tables that it needs, and what fills it."""

    file: str
    template: str
    needs: tuple[str, ...]
    fill: Callable[[Given, Language], Mapping[str, Any]]
    has_map: bool = False


def _street(given: Given, words: Language) -> Mapping[str, Any]:
    """Fill *My street*: words of its script, and whether problems can be reported."""
    said = json.dumps(wording.street_words(words), ensure_ascii=True, sort_keys=True)
    can = bool(given.reporting.open311_url or given.reporting.email)
    return {"words": said.replace("<", "\\u003c"), "can_report": can}


def _plan(given: Given, words: Language) -> Mapping[str, Any]:
    """Fill the page of the plan."""
    content = programme.plan(given, words)
    stages = wording.stage_names(words)
    return {**content, "stages": stages, "has_done": "work_done" in given.tables}


def _accessibility(given: Given, words: Language) -> Mapping[str, Any]:
    """Fill the page on accessibility, with the words of its points."""
    return {**access.accessibility(given, words), "ramp_words": ramps.key(given, words)}


_PAGES = (
    _Page("index.html", "street", (), _street, has_map=True),
    _Page("plan.html", "plan", (), _plan, has_map=True),
    _Page("condition.html", "condition", (), state.condition, has_map=True),
    _Page("accessibility.html", "accessibility", ("ramps",), _accessibility, has_map=True),
    _Page("places.html", "places", ("sites",), places.places, has_map=True),
    _Page("scorecard.html", "scorecard", ("objectives",), state.scorecard),
    _Page("decide.html", "decide", (), programme.decide),
    _Page("data.html", "data", (), lambda *_: {}),
    _Page("statement.html", "statement", (), statement.statement),
)


def _titles(words: Language) -> dict[str, tuple[str, str]]:
    """Name each page in the menu and as the question that it answers."""
    say = words.text
    return {
        "index.html": (say("My street"), say("What is planned for my street?")),
        "plan.html": (say("Plan"), say("Which streets will be repaired?")),
        "condition.html": (say("Condition"), say("How good are the streets?")),
        "accessibility.html": (say("Accessibility"), say("Can everyone use the sidewalks?")),
        "places.html": (say("Places"), say("Which places should everyone reach?")),
        "scorecard.html": (say("Scorecard"), say("Does the city do what it promised?")),
        "decide.html": (say("How we decide"), say("How are streets chosen?")),
        "data.html": (say("Data and methods"), say("Where do the figures come from?")),
        "statement.html": (say("Accessibility statement"), say("Accessibility statement")),
    }


def _check(given: Given) -> None:
    """Find what a site needs and was not given."""
    remedy = "Take tables and summary of the same plan."
    problems = [
        Problem(name, "is missing", remedy=remedy)
        for names, have in ((_NEEDED, given.tables), (_SUMMARY, given.summary))
        for name in names
        if name not in have
    ]
    if "sections" in given.tables and given.tables["sections"].empty:
        problems.append(Problem("sections", "has no rows", remedy="Import the streets first."))
    url = given.reporting.open311_url
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
        remedy = "Give an address such as https://city.example/open311/v2."
        problems.append(Problem("publish.open311_url", f"is {url!r}", remedy=remedy))
    if problems:
        raise ConfigError.of("site", problems)


def _as_given(words: Language, leading: str) -> Callable[[object], Markup]:
    """Show texts of tables: translated where the catalogue knows them, else with their language."""
    other = Markup('<bdi lang="{}">{}</bdi>')

    def shown(text: object) -> Markup:
        known = language.phrase(str(text), words)
        if known is None and words.code != leading:
            return other.format(leading, text)
        return Markup("<bdi>{}</bdi>").format(known or text)

    return shown


def _environment(words: Language, leading: str) -> jinja2.Environment:
    """Open the templates with the words of a language."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("norwalk_geo"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_callables(words.text, words.plural, newstyle=True)  # type: ignore[attr-defined]
    templates.filters["number"] = lambda value: language.number(value, words)
    templates.filters["given"] = _as_given(words, leading)
    return templates


def _policy(given: Given) -> str:
    """Write the content security policy: nothing from elsewhere, forms to the city's endpoint."""
    parts = urlsplit(given.reporting.open311_url)
    form = f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'none'"
    return _POLICY.format(form=form)


def _shared(given: Given, words: Language, chart: mapping.Drawn) -> dict[str, Any]:
    """Gather what every page of a language has."""
    titles = _titles(words)
    there = [one for one in _PAGES if all(name in given.tables for name in one.needs)]
    return {
        "code": words.code,
        "policy": _policy(given),
        "city": str(given.summary["city"]),
        "notice": str(given.summary["notice"] or ""),
        "is_internal": given.is_internal,
        "edition": given.edition,
        "edition_day": language.day(given.edition.adopted_on, words),
        "reporting": given.reporting,
        "as_of": language.day(given.summary["as_of"], words),
        "made_with": words.text("Made with %s.") % f"norwalk_geo {given.summary['version']}",
        "languages": [{"code": code, "name": _NAMES[code]} for code in given.languages],
        "pages": [
            {"file": one.file, "name": titles[one.file][0]}
            | {"is_in_menu": one.template != "statement"}
            for one in there
        ],
        "map": {"styles": chart.styles, "scripts": chart.scripts.get(words.code, ())},
        "has_numbers": chart.has_numbers,
        "parent": "",
    }


def _pages(
    folder: Path, given: Given, words: Language, files: list[dict[str, str]], chart: mapping.Drawn
) -> None:
    """Write the pages of one language."""
    templates, titles = _environment(words, given.languages[0]), _titles(words)
    shared = _shared(given, words, chart)
    (folder / words.code).mkdir()
    for page in _PAGES:
        if not all(name in given.tables for name in page.needs):
            continue
        content = dict(page.fill(given, words))
        if page.template == "data":
            content = programme.data(given, words, downloads.named(files, words))
        has_map = page.has_map and bool(shared["map"]["scripts"])
        scripts = [*shared["map"]["scripts"]] if has_map else []
        if page.template != "accessibility":
            scripts = [one for one in scripts if one != mapping.POINTS]
        text = templates.get_template(f"site/{page.template}.html").render(
            {**shared, **content, "file": page.file, "heading": titles[page.file][1]},
            has_map=has_map,
            scripts=[*scripts, "assets/site.js"],
        )
        _save(folder / words.code / page.file, text)
        if page.template == "plan":
            _long_lists(folder / words.code, page.file, templates, {**shared, **content})


def _long_lists(
    folder: Path, parent: str, templates: jinja2.Environment, content: Mapping[str, Any]
) -> None:
    """Write a page for each list that its page shows the beginning of."""
    for group in (one for one in (*content["groups"], *content["done"]) if one["file"]):
        named = {"file": group["file"], "heading": group["name"], "parent": parent}
        text = templates.get_template("site/list.html").render(
            {**content, **named, "group": group}, has_map=False, scripts=["assets/site.js"]
        )
        _save(folder / group["file"], text)


def _chooser(folder: Path, given: Given, every: list[Language]) -> None:
    """Write the page that lets choose a language."""
    listed = [
        {"code": one.code, "name": _NAMES[one.code]}
        | {"question": one.text("What is planned for my street?")}
        for one in every
    ]
    first = every[0]
    text = (
        _environment(first, first.code)
        .get_template("site/choose.html")
        .render(
            city=str(given.summary["city"]),
            notice=str(given.summary["notice"] or ""),
            is_internal=given.is_internal,
            internal=first.text(
                "Internal edition for staff. Do not publish: it has years and costs that are not "
                "adopted."
            ),
            languages=listed,
            words={"notice": first.text("Notice"), "internal": first.text("For staff")},
            policy=_POLICY.format(form="'none'"),
        )
    )
    _save(folder / "index.html", text)


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _assets(folder: Path) -> None:
    """Copy styles, scripts and fonts."""
    source = resources.files("norwalk_geo") / "assets"
    (folder / "assets").mkdir(exist_ok=True)
    for name in ("tokens.css", "site.css", "site.js"):
        (folder / "assets" / name).write_bytes((source / "site" / name).read_bytes())
    for one in sorted((source / _FONTS).iterdir(), key=lambda file: file.name):
        name = "public-sans-LICENSE.txt" if one.name == "LICENSE" else one.name
        (folder / "assets" / name).write_bytes(one.read_bytes())


def write_site(folder: Path | str, given: Given) -> list[str]:
    """
    Write the residents' site into a folder.

    A page and its entry in the menu exist when their tables do. Nothing on a page comes from
    another place: it opens from disk, below any path, with the network off. The same tables give
    the same bytes.

    Parameters
    ----------
    folder
        A folder that is there and empty, such as the one aside that `io.writing` gives.
    given
        All that the site is made from.

    Returns
    -------
    files
        Every file below the folder, in order; `manifest.txt` has their SHA-256.

    Raises
    ------
    ConfigError
        A table is missing, a text is not translated, an address is none, or a link leads nowhere;
        all of a kind are named.
    """
    folder = Path(folder)
    _check(given)
    given = access.prepared(given)
    every = [language.read(code) for code in given.languages]
    _assets(folder)
    (folder / "data").mkdir()
    chart = mapping.draw(folder, given, every)
    files = downloads.write(folder / "data", given)
    for words in every:
        _pages(folder, given, words, files, chart)
    _chooser(folder, given, every)
    for words in every:
        language.check_words(words)
    checking.check_links(folder)
    return checking.manifest(folder)
