"""Write the list of public functions from their docstrings: `python tools/api.py FILE`."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import norwalk_geo

_INTRO = """\
# Public functions

Every function and record of every room, with its signature and what it does. This page is made
from the code by `make docs`; change the docstring, not the page. In a notebook the whole text, with
units, errors and examples, is `help(ng.pci.rate)` or `ng.pci.rate?`:

```python
import norwalk_geo as ng
```

Tables go in and tables come out. A type such as `Sections` or `Condition` names the schema of a
table: its columns are in the [nomenclature](nomenclature.md).
"""
_ROOT = "norwalk_geo."
# The longest signature that is read at one glance.
_WIDE = 96


def _sentence(thing: object) -> str:
    """Take the summary of a docstring as one line."""
    text = inspect.cleandoc(getattr(thing, "__doc__", None) or "")
    # The reference stands below the docstring, which is not here.
    return re.sub(r" \[\d\]_", "", " ".join(text.split("\n\n")[0].split()))


def _default(value: object) -> str:
    """Write a default as it reads in the source, or leave a long one out."""
    shown = repr(value)
    return shown if len(shown) <= 40 else "…"  # noqa: PLR2004


def _parameter(one: inspect.Parameter) -> str:
    """Write one parameter with its type and default."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    text = stars.get(one.kind, "") + one.name
    if one.annotation is not inspect.Parameter.empty:
        text += f": {one.annotation}"
    if one.default is not inspect.Parameter.empty:
        text += f" = {_default(one.default)}"
    return text


def _signature(name: str, function: object) -> str:
    """Write a signature, on several lines where it is long."""
    signature = inspect.signature(function)  # type: ignore[arg-type]
    parts, seen = [], False
    for one in signature.parameters.values():
        if one.kind is inspect.Parameter.KEYWORD_ONLY and not seen:
            parts.append("*")
        seen = seen or one.kind in {one.KEYWORD_ONLY, one.VAR_POSITIONAL}
        parts.append(_parameter(one))
    back = f" -> {signature.return_annotation}"
    line = f"{name}({', '.join(parts)}){back}"
    if len(line) > _WIDE:
        rows = "".join(f"    {part},\n" for part in parts)
        line = f"{name}(\n{rows}){back}"
    return line


def _fields(thing: type) -> str:
    """Write a record with its fields."""
    names = list(getattr(thing, "__dataclass_fields__", getattr(thing, "_fields", ())))
    return f" Fields: {', '.join(f'`{name}`' for name in names)}." if names else ""


def _entries(room: str, module: ModuleType) -> Iterator[str]:
    """Write what a room offers: functions first, then records."""
    functions, records = [], []
    for public in sorted(module.__all__, key=str.lower):
        thing = getattr(module, public)
        plain = inspect.unwrap(thing) if callable(thing) else thing
        if inspect.isfunction(plain):
            shown = _signature(f"{room}.{public}", plain)
            functions.append(f"```python\n{shown}\n```\n\n{_sentence(plain)}\n")
        elif inspect.isclass(thing) and thing.__module__.startswith(_ROOT):
            records.append(f"- `{room}.{public}`: {_sentence(thing)}{_fields(thing)}")
    yield from functions
    if records:
        yield "\n".join(records) + "\n"


def api() -> str:
    """
    Write the whole page.

    Returns
    -------
    page
        Markdown, the rooms in alphabetical order.
    """
    parts = [_INTRO]
    for room in norwalk_geo.__all__:
        module = importlib.import_module(_ROOT + room)
        parts += [f"## {room}\n", f"{_sentence(module)}\n", *_entries(room, module)]
    return "\n".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(api(), encoding="utf-8")
