from __future__ import annotations

import pytest

from norwalk_geo import errors
from norwalk_geo.errors import NorwalkError, Problem, SchemaError


def test_a_message_has_the_form_of_the_house() -> None:
    ids = tuple(f"s{number:05}" for number in (1, 16, 19, *range(100, 106)))
    error = SchemaError.of(
        "condition",
        [
            Problem("pci", "outside 0–100 points", ids, "Correct the survey or drop the rows."),
            Problem("survey_date", "column is missing", remedy="Add the date of the survey."),
        ],
    )
    assert str(error) == (
        "condition: 2 problems\n"
        "  pci: outside 0–100 points in 9 rows: s00001, s00016, s00019, … "
        "Correct the survey or drop the rows.\n"
        "  survey_date: column is missing. Add the date of the survey."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "pci: wrong."),
        (("a",), "pci: wrong in 1 row: a."),
        (("a", "b", "c"), "pci: wrong in 3 rows: a, b, c."),
        (tuple("abcd"), "pci: wrong in 4 rows: a, b, c, …"),
        (("a",) * 1234, "pci: wrong in 1,234 rows: a, a, a, …"),
    ],
)
def test_rows_are_counted_and_the_first_three_named(rows: tuple[str, ...], said: str) -> None:
    assert str(Problem("pci", "wrong", rows)) == said


def test_an_error_keeps_every_row() -> None:
    rows = tuple(map(str, range(50)))
    error = SchemaError.of("t", [Problem("c", "wrong", rows)])
    assert error.problems[0].rows == rows
    assert str(error).startswith("t: 1 problem\n")


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("SchemaError", ValueError),
        ("CrsError", ValueError),
        ("ConfigError", ValueError),
        ("InfeasibleError", ValueError),
        ("SourceError", OSError),
    ],
)
def test_every_error_is_ours_and_of_a_kind_python_knows(name: str, base: type) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, NorwalkError)
    assert issubclass(kind, base)
    assert name in (errors.__doc__ or "")


def test_rows_may_be_named_by_number() -> None:
    assert str(Problem("pci", "is missing", (3, 4), "Add it.")) == (  # type: ignore[arg-type]
        "pci: is missing in 2 rows: 3, 4. Add it."
    )
