"""Notebooks run, agree with their pairs, and keep the rules of the house."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import socket
import warnings
from pathlib import Path
from unittest import mock

import jupytext
import nbformat
import pytest
from IPython.core.formatters import DisplayFormatter
from nbclient import NotebookClient
from strategies import IS_THOROUGH

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
# One with figures, tables and text runs in a kernel of its own; make test EXAMPLES=10 runs all so.
IN_A_KERNEL = "05-"
CODE_CELLS, FUNCTION_LINES, TIMEOUT_S = 15, 10, 300
# The kernel talks to its client over the loopback; anything farther away is a mistake.
NO_NETWORK = """
import socket as _socket

def _here(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost")

class _Local(_socket.socket):
    def connect(self, address):
        assert _here(address), f"the notebook asks {address}"
        return super().connect(address)

_socket.socket = _Local
"""

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def essence(notebook: nbformat.NotebookNode) -> list[tuple[str, str, list[str]]]:
    """What makes two notebooks the same to a reader."""
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


def read(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def test_every_notebook_has_its_pair_and_its_number() -> None:
    assert NOTEBOOKS
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in sorted(FOLDER.glob("*.py"))]
    assert [path.name[:3] for path in NOTEBOOKS] == [
        f"{number:02}-" for number in range(1, len(NOTEBOOKS) + 1)
    ]


@each
def test_the_pair_agrees(path: Path) -> None:
    assert essence(read(path)) == essence(jupytext.read(path.with_suffix(".py"))), "run: make docs"


@each
def test_nothing_of_a_run_is_kept(path: Path) -> None:
    for cell in code(read(path)):
        assert cell.outputs == []
        assert cell.execution_count is None


@each
def test_the_rules_of_a_notebook(path: Path) -> None:
    cells, blocks = read(path).cells, code(read(path))
    assert len(blocks) <= CODE_CELLS
    assert cells[0].cell_type == "markdown"
    assert re.match(r"# \d\d [^\n]+\?\n", cells[0].source), "the title is a number and a question"
    assert "invented" in cells[0].source
    assert blocks[0].metadata.get("tags") == ["parameters"]
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in blocks) == 1
    assert cells[-1] is blocks[-1] or cells[-1].source == blocks[-1].source
    assert cells[-2].source.startswith("## The answer")


@each
def test_only_the_public_names_are_used(path: Path) -> None:
    import norwalk_geo

    for node in ast.walk(ast.parse("\n".join(cell.source for cell in code(read(path))))):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith("norwalk_geo")
        if isinstance(node, ast.FunctionDef):
            assert node.body[-1].end_lineno - node.lineno < FUNCTION_LINES
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            inner = node.value
            if isinstance(inner, ast.Attribute) and ast.unparse(inner.value) == "ng":
                assert node.attr in getattr(norwalk_geo, inner.attr).__all__


def shown_by_a_kernel(notebook: nbformat.NotebookNode) -> tuple[list[dict[str, str]], str]:
    """Run it as planners do, by Jupyter: what it shows by type, and its warnings."""
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    NotebookClient(notebook, kernel_name="python3", timeout=TIMEOUT_S).execute(cwd=str(FOLDER))
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    # Warnings are written to the second stream.
    told = [one.text for one in outputs if one.get("name") == "stderr"]
    return [one["data"] for one in outputs if "data" in one], "".join(told)


def shown_here(notebook: nbformat.NotebookNode) -> tuple[list[dict[str, str]], str]:
    """The same with new names in this process, which saves the start of a kernel."""
    names, shown = {"__name__": "__main__"}, []
    with mock.patch("socket.socket", socket.socket), warnings.catch_warnings(record=True) as told:
        _default_warnings()
        exec(NO_NETWORK, names)  # noqa: S102
        for cell in code(notebook):
            tree = ast.parse(cell.source)
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "cell", "exec"), names)  # noqa: S102
            if last is not None:
                value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307
                shown.append(DisplayFormatter().format(value)[0])
            _draw()
    return shown, "\n".join(str(one.message) for one in told)


def _default_warnings() -> None:
    """Warn as Python does by itself."""
    warnings.resetwarnings()
    for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", kind)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


def _draw() -> None:
    """Draw every figure of a cell, as a notebook does below it."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), bbox_inches="tight")
    plt.close("all")


@each
@pytest.mark.slow
def test_it_runs_without_a_network(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import matplotlib.pyplot as plt

    notebook = read(path)
    if IS_THOROUGH or path.stem.startswith(IN_A_KERNEL):
        shown, told = shown_by_a_kernel(notebook)
    else:
        with contextlib.chdir(FOLDER), mock.patch.object(plt, "show", _draw):
            shown, told = shown_here(notebook)
    assert not told
    assert not capsys.readouterr().err
    assert "Invented data" in "\n".join(str(one.get("text/html", "")) for one in shown)
    assert shown[-1]["text/markdown"].startswith("**"), "the answer is a sentence in bold"
