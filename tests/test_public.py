"""What the package offers is what it says that it offers, and every function says what it does."""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
from types import ModuleType

import pytest
from numpydoc.docscrape import FunctionDoc

import norwalk_geo


def is_here(name: str) -> bool:
    """Whether a room is written; one that is not fails one test below, not all."""
    spec = importlib.util.find_spec(f"norwalk_geo.{name}")
    return spec is not None and spec.origin is not None


# The command line documents itself for its users: norwalk --help.
ROOMS = [name for name in norwalk_geo.__all__ if is_here(name)]


def room(name: str) -> ModuleType:
    return importlib.import_module(f"norwalk_geo.{name}")


def functions() -> list[tuple[str, str]]:
    """Every public function, and every public method of a public class, by room and name."""
    found = []
    for name in ROOMS:
        module = room(name)
        for public in module.__all__:
            thing = getattr(module, public)
            if inspect.isfunction(thing) or hasattr(thing, "__wrapped__"):
                found.append((name, public))
            elif inspect.isclass(thing) and thing.__module__.startswith("norwalk_geo"):
                found += [
                    (name, f"{public}.{method}")
                    for method, what in vars(thing).items()
                    if not method.startswith("_")
                    and isinstance(what, classmethod | staticmethod | type(lambda: None))
                ]
    return found


def find(name: str, path: str) -> object:
    thing: object = room(name)
    for part in path.split("."):
        thing = getattr(thing, part)
    return inspect.unwrap(thing)  # type: ignore[arg-type]


def parameters(function: object) -> list[str]:
    signature = inspect.signature(function)  # type: ignore[arg-type]
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        stars.get(one.kind, "") + one.name
        for one in signature.parameters.values()
        if one.name not in {"self", "cls"}
    ]


def documented(entries: list[tuple[str, str, list[str]]]) -> list[str]:
    """Names of documented parameters; `a, b` documents two at once."""
    return [part.strip() for entry in entries for part in (entry[0] or entry[1]).split(",")]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_lists_what_it_offers(name: str) -> None:
    module = room(name)
    assert module.__doc__
    listed = module.__all__
    assert len(set(listed)) == len(listed)
    if hasattr(module, "__path__"):
        # In a package the face is __init__.py, which only gathers.
        assert all(hasattr(module, public) for public in listed)
        return
    written_here = {
        public
        for public, thing in vars(module).items()
        if not public.startswith("_")
        and (inspect.isfunction(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
    }
    assert written_here <= set(listed)
    assert all(hasattr(module, public) for public in listed)


def test_the_package_lists_its_rooms_and_nothing_else() -> None:
    assert dir(norwalk_geo) == sorted(norwalk_geo.__all__)
    assert norwalk_geo.__all__ == ROOMS
    for name in ROOMS:
        assert getattr(norwalk_geo, name) is room(name)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        norwalk_geo.nonsense  # noqa: B018 - naming it is the test


@pytest.mark.parametrize(("name", "path"), functions())
def test_a_function_says_what_it_takes_and_gives(name: str, path: str) -> None:
    function = find(name, path)
    doc = FunctionDoc(function)
    assert doc["Summary"], "no summary"
    assert documented(doc["Parameters"]) == parameters(function)
    returned = inspect.signature(function).return_annotation  # type: ignore[arg-type]
    says = [section for section in ("Returns", "Yields") if doc[section]]
    if returned in (None, "None"):
        assert says or doc["Raises"] or doc["Extended Summary"] or doc["Parameters"]
    else:
        assert says, "neither Returns nor Yields"


@pytest.mark.parametrize("name", ROOMS)
def test_a_record_says_what_its_fields_are(name: str) -> None:
    module = room(name)
    for public in module.__all__:
        thing = getattr(module, public)
        if not (inspect.isclass(thing) and dataclasses.is_dataclass(thing)):
            continue
        assert thing.__dataclass_params__.frozen, f"{public} can be changed"
        names = documented(FunctionDoc(thing)["Parameters"])
        assert names == [field.name for field in dataclasses.fields(thing)], public
