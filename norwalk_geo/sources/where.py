"""
The `where` of a mapping: a condition on a file's rows, read by a list of what is allowed.

It looks like Python and is never run as Python: columns, constants, comparisons, `in`, `is None`,
`and`, `or`, `not` and arithmetic are understood, and nothing else. A missing cell compares as
false.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from norwalk_geo.errors import ConfigError, Problem

__all__ = ["Condition", "parse", "refuse"]

_LONGEST, _DEEPEST = 500, 40
_LARGEST = 2**63 - 1
# Text constants first, so that a backtick inside one is left alone.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|`([^`]+)`")
# One rare letter a quoted name: the text keeps its length, and so an error its place.
_FIRST_LETTER = 0xA000
_REMEDY = (
    "Write it like: overall > 0 and `Street Class` in ['MA', 'CO']. A column goes in backticks "
    "where its name has spaces or is a word of the language, such as `class`."
)
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod)


@dataclass(frozen=True)
class Condition:
    """
    A condition that was read and found to hold only what is allowed.

    Parameters
    ----------
    text
        As written.
    tree
        Its syntax tree.
    names
        Column by the name that stands for it in the tree.
    """

    text: str
    tree: ast.expr
    names: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """
        Name the columns that the condition needs.

        Returns
        -------
        columns
            In the order of the text, each once.
        """
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.Name)]
        found.sort(key=lambda node: node.col_offset)
        return tuple(dict.fromkeys(self.names.get(node.id, node.id) for node in found))


# --------------------------------------------------------------------------- reading


def _stand_ins(text: str) -> tuple[str, dict[str, str]]:
    """Put a plain name of the same length for each name in backticks."""
    names: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        if match.group(1) is None:
            return match.group(0)
        letter = chr(_FIRST_LETTER + len(names))
        name = letter * len(match.group(0))
        names[name] = match.group(1).strip()
        return name

    return _QUOTED.sub(stand_in, text), names


def _constant(node: ast.Constant) -> str:
    """Say what is wrong with a constant; blank where nothing is."""
    if isinstance(node.value, bool | str):
        return ""
    if isinstance(node.value, int | float):
        return "" if abs(node.value) <= _LARGEST else "is too large a number"
    return "may only be compared with: is None" if node.value is None else "is not understood"


def _value_faults(node: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    """Find what may not stand where a value is wanted."""
    if isinstance(node, ast.Constant):
        if fault := _constant(node):
            yield node, fault
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        yield from _value_faults(node.left)
        yield from _value_faults(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        yield from _value_faults(node.operand)
    elif not isinstance(node, ast.Name):
        yield node, "is not allowed here"


def _compare_faults(node: ast.Compare) -> Iterator[tuple[ast.AST, str]]:
    """Find what is wrong with a comparison."""
    yield from _value_faults(node.left)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            if isinstance(right, ast.List | ast.Tuple) and right.elts:
                for item in right.elts:
                    yield from _value_faults(item)
            else:
                yield right, "is not a list of constants"
        elif isinstance(operator, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                yield right, "may not follow is; only None may"
        else:
            yield from _value_faults(right)


def _truth_faults(node: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    """Find what may not stand where yes or no is wanted."""
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from _truth_faults(part)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _truth_faults(node.operand)
    elif isinstance(node, ast.Compare):
        yield from _compare_faults(node)
    elif not isinstance(node, ast.Name):
        yield node, "is neither yes nor no"


def _depth(tree: ast.AST) -> int:
    """Measure how deep a tree is, without recursion."""
    deepest, open_nodes = 0, [(tree, 1)]
    while open_nodes:
        node, depth = open_nodes.pop()
        deepest = max(deepest, depth)
        open_nodes += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
    return deepest


def refuse(what: str) -> ConfigError:
    """
    Make the error of a condition that cannot be used.

    Parameters
    ----------
    what
        What is wrong with it.

    Returns
    -------
    error
        Not raised; it says how a condition is written.
    """
    return ConfigError.of("where", [Problem("where", what, remedy=_REMEDY)])


def parse(text: str) -> Condition:
    """
    Read a condition.

    Parameters
    ----------
    text
        Such as `overall > 0 and CLASS in ['MA', 'CO']`.

    Returns
    -------
    condition
        Not yet compared with any table.

    Raises
    ------
    ConfigError
        The text is no condition, or holds what is not allowed; each place is named.

    Examples
    --------
    >>> parse("width * 2 >= 30 and `Street Class` != 'X'").columns
    ('width', 'Street Class')
    """
    flat = re.sub(r"\s", " ", text).rstrip()
    if len(flat) > _LONGEST:
        raise refuse(f"is longer than {_LONGEST} characters")
    plain, names = _stand_ins(flat)
    start = len(plain) - len(plain.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(plain.lstrip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        place = (error.offset if isinstance(error, SyntaxError) else None) or 1
        raise refuse(f"cannot be read at character {start + place}") from None
    except (MemoryError, RecursionError):
        raise refuse("is nested too deeply") from None
    if _depth(tree) > _DEEPEST:
        raise refuse("is nested too deeply")
    problems = []
    for node, fault in _truth_faults(tree):
        # Offsets of a tree count bytes.
        before = plain.lstrip().encode()[: getattr(node, "col_offset", 0)].decode()
        begin = start + len(before)
        size = len(ast.get_source_segment(plain.lstrip(), node) or "")
        what = f"{flat[begin : begin + size]!r} at character {begin + 1} {fault}"
        problems.append(Problem("where", what, remedy=_REMEDY))
    if problems:
        raise ConfigError.of("where", problems)
    return Condition(text, tree, names)
