"""A language of the pages: words from a gettext catalogue, numbers and days by its locale."""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources

import pandas as pd
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from norwalk_geo import config
from norwalk_geo.errors import ConfigError, Problem

__all__ = [
    "LOCALES",
    "Language",
    "check_words",
    "day",
    "money",
    "month",
    "number",
    "percent",
    "phrase",
    "read",
    "year",
]

# Spanish as it is written in the United States: 1,234.5 and not 1.234,5.
LOCALES = {"en": "en_US", "es": "es_US"}
# In Spanish a space stands before the sign; it must not break a line.
_PERCENTS = {"es": "{}\u00a0%"}
_MILLION = 1_000_000


@dataclass(frozen=True)
class Language:
    """
    Words and formats of one language.

    Parameters
    ----------
    code
        As in `lang` of a page.
    locale
        Name by which numbers and days are written.
    text, plural
        Translate a message, and one that depends on a count.
    missing
        Messages that were asked for and have no translation.
    phrases
        Translations by message, for texts of tables that a catalogue may know.
    """

    code: str
    locale: str
    text: Callable[[str], str]
    plural: Callable[[str, str, int], str]
    missing: list[str] = field(default_factory=list)
    phrases: Mapping[str, str] = field(default_factory=dict)


class _Missing(gettext.NullTranslations):
    """Note what a catalogue lacks."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__()
        self.missing = missing

    def gettext(self, message: str) -> str:
        """Note a message."""
        self.missing.append(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Note a message with a count."""
        self.missing.append(msgid1)
        return super().ngettext(msgid1, msgid2, n)


def read(code: str) -> Language:
    """
    Open a language.

    Parameters
    ----------
    code
        `en`, whose words are those of the templates, or one with a catalogue in `locale/`.

    Returns
    -------
    language
        Its words and formats. What a catalogue lacks is noted, for `check_words`.

    Raises
    ------
    ConfigError
        There is no such catalogue.
    """
    missing: list[str] = []
    if code == "en":
        plain = gettext.NullTranslations()
        return Language(code, LOCALES[code], plain.gettext, plain.ngettext, missing)
    source = resources.files("norwalk_geo") / "locale" / code / "site.po"
    if code not in LOCALES or not source.is_file():
        remedy = f"Use {', '.join(LOCALES)}, or add its catalogue."
        problem = Problem("publish.languages", f"has no words for {code}", remedy=remedy)
        raise ConfigError.of("languages", [problem])
    compiled = io.BytesIO()
    with source.open("rb") as file:
        catalogue = read_po(file)
    write_mo(compiled, catalogue)
    compiled.seek(0)
    words = gettext.GNUTranslations(compiled)
    words.add_fallback(_Missing(missing))
    single = {str(m.id): str(m.string) for m in catalogue if m.id and isinstance(m.string, str)}
    return Language(code, LOCALES[code], words.gettext, words.ngettext, missing, single)


def phrase(text: str, language: Language) -> str | None:
    """
    Translate a text of a table, such as the name of a unit, where the catalogue knows it.

    Parameters
    ----------
    text
        As the table has it.
    language
        Language of the page.

    Returns
    -------
    text
        The translation; the same text in English; nothing where the catalogue does not have it, for
        the city may have written it in any language.

    Examples
    --------
    >>> phrase("Dead end", read("es"))
    'Calle sin salida'
    """
    return text if language.code == "en" else language.phrases.get(text) or None


def check_words(language: Language) -> None:
    """
    Refuse pages with a message that has no translation.

    Parameters
    ----------
    language
        After all its pages were made.

    Raises
    ------
    ConfigError
        With every message that is missing.
    """
    remedy = f"Add it to locale/{language.code}/site.po."
    missing = [Problem(repr(m), "is not translated", remedy=remedy) for m in language.missing]
    if missing:
        raise ConfigError.of(f"words in {language.code}", list(dict.fromkeys(missing)))


def number(value: float | None, language: Language, digits: int = 0) -> str:
    """
    Write a number.

    Parameters
    ----------
    value
        Any number; blank where there is none.
    language
        Language of the page.
    digits
        Decimals, of which zeros at the end are kept.

    Returns
    -------
    text
        With separators.

    Examples
    --------
    >>> number(12345.67, read("en"), 1)
    '12,345.7'
    """
    if value is None or pd.isna(value):
        return ""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(float(value), format=pattern, locale=language.locale))


def percent(value: float | None, language: Language, digits: int = 0) -> str:
    r"""
    Write a share, as every page of the site does.

    Parameters
    ----------
    value
        Percent, 0 to 100; blank where there is none.
    language
        Language of the page.
    digits
        Decimals; dropped where they are all zero.

    Returns
    -------
    text
        With its sign.

    Examples
    --------
    >>> percent(83.44, read("en"), 1), percent(90, read("en"), 1)
    ('83.4%', '90%')
    >>> percent(83.44, read("es"), 1)
    '83.4\xa0%'
    """
    text = number(value, language, digits)
    if digits and text.endswith("." + "0" * digits):
        text = text[: -digits - 1]
    return _PERCENTS.get(language.code, "{}%").format(text) if text else ""


def money(value: float, language: Language) -> str:
    """
    Write dollars, in millions from one million up.

    Parameters
    ----------
    value
        Dollars.
    language
        Language of the page.

    Returns
    -------
    text
        For a sentence.

    Examples
    --------
    >>> money(49_840_000, read("en")), money(49_840_000, read("es"))
    ('$49.8 million', '$49.8 millones')
    """
    if abs(value) < _MILLION:
        return f"${number(value, language)}"
    return language.text("$%s million") % number(value / _MILLION, language, 1)


def day(value: object, language: Language) -> str:
    """
    Write a day.

    Parameters
    ----------
    value
        Day, timestamp or text of one; blank where there is none.
    language
        Language of the page.

    Returns
    -------
    text
        In words.

    Examples
    --------
    >>> day("2024-05-01", read("es"))
    '1 de mayo de 2024'
    """
    if value is None or value == "" or pd.isna(value):  # type: ignore[call-overload]
        return ""
    return str(format_date(pd.Timestamp(str(value)).date(), "long", locale=language.locale))


def month(value: dt.date, language: Language) -> str:
    """
    Write a month with its year.

    Parameters
    ----------
    value
        A day in it.
    language
        Language of the page.

    Returns
    -------
    text
        In words.

    Examples
    --------
    >>> month(dt.date(2028, 7, 1), read("es"))
    'julio de 2028'
    """
    pattern = {"es": "MMMM 'de' y"}.get(language.code, "MMMM y")
    return str(format_date(value, pattern, locale=language.locale))


def year(value: int, start_month: int | None, language: Language) -> str:
    """
    Write a fiscal year in months.

    Parameters
    ----------
    value
        Fiscal year.
    start_month
        Month in which it begins; unknown where there is none.
    language
        Language of the page.

    Returns
    -------
    text
        Such as `July 2028–June 2029`.
    """
    if start_month is None:
        return language.text("fiscal year %s") % value
    first = config.year_start(value, start_month)
    last = config.year_start(value + 1, start_month) - dt.timedelta(days=1)
    return f"{month(first, language)}–{month(last, language)}"
