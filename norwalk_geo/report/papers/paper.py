"""One paper: from its template to a page and a tagged PDF."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2

from norwalk_geo.errors import Problem, SourceError
from norwalk_geo.report.papers.words import day_text

__all__ = ["Adoption", "Letter", "render", "write_pdf"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("norwalk_geo"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True)
class Adoption:
    """
    The council's decision on the plan.

    Parameters
    ----------
    resolution
        Its number or name; blank where it is not known.
    adopted
        Day of the meeting.
    """

    resolution: str
    adopted: dt.date


@dataclass(frozen=True)
class Letter:
    """
    What every paper says of itself.

    Parameters
    ----------
    city
        Name of the city.
    sender
        Who signs it, such as a department.
    as_of
        Day that the data describe.
    start_month
        Month in which the fiscal year begins.
    notice
        Sentence that every page must carry, or blank.
    adoption
        The council's decision; none while the plan is a draft.
    edition
        Name of the edition of the plan; blank where none is kept.
    funded_years
        Fiscal years whose work is funded; nothing where no edition says so.
    """

    city: str
    sender: str
    as_of: dt.date
    start_month: int = 7
    notice: str = ""
    adoption: Adoption | None = None
    edition: str = ""
    funded_years: tuple[int, ...] | None = None

    @property
    def standing(self) -> str:
        """What the plan is: a draft, or adopted, when and by what."""
        named = f" (edition {self.edition})" if self.edition else ""
        if self.adoption is None:
            return f"DRAFT: not adopted by the City Council{named}"
        by = f", {self.adoption.resolution}" if self.adoption.resolution else ""
        return f"Adopted {day_text(self.adoption.adopted)}{by}{named}"


def render(template: str, letter: Letter, facts: Mapping[str, Any]) -> str:
    """
    Write a paper as a page.

    Parameters
    ----------
    template
        Name of its template.
    letter
        What it says of itself.
    facts
        What the template shows, in words; every text is escaped.

    Returns
    -------
    page
        HTML that opens from disk with the network blocked.
    """
    style = (resources.files("norwalk_geo") / "assets" / "paper.css").read_text(encoding="utf-8")
    return _TEMPLATES.get_template(template).render(
        letter=letter, style=style.strip(), dated=day_text(letter.as_of), **facts
    )


def check_pdf() -> None:
    """
    Check that pages can be written as PDF, before the work that leads to them.

    Returns
    -------
    nothing
        They can.

    Raises
    ------
    SourceError
        WeasyPrint or the system libraries that it needs are not installed.
    """
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        remedy = "Install Pango (make system) and: pip install 'weasyprint>=66'. Or use --no-pdf."
        problem = Problem("weasyprint", f"cannot be used ({error})", remedy=remedy)
        raise SourceError.of("papers", [problem]) from error


def write_pdf(page: str, path: Path) -> None:
    """
    Write a page as a tagged PDF, of the form PDF/UA-1.

    Parameters
    ----------
    page
        HTML that needs no other file.
    path
        File to write. The same page gives the same bytes.

    Returns
    -------
    nothing
        The file is written.

    Raises
    ------
    SourceError
        WeasyPrint or the system libraries that it needs are not installed.
    """
    check_pdf()
    from weasyprint import HTML

    named = hashlib.sha256(page.encode("utf-8")).digest()[:16]
    HTML(string=page).write_pdf(path, pdf_variant="pdf/ua-1", pdf_identifier=named)
