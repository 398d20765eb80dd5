"""
Bring the catalogues of the residents' site up to date with its templates and modules.

`python tools/words.py` adds new messages without a translation, takes out those that are gone, and
keeps the rest. Translations are written in `norwalk_geo/locale/LANGUAGE/site.po`.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from norwalk_geo import schema, towns
from norwalk_geo.website.columns_words import WORDS
from norwalk_geo.website.pages.programme import OFFERED

PACKAGE = Path(__file__).parents[1] / "norwalk_geo"
_METHODS = [("templates/site/**.html", "jinja2"), ("website/**.py", "python")]
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "plural": (1, 2),
    "text": None,
    "say": None,
}
_OPTIONS = {"templates/site/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
_HEAD = """\
# Words of the residents' site in {language}. The English words are the messages themselves.
# Not yet reviewed by a translator: whoever reviews it signs here and takes this line out."""


def phrases() -> list[str]:
    """
    List the English texts of tables that pages show: columns, units, places, the sample's notice.

    Returns
    -------
    phrases
        Each of them once.
    """
    found = [towns.NOTICE, "Dead end", "City limit"]
    for table in OFFERED:
        columns = schema.describe(table).columns
        shown = columns[columns.index.isin(schema.public_columns(table))]
        found += [*shown["description"], *shown["unit"]]
    places = schema.parameters("destinations")
    for name in ("facts", "point_is"):
        found += list(places[name].dropna())
    return list(dict.fromkeys(str(one) for one in found if one))


def messages() -> Catalog:
    """
    Collect every message of templates and modules.

    Returns
    -------
    catalog
        Without translations.
    """
    found = Catalog(project="norwalk_geo", charset="utf-8")
    rows = extract_from_dir(
        PACKAGE,
        method_map=[
            (pattern, "jinja2.ext.babel_extract" if kind == "jinja2" else kind)
            for pattern, kind in _METHODS
        ],
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
    )
    for file, _line, message, _comments, context in rows:
        found.add(message, locations=[(file, None)], context=context)
    for words in WORDS.values():
        found.add(words, locations=[("website/columns_words.py", None)])
    for text in phrases():
        found.add(text, locations=[("tables and parameters", None)])
    return found


def updated(path: Path) -> str:
    """
    Write a catalogue as it should be.

    Parameters
    ----------
    path
        The catalogue.

    Returns
    -------
    text
        Its translations with today's messages, in alphabetical order.
    """
    language = path.parent.name
    old = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    fresh = Catalog(locale=language, header_comment=_HEAD.format(language=language))
    for message in messages():
        if message.id:
            kept = old.get(message.id)
            fresh.add(message.id, kept.string if kept else None, locations=message.locations)
    text = io.BytesIO()
    write_po(text, fresh, sort_output=True, omit_header=True, width=100, include_lineno=False)
    plural = f"nplurals={fresh.num_plurals}; plural={fresh.plural_expr};"
    head = (
        f'{fresh.header_comment}\nmsgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n'
    )
    return head + text.getvalue().decode()


if __name__ == "__main__":
    for folder in sorted((PACKAGE / "locale").iterdir()):
        (folder / "site.po").write_text(updated(folder / "site.po"), encoding="utf-8", newline="\n")
