"""Imports go down only, calculations never touch a disk, and everything stays small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "norwalk_geo"
FLOORS = [
    {"errors"},
    {"schema", "config"},
    {"network", "files", "names"},
    {"io", "sources", "towns", "matching", "faults"},
    {"pci", "deterioration", "treatments", "ada", "routing", "transit"},
    {
        "needs",
        "budget",
        "barriers",
        "infrastructure",
        "projects",
        "requests",
        "scorecard",
        "sites",
    },
    {"maps"},
    {"website", "report", "exchange"},
    {"cli"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
CALCULATIONS, DISK = range(4, 7), {"io", "sources", "files"}
MODULE_LINES, BODY_LINES, ARGUMENTS = 400, 40, 6
# `file:function` of what may be larger, each with its reason.
LARGER: dict[str, str] = {}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def rooms_of(node: ast.AST) -> set[str]:
    """Rooms that an import statement names."""
    if isinstance(node, ast.Import):
        dotted = [alias.name.split(".") for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        base = (node.module or "").split(".")
        dotted = [[*base, alias.name] for alias in node.names]
    else:
        return set()
    return {parts[1] for parts in dotted if parts[0] == "norwalk_geo" and len(parts) > 1}


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_go_down(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert room in FLOOR, f"{room} has no floor"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for other in {name for node in ast.walk(tree) for name in rooms_of(node)} - {room}:
        assert FLOOR[other] < FLOOR[room], f"{room} may not import {other}"
        assert FLOOR[room] not in CALCULATIONS or other not in DISK, f"{room} touches the disk"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_everything_is_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if f"{file.name}:{node.name}" in LARGER:
            continue
        # Options of the command line are arguments; compiled kernels take arrays, not records.
        is_command = file.relative_to(PACKAGE).parts[0].removesuffix(".py") == "cli"
        is_compiled = any("njit" in ast.unparse(one) for one in node.decorator_list)
        if not is_command and not is_compiled:
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([one for one in arguments if one.arg not in {"self", "cls"}])
            assert count <= ARGUMENTS, f"{node.name} takes {count} arguments"
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
        assert lines <= BODY_LINES, f"{node.name} is {lines} lines long"


def test_no_import_cycle_hides_inside_a_room() -> None:
    """A package's modules import each other in one direction."""
    for package in {file.parent for file in FILES if file.parent != PACKAGE}:
        prefix = f"norwalk_geo.{package.name}."
        arrows: dict[str, set[str]] = {}
        for file in package.glob("*.py"):
            if file.stem == "__init__":
                continue
            arrows[file.stem] = {
                name.removeprefix(prefix).split(".")[0]
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom)
                for name in [
                    f"{node.module}.{alias.name}" if f"{node.module}." == prefix else node.module
                    for alias in node.names
                ]
                if name and name.startswith(prefix)
            }
        while leaves := [name for name, to in arrows.items() if not to & (arrows.keys() - {name})]:
            for name in leaves:
                del arrows[name]
        assert not arrows, f"{package.name}: cycle among {sorted(arrows)}"
